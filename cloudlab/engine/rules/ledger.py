"""The ledger: what a run has cost so far, line by line, cloud and people, summing exactly."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.engine.metering import accrued
from cloudlab.model.operations import Meter
from cloudlab.model.people import Toil
from cloudlab.model.time import HOUR, Seconds
from cloudlab.model.world import World

PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill."""

    line: str
    resource: str
    micros: int


def bill(world: World) -> tuple[Line, ...]:
    """Return every line of the bill up to now: meters per resource, then people per kind of task. Micro-dollars, each rounded down."""
    cloud = [Line(m.line, m.resource, accrued(m, world.now) // HOUR) for m in world.every(Meter)]
    people = [Line(PEOPLE, t.id, t.cost_micros) for t in world.every(Toil) if t.cost_micros]
    return (*cloud, *people)


def cost(world: World) -> int:
    """Return micro-dollars spent so far, cloud and people; the sum of the bill, asked too often to write its lines out."""
    cloud = sum(accrued(meter, world.now) // HOUR for meter in world.every(Meter))
    return cloud + sum(toil.cost_micros for toil in world.every(Toil))


def cost_by_line(world: World) -> dict[str, int]:
    """Return micro-dollars per ledger line; the sum is `cost`."""
    lines: dict[str, int] = {}
    for entry in bill(world):
        lines[entry.line] = lines.get(entry.line, 0) + entry.micros
    return lines


def hourly_rate(world: World) -> int:
    """Return micro-dollars per hour of all running meters."""
    return sum(m.rate for m in world.every(Meter) if m.since is not None)


def overspent_at(world: World, budget: int, ends: Seconds) -> Seconds | None:
    """Return the first instant after now, and before `ends`, at which more than `budget` micro-dollars are spent at present rates.

    None where there is none, or where it is overspent already.
    """
    if cost(world) > budget or cost(world.at(ends)) <= budget:
        return None
    low, high = world.now, ends
    while high - low > 1:
        middle = (low + high) // 2
        if cost(world.at(middle)) > budget:
            high = middle
        else:
            low = middle
    return high if high < ends else None
