"""Traffic spike: a need's requests are multiplied for a while; room for them ends it, and so does time; all are accounted for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudlab.commands.autoscaling import SetDesiredCapacity
from cloudlab.engine.incident_kinds.traffic_spike import Spike, told
from cloudlab.engine.rules.arrivals import arrivals, flow_of
from cloudlab.engine.rules.fleets import in_service
from cloudlab.engine.rules.traffic import by_hour, tally
from cloudlab.engine.simulation import Simulation
from cloudlab.lab.waiting import cost_of_waiting
from cloudlab.model.compute import Instance
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.operations import Incident, Surge
from cloudlab.model.scenario import Need, Planned, Traffic
from cloudlab.model.time import HOUR, MINUTE
from tests.balanced import Fleet, open_fleet
from tests.network import ask
from tests.scaled import MOST, open_following
from tests.support import dealt

BUSY = Need("answers", "Answers", "tiny", Traffic(3_000, (1000,) * 24, noise=0))
"""Two t3.large answer 3,600 a minute: enough for this, and not for three times as much."""


def spiked(sim: Simulation, *incidents: Planned) -> Simulation:
    """Deal spikes that strike an hour from now, at half past a minute, and let them."""
    strikes = sim.now // MINUTE * MINUTE + HOUR + 30
    for incident in incidents:
        planned = replace(incident, earliest=strikes, latest=strikes)
        others = sim.scenario.incidents
        dealt(sim, planned)
        sim.scenario = replace(sim.scenario, incidents=(*others, planned))
    sim.advance(strikes)
    return sim


def spike(detail: str = "", name: str = "x") -> Planned:
    return Planned(name, "traffic-spike", 0, 0, "busiest", detail=detail)


def busy(*incidents: Planned) -> tuple[Fleet, Simulation]:
    fleet = open_fleet(needs=(BUSY,))
    return fleet, spiked(fleet.sim, *incidents)


def test_requests_are_three_times_as_many_for_ninety_minutes_and_not_a_second_before() -> None:
    _, sim = busy(spike())
    before, began = tally(sim.world, sim.scenario, BUSY), -(-sim.now // MINUTE) * MINUTE
    sim.advance(sim.now + 3 * HOUR)
    assert tally(sim.world, sim.scenario, BUSY, until=began - 30) == before
    rush = tally(sim.world, sim.scenario, BUSY, began, began + 90 * MINUTE)
    assert rush.offered == 3 * 3_000 * 90
    assert rush.served == 2 * 1_800 * 90
    assert dict(rush.failed) == {"overload": rush.offered - rush.served}
    after = tally(sim.world, sim.scenario, BUSY, began + 90 * MINUTE, sim.now)
    assert after.offered == after.served == 3_000 * (sim.now - began - 90 * MINUTE) // MINUTE
    assert sim.world.get(Incident, "x").resolution == "the rush is over"


def test_a_monitored_system_tells_after_three_minutes_customers_after_half_an_hour() -> None:
    _, sim = busy(spike())
    struck = sim.now
    sim.advance(struck + 30 * MINUTE)
    assert sim.world.get(Incident, "x").detected == struck + 30 * MINUTE
    fleet = open_fleet(needs=(BUSY,))
    for key in ("web-a", "web-b"):
        software = replace(fleet.sim.world.get(Instance, key).software, monitoring=True)
        fleet.sim.world = fleet.sim.world.change(Instance, key, software=software)
    watched = spiked(fleet.sim, spike())
    struck = watched.now
    watched.advance(struck + 10 * MINUTE)
    incident = watched.world.get(Incident, "x")
    assert incident.detected == struck + 3 * MINUTE
    waiting = cost_of_waiting(watched.world, watched.scenario, incident)
    assert waiting.failing == (3 * 3_000 - 2 * 1_800) * 60  # all of the fleet's, not the struck machine's half


def test_who_has_room_for_it_is_never_paged() -> None:
    fleet = open_fleet()  # 600 a minute for two that answer 3,600
    sim = spiked(fleet.sim, spike())
    assert sim.world.get(Incident, "x").resolution == "what answers has room for all of it"
    sim.advance(sim.now + 2 * HOUR)
    assert sim.world.get(Incident, "x").detected is None
    got = tally(sim.world, sim.scenario, sim.scenario.needs[0])
    assert got.offered - got.served == dict(got.failed).get("no address", 0)  # from before there was a listener


def test_a_fleet_that_follows_its_load_grows_into_it() -> None:
    fleet = open_following(2)
    sim = spiked(fleet.sim, spike("2x 3h"))
    before = len(in_service(sim.world, "web"))
    sim.advance(sim.now + HOUR)
    assert sim.world.get(AutoScalingGroup, "web").desired == MOST > before
    assert sim.world.get(Incident, "x").resolution == "what answers has room for all of it"


def test_machines_added_by_hand_end_it() -> None:
    fleet = open_following(2)
    sim = fleet.sim
    sim.world = sim.world.change(AutoScalingGroup, "web", suspended=("AlarmNotification",))
    spiked(sim, spike("2x 2h"))
    assert sim.world.get(Incident, "x").is_open
    ask(sim, SetDesiredCapacity(auto_scaling_group_name="web", desired_capacity=8))
    sim.advance(sim.now + 15 * MINUTE)
    assert sim.world.get(Incident, "x").resolution == "what answers has room for all of it"


def test_two_at_once_multiply_each_other_and_with_a_failing_machine_every_request_is_accounted_for() -> None:
    broken = Planned("b", "disk-full", 0, 0, "first")
    _, sim = busy(spike("2x 2h"), spike("3x 1h", "y"), broken)
    began = -(-sim.now // MINUTE) * MINUTE
    sim.advance(sim.now + 4 * HOUR)
    need = sim.scenario.needs[0]
    rush = tally(sim.world, sim.scenario, need, began + 10 * MINUTE, began + 20 * MINUTE)
    assert rush.offered == 6 * 3_000 * 10
    total = tally(sim.world, sim.scenario, need)
    assert total.offered == total.served + sum(n for _, n in total.failed) == flow_of(sim.world, sim.scenario, need).total(sim.now)
    assert dict(total.failed)["overload"] > 0
    assert dict(total.failed)["error"] > 0
    hours = by_hour(sim.world, sim.scenario, need, sim.scenario.starts, sim.now)
    assert sum(part.offered for _, part in hours) == total.offered
    assert sum(part.served for _, part in hours) == total.served


def test_who_answers_nobody_is_not_struck() -> None:
    fleet = open_fleet(instances=())
    sim = spiked(fleet.sim, spike())
    assert sim.world.get(Incident, "x").resource is None
    assert not sim.world.table(Surge)


def test_a_surge_leaves_every_other_minute_as_it_was() -> None:
    noisy = Traffic(100, (1000,) * 24, noise=200)
    usual, surging = arrivals(noisy, "n", 0, 5 * HOUR, 1), arrivals(noisy, "n", 0, 5 * HOUR, 1, 0, ((HOUR, 2 * HOUR, 3000),))
    assert surging.minutes(0, HOUR) == usual.minutes(0, HOUR)
    assert surging.minutes(HOUR, 2 * HOUR) == tuple(3 * n for n in usual.minutes(HOUR, 2 * HOUR))
    assert surging.minutes(2 * HOUR, 5 * HOUR) == usual.minutes(2 * HOUR, 5 * HOUR)
    assert surging.peak(HOUR, 2 * HOUR) == 3 * usual.peak(HOUR, 2 * HOUR)


def test_what_a_level_says_of_it() -> None:
    assert told("5x 2h") == Spike(5_000, 2 * HOUR)
    assert told("90m") == Spike(None, 90 * MINUTE)
    assert told("") == Spike()
    for wrong in ("five", "1x"):
        with pytest.raises(AssertionError):
            told(wrong)
