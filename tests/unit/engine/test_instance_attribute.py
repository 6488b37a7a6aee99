"""What is there already, changed: size, groups, protection, the role an instance carries, tags."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.ec2_attributes import (
    CreateTags,
    DeleteTags,
    DescribeIamInstanceProfileAssociations,
    DisassociateIamInstanceProfile,
    ModifyInstanceAttribute,
    ReplaceIamInstanceProfileAssociation,
)
from cloudlab.commands.ec2_compute import StartInstances, StopInstances, TerminateInstances
from cloudlab.engine.rules.knowledge import known
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.identity import InstanceProfile
from cloudlab.model.network import SecurityGroup, Vpc
from cloudlab.model.operations import Meter
from cloudlab.model.time import HOUR
from tests.support import MORNING, lay_network, open_simulation, put_server, run


@pytest.fixture
def simulation() -> Simulation:
    simulation = lay_network(open_simulation())
    put_server(simulation)
    return simulation


def done(simulation: Simulation, command: Command) -> dict[str, Any]:
    outcome = run(simulation, "ana", command)
    assert outcome.refusal is None, outcome.refusal
    return list(simulation.answers.values())[-1]


def code(simulation: Simulation, command: Command) -> str:
    refusal = run(simulation, "ana", command).refusal
    assert refusal is not None
    return refusal.code


def server(simulation: Simulation) -> Instance:
    return simulation.world.get(Instance, "i-1")


def modify(**changes: Any) -> ModifyInstanceAttribute:
    return ModifyInstanceAttribute(instance_id="i-1", **changes)


def test_another_size_while_it_is_stopped(simulation: Simulation) -> None:
    larger = modify(instance_type={"Value": "m5.xlarge"})
    assert code(simulation, larger) == "IncorrectInstanceState"
    done(simulation, StopInstances(instance_ids=("i-1",)))
    simulation.advance(simulation.now + 60)
    assert code(simulation, modify(instance_type={"Value": "m9.huge"})) == "InvalidParameterValue"
    done(simulation, larger)
    done(simulation, StartInstances(instance_ids=("i-1",)))
    simulation.advance(simulation.now + 60)
    assert server(simulation).type == "m5.xlarge"
    assert simulation.world.get(Meter, "compute:i-1").rate == 192_000


def test_other_groups_at_once(simulation: Simulation) -> None:
    simulation.world = simulation.world.put(
        SecurityGroup("sg-db", "vpc-1", "db", "db"), Vpc("vpc-2", "10.1.0.0/16"), SecurityGroup("sg-far", "vpc-2", "far", "far")
    )
    done(simulation, modify(groups=("sg-web", "sg-db")))
    assert server(simulation).groups == ("sg-web", "sg-db")
    assert code(simulation, modify(groups=("sg-far",))) == "InvalidParameter"
    assert code(simulation, modify(groups=("sg-00000000000000000",))) == "InvalidGroup.NotFound"
    assert code(simulation, modify(groups=tuple(["sg-web"] * 6))) == "SecurityGroupsPerInterfaceLimitExceeded"


def test_a_protected_machine_stays(simulation: Simulation) -> None:
    done(simulation, modify(disable_api_termination={"Value": True}))
    assert code(simulation, TerminateInstances(instance_ids=("i-1",))) == "OperationNotPermitted"
    assert server(simulation).state == "running"
    done(simulation, modify(disable_api_termination={"Value": False}))
    done(simulation, TerminateInstances(instance_ids=("i-1",)))
    assert code(simulation, modify(groups=("sg-web",))) == "IncorrectInstanceState"


def test_one_attribute_in_each_order(simulation: Simulation) -> None:
    assert code(simulation, modify()) == "MissingParameter"
    both = modify(groups=("sg-web",), disable_api_termination={"Value": True})
    assert code(simulation, both) == "InvalidParameterCombination"


def test_the_role_it_carries(simulation: Simulation) -> None:
    simulation.world = simulation.world.put(InstanceProfile("other", "server", MORNING - HOUR))
    (shown,) = done(simulation, DescribeIamInstanceProfileAssociations())["IamInstanceProfileAssociations"]
    key = shown["AssociationId"]
    assert shown["InstanceId"] == "i-1"
    replaced = done(
        simulation,
        ReplaceIamInstanceProfileAssociation(association_id=key, iam_instance_profile={"Name": "other"}),  # type: ignore[arg-type]
    )
    assert server(simulation).profile == "other"
    assert code(simulation, DisassociateIamInstanceProfile(association_id=key)) == "InvalidAssociationID.NotFound"
    now = replaced["IamInstanceProfileAssociation"]["AssociationId"]
    done(simulation, DisassociateIamInstanceProfile(association_id=now))
    assert server(simulation).profile is None
    assert done(simulation, DescribeIamInstanceProfileAssociations()) == {"IamInstanceProfileAssociations": []}


def tagged(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs]


def test_tags_are_put_on_and_taken_off(simulation: Simulation) -> None:
    done(simulation, CreateTags(resources=("i-1", "vpc-1"), tags=tagged(("Name", "web"), ("Env", "prod"))))  # type: ignore[arg-type]
    assert server(simulation).tags == (("Env", "prod"), ("Name", "web"))
    assert dict(simulation.world.get(Vpc, "vpc-1").tags)["Name"] == "web"
    done(simulation, DeleteTags(resources=("i-1",), tags=tagged(("Env", "test"), ("Name", ""))))  # type: ignore[arg-type]
    assert server(simulation).tags == (("Env", "prod"),)  # Env has another value, so it stays
    done(simulation, DeleteTags(resources=("i-1",)))
    assert server(simulation).tags == ()
    assert code(simulation, CreateTags(resources=("i-9",), tags=tagged(("Name", "x")))) == "InvalidID"  # type: ignore[arg-type]
    assert code(simulation, CreateTags(resources=("i-1",), tags=tagged(("aws:x", "x")))) == "InvalidParameterValue"  # type: ignore[arg-type]


def test_a_name_is_known_without_a_look_at_how_the_machine_fares(simulation: Simulation) -> None:
    done(simulation, modify(disable_api_termination={"Value": True}))
    simulation.advance(simulation.now + HOUR)
    simulation.world = simulation.world.change(Instance, "i-1", checks="failed")
    done(simulation, CreateTags(resources=("i-1",), tags=tagged(("Name", "web"))))  # type: ignore[arg-type]
    seen = known(simulation.world, Instance, "i-1")
    assert seen is not None
    assert seen.record.tags == (("Name", "web"),)  # type: ignore[attr-defined]
    assert seen.record.checks == "passed"  # type: ignore[attr-defined]
