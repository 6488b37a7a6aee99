"""Fronts: for each address callers were given, how much it can answer, with which model, or why it fails."""

from __future__ import annotations

from collections.abc import Callable

from cloudlab.model.operations import Front, Handover
from cloudlab.model.scenario import Need, Scenario
from cloudlab.model.world import World

FrontOf = Callable[[World, Scenario, Need, str], Front | None]
FRONT_OF: list[FrontOf] = []
"""Each asks one kind of resource: a Front, or None where the resource is not of that kind."""


def front_of(asked: FrontOf) -> FrontOf:
    """Register how one kind of resource answers requests."""
    FRONT_OF.append(asked)
    return asked


def fronts(world: World, scenario: Scenario, need: Need) -> tuple[Front, ...]:
    """Return how each handed-over address of `need` answers right now, oldest first."""
    found = []
    for handover in world.every(Handover):
        if handover.need == need.id:
            front = next((f for ask in FRONT_OF if (f := ask(world, scenario, need, handover.resource)) is not None), None)
            found.append(front or Front(handover.resource, 0, None, "gone", "the resource no longer exists"))
    return tuple(found)
