"""A group's zones evened out once both are there again, its processes held and let go, target groups taken from it."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.autoscaling import (
    CreateAutoScalingGroup,
    DescribeAutoScalingGroups,
    DetachLoadBalancerTargetGroups,
    ResumeProcesses,
    SetDesiredCapacity,
    SuspendProcesses,
)
from cloudlab.commands.ec2_compute import TerminateInstances
from cloudlab.commands.ec2_template import CreateLaunchTemplate
from cloudlab.engine.rules.fleets import members
from cloudlab.engine.simulation import Simulation
from cloudlab.model.balancing import Target
from cloudlab.model.compute import Instance
from cloudlab.model.events.zones import ZoneCameBack
from cloudlab.model.fleet import AutoScalingGroup, ScalingActivity
from cloudlab.model.images import AL2023
from cloudlab.model.network import Subnet
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.time import DAY, HOUR
from tests.scaled import open_following
from tests.support import lay_network, open_simulation, run

DATA = {"ImageId": AL2023.id, "InstanceType": "t3.small", "SecurityGroupIds": ["sg-web"]}
NAME = {"auto_scaling_group_name": "web"}


def done(simulation: Simulation, command: Any) -> dict[str, Any]:
    outcome = run(simulation, "ana", command)
    assert outcome.refusal is None, outcome.refusal
    return list(simulation.answers.values())[-1]


def open_group(**changes: Any) -> Simulation:
    """Return a run with a group of four in two zones; `changes` replace fields of the scenario."""
    simulation = lay_network(open_simulation(**changes))
    simulation.world = simulation.world.put(Subnet("subnet-b", "vpc-1", "10.0.1.0/24", "us-east-1b"))
    done(simulation, CreateLaunchTemplate.model_validate({"LaunchTemplateName": "web", "LaunchTemplateData": DATA}))
    frame = {
        "AutoScalingGroupName": "web",
        "LaunchTemplate": {"LaunchTemplateName": "web"},
        "MinSize": 2,
        "MaxSize": 6,
        "DesiredCapacity": 4,
        "VPCZoneIdentifier": "subnet-a,subnet-b",
    }
    done(simulation, CreateAutoScalingGroup.model_validate(frame))
    simulation.advance(simulation.now + 300)
    return simulation


def zones(simulation: Simulation) -> list[str]:
    return sorted(i.zone[-1] for i in members(simulation.world, "web"))


def one_sided() -> Simulation:
    """Return a group with all its machines in zone a, as after an outage of the other that is just over."""
    simulation = open_group()
    simulation.world = simulation.world.put(ZoneOutage("us-east-1b", simulation.now, simulation.now + DAY, "lost its power"))
    gone = tuple(i.id for i in members(simulation.world, "web") if i.zone == "us-east-1b")
    done(simulation, TerminateInstances(instance_ids=gone))
    while zones(simulation) != ["a"] * 4 or any(i.state != "running" for i in members(simulation.world, "web")):
        simulation.advance(simulation.now + 600)  # capacity may be short in zone a, too
        assert simulation.now < 5 * DAY
    return simulation


def test_machines_go_back_to_a_zone_that_came_back_one_by_one() -> None:
    simulation = one_sided()
    began = simulation.now
    simulation._apply((ZoneCameBack("us-east-1b"),), "test")
    least = 9
    while simulation.now < began + HOUR:
        simulation.advance(simulation.now + 5)
        least = min(least, sum(i.state == "running" for i in members(simulation.world, "web")))
    assert zones(simulation) == ["a", "a", "b", "b"]
    assert least == 4  # another one is in service before one goes
    assert any("out of balance" in a.cause for a in simulation.world.every(ScalingActivity))


def test_held_it_stays_uneven_until_it_is_let_go() -> None:
    simulation = one_sided()
    done(simulation, SuspendProcesses(**NAME, scaling_processes=("AZRebalance",)))
    simulation._apply((ZoneCameBack("us-east-1b"),), "test")
    simulation.advance(simulation.now + HOUR)
    assert zones(simulation) == ["a"] * 4
    (shown,) = done(simulation, DescribeAutoScalingGroups())["AutoScalingGroups"]
    assert [p["ProcessName"] for p in shown["SuspendedProcesses"]] == ["AZRebalance"]
    done(simulation, ResumeProcesses(auto_scaling_group_name="web"))
    simulation.advance(simulation.now + HOUR)
    assert zones(simulation) == ["a", "a", "b", "b"]


def test_without_launch_nothing_comes_up_and_without_terminate_nothing_goes() -> None:
    simulation = open_group()
    done(simulation, SuspendProcesses(**NAME, scaling_processes=("Launch", "Terminate")))
    done(simulation, SetDesiredCapacity(**NAME, desired_capacity=6))
    simulation.advance(simulation.now + HOUR)
    assert len(members(simulation.world, "web")) == 4
    done(simulation, SetDesiredCapacity(**NAME, desired_capacity=2))
    simulation.advance(simulation.now + HOUR)
    assert len(members(simulation.world, "web")) == 4
    done(simulation, ResumeProcesses(**NAME, scaling_processes=("Terminate",)))
    simulation.advance(simulation.now + HOUR)
    assert len(members(simulation.world, "web")) == 2


def test_a_sick_machine_is_kept_to_be_looked_at() -> None:
    simulation = open_group()
    done(simulation, SuspendProcesses(**NAME, scaling_processes=("ReplaceUnhealthy",)))
    sick = members(simulation.world, "web")[0]
    simulation.world = simulation.world.change(Instance, sick.id, checks="failed")
    simulation.advance(simulation.now + HOUR)
    assert sick.id in [i.id for i in members(simulation.world, "web")]
    done(simulation, ResumeProcesses(auto_scaling_group_name="web"))
    simulation.advance(simulation.now + HOUR)
    assert sick.id not in [i.id for i in members(simulation.world, "web")]
    assert len(members(simulation.world, "web")) == 4


def test_a_target_group_is_taken_from_it() -> None:
    fleet = open_following(2)
    mine = DetachLoadBalancerTargetGroups(auto_scaling_group_name="web", target_group_arns=(fleet.group,))
    done(fleet.sim, mine)
    assert {t.state for t in fleet.sim.world.every(Target)} <= {"draining"}
    assert fleet.sim.world.get(AutoScalingGroup, "web").target_groups == ()


@pytest.mark.parametrize(
    "command",
    [
        SuspendProcesses(**NAME, scaling_processes=("Sleep",)),
        SuspendProcesses(auto_scaling_group_name="nobody"),
        DetachLoadBalancerTargetGroups(**NAME, target_group_arns=("arn:none",)),
    ],
)
def test_what_is_refused(command: Any) -> None:
    refusal = run(open_group(), "ana", command).refusal
    assert refusal is not None
    assert refusal.code == "ValidationError"
