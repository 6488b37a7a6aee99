"""The opening: the World at a run's first instant - the team, what stands already, and what fate has planned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.engine.dice import roll
from cloudlab.engine.run import KINDS
from cloudlab.model.operations import Commitment, Debt, Handover, Incident, Meter, Segment, Serving, Sighting
from cloudlab.model.people import Person, Toil
from cloudlab.model.scenario import Planned, Scenario
from cloudlab.model.time import Seconds
from cloudlab.model.world import World

_BELONGS_TO_A_RUN = (Person, Toil, Commitment, Incident, Serving)
"""Records that say what a team did; those who built what is handed over take theirs along."""
_BELL = ("end", "incident", "work", "next-order")


def opening_world(scenario: Scenario, seed: int) -> World:
    """Return the World before the first input: what is handed over, the team at their desks, the incidents dealt."""
    world = World(seed=seed, now=scenario.starts) if scenario.handed_over is None else _taken_over(scenario.handed_over, seed)
    world = world.put(*scenario.team)
    for need in scenario.needs:
        before = scenario.handed_over.find(Serving, need.id) if scenario.handed_over is not None else None
        fronts = before.segments[-1].fronts if before is not None else ()
        world = world.put(Serving(need.id, (Segment(scenario.starts, fronts),)))
    for planned in scenario.incidents:
        world = world.schedule(strikes_at(planned, seed), "incident", planned.id)
    return world.schedule(scenario.ends, "end", scenario.id)


def _taken_over(built: World, seed: int) -> World:
    """Return what somebody else has built, as a team finds it: known to them, billed to them from now on, debts counted from now on."""
    now = built.now
    tables = {kind: table for kind, table in built.tables.items() if kind not in _BELONGS_TO_A_RUN}
    timers = tuple(t for t in built.timers if t.kind not in _BELL)
    world = World(seed, now, tables, timers, built.facts, built.next_seq)
    for meter in built.every(Meter):
        world = world.put(replace(meter, accrued=0, minimum=0, since=now if meter.since is not None else None))
    for debt in built.every(Debt):
        world = world.put(replace(debt, seconds=0, since=now if debt.since is not None else None))
    for handover in built.every(Handover):
        world = world.put(replace(handover, at=now))
    return world.put(*(Sighting(key, now, record) for key, record in _to_be_seen(built)))


def _to_be_seen(built: World) -> list[tuple[str, Any]]:
    """Return everything a handover walks through: all that can be looked at."""
    return [(key, record) for kind in KINDS.values() for key, record in built.table(kind).items()]


def strikes_at(planned: Planned, seed: int) -> Seconds:
    """Return the instant fate has chosen within the incident's window, to the minute."""
    minutes = (planned.latest - planned.earliest) // 60 + 1
    return planned.earliest + 60 * roll(seed, "incident", planned.id, sides=minutes)
