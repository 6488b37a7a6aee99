"""The opening: the World at a run's first instant, with its team, and what fate has planned."""

from __future__ import annotations

from cloudlab.engine.dice import roll
from cloudlab.model.operations import Segment, Serving
from cloudlab.model.scenario import Planned, Scenario
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


def opening_world(scenario: Scenario, seed: int) -> World:
    """Return the World before the first input: an empty account, the team at their desks, the incidents dealt."""
    world = World(seed=seed, now=scenario.starts).put(*scenario.team)
    for need in scenario.needs:
        world = world.put(Serving(need.id, (Segment(scenario.starts, ()),)))
    for planned in scenario.incidents:
        world = world.schedule(strikes_at(planned, seed), "incident", planned.id)
    return world.schedule(scenario.ends, "end", scenario.id)


def strikes_at(planned: Planned, seed: int) -> Seconds:
    """Return the instant fate has chosen within the incident's window, to the minute."""
    minutes = (planned.latest - planned.earliest) // 60 + 1
    return planned.earliest + 60 * roll(seed, "incident", planned.id, sides=minutes)
