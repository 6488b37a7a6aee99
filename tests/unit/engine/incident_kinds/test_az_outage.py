"""A zone outage: the busiest zone goes, with everything in it; who stands in two zones goes on, who has one waits for hours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudlab.commands.ec2_compute import DescribeInstanceStatus, RunInstances, StartInstances
from cloudlab.engine.incident_kinds.az_outage import lasts, told
from cloudlab.engine.kernel import Context
from cloudlab.engine.rules.reachability import from_internet, to_internet
from cloudlab.engine.rules.traffic import tally
from cloudlab.engine.rules.zones import down_zones
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.learning import Endpoint, Variant
from cloudlab.model.operations import Handover, Incident, Serving, ZoneOutage
from cloudlab.model.scenario import Planned
from cloudlab.model.time import DAY, HOUR
from tests.balanced import NEED, SERVES, SPEC, Fleet, lay_two_zones, open_fleet
from tests.network import ask, refused
from tests.support import MORNING, dealt, put_server, settle

STRIKES = MORNING + 6 * HOUR


def planned(**changes: str) -> Planned:
    return Planned("out", "az-outage", STRIKES, STRIKES, changes.get("aim", "busiest"), detail=changes.get("detail", ""))


def two_doors(aim: str = "busiest", detail: str = "") -> Simulation:
    """Two public servers in zone a and one in zone b; callers have all three addresses."""
    simulation = lay_two_zones()
    for name, zone, subnet, ip in (
        ("a-1", "a", "subnet-a", "10.0.0.50"),
        ("a-2", "a", "subnet-a", "10.0.0.51"),
        ("b-1", "b", "subnet-b", "10.0.1.50"),
    ):
        server = replace(SERVES, server_port=443)
        put_server(simulation, name, subnet=subnet, zone=f"us-east-1{zone}", private_ip=ip, groups=("sg-web",), software=server)
        simulation.world = simulation.world.put(Handover(f"answers:{name}", "answers", name, MORNING))
    settle(simulation)
    dealt(simulation, planned(aim=aim, detail=detail))
    return simulation


def causes(simulation: Simulation) -> dict[str, str | None]:
    return {f.resource: f.cause for f in simulation.world.get(Serving, "answers").segments[-1].fronts}


def test_the_zone_that_serves_most_goes_and_what_is_in_it_hears_nothing() -> None:
    simulation = two_doors(detail="4h")
    simulation.advance(STRIKES)
    incident = simulation.world.get(Incident, "out")
    assert (incident.resource, incident.detail, incident.duty, incident.holder) == ("a-1", "us-east-1a", "failover", "customer")
    assert down_zones(simulation.world) == ("us-east-1a",)
    assert causes(simulation) == {"a-1": "timeout", "a-2": "timeout", "b-1": None}
    assert simulation.world.get(Instance, "a-1").state == "running"
    there = from_internet(simulation.world, "a-1", 443)
    assert (there.symptom, there.sentence()) == ("timeout", "internet -> a-1: blocked here, its zone us-east-1a is down")
    assert not to_internet(simulation.world, "a-1").ok  # so no agent reports and no document runs
    status = ask(simulation, DescribeInstanceStatus(instance_ids=("a-1",)))["InstanceStatuses"][0]
    assert (status["InstanceState"]["Name"], status["InstanceStatus"]["Status"], status["SystemStatus"]["Status"]) == (
        "running",
        "impaired",
        "impaired",
    )


def test_customers_tell_after_half_an_hour_where_nothing_watches() -> None:
    simulation = two_doors()
    simulation.advance(STRIKES + 1_799)
    assert simulation.world.get(Incident, "out").detected is None
    simulation.advance(STRIKES + 1_800)
    assert simulation.world.get(Incident, "out").detected == STRIKES + 1_800


def test_power_comes_back_and_machines_boot_again() -> None:
    simulation = two_doors(detail="4h")
    simulation.advance(STRIKES + 4 * HOUR - 1)
    assert simulation.world.get(Incident, "out").is_open
    simulation.advance(STRIKES + 4 * HOUR)
    assert simulation.world.get(Incident, "out").resolution == "us-east-1a is back"
    assert simulation.world.get(Instance, "a-1").checks == "initializing"
    assert simulation.world.get(Instance, "b-1").checks == "passed"
    simulation.advance(STRIKES + 5 * HOUR)
    assert causes(simulation) == {"a-1": None, "a-2": None, "b-1": None}


@pytest.mark.parametrize(("aim", "detail", "zone"), [("first", "", "us-east-1a"), ("first", "us-east-1b 2h", "us-east-1b")])
def test_a_level_may_name_the_zone(aim: str, detail: str, zone: str) -> None:
    simulation = two_doors(aim, detail)
    simulation.advance(STRIKES)
    assert simulation.world.get(Incident, "out").detail == zone


def test_the_second_zone_carries_on_behind_a_load_balancer() -> None:
    """Over for callers once the name has left the lost node and the lost target is out: by itself, in about a minute."""
    fleet = open_fleet()
    dealt(fleet.sim, planned(detail="4h"))
    fleet.sim.advance(STRIKES)
    struck = fleet.sim.world.get(Incident, "out")
    assert (struck.resource, struck.detail) == ("web-a", "us-east-1a")
    fleet.sim.advance(STRIKES + 120)
    over = fleet.sim.world.get(Incident, "out")
    assert over.resolution == "what stands in other zones answers; us-east-1a is still down"
    assert over.resolved is not None
    assert 60 <= over.resolved - STRIKES <= 95
    assert over.detected is None  # it was over before anybody called
    before = tally(fleet.sim.world, fleet.sim.scenario, NEED, STRIKES + 120).offered
    fleet.sim.advance(STRIKES + 4 * HOUR)
    later = tally(fleet.sim.world, fleet.sim.scenario, NEED, STRIKES + 120)
    assert later.served == later.offered > before


def one_zone_fleet() -> Fleet:
    fleet = open_fleet(instances=("web-a",))
    fleet.sim.world = fleet.sim.world.drop(Instance, "web-b")
    return fleet


def test_one_zone_behind_a_load_balancer_is_still_one_zone() -> None:
    fleet = one_zone_fleet()
    dealt(fleet.sim, planned(detail="4h"))
    fleet.sim.advance(STRIKES + 3 * HOUR)
    assert fleet.sim.world.get(Incident, "out").is_open
    assert {cause for _, _, cause in fleet.fronts()} == {"HTTP 504"}
    got = tally(fleet.sim.world, fleet.sim.scenario, NEED, STRIKES)
    assert got.served == 0


def test_a_managed_endpoint_loses_a_third_of_its_instances_and_gets_them_back() -> None:
    simulation = lay_two_zones()
    simulation.world = simulation.world.drop(Instance, "web-a").drop(Instance, "web-b")
    variants = (Variant("AllTraffic", "m", "ml.m5.large", 3, 1000),)
    simulation.world = simulation.world.put(
        Endpoint("e", "c", "InService", MORNING, variants, SPEC), Handover("answers:e", "answers", "e", MORNING)
    )
    dealt(simulation, planned(detail="4h"))
    simulation.advance(STRIKES)
    incident = simulation.world.get(Incident, "out")
    assert (incident.resource, incident.holder) == ("e", "provider")
    assert simulation.world.get(Serving, "answers").segments[-1].fronts[0].capacity == 12_000
    simulation.advance(STRIKES + 299)
    assert simulation.world.get(Endpoint, "e").lost == 1
    simulation.advance(STRIKES + 300)
    assert simulation.world.get(Endpoint, "e").lost == 0
    assert simulation.world.get(Incident, "out").resolution == "AWS put up in other zones what was lost"


def test_nothing_stands_so_nothing_is_struck() -> None:
    simulation = lay_two_zones()
    simulation.world = simulation.world.drop(Instance, "web-a").drop(Instance, "web-b")
    dealt(simulation, planned())
    simulation.advance(STRIKES)
    assert simulation.world.get(Incident, "out").resource is None
    assert down_zones(simulation.world) == ()


def test_outages_last_as_the_dated_ones_did() -> None:
    """Of many runs: two hours at least, half at four or less, nine tenths at twelve or less, two days at most."""
    simulation = lay_two_zones()
    found = []
    for seed in range(1_000):
        ctx = Context(replace(simulation.world, seed=seed), simulation.scenario, "x")
        found.append(lasts(ctx, Incident("out", "az-outage", "web-a", "failover", "customer", 0), ""))
    assert min(found) >= 2 * HOUR
    assert max(found) <= 2 * DAY
    assert 450 <= sum(f <= 4 * HOUR for f in found) <= 550
    assert 870 <= sum(f <= 12 * HOUR for f in found) <= 930


# capacity -------------------------------------------------------------------------------------------------------------------


def launch(subnet: str, kind: str = "t3.large") -> RunInstances:
    return RunInstances(image_id="ami-0c101f26f147fa7fd", instance_type=kind, min_count=1, max_count=1, subnet_id=subnet)


def test_nothing_launches_or_starts_in_a_zone_that_is_down() -> None:
    simulation = lay_two_zones()
    simulation.world = simulation.world.change(Instance, "web-a", state="stopped").put(ZoneOutage("us-east-1a", MORNING, MORNING + DAY))
    assert refused(simulation, launch("subnet-a")).code == "InsufficientInstanceCapacity"
    assert refused(simulation, StartInstances(instance_ids=("web-a",))).code == "InsufficientInstanceCapacity"


def test_next_door_half_of_the_half_hours_are_sold_out_and_dice_are_keyed() -> None:
    """The same question has the same answer for half an hour, whatever else was asked meanwhile."""
    short = 0
    for seed in range(200):
        simulation = lay_two_zones(ends=MORNING + 2 * DAY)
        world = replace(simulation.world, seed=seed).put(ZoneOutage("us-east-1a", MORNING, MORNING + DAY))
        simulation.world = world
        first = simulation.preview("ana", launch("subnet-b")).refusal
        simulation.world = world.at(MORNING + 1_799)
        assert simulation.preview("ana", launch("subnet-b")).refusal == first
        if first is not None:
            assert first.code == "InsufficientInstanceCapacity"
            short += 1
    assert 70 <= short <= 130


def test_without_an_outage_there_is_room() -> None:
    assert lay_two_zones().preview("ana", launch("subnet-b")).refusal is None


def test_what_a_level_may_say_of_an_outage() -> None:
    assert told("") == (None, None)
    assert told("us-east-1b 5h") == ("us-east-1b", 5 * HOUR)
    assert told("90m") == (None, 5_400)
    with pytest.raises(AssertionError, match="'soon' is neither a zone"):
        told("soon")
