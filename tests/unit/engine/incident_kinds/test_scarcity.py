"""What there is not enough of: vCPUs that others of the account hold, machines that come up late."""

from __future__ import annotations

from cloudlab.commands.autoscaling import SetDesiredCapacity
from cloudlab.commands.ec2_compute import RunInstances, TerminateInstances
from cloudlab.commands.service_quotas import RequestServiceQuotaIncrease
from cloudlab.engine.rules.fleets import in_service, members
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.fleet import ScalingActivity
from cloudlab.model.images import AL2023
from cloudlab.model.operations import Incident
from cloudlab.model.quotas import Reservation
from cloudlab.model.scenario import Planned
from cloudlab.model.time import DAY, HOUR
from tests.support import MORNING, lay_network, open_simulation, run
from tests.unit.engine.test_fleet_balance import NAME, done, open_group

STRIKES = MORNING + 2 * HOUR


def open_struck(kind: str) -> Simulation:
    """Return a run with a group of four t3.small that was struck a moment ago."""
    simulation = open_group(incidents=(Planned("x", kind, STRIKES, STRIKES, "first"),))
    simulation.advance(STRIKES)
    return simulation


def struck(simulation: Simulation) -> Incident:
    return simulation.world.get(Incident, "x")


def test_nothing_more_is_launched_while_others_hold_the_rest() -> None:
    simulation = open_struck("quota-reached")
    assert simulation.world.get(Reservation, "x").units == 32 - 8
    done(simulation, SetDesiredCapacity(**NAME, desired_capacity=6))
    simulation.advance(simulation.now + HOUR)
    assert len(members(simulation.world, "web")) == 4
    assert any("VcpuLimitExceeded" in a.message for a in simulation.world.every(ScalingActivity))
    assert struck(simulation).is_open
    simulation.advance(STRIKES + 3 * DAY + HOUR)
    assert len(members(simulation.world, "web")) == 6
    assert struck(simulation).resolution == "the other team is done and gave back what it had"


def test_a_raised_quota_ends_it_sooner() -> None:
    simulation = open_struck("quota-reached")
    done(simulation, RequestServiceQuotaIncrease(service_code="ec2", quota_code="L-1216C47A", desired_value=64))
    simulation.advance(simulation.now + 2 * DAY)
    assert struck(simulation).resolution == "the quota was raised"
    done(simulation, SetDesiredCapacity(**NAME, desired_capacity=6))
    simulation.advance(simulation.now + HOUR)
    assert len(members(simulation.world, "web")) == 6


def test_a_machine_being_replaced_is_no_room_but_a_smaller_group_is() -> None:
    simulation = open_struck("quota-reached")
    done(simulation, TerminateInstances(instance_ids=(members(simulation.world, "web")[0].id,)))
    simulation.advance(simulation.now + HOUR)
    assert len(members(simulation.world, "web")) == 4  # its own vCPUs are its own again
    assert struck(simulation).is_open
    done(simulation, SetDesiredCapacity(**NAME, desired_capacity=3))
    simulation.advance(simulation.now + HOUR)
    assert struck(simulation).resolution == "something of your own was stopped"


def test_a_single_machine_is_struck_too() -> None:
    simulation = lay_network(open_simulation(incidents=(Planned("x", "quota-reached", STRIKES, STRIKES, "first"),)))
    launch = RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a")
    assert run(simulation, "ana", launch).refusal is None
    simulation.advance(STRIKES)
    refusal = run(simulation, "ana", launch).refusal
    assert refusal is not None
    assert refusal.code == "VcpuLimitExceeded"


def test_machines_come_up_ten_minutes_late_for_three_hours() -> None:
    simulation = open_struck("slow-scale-out")
    done(simulation, SetDesiredCapacity(**NAME, desired_capacity=6))
    began = simulation.now
    simulation.advance(began + 600)
    assert len(in_service(simulation.world, "web")) == 4
    simulation.advance(began + 700)
    assert len(in_service(simulation.world, "web")) == 6
    assert struck(simulation).is_open
    simulation.advance(STRIKES + 3 * HOUR)
    assert struck(simulation).resolution == "machines come up as fast as ever again"
    done(simulation, SetDesiredCapacity(**NAME, desired_capacity=5))
    simulation.advance(simulation.now + HOUR)
    done(simulation, SetDesiredCapacity(**NAME, desired_capacity=6))
    simulation.advance(simulation.now + 100)
    assert len(in_service(simulation.world, "web")) == 6


def test_who_launches_nothing_by_itself_is_not_struck() -> None:
    simulation = lay_network(open_simulation(incidents=(Planned("x", "slow-scale-out", STRIKES, STRIKES, "first"),)))
    run(simulation, "ana", RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a"))
    simulation.advance(STRIKES)
    assert struck(simulation).resource is None
    assert len(list(simulation.world.every(Instance))) == 1
