"""Libraries: which holes in what an application ships are known, and what still runs with them."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.engine.rules.vulnerabilities import publication
from cloudlab.model.compute import Instance
from cloudlab.model.learning import Endpoint
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds
from cloudlab.model.world import World

KIND = "runtime-cve"
UNNAMED = "no CVE number yet"


@dataclass(frozen=True, slots=True)
class LibraryHole:
    """A hole in a library. Whatever was installed or deployed before its news came has it; what came later brings the fix."""

    name: str
    published: Seconds


def told(detail: str) -> tuple[str, Seconds]:
    """Return (name, age of its fix) from a level's detail, as for holes of the system; it may be left out."""
    if not detail:
        return UNNAMED, 0
    news = publication(detail)
    return news.cve, news.age


def hole_of(incident: Incident) -> LibraryHole:
    return LibraryHole(told(incident.detail)[0], incident.struck)


def library_holes(world: World) -> tuple[LibraryHole, ...]:
    """Return every one there has been news of so far."""
    return tuple(hole_of(i) for i in world.every(Incident) if i.kind == KIND)


def has_hole(record: Instance | Endpoint, hole: LibraryHole) -> bool:
    """Tell whether something runs with the old library: a server that serves, an endpoint in service.

    AWS mends the images of its built-in containers; an endpoint goes on with the one it was created from.
    """
    if isinstance(record, Endpoint):
        return record.status in ("Creating", "InService") and record.created < hole.published
    if record.state in ("shutting-down", "terminated"):
        return False
    return record.software.serving is not None and record.software.libraries_of < hole.published


def with_hole(world: World, hole: LibraryHole) -> list[Instance | Endpoint]:
    records: list[Instance | Endpoint] = [*world.every(Instance), *world.every(Endpoint)]
    return [r for r in records if has_hole(r, hole)]
