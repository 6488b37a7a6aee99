"""What strikes one's own machines: how it begins, who hears of it when, what ends it, and what waiting leads to."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.ec2_access import AuthorizeSecurityGroupIngress, RevokeSecurityGroupIngress
from cloudlab.commands.ec2_compute import DescribeInstances, RebootInstances, StartInstances, StopInstances, TerminateInstances
from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance, Software
from cloudlab.model.learning import Endpoint, Variant
from cloudlab.model.network import ANYWHERE, Permission, SecurityGroup
from cloudlab.model.operations import Incident
from cloudlab.model.scenario import Planned
from cloudlab.model.time import DAY, HOUR
from cloudlab.model.training import TrainingSpec
from tests.support import MORNING, lay_network, open_simulation, put_server, run

STRIKES = MORNING + 600
SPEC = TrainingSpec("xgboost", "tiny", ("train",), (("num_round", "100"),), 7)
SERVING = Software(runtime=True, model=SPEC, serving=SPEC, server_port=443)
WATCHED = Software(runtime=True, model=SPEC, serving=SPEC, server_port=443, monitoring=True)


def struck(kind: str, *, ssh: bool = False, server: dict[str, Any] | None = None, **changes: Any) -> Simulation:
    """Return a run at the instant after an incident has struck the one server."""
    planned = Planned("x", kind, STRIKES, STRIKES, "first", **changes)
    simulation = lay_network(open_simulation(incidents=(planned,)))
    if ssh:
        group = simulation.world.get(SecurityGroup, "sg-web")
        rule = Permission("sgr-9", "tcp", 22, 22, cidr=ANYWHERE)
        simulation.world = simulation.world.change(SecurityGroup, "sg-web", ingress=(*group.ingress, rule))
    put_server(simulation, **({"software": SERVING} | (server or {})))
    simulation.advance(STRIKES)
    return simulation


def incident(simulation: Simulation) -> Incident:
    return simulation.world.get(Incident, "x")


def server(simulation: Simulation) -> Instance:
    return simulation.world.get(Instance, "i-1")


def ordered(simulation: Simulation, command: Command) -> None:
    assert run(simulation, "ana", command).refusal is None


# instance-status-check -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("software", "noticed", "seconds"), [(WATCHED, "monitoring", 180), (SERVING, "customers", 2_700)])
def test_news_comes_in_three_minutes_with_monitoring_and_after_three_quarters_of_an_hour_without(
    software: Software, noticed: str, seconds: int
) -> None:
    simulation = struck("instance-status-check", server={"software": software})
    assert (incident(simulation).holder, incident(simulation).due, server(simulation).checks) == ("customer", None, "failed")
    simulation.advance(STRIKES + seconds - 1)
    assert incident(simulation).detected is None
    simulation.advance(STRIKES + seconds)
    assert incident(simulation).detected == STRIKES + seconds


def test_looking_finds_it_before_anybody_calls() -> None:
    simulation = struck("instance-status-check")
    ordered(simulation, DescribeInstances())
    assert incident(simulation).detected == STRIKES + 20


def test_a_reboot_ends_it() -> None:
    simulation = struck("instance-status-check")
    ordered(simulation, RebootInstances(instance_ids=("i-1",)))
    rebooted = simulation.now
    simulation.advance(rebooted + 59)
    assert incident(simulation).is_open
    simulation.advance(rebooted + 60)
    assert (incident(simulation).resolved, incident(simulation).resolution) == (rebooted + 60, "it was rebooted")


def test_so_does_stop_and_start() -> None:
    simulation = struck("instance-status-check")
    ordered(simulation, StopInstances(instance_ids=("i-1",)))
    simulation.advance(simulation.now + 30)
    assert incident(simulation).is_open
    ordered(simulation, StartInstances(instance_ids=("i-1",)))
    simulation.advance(simulation.now + 40)
    assert incident(simulation).resolution == "it was stopped and started, on another host"


@pytest.mark.parametrize("kind", ["instance-status-check", "disk-full"])
def test_giving_the_machine_up_ends_it(kind: str) -> None:
    simulation = struck(kind)
    ordered(simulation, TerminateInstances(instance_ids=("i-1",)))
    assert incident(simulation).resolution == "the instance was given up"


@pytest.mark.parametrize(
    ("kind", "server"),
    [
        ("instance-status-check", {"state": "stopped"}),
        ("instance-status-check", {"booted": None}),
        ("disk-full", {"software": Software(runtime=True)}),
        ("security-group-scanned", {}),
        ("os-cve", {"state": "terminated"}),
    ],
)
def test_where_nothing_stands_nothing_is_struck(kind: str, server: dict[str, Any]) -> None:
    simulation = struck(kind, server=server, detail="CVE-2024-6387" if kind == "os-cve" else "")
    assert (incident(simulation).resource, incident(simulation).is_open) == (None, False)


# disk-full -----------------------------------------------------------------------------------------------------------------------


def test_a_reboot_does_not_empty_a_disk() -> None:
    simulation = struck("disk-full")
    assert server(simulation).disk == "full"
    ordered(simulation, RebootInstances(instance_ids=("i-1",)))
    simulation.advance(simulation.now + 60)
    assert incident(simulation).is_open
    ordered(simulation, SendCommand(document_name="cloudlab-CleanDisk", instance_ids=("i-1",)))
    cleaned = simulation.now + 30
    simulation.advance(cleaned)
    assert (incident(simulation).resolved, incident(simulation).resolution) == (cleaned, "the disk was cleaned")


# os-cve --------------------------------------------------------------------------------------------------------------------------


def patch(simulation: Simulation) -> None:
    parameters: dict[str, tuple[str, ...]] = {"Operation": ("Install",), "RebootOption": ("RebootIfNeeded",)}
    ordered(simulation, SendCommand(document_name="AWS-RunPatchBaseline", instance_ids=("i-1",), parameters=parameters))
    simulation.advance(simulation.now + 360)


@pytest.mark.parametrize(("age", "patience"), [("0d", 5 * DAY), ("1d", 4 * DAY), ("9d", 2 * DAY)])
def test_the_exploit_clock_began_with_the_fix(age: str, patience: int) -> None:
    """Five days from fix to exploit, at the least two to be found."""
    simulation = struck("os-cve", ssh=True, detail=f"CVE-2024-6387 age={age}")
    assert incident(simulation).due == STRIKES + patience


def test_patching_in_time_ends_it() -> None:
    simulation = struck("os-cve", ssh=True, detail="CVE-2024-6387 age=9d", server={"software": WATCHED})
    simulation.advance(STRIKES + HOUR)
    assert incident(simulation).detected == STRIKES + HOUR
    patch(simulation)
    assert incident(simulation).resolution == "every instance is patched or replaced"
    simulation.advance(STRIKES + 10 * DAY)
    assert not server(simulation).compromised


def test_an_open_port_22_and_no_patch_is_broken_into_when_the_clock_runs_out() -> None:
    simulation = struck("os-cve", ssh=True, detail="CVE-2024-6387 age=9d", patience=20 * HOUR)
    simulation.advance(STRIKES + 20 * HOUR - 1)
    assert not server(simulation).compromised
    simulation.advance(STRIKES + 20 * HOUR)
    assert server(simulation).compromised
    assert incident(simulation).failed


def test_another_instance_with_the_hole_counts_too() -> None:
    simulation = struck("os-cve", ssh=True, detail="CVE-2024-6387 age=9d", patience=20 * HOUR)
    put_server(simulation, "i-2")
    patch(simulation)
    assert incident(simulation).is_open
    simulation.advance(STRIKES + 20 * HOUR)
    assert simulation.world.get(Instance, "i-2").compromised
    assert not server(simulation).compromised


def test_who_cannot_be_reached_is_not_broken_into_and_hears_of_it_all_the_same() -> None:
    simulation = struck("os-cve", detail="CVE-2024-6387 age=9d", server={"software": WATCHED})
    assert incident(simulation).is_open
    simulation.advance(STRIKES + HOUR)
    over = incident(simulation)
    assert (over.detected, over.resolved, over.failed) == (STRIKES + HOUR, STRIKES + HOUR, False)
    assert over.resolution == "nobody on the internet can get at it; the fix is still missing on i-1"


def test_nor_where_nobody_heard_of_it_in_time() -> None:
    simulation = struck("os-cve", detail="CVE-2024-6387 age=9d", patience=20 * HOUR)
    simulation.advance(STRIKES + 20 * HOUR)
    assert not server(simulation).compromised
    assert (incident(simulation).failed, incident(simulation).is_open) == (False, True)


def test_a_port_opened_after_the_clock_ran_out_lets_them_in_at_once() -> None:
    simulation = struck("os-cve", detail="CVE-2024-6387 age=9d", patience=20 * HOUR)
    simulation.advance(STRIKES + 3 * DAY)
    assert incident(simulation).resolution.startswith("nobody on the internet")
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": ANYWHERE}]}
    command = {"GroupId": "sg-web", "IpPermissions": [rule]}
    ordered(simulation, AuthorizeSecurityGroupIngress.model_validate(command))
    assert server(simulation).compromised
    assert incident(simulation).failed


def test_switching_it_off_is_no_patch() -> None:
    simulation = struck("os-cve", ssh=True, detail="CVE-2024-6387 age=9d", patience=20 * HOUR)
    ordered(simulation, StopInstances(instance_ids=("i-1",)))
    simulation.advance(STRIKES + 21 * HOUR)
    assert incident(simulation).is_open
    assert not server(simulation).compromised
    ordered(simulation, StartInstances(instance_ids=("i-1",)))
    simulation.advance(simulation.now + 40)
    assert server(simulation).compromised


def test_a_hole_in_openssl_is_open_wherever_the_server_listens() -> None:
    simulation = struck("os-cve", detail="CVE-2014-0160 age=9d", patience=20 * HOUR)
    simulation.advance(STRIKES + 20 * HOUR)
    assert server(simulation).compromised


def test_on_a_managed_endpoint_it_is_awss_matter() -> None:
    planned = Planned("x", "os-cve", STRIKES, STRIKES, "first", detail="CVE-2024-6387 age=0d")
    simulation = open_simulation(incidents=(planned,))
    variants = (Variant("AllTraffic", "m", "ml.m5.large", 1, 1000),)
    simulation.world = simulation.world.put(Endpoint("e", "c", "InService", MORNING, variants, SPEC))
    simulation.advance(STRIKES)
    assert (incident(simulation).holder, incident(simulation).due) == ("provider", None)
    simulation.advance(STRIKES + DAY)
    assert incident(simulation).resolved == STRIKES + DAY
    assert "AWS patched" in incident(simulation).resolution


# security-group-scanned ----------------------------------------------------------------------------------------------------------


def test_closing_the_port_ends_it() -> None:
    simulation = struck("security-group-scanned", ssh=True)
    assert incident(simulation).due == STRIKES + 2 * DAY
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": ANYWHERE}]}
    ordered(simulation, RevokeSecurityGroupIngress.model_validate({"GroupId": "sg-web", "IpPermissions": [rule]}))
    assert incident(simulation).resolution == "the port is closed to the world"
    simulation.advance(STRIKES + 3 * DAY)
    assert not server(simulation).compromised


def test_leaving_it_open_is_broken_into() -> None:
    simulation = struck("security-group-scanned", ssh=True)
    simulation.advance(STRIKES + 2 * DAY - 1)
    assert (incident(simulation).detected, server(simulation).compromised) == (STRIKES + DAY, False)
    simulation.advance(STRIKES + 2 * DAY)
    assert (incident(simulation).failed, server(simulation).compromised) == (True, True)
