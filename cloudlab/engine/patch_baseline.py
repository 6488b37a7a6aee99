"""Patch baselines: made, changed, chosen as the one that counts, given up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from cloudlab.commands.ssm_patching import (
    CreatePatchBaseline,
    DeletePatchBaseline,
    DescribePatchBaselines,
    GetPatchBaseline,
    PatchRuleGroup,
    RegisterDefaultPatchBaseline,
    UpdatePatchBaseline,
)
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.rules.approval import SYSTEM, aws_baseline, baseline_in_force
from cloudlab.engine.rules.constraints import Broken, between, constrain, no_longer_than, one_of, pattern, tag_fault
from cloudlab.model.events.patching import DefaultBaselineChosen, PatchBaselineDeleted, PatchBaselineWritten
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.patching import AWS_BASELINE, DefaultBaseline, PatchBaseline
from cloudlab.model.time import stamp
from cloudlab.model.world import World

_LEVELS = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED")
_KEYS = (
    "ARCH",
    "ADVISORY_ID",
    "BUGZILLA_ID",
    "PATCH_SET",
    "PRODUCT",
    "PRODUCT_FAMILY",
    "CLASSIFICATION",
    "CVE_ID",
    "EPOCH",
    "MSRC_SEVERITY",
    "NAME",
    "PATCH_ID",
    "SECTION",
    "PRIORITY",
    "REPOSITORY",
    "RELEASE",
    "SEVERITY",
    "SECURITY",
    "VERSION",
)
"""What a patch filter may look at, at AWS; the fixes here have a classification and a severity."""
_FILTERS = ("NAME_PREFIX", "OWNER", "OPERATING_SYSTEM")


def need_baseline(ctx: Context, key: str, *, own: bool = False) -> PatchBaseline:
    """Return a baseline, AWS's own too unless it must be one of the team's; refuse as Systems Manager does."""
    if key == AWS_BASELINE and not own:
        return aws_baseline(ctx.scenario)
    found = ctx.world.find(PatchBaseline, key)
    if found is None:
        there = ", ".join(b.id for b in ctx.world.every(PatchBaseline))
        hint = f"There is {there}{'' if own else f' and {AWS_BASELINE}'}." if there else f"There is only AWS's own, {AWS_BASELINE}."
        refuse("DoesNotExistException", f"The patch baseline '{key}' does not exist.", hint)
    return found


@decides(CreatePatchBaseline)
def decide_create_patch_baseline(ctx: Context, command: CreatePatchBaseline) -> Events:
    if command.operating_system != SYSTEM:
        refuse(
            "ValidationException",
            f"1 validation error detected: Value '{command.operating_system}' at 'operatingSystem' is not modelled here.",
            f"The machines run {SYSTEM}.",
        )
    _check(command)
    fault = tag_fault((t.key, t.value) for t in command.tags)
    if fault is not None:
        refuse("ValidationException", *fault)
    baseline = PatchBaseline(
        ctx.new_id("pb"),
        command.name,
        ctx.now,
        _days(command.approval_rules),
        _names("approvedPatches", command.approved_patches),
        _names("rejectedPatches", command.rejected_patches),
        command.description,
    )
    yield PatchBaselineWritten(baseline)
    yield ResourcesSeen((("PatchBaseline", baseline.id),))


def _check(command: CreatePatchBaseline | UpdatePatchBaseline) -> None:
    """What Systems Manager looks at before anything else: names, lengths, and words it knows."""
    checks: list[Broken | None] = []
    if command.name is not None:
        checks.append(pattern(command.name, "name", r"[a-zA-Z0-9_\-.]{3,128}", "3 to 128 letters, digits and any of _ - ."))
    if command.description is not None:
        checks.append(no_longer_than(command.description, "description", 1024))
        if not command.description and isinstance(command, UpdatePatchBaseline):
            checks.append(pattern(command.description, "description", r".+", "Leave it out, or say something."))
    rules = command.approval_rules.patch_rules if command.approval_rules is not None else ()
    checks.append(_no_more(len(rules), "approvalRules.patchRules", 10))
    for number, rule in enumerate(rules, start=1):
        path = f"approvalRules.patchRules.{number}.member"
        checks.append(one_of(rule.compliance_level, f"{path}.complianceLevel", _LEVELS, "One of these."))
        filters = rule.patch_filter_group.patch_filters
        checks.append(_no_more(len(filters), f"{path}.patchFilterGroup.patchFilters", 4))
        for kept in filters:
            checks.append(one_of(kept.key, f"{path}.patchFilterGroup.patchFilters.key", _KEYS, "CLASSIFICATION or SEVERITY, for instance."))
            checks.append(_no_more(len(kept.values), f"{path}.patchFilterGroup.patchFilters.values", 20))
            checks += [pattern(v, f"{path}.patchFilterGroup.patchFilters.values", r".{1,64}", "1 to 64 characters.") for v in kept.values]
    constrain(*checks)


def _no_more(there: int, path: str, most: int) -> Broken | None:
    return between(there, f"{path}.length", 0, most)


def _days(rules: PatchRuleGroup | None) -> int | None:
    """Return after how many days security fixes are approved: the soonest of the rules that let critical ones through."""
    if rules is None:
        return None
    days = []
    for rule in rules.patch_rules:
        if rule.approve_after_days is None:
            refuse(
                "ValidationException",
                "Either ApproveAfterDays or ApproveUntilDate has to be given in a patch rule.",
                "ApproveAfterDays=0 approves a fix on the day it comes out; ApproveUntilDate is not modelled.",
            )
        if not 0 <= rule.approve_after_days <= 360:
            refuse(
                "ValidationException",
                f"1 validation error detected: Value '{rule.approve_after_days}' at 'approvalRules.patchRules.member.approveAfterDays' "
                "failed to satisfy constraint: Member must have value between 0 and 360",
                "0 approves a fix on the day it comes out.",
            )
        kept = {f.key: f.values for f in rule.patch_filter_group.patch_filters}
        if _lets(kept.get("CLASSIFICATION"), ("Security",)) and _lets(kept.get("SEVERITY"), ("Critical", "Important")):
            days.append(rule.approve_after_days)
    return min(days, default=None)


def _lets(values: tuple[str, ...] | None, wanted: tuple[str, ...]) -> bool:
    return values is None or "*" in values or any(v in values for v in wanted)


def _names(where: str, given: Iterable[str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(given))
    for name in names:
        if not 1 <= len(name) <= 100:
            refuse(
                "ValidationException",
                f"1 validation error detected: Value '{name}' at '{where}' failed to satisfy constraint: "
                "Member must have length less than or equal to 100",
                "Name fixes by their CVE id.",
            )
    return names


@decides(UpdatePatchBaseline)
def decide_update_patch_baseline(ctx: Context, command: UpdatePatchBaseline) -> Events:
    baseline = need_baseline(ctx, command.baseline_id, own=True)
    _check(command)
    if command.name is not None:
        baseline = replace(baseline, name=command.name)
    if command.approval_rules is not None:
        baseline = replace(baseline, approve_after_days=_days(command.approval_rules))
    if command.approved_patches is not None:
        baseline = replace(baseline, approved=_names("approvedPatches", command.approved_patches))
    if command.rejected_patches is not None:
        baseline = replace(baseline, rejected=_names("rejectedPatches", command.rejected_patches))
    if command.description is not None:
        baseline = replace(baseline, description=command.description)
    yield PatchBaselineWritten(baseline)
    yield ResourcesSeen((("PatchBaseline", baseline.id),))


@evolves(PatchBaselineWritten)
def evolve_patch_baseline_written(world: World, event: PatchBaselineWritten) -> World:
    return world.put(event.baseline)


@decides(RegisterDefaultPatchBaseline)
def decide_register_default_patch_baseline(ctx: Context, command: RegisterDefaultPatchBaseline) -> Events:
    baseline = need_baseline(ctx, command.baseline_id)
    yield DefaultBaselineChosen(DefaultBaseline(SYSTEM, baseline.id))


@evolves(DefaultBaselineChosen)
def evolve_default_baseline_chosen(world: World, event: DefaultBaselineChosen) -> World:
    return world.put(event.default)


@decides(DeletePatchBaseline)
def decide_delete_patch_baseline(ctx: Context, command: DeletePatchBaseline) -> Events:
    """Deleting what is not there succeeds, as in AWS; the one that counts cannot be deleted."""
    if command.baseline_id in (baseline_in_force(ctx.world, ctx.scenario).id, AWS_BASELINE):
        refuse(
            "ResourceInUseException",
            f"The patch baseline '{command.baseline_id}' is the default one and cannot be deleted.",
            f"Let another one count first: ssm register-default-patch-baseline --baseline-id {AWS_BASELINE}",
        )
    if ctx.world.find(PatchBaseline, command.baseline_id) is not None:
        yield PatchBaselineDeleted(command.baseline_id)


@evolves(PatchBaselineDeleted)
def evolve_patch_baseline_deleted(world: World, event: PatchBaselineDeleted) -> World:
    return world.drop(PatchBaseline, event.baseline)


# answers and looks ---------------------------------------------------------------------------------------------------------------


@answers(CreatePatchBaseline)
def answer_create_patch_baseline(ctx: Context, command: CreatePatchBaseline) -> dict[str, Any]:
    return {"BaselineId": ctx.new_id("pb")}


@answers(UpdatePatchBaseline)
def answer_update_patch_baseline(ctx: Context, command: UpdatePatchBaseline) -> dict[str, Any]:
    return _described(ctx.world.get(PatchBaseline, command.baseline_id))


@answers(RegisterDefaultPatchBaseline)
def answer_register_default_patch_baseline(ctx: Context, command: RegisterDefaultPatchBaseline) -> dict[str, Any]:
    return {"BaselineId": command.baseline_id}


@answers(DeletePatchBaseline)
def answer_delete_patch_baseline(ctx: Context, command: DeletePatchBaseline) -> dict[str, Any]:
    return {"BaselineId": command.baseline_id}


@decides(GetPatchBaseline)
def decide_get_patch_baseline(ctx: Context, command: GetPatchBaseline) -> Events:
    baseline = need_baseline(ctx, command.baseline_id)
    yield ResourcesSeen((("PatchBaseline", baseline.id),))


@answers(GetPatchBaseline)
def answer_get_patch_baseline(ctx: Context, command: GetPatchBaseline) -> dict[str, Any]:
    return _described(need_baseline(ctx, command.baseline_id))


def _described(baseline: PatchBaseline) -> dict[str, Any]:
    rule = {
        "PatchFilterGroup": {
            "PatchFilters": [
                {"Key": "CLASSIFICATION", "Values": ["Security"]},
                {"Key": "SEVERITY", "Values": ["Critical", "Important"]},
            ]
        },
        "ApproveAfterDays": baseline.approve_after_days,
    }
    return {
        "BaselineId": baseline.id,
        "Name": baseline.name,
        "OperatingSystem": SYSTEM,
        "ApprovalRules": {"PatchRules": [rule] if baseline.approve_after_days is not None else []},
        "ApprovedPatches": list(baseline.approved),
        "RejectedPatches": list(baseline.rejected),
        "CreatedDate": stamp(baseline.created),
        "Description": baseline.description,
    }


@decides(DescribePatchBaselines)
def decide_describe_patch_baselines(ctx: Context, command: DescribePatchBaselines) -> Events:
    yield ResourcesSeen(tuple(("PatchBaseline", b.id) for b in _chosen(ctx, command)))


@answers(DescribePatchBaselines)
def answer_describe_patch_baselines(ctx: Context, command: DescribePatchBaselines) -> dict[str, Any]:
    counts = baseline_in_force(ctx.world, ctx.scenario).id
    return {
        "BaselineIdentities": [
            {
                "BaselineId": b.id,
                "BaselineName": b.name,
                "OperatingSystem": SYSTEM,
                "BaselineDescription": b.description,
                "DefaultBaseline": b.id == counts,
            }
            for b in _chosen(ctx, command)
        ]
    }


def _chosen(ctx: Context, command: DescribePatchBaselines) -> list[PatchBaseline]:
    found = [aws_baseline(ctx.scenario), *ctx.world.every(PatchBaseline)]
    for kept in command.filters:
        match kept.name:
            case "NAME_PREFIX":
                found = [b for b in found if any(b.name.startswith(v) for v in kept.values)]
            case "OWNER":
                found = [b for b in found if ("AWS" if b.id == AWS_BASELINE else "Self") in kept.values]
            case "OPERATING_SYSTEM":
                found = found if SYSTEM in kept.values else []
            case _:
                refuse("ValidationException", f"The filter key '{kept.name}' is not valid.", f"One of {', '.join(_FILTERS)}.")
    return found
