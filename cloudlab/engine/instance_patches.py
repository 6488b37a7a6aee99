"""The fixes of one machine, one by one, as Patch Manager lists them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudlab.commands.ssm_patching import DescribeInstancePatches
from cloudlab.engine.instance import need_instance
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.engine.rules.constraints import between, constrain
from cloudlab.engine.rules.vulnerabilities import Fix, fixes, lacking
from cloudlab.model.compute import Instance
from cloudlab.model.events.run import ResourcesSeen

_STATES = {"Installed": "INSTALLED", "InstalledPendingReboot": "INSTALLED_PENDING_REBOOT", "Missing": "MISSING"}
"""As a filter takes them, and as the answer has them."""
_CLASS, _SEVERITY = "Security", "Critical"
"""Every hole here is one; how bad it is shows in what it opens, not in a grade."""


@decides(DescribeInstancePatches)
def decide_describe_instance_patches(ctx: Context, command: DescribeInstancePatches) -> Events:
    constrain(between(len(command.filters), "filters.length", 0, 5))
    for kept in command.filters:
        constrain(
            between(len(kept.key), "filters.member.key.length", 1, 128),
            *(between(len(v), "filters.member.values.member.length", 1, 256) for v in kept.values),
        )
        if kept.key not in ("State", "Classification", "Severity"):
            refuse("InvalidFilter", f"The filter key '{kept.key}' is not valid.", "State, Classification or Severity.")
        unknown = [v for v in kept.values if kept.key == "State" and v not in _STATES]
        if unknown:
            refuse("InvalidFilter", f"The filter value '{unknown[0]}' is not valid.", f"One of {', '.join(_STATES)}.")
    need_instance(ctx, command.instance_id)
    yield ResourcesSeen((("Instance", command.instance_id),))


@answers(DescribeInstancePatches)
def answer_describe_instance_patches(ctx: Context, command: DescribeInstancePatches) -> dict[str, Any]:
    instance = ctx.world.get(Instance, command.instance_id)
    kept = {f.key: f.values for f in command.filters}
    return {
        "Patches": [
            {
                "Title": fix.vulnerability.name,
                "KBId": fix.vulnerability.id,
                "Classification": _CLASS,
                "Severity": _SEVERITY,
                "State": _STATES[state],
                "CVEIds": fix.vulnerability.id,
            }
            for fix, state in _standing(ctx, instance)
            if state in kept.get("State", (state,))
            and _CLASS in kept.get("Classification", (_CLASS,))
            and _SEVERITY in kept.get("Severity", (_SEVERITY,))
        ]
    }


def _standing(ctx: Context, instance: Instance) -> Iterator[tuple[Fix, str]]:
    missing = lacking(ctx.world, instance)
    for fix in fixes(ctx.world):
        if fix not in missing:
            yield fix, "Installed"
        elif fix.vulnerability.id in instance.software.pending_reboot:
            yield fix, "InstalledPendingReboot"
        else:
            yield fix, "Missing"
