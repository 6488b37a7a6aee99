"""Debts: each weakness counted from the second it appears to the second it is gone."""

from __future__ import annotations

from cloudlab.commands.ec2_access import AuthorizeSecurityGroupIngress, RevokeSecurityGroupIngress
from cloudlab.commands.ec2_compute import RebootInstances, RunInstances, StartInstances, StopInstances, TerminateInstances
from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.rules.debts import debt_seconds
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.images import AL2023
from cloudlab.model.network import ANYWHERE
from cloudlab.model.operations import Debt
from cloudlab.model.scenario import Planned
from cloudlab.model.time import HOUR
from tests.support import lay_network, open_simulation, put_server, run

LAUNCH = RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a")
RULE = {"GroupId": "sg-web", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": ANYWHERE}]}]}


def seconds(simulation: Simulation) -> dict[str, int]:
    return {d.kind: debt_seconds(d, simulation.now) for d in simulation.world.every(Debt)}


def test_a_new_machine_is_unencrypted_at_once_and_unmonitored_when_it_runs() -> None:
    simulation = lay_network(open_simulation())
    run(simulation, "ana", LAUNCH)
    simulation.advance(simulation.now + HOUR)
    assert seconds(simulation) == {"unencrypted": 3_600, "unmonitored": 3_585}


def test_an_encrypted_one_only_lacks_its_agent() -> None:
    simulation = lay_network(open_simulation())
    mapping = {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True}}
    run(simulation, "ana", RunInstances.model_validate(LAUNCH.wire() | {"BlockDeviceMappings": [mapping]}))
    simulation.advance(simulation.now + HOUR)
    assert seconds(simulation) == {"unmonitored": 3_585}


def test_the_clock_of_a_debt_stops_with_the_machine_and_goes_on_with_it() -> None:
    simulation = lay_network(open_simulation())
    run(simulation, "ana", LAUNCH)
    (instance,) = simulation.world.every(Instance)
    simulation.advance(simulation.now + 15 + HOUR)
    run(simulation, "ana", StopInstances(instance_ids=(instance.id,)))  # a minute of work
    simulation.advance(simulation.now + HOUR)
    assert seconds(simulation)["unmonitored"] == 3_660
    run(simulation, "ana", StartInstances(instance_ids=(instance.id,)))
    simulation.advance(simulation.now + 15 + HOUR)
    assert seconds(simulation)["unmonitored"] == 7_260


def test_tearing_down_at_the_end_hides_nothing() -> None:
    simulation = lay_network(open_simulation())
    run(simulation, "ana", LAUNCH)
    (instance,) = simulation.world.every(Instance)
    simulation.advance(simulation.now + HOUR)
    run(simulation, "ana", TerminateInstances(instance_ids=(instance.id,)))
    simulation.advance(simulation.now + 24 * HOUR)
    assert seconds(simulation) == {"unencrypted": 3_660, "unmonitored": 3_645}


def test_exposed_from_the_rule_that_opens_to_the_one_that_closes() -> None:
    simulation = lay_network(open_simulation())
    put_server(simulation, encrypted=True)
    run(simulation, "ana", AuthorizeSecurityGroupIngress.model_validate(RULE))
    simulation.advance(simulation.now + HOUR)
    run(simulation, "ana", RevokeSecurityGroupIngress.model_validate(RULE))
    simulation.advance(simulation.now + HOUR)
    assert seconds(simulation)["exposed"] == 3_660  # and a minute of taking the rule away


def test_unpatched_from_the_news_to_the_fix() -> None:
    """Half an hour of work and five minutes of installing; the reboot after it is no part, as sshd's fix needs none."""
    planned = Planned("x", "os-cve", 33_000, 33_000, "first", detail="CVE-2024-6387 age=9d")
    simulation = lay_network(open_simulation(incidents=(planned,)))
    put_server(simulation, encrypted=True)
    simulation.advance(33_000)
    parameters: dict[str, tuple[str, ...]] = {"Operation": ("Install",), "RebootOption": ("RebootIfNeeded",)}
    run(simulation, "ana", SendCommand(document_name="AWS-RunPatchBaseline", instance_ids=("i-1",), parameters=parameters))
    simulation.advance(simulation.now + HOUR)
    assert seconds(simulation)["unpatched"] == 1_800 + 300


def test_the_agent_ends_unmonitored() -> None:
    simulation = lay_network(open_simulation())
    put_server(simulation, encrypted=True)
    run(simulation, "ana", RebootInstances(instance_ids=("i-1",)))
    simulation.advance(simulation.now + 60)
    parameters: dict[str, tuple[str, ...]] = {"action": ("Install",), "name": ("AmazonCloudWatchAgent",)}
    run(simulation, "ana", SendCommand(document_name="AWS-ConfigureAWSPackage", instance_ids=("i-1",), parameters=parameters))
    assert simulation.world.get(Instance, "i-1").software.monitoring is False
    simulation.advance(simulation.now + HOUR)
    assert seconds(simulation)["unmonitored"] == 60 + 270 + 60  # reboot, four and a half minutes of work, a minute of installing
