"""Fronts: an address divides its part among what is behind it, and all parts have one denominator."""

from __future__ import annotations

import pytest

from cloudlab.engine.rules import fronts as rules
from cloudlab.engine.rules.fronts import fronts
from cloudlab.engine.rules.zones import down_zones, is_down
from cloudlab.model.operations import Front, Handover, ZoneOutage
from cloudlab.model.scenario import Need, Traffic
from cloudlab.model.time import HOUR
from tests.support import MORNING, open_simulation

NEED = Need("answers", "Answers", "tiny", Traffic(60, (1000,) * 24))


def test_addresses_share_evenly_whatever_is_behind_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers have three addresses: one server, and two with two and three parts behind them: 6 + (2, 4) + (1, 2, 3) of 18."""
    behind = {
        "i-1": (Front("i-1", 60, None),),
        "two": (Front("i-2", 60, None, share=1), Front("i-3", 60, None, share=2)),
        "three": (Front("i-4", 60, None, share=1), Front("i-5", 60, None, share=2), Front("i-6", 60, None, share=3)),
    }
    monkeypatch.setattr(rules, "FRONT_OF", [lambda world, scenario, need, resource: behind.get(resource)])
    simulation = open_simulation(needs=(NEED,))
    world = simulation.world.put(*(Handover(f"answers:{name}", "answers", name, MORNING) for name in behind))
    assert [f.share for f in fronts(world, simulation.scenario, NEED)] == [6, 2, 4, 1, 2, 3]
    alone = simulation.world.put(Handover("answers:three", "answers", "three", MORNING))
    assert [f.share for f in fronts(alone, simulation.scenario, NEED)] == [1, 2, 3]
    gone = world.put(Handover("answers:i-9", "answers", "i-9", MORNING))
    assert fronts(gone, simulation.scenario, NEED)[-1] == Front("i-9", 0, None, "gone", "the resource no longer exists", 6)


def test_a_zone_is_down_while_its_outage_stands() -> None:
    world = open_simulation().world
    assert not is_down(world, "us-east-1a")
    hit = world.put(ZoneOutage("us-east-1b", MORNING, MORNING + HOUR), ZoneOutage("us-east-1a", MORNING, MORNING + HOUR))
    assert is_down(hit, "us-east-1a")
    assert not is_down(hit, "us-east-1c")
    assert down_zones(hit) == ("us-east-1b", "us-east-1a")
