"""AWS-RunPatchBaseline: which fixes the baseline in force approves, what is installed, and the reboot it may take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cloudlab.engine.document_runs import failed, no_space, one, runs, succeeded
from cloudlab.engine.instance_life import reboot
from cloudlab.engine.kernel import Context, Events
from cloudlab.engine.rules.approval import approved_from
from cloudlab.engine.rules.service_ways import to_service
from cloudlab.engine.rules.services import S3
from cloudlab.engine.rules.vulnerabilities import Fix, lacking
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.events.compute import InvocationAdvanced, SoftwareChanged
from cloudlab.model.time import stamp


@runs("AWS-RunPatchBaseline")
def run_patch_baseline(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """RebootIfNeeded restarts whenever something was installed or waits for a restart: Patch Manager does not look closer."""
    if stage == "rebooted":
        yield succeeded(invocation, f"{invocation.detail} Rebooted.")
        return
    path = to_service(ctx.world, instance.id, S3)
    if not path.ok:
        yield failed(invocation, f"dnf: the repositories, which lie in S3, cannot be reached: {path.sentence()}. {path.hint}")
        return
    pending = instance.software.pending_reboot
    missing = [f for f in lacking(ctx.world, instance) if f.vulnerability.id not in pending]
    due = {f.vulnerability.id: approved_from(ctx.world, ctx.scenario, f) for f in missing}
    approved = [f for f in missing if (at := due[f.vulnerability.id]) is not None and at <= ctx.now]
    held = [f for f in missing if f not in approved]
    if one(invocation, "Operation") == "Scan":
        yield succeeded(invocation, _report(ctx, "Missing", approved, held, pending))
        return
    if instance.disk == "full":
        yield no_space(invocation)
        return
    now = tuple(f.vulnerability.id for f in approved if not f.vulnerability.needs_reboot)
    later = tuple(f.vulnerability.id for f in approved if f.vulnerability.needs_reboot)
    software = instance.software
    if approved:
        software = replace(software, patched=(*software.patched, *now), pending_reboot=(*pending, *later))
        yield SoftwareChanged(instance.id, software)
    if one(invocation, "RebootOption") == "RebootIfNeeded" and (approved or pending):
        restart = reboot(ctx, instance.id)
        yield restart
        yield InvocationAdvanced(invocation.id, "rebooted", restart.booted_at, _report(ctx, "Installed", approved, held, ()))
        return
    yield succeeded(invocation, _report(ctx, "Installed", approved, held, software.pending_reboot))


def _report(ctx: Context, word: str, approved: Sequence[Fix], held: Sequence[Fix], pending: Sequence[str]) -> str:
    parts = [f"{word}: {', '.join(_name(f) for f in approved) or 'none'}."]
    if pending:
        parts.append(f"InstalledPendingReboot: {', '.join(pending)}.")
    for fix in held:
        at = approved_from(ctx.world, ctx.scenario, fix)
        parts.append(f"Not approved {f'before {stamp(at)}' if at is not None else 'by the baseline'}: {_name(fix)}.")
    return " ".join(parts)


def _name(fix: Fix) -> str:
    hole = fix.vulnerability
    return hole.id if hole.name == hole.id else f"{hole.id} ({hole.name})"
