"""Patches: who is exposed, since when, how long the exploit clock still runs, and whose it is to patch; as far as the team knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloudlab.engine.incident_kinds.os_cve import is_exposed
from cloudlab.engine.naming import label
from cloudlab.engine.rules.approval import approved_from, baseline_in_force
from cloudlab.engine.rules.knowledge import believed
from cloudlab.engine.rules.libraries import KIND as LIBRARY_KIND
from cloudlab.engine.rules.libraries import hole_of, with_hole
from cloudlab.engine.rules.vulnerabilities import KIND, Fix, lacking, publication
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.learning import Endpoint
from cloudlab.model.operations import Incident
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import Seconds, span, stamp
from cloudlab.model.windows import MaintenanceWindow, WindowExecution, WindowTask
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class PatchLine:
    """How one machine, or one thing that has to do with patching, stands."""

    about: str
    text: str
    tone: str
    """bad: the internet can get at a hole; warn: a fix is missing; good; quiet: neither."""


@dataclass(frozen=True, slots=True)
class Patching:
    """One fix that is not in force on one machine."""

    instance: str
    name: str
    fix: Fix
    pending: bool
    """Installed, but waits for a restart."""
    exposed: bool
    """The internet can get at the hole now."""
    approved: Seconds | None
    """When the baseline in force lets it be installed; None where it never does."""
    clock: Seconds | None
    """When the first exploit is about; None where nobody has heard of one."""


def patchings(world: World, scenario: Scenario) -> Iterator[Patching]:
    """Yield what every machine of the team's own lacks, as the team knows it; the exposed first."""
    seen = believed(world)
    clocks = {publication(i.detail).cve: i.due for i in seen.every(Incident) if i.kind == KIND and i.detail}
    found = []
    for instance in seen.every(Instance):
        if instance.state in ("shutting-down", "terminated"):
            continue
        for fix in lacking(seen, instance):
            cve = fix.vulnerability.id
            found.append(
                Patching(
                    instance.id,
                    label(seen, instance.id),
                    fix,
                    cve in instance.software.pending_reboot,
                    is_exposed(seen, instance, cve),
                    approved_from(seen, scenario, fix),
                    clocks.get(cve),
                )
            )
    yield from sorted(found, key=lambda p: not p.exposed)


def told(patching: Patching, now: Seconds) -> str:
    """Say how one fix stands on one machine."""
    hole = patching.fix.vulnerability
    name = hole.id if hole.name == hole.id else f"{hole.id} ({hole.name})"
    parts = [f"{name}, known for {span(now - patching.fix.published)}"]
    parts.append("the internet can get at it" if patching.exposed else "nobody on the internet can get at it now")
    if patching.clock is not None:
        left = patching.clock - now
        parts.append(f"exploit clock {span(left)} (until {stamp(patching.clock)})" if left > 0 else "exploits are about")
    if patching.pending:
        parts.append("installed, waits for a restart")
    elif patching.approved is None:
        parts.append("the baseline in force never approves it")
    elif patching.approved > now:
        parts.append(f"the baseline in force approves it {stamp(patching.approved)}")
    else:
        parts.append("approved: AWS-RunPatchBaseline installs it")
    return "; ".join(parts)


def _in_libraries(world: World) -> Iterator[PatchLine]:
    """Say which servers and endpoints still run with a library of which a hole is known, and what helps."""
    seen = believed(world)
    for incident in seen.every(Incident):
        if incident.kind != LIBRARY_KIND:
            continue
        hole = hole_of(incident)
        left = incident.due - world.now if incident.due is not None else None
        clock = "" if left is None else f"; exploit clock {span(left)}" if left > 0 else "; exploits are about"
        for record in with_hole(seen, hole):
            helps = "create another, delete this one" if isinstance(record, Endpoint) else "cloudlab-InstallRuntime brings today's"
            name = record.id if isinstance(record, Endpoint) else f"{label(seen, record.id)} ({record.id})"
            yield PatchLine(name, f"{hole.name}: a hole in a library in use{clock}; {helps}", "warn")


def patch_lines(world: World, scenario: Scenario) -> Iterator[PatchLine]:
    """Yield the whole picture: what is open on machines of one's own, what AWS patches by itself, the baseline, the windows."""
    baseline = baseline_in_force(world, scenario)
    days = baseline.approve_after_days
    rule = f"approves {days} days after the release" if days is not None else "approves by name only"
    lines = [PatchLine(f"{p.name} ({p.instance})", told(p, world.now), "bad" if p.exposed else "warn") for p in patchings(world, scenario)]
    lines += _in_libraries(world)
    own = [i for i in believed(world).every(Instance) if i.state in ("pending", "running", "stopping", "stopped")]
    if own and not lines:
        all_well = f"Nothing is missing on {len(own)} machine{'s' * (len(own) != 1)} of yours, as far as you know."
        lines = [PatchLine(all_well, "", "good")]
    managed = [e.id for e in world.every(Endpoint) if e.status == "InService"] + [d.id for d in world.every(DbInstance)]
    lines += [PatchLine(key, "AWS patches its system", "quiet") for key in managed]
    yield from lines or [PatchLine("Nothing with an operating system stands yet.", "", "quiet")]
    yield PatchLine("baseline in force", f"{baseline.name}, {rule}", "quiet")
    yield from _windows(world)


def patches_text(world: World, scenario: Scenario) -> str:
    """Return the picture in plain lines."""
    return "\n".join(f"{p.about}: {p.text}" if p.text else p.about for p in patch_lines(world, scenario))


def _windows(world: World) -> Iterator[PatchLine]:
    """Say when each window opens next and what it runs, and how it went the last time."""
    for window in world.every(MaintenanceWindow):
        opens = f"opens {stamp(window.opens)}, in {span(window.opens - world.now)}" if window.opens is not None else "switched off"
        runs = ", ".join(dict.fromkeys(_task_told(t) for t in world.every(WindowTask) if t.window == window.id)) or "nothing yet"
        past = [e for e in world.every(WindowExecution) if e.window == window.id]
        last = f"; {stamp(past[-1].started)}: {past[-1].status} {past[-1].detail}".rstrip() if past else ""
        yield PatchLine(f"maintenance window {window.name} ({window.id})", f"{opens}, {window.duration} h; runs {runs}{last}", "quiet")


def _task_told(task: WindowTask) -> str:
    given = " ".join(f"{key}={','.join(values)}" for key, values in task.parameters)
    return f"{task.document} {given}".rstrip()
