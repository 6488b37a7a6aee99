"""Losses in words: what losing a zone or a single thing would come to, as far as the team knows; asked of the engine's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cloudlab.engine.rules.availability import Loss, single_points, zone_losses
from cloudlab.engine.rules.knowledge import believed
from cloudlab.model.compute import Instance
from cloudlab.model.scenario import Scenario
from cloudlab.model.world import World


def _seen(world: World) -> World:
    """Return the World as the team takes it to be; machines it never saw (a fleet's own, say) are there all the same."""
    seen = believed(world)
    return replace(seen, tables={**seen.tables, Instance: {**world.table(Instance), **seen.table(Instance)}})


def losses(world: World, scenario: Scenario) -> list[str]:
    """Return a line for the loss of each zone in use, and one for each single thing that takes requests with it."""
    seen = _seen(world)
    lines = []
    for need in scenario.needs:
        zones, points = zone_losses(seen, scenario, need), single_points(seen, scenario, need)
        lines += [f"without {each.name}: {told(each)}" for each in (*zones, *points)]
        if zones and not points:
            lines.append("no single machine, database or NAT gateway takes requests with it")
    return lines


def told(loss: Loss) -> str:
    """Say what a loss comes to: `nothing is answered`, `50 % is answered`, `everything is answered`, and why."""
    share = {0: "nothing is answered", 1000: "everything is answered"}.get(
        loss.answered_permille, f"{loss.answered_permille / 10:g} % is answered"
    )
    return f"{share} ({loss.because})"


def loss_of(world: World, scenario: Scenario, key: str) -> Iterator[tuple[str, str]]:
    """Yield (need, what its loss comes to) for a zone or a thing of which that can be asked and matters."""
    seen = _seen(world)
    for need in scenario.needs:
        for loss in (*zone_losses(seen, scenario, need), *single_points(seen, scenario, need)):
            if loss.what == key:
                yield need.id, told(loss)
