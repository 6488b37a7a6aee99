"""Systems Manager: who is a managed node, what a document takes, and what the looks tell."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.ssm import (
    DescribeInstanceInformation,
    GetCommandInvocation,
    ListCommandInvocations,
    SendCommand,
)
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.network import RouteTable, SecurityGroup
from cloudlab.model.people import Person
from tests.support import MORNING, lay_network, open_simulation, put_server, run


@pytest.fixture
def simulation() -> Simulation:
    simulation = lay_network(open_simulation())
    put_server(simulation)
    return simulation


def send(document: str = "cloudlab-InstallRuntime", **changes: Any) -> SendCommand:
    return SendCommand.model_validate({"DocumentName": document, "InstanceIds": ["i-1"]} | changes)


def refusal(simulation: Simulation, command: Command) -> tuple[str, str]:
    no = run(simulation, "ana", command).refusal
    assert no is not None
    return no.code, no.accepted


def test_the_runtime_takes_an_hour_of_work_and_seven_minutes_of_the_machine(simulation: Simulation) -> None:
    run(simulation, "ana", send())
    sent = simulation.now
    assert sent == MORNING + 3_600
    (invocation,) = simulation.world.every(Invocation)
    assert invocation.status == "InProgress"
    simulation.advance(sent + 419)
    assert not simulation.world.get(Instance, "i-1").software.runtime
    simulation.advance(sent + 420)
    assert simulation.world.get(Instance, "i-1").software.runtime
    assert simulation.world.get(Invocation, invocation.id).status == "Success"


def test_the_answer_carries_an_id_to_look_with(simulation: Simulation) -> None:
    run(simulation, "ana", send(Comment="first"))
    command = list(simulation.answers.values())[-1]["Command"]
    assert command["InstanceIds"] == ["i-1"]
    assert len(command["CommandId"]) == 36
    run(simulation, "ana", ListCommandInvocations(command_id=command["CommandId"]))
    (listed,) = list(simulation.answers.values())[-1]["CommandInvocations"]
    assert listed["Status"] == "InProgress"
    simulation.advance(simulation.now + 420)
    run(simulation, "ana", GetCommandInvocation(command_id=command["CommandId"], instance_id="i-1"))
    shown = list(simulation.answers.values())[-1]
    assert (shown["Status"], shown["ResponseCode"]) == ("Success", 0)
    assert refusal(simulation, GetCommandInvocation(command_id="x", instance_id="i-1"))[0] == "InvocationDoesNotExist"


@pytest.mark.parametrize(
    ("kind", "key", "changes", "piece"),
    [
        (Instance, "i-1", {"state": "stopped"}, "it is stopped"),
        (Instance, "i-1", {"booted": None}, "not up yet"),
        (Instance, "i-1", {"checks": "failed"}, "hangs"),
        (Instance, "i-1", {"profile": None}, "no instance profile"),
        (InstanceProfile, "server", {"role": None}, "holds no role"),
        (Role, "server", {"trusted": ("sagemaker.amazonaws.com",)}, "does not trust ec2.amazonaws.com"),
        (Role, "server", {"created": MORNING + 15}, "seconds ago"),
        (Role, "server", {"policies": ()}, "AmazonSSMManagedInstanceCore"),
        (Instance, "i-1", {"public_ip": None}, "no public address"),
        (RouteTable, "rtb-1", {"routes": ()}, "no route leads to the internet"),
        (SecurityGroup, "sg-web", {"egress": ()}, "no rule lets tcp/443 out"),
    ],
)
def test_each_missing_piece_is_named(simulation: Simulation, kind: type, key: str, changes: dict[str, Any], piece: str) -> None:
    simulation.world = simulation.world.change(kind, key, **changes)
    code, accepted = refusal(simulation, send())
    assert code == "InvalidInstanceId"
    assert piece in accepted
    run(simulation, "ana", DescribeInstanceInformation())
    assert list(simulation.answers.values())[-1]["InstanceInformationList"] == []


def test_a_managed_node_is_listed(simulation: Simulation) -> None:
    run(simulation, "ana", DescribeInstanceInformation())
    (node,) = list(simulation.answers.values())[-1]["InstanceInformationList"]
    assert (node["InstanceId"], node["PingStatus"]) == ("i-1", "Online")


@pytest.mark.parametrize(
    ("document", "parameters", "code", "accepted"),
    [
        ("cloudlab-InstalRuntime", {}, "InvalidDocument", "Perhaps cloudlab-InstallRuntime"),
        ("AWS-RunPatchBaseline", {}, "InvalidParameters", "Scan or Install"),
        ("AWS-RunPatchBaseline", {"Operation": "Instal"}, "InvalidParameters", "Scan or Install"),
        ("AWS-RunPatchBaseline", {"Operation": ["Scan", "Install"]}, "InvalidParameters", "Scan or Install"),
        ("AWS-RunPatchBaseline", {"Operation": "Scan", "Reboot": "No"}, "InvalidParameters", "RebootOption"),
        ("cloudlab-CleanDisk", {"Path": "/"}, "InvalidParameters", "It takes none"),
        ("cloudlab-StartModelServer", {"Port": "https"}, "InvalidParameters", "1 to 65535"),
        ("cloudlab-StartModelServer", {"Port": "65536"}, "InvalidParameters", "1 to 65535"),
        ("cloudlab-TrainModel", {"Container": "xgboost", "Data": "tiny/"}, "InvalidParameters", "s3://bucket/prefix"),
        ("cloudlab-TrainModel", {"Container": "svm", "Data": "s3://b/"}, "InvalidParameters", "xgboost or linear-learner"),
        (
            "cloudlab-TrainModel",
            {"Container": "xgboost", "Data": "s3://b/", "HyperParameters": ["num_round"]},
            "InvalidParameters",
            "num_round=100",
        ),
        ("AWS-ConfigureAWSPackage", {"action": "Install", "name": "nginx"}, "InvalidParameters", "AmazonCloudWatchAgent"),
    ],
)
def test_documents_and_their_parameters(
    simulation: Simulation, document: str, parameters: dict[str, Any], code: str, accepted: str
) -> None:
    no = refusal(simulation, send(document, Parameters=parameters))
    assert no[0] == code
    assert accepted in no[1]


def test_targets_find_what_is_managed(simulation: Simulation) -> None:
    put_server(simulation, "i-2", tags=(("Name", "web"),))
    put_server(simulation, "i-3", tags=(("Name", "web"),), state="stopped")
    run(simulation, "ana", send(InstanceIds=[], Targets=[{"Key": "tag:Name", "Values": ["web"]}]))
    assert [i.instance for i in simulation.world.every(Invocation)] == ["i-2"]
    wrong: tuple[dict[str, Any], ...] = (
        {"InstanceIds": []},
        {"Targets": [{"Key": "InstanceIds", "Values": ["i-1"]}]},
        {"InstanceIds": [], "Targets": [{"Key": "tag:Name", "Values": ["db"]}]},
        {"InstanceIds": [], "Targets": [{"Key": "name", "Values": ["web"]}]},
    )
    for changes in wrong:
        assert refusal(simulation, send(**changes))[0] == "InvalidTarget"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": "stopping", "booted": None}, "went away"),
        ({"booted": MORNING + 3_700}, "restarted"),
        ({"checks": "failed"}, "hangs"),
    ],
)
def test_a_document_fails_with_its_machine(simulation: Simulation, changes: dict[str, Any], why: str) -> None:
    run(simulation, "ana", send())
    simulation.world = simulation.world.change(Instance, "i-1", **changes)
    simulation.advance(simulation.now + 420)
    (invocation,) = simulation.world.every(Invocation)
    assert invocation.status == "Failed"
    assert why in invocation.detail


def test_each_document_is_a_task_of_its_own(simulation: Simulation) -> None:
    assert send("AWS-RunPatchBaseline").effort_key == "ssm:SendCommand/AWS-RunPatchBaseline"
    assert send("no-such-document").effort_key == "ssm:SendCommand"
    assert simulation.preview("ana", send("no-such-document")).refusal is not None
    run(simulation, "ana", send("cloudlab-CleanDisk"))
    run(simulation, "ana", send("cloudlab-CleanDisk"))
    assert dict(simulation.world.get(Person, "ana").done) == {"ssm:SendCommand/cloudlab-CleanDisk": 2}


def test_the_agent_needs_a_role_that_may_report(simulation: Simulation) -> None:
    install = send("AWS-ConfigureAWSPackage", Parameters={"action": "Install", "name": "AmazonCloudWatchAgent"})
    policies = simulation.world.get(Role, "server").policies
    simulation.world = simulation.world.change(Role, "server", policies=policies[:2])
    run(simulation, "ana", install)
    simulation.advance(simulation.now + 60)
    (refused,) = simulation.world.every(Invocation)
    assert refused.status == "Failed"
    assert "CloudWatchAgentServerPolicy" in refused.detail
    simulation.world = simulation.world.change(Role, "server", policies=policies)
    run(simulation, "ana", install)
    simulation.advance(simulation.now + 60)
    assert simulation.world.get(Instance, "i-1").software.monitoring
    run(simulation, "ana", send("AWS-ConfigureAWSPackage", Parameters={"action": "Uninstall", "name": "AmazonCloudWatchAgent"}))
    simulation.advance(simulation.now + 60)
    assert not simulation.world.get(Instance, "i-1").software.monitoring


def test_nothing_is_installed_on_a_full_disk_until_it_is_cleaned(simulation: Simulation) -> None:
    simulation.world = simulation.world.change(Instance, "i-1", disk="full")
    run(simulation, "ana", send())
    simulation.advance(simulation.now + 420)
    run(simulation, "ana", send("cloudlab-CleanDisk"))
    simulation.advance(simulation.now + 30)
    first, second = simulation.world.every(Invocation)
    assert (first.status, second.status) == ("Failed", "Success")
    assert "No space left" in first.detail
    assert simulation.world.get(Instance, "i-1").disk == "ok"
