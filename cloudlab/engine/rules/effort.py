"""Effort: how long a person needs for a command, and what those hours cost."""

from __future__ import annotations

from cloudlab.commands.base import Command
from cloudlab.model.catalogue import Catalogue
from cloudlab.model.operations import Incident
from cloudlab.model.people import Person
from cloudlab.model.time import HOUR, Seconds
from cloudlab.model.world import World


def attended(catalogue: Catalogue, person: Person, command: Command) -> Seconds:
    """Return the attended seconds: base effort, three-fold outside the person's expertise, 100/60/33 % with repetition."""
    entry = catalogue.effort(command.effort_key)
    inside = command.reads or entry.domain in person.expertise
    return catalogue.people.work_seconds(entry.seconds, dict(person.done).get(command.effort_key, 0), inside)


def is_paged(world: World) -> bool:
    """Tell whether someone of the team is paged right now: only then does work go on outside working hours."""
    return any(i.is_open and i.detected is not None and i.holder == "customer" for i in world.every(Incident))


def people_cost(catalogue: Catalogue, person: Person, seconds: Seconds, outside: Seconds) -> int:
    """Return micro-dollars for `seconds` of work, `outside` of them outside working hours at the overtime factor."""
    weighted = seconds * 1000 + outside * (catalogue.people.overtime_permille - 1000)
    return person.hourly_micros * weighted // (HOUR * 1000)
