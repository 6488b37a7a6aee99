"""Auto Scaling groups: kept at their number, over their zones, through what happens to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudlab.commands.autoscaling import (
    CreateAutoScalingGroup,
    DeleteAutoScalingGroup,
    DescribeAutoScalingGroups,
    DescribeScalingActivities,
    SetDesiredCapacity,
    TerminateInstanceInAutoScalingGroup,
    UpdateAutoScalingGroup,
)
from cloudlab.commands.ec2_compute import RunInstances, TerminateInstances
from cloudlab.commands.ec2_template import CreateLaunchTemplate, CreateLaunchTemplateVersion
from cloudlab.engine.rules.fleets import members
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.events.compute import InstanceCheckFailed
from cloudlab.model.events.zones import ZoneWentDown
from cloudlab.model.fleet import AutoScalingGroup, LaunchTemplate, ScalingActivity
from cloudlab.model.images import AL2023
from cloudlab.model.network import Subnet
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.time import HOUR
from tests.support import lay_network, open_simulation, run

DATA = {"ImageId": AL2023.id, "InstanceType": "t3.small", "SecurityGroupIds": ["sg-web"]}


@pytest.fixture
def simulation() -> Simulation:
    simulation = lay_network(open_simulation())
    simulation.world = simulation.world.put(Subnet("subnet-b", "vpc-1", "10.0.1.0/24", "us-east-1b"))
    done(simulation, CreateLaunchTemplate.model_validate({"LaunchTemplateName": "web", "LaunchTemplateData": DATA}))
    return simulation


def done(simulation: Simulation, command: Any) -> dict[str, Any]:
    outcome = run(simulation, "ana", command)
    assert outcome.refusal is None, outcome.refusal
    return list(simulation.answers.values())[-1]


def refused(simulation: Simulation, command: Any) -> tuple[str, str]:
    refusal = run(simulation, "ana", command).refusal
    assert refusal is not None
    return refusal.code, refusal.sentence


def group(**changes: Any) -> CreateAutoScalingGroup:
    frame = {
        "AutoScalingGroupName": "web",
        "LaunchTemplate": {"LaunchTemplateName": "web", "Version": "$Latest"},
        "MinSize": 2,
        "MaxSize": 4,
        "VPCZoneIdentifier": "subnet-a,subnet-b",
    }
    return CreateAutoScalingGroup.model_validate(frame | changes)


def zones(simulation: Simulation) -> list[str]:
    return sorted(i.zone for i in members(simulation.world, "web"))


def settle(simulation: Simulation, seconds: int = 300) -> None:
    simulation.advance(simulation.now + seconds)


def test_it_launches_its_number_evenly_over_the_zones(simulation: Simulation) -> None:
    done(simulation, group(DesiredCapacity=3))
    assert zones(simulation) == ["us-east-1a", "us-east-1a", "us-east-1b"]
    settle(simulation)
    shown = done(simulation, DescribeAutoScalingGroups())["AutoScalingGroups"][0]
    assert [i["LifecycleState"] for i in shown["Instances"]] == ["InService"] * 3
    assert {i.groups for i in members(simulation.world, "web")} == {("sg-web",)}


def test_a_machine_that_is_terminated_is_replaced(simulation: Simulation) -> None:
    done(simulation, group())
    settle(simulation)
    first = members(simulation.world, "web")[0]
    done(simulation, TerminateInstances(instance_ids=(first.id,)))
    assert len(members(simulation.world, "web")) == 2
    assert first.id not in [i.id for i in members(simulation.world, "web")]
    settle(simulation)
    activities = done(simulation, DescribeScalingActivities())["Activities"]
    assert len(activities) == 3


def test_a_machine_whose_check_fails_is_replaced_two_minutes_later(simulation: Simulation) -> None:
    done(simulation, group())
    settle(simulation)
    first = members(simulation.world, "web")[0]
    simulation._apply((InstanceCheckFailed(first.id),), "test")
    began = simulation.now
    simulation.advance(began + 119)
    assert first.id in [i.id for i in members(simulation.world, "web")]
    simulation.advance(began + 120)
    assert first.id not in [i.id for i in members(simulation.world, "web")]
    assert len(members(simulation.world, "web")) == 2


def test_when_a_zone_is_down_its_machines_come_up_in_the_other(simulation: Simulation) -> None:
    done(simulation, group())
    settle(simulation)
    simulation._apply((ZoneWentDown(ZoneOutage("us-east-1a", simulation.now, simulation.now + 4 * HOUR, "power")),), "test")
    settle(simulation, 600)
    launched = [i.zone for i in members(simulation.world, "web")]
    failed = [a.message for a in simulation.world.every(ScalingActivity) if a.status == "Failed"]
    # either there is room in zone b, or everybody else was there first; then it is tried again, and said so
    assert launched == ["us-east-1b", "us-east-1b"] or (launched == ["us-east-1b"] and "InsufficientInstanceCapacity" in failed[0])


def test_resizing(simulation: Simulation) -> None:
    done(simulation, group())
    settle(simulation)
    done(simulation, SetDesiredCapacity(auto_scaling_group_name="web", desired_capacity=4))
    assert zones(simulation) == ["us-east-1a", "us-east-1a", "us-east-1b", "us-east-1b"]
    settle(simulation)
    done(simulation, SetDesiredCapacity(auto_scaling_group_name="web", desired_capacity=2))
    assert zones(simulation) == ["us-east-1a", "us-east-1b"]
    settle(simulation)
    assert sorted(i.state for i in simulation.world.every(Instance)) == ["running", "running", "terminated", "terminated"]
    assert refused(simulation, SetDesiredCapacity(auto_scaling_group_name="web", desired_capacity=5))[0] == "ValidationError"
    done(simulation, UpdateAutoScalingGroup.model_validate({"AutoScalingGroupName": "web", "MinSize": 3}))
    assert simulation.world.get(AutoScalingGroup, "web").desired == 3


def test_one_machine_taken_out_by_hand(simulation: Simulation) -> None:
    done(simulation, group(DesiredCapacity=3))
    settle(simulation)
    first = members(simulation.world, "web")[0].id
    done(simulation, TerminateInstanceInAutoScalingGroup(instance_id=first, should_decrement_desired_capacity=True))
    settle(simulation)
    assert len(members(simulation.world, "web")) == 2
    code, _ = refused(
        simulation,
        TerminateInstanceInAutoScalingGroup(instance_id=members(simulation.world, "web")[0].id, should_decrement_desired_capacity=True),
    )
    assert code == "ValidationError"


def test_deleting(simulation: Simulation) -> None:
    done(simulation, group())
    settle(simulation)
    assert refused(simulation, DeleteAutoScalingGroup(auto_scaling_group_name="web"))[0] == "ResourceInUse"
    done(simulation, DeleteAutoScalingGroup(auto_scaling_group_name="web", force_delete=True))
    settle(simulation)
    assert not simulation.world.table(AutoScalingGroup)
    assert {i.state for i in simulation.world.every(Instance)} == {"terminated"}


def test_new_versions_are_launched_from_latest_only_when_something_is_launched(simulation: Simulation) -> None:
    done(simulation, group())
    settle(simulation)
    bigger = {"LaunchTemplateName": "web", "SourceVersion": "$Latest", "LaunchTemplateData": {"InstanceType": "t3.medium"}}
    done(simulation, CreateLaunchTemplateVersion.model_validate(bigger))
    assert {i.type for i in members(simulation.world, "web")} == {"t3.small"}
    done(simulation, SetDesiredCapacity(auto_scaling_group_name="web", desired_capacity=3))
    assert sorted(i.type for i in members(simulation.world, "web")) == ["t3.medium", "t3.small", "t3.small"]
    (template,) = simulation.world.every(LaunchTemplate)
    assert template.versions[1].settings == replace(template.versions[0].settings, type="t3.medium")


def test_a_group_has_a_name_of_its_own(simulation: Simulation) -> None:
    done(simulation, group())
    assert refused(simulation, group())[0] == "AlreadyExists"


def test_a_template_can_be_launched_from_by_hand(simulation: Simulation) -> None:
    done(simulation, RunInstances.model_validate({"LaunchTemplate": {"LaunchTemplateName": "web"}, "SubnetId": "subnet-b"}))
    (instance,) = simulation.world.every(Instance)
    assert (instance.type, instance.zone, instance.groups) == ("t3.small", "us-east-1b", ("sg-web",))
    code, _ = refused(simulation, RunInstances.model_validate({"InstanceType": "t3.small", "SubnetId": "subnet-b"}))
    assert code == "MissingParameter"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"LaunchTemplate": None}, "Valid requests must contain either LaunchTemplate"),
        ({"LaunchTemplate": {"LaunchTemplateName": "nope"}}, "with template name nope, does not exist"),
        ({"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "7"}}, "Could not find the specified version 7"),
        ({"MinSize": 5}, "Max bound, 4, must be greater than or equal to min bound, 5"),
        ({"DesiredCapacity": 9}, "above max value 4"),
        ({"VPCZoneIdentifier": ""}, "At least one Availability Zone or VPC Subnet is required"),
        ({"VPCZoneIdentifier": "subnet-z"}, "The subnet ID 'subnet-z' does not exist"),
        ({"TargetGroupARNs": ["arn:nope"]}, "Provided Target Groups may not be valid"),
        ({"HealthCheckType": "PING"}, "Invalid HealthCheckType: PING"),
    ],
)
def test_what_is_refused(simulation: Simulation, changes: dict[str, Any], sentence: str) -> None:
    code, told = refused(simulation, group(**changes))
    assert code == "ValidationError"
    assert sentence in told
