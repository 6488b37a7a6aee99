"""Availability: the loss of a zone or a single thing is asked of the rules that serve, before it happens."""

from __future__ import annotations

import pytest

from cloudlab.engine.rules.availability import Loss, single_points, without, without_zone, zone_losses
from cloudlab.engine.simulation import Simulation
from cloudlab.model.learning import Endpoint, Variant
from cloudlab.model.operations import Handover, ZoneOutage
from tests.balanced import NEED, SPEC, lay_two_zones, open_fleet
from tests.support import MORNING, card, open_simulation, settle


def zones(simulation: Simulation) -> dict[str, tuple[int, str]]:
    found = zone_losses(simulation.world, simulation.scenario, NEED)
    return {loss.what: (loss.answered_permille, loss.because) for loss in found}


def test_two_zones_behind_a_load_balancer_survive_either() -> None:
    fleet = open_fleet()
    assert zones(fleet.sim) == {
        "us-east-1a": (1000, "web-b answers without it"),
        "us-east-1b": (1000, "web-a answers without it"),
    }
    assert single_points(fleet.sim.world, fleet.sim.scenario, NEED) == ()
    assert fleet.sim.world.table(ZoneOutage) == {}  # only asked


def test_one_machine_behind_it_is_the_single_point_and_its_zone_with_it() -> None:
    fleet = open_fleet(instances=("web-a",))
    lost = zones(fleet.sim)
    assert lost["us-east-1a"][0] == 0
    assert "us-east-1a is down" in lost["us-east-1a"][1]
    assert [(loss.what, loss.fatal) for loss in single_points(fleet.sim.world, fleet.sim.scenario, NEED)] == [("web-a", True)]


def test_the_worst_comes_first() -> None:
    fleet = open_fleet(instances=("web-a",))
    found = zone_losses(fleet.sim.world, fleet.sim.scenario, NEED)
    assert [loss.answered_permille for loss in found] == sorted(loss.answered_permille for loss in found)


def test_what_nobody_serves_has_no_single_point() -> None:
    simulation = lay_two_zones()
    settle(simulation)
    assert single_points(simulation.world, simulation.scenario, NEED) == ()
    assert all(because == "callers have been given no address yet" for _, because in zones(simulation).values())


def test_addresses_of_machines_lose_their_part() -> None:
    simulation = lay_two_zones()
    simulation.world = simulation.world.put(*(Handover(f"answers:{i}", "answers", i, MORNING) for i in ("web-a", "web-b")))
    settle(simulation)
    whole = without_zone(simulation.world, "us-east-1a")
    assert whole.table(ZoneOutage).keys() == {"us-east-1a"}
    found = zone_losses(simulation.world, simulation.scenario, NEED)
    assert all(loss.answered_permille < 1000 for loss in found)


@pytest.mark.parametrize(("count", "gap"), [(1, True), (2, False)])
def test_an_endpoint_goes_on_and_says_when_there_is_a_gap(count: int, gap: bool) -> None:
    simulation = open_simulation(needs=(NEED,), cards={"tiny": card()})
    endpoint = Endpoint("e", "config", "InService", MORNING, (Variant("AllTraffic", "m", "ml.m5.large", count, 1000),), SPEC)
    simulation.world = simulation.world.put(endpoint, Handover("answers:e", "answers", "e", MORNING))
    settle(simulation)
    (loss,) = zone_losses(simulation.world, simulation.scenario, NEED)
    assert (loss.answered_permille, "AWS puts its only instance up" in loss.because) == (1000, gap)


def test_a_machine_that_is_gone_is_found_out_by_the_checks() -> None:
    fleet = open_fleet()
    after = without(fleet.sim.world, "web-a")
    assert after != fleet.sim.world
    assert fleet.state("web-a") == "healthy"


def test_a_loss_of_everything_is_fatal() -> None:
    assert Loss("x", "x", 0, "").fatal
    assert not Loss("x", "x", 1, "").fatal
