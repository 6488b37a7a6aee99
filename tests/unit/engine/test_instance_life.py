"""Stop, start, reboot, terminate: states, seconds, addresses, money, and what is refused."""

from __future__ import annotations

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.ec2_compute import (
    DescribeInstances,
    DescribeInstanceStatus,
    RebootInstances,
    RunInstances,
    StartInstances,
    StopInstances,
    TerminateInstances,
)
from cloudlab.engine.rules.knowledge import known
from cloudlab.engine.rules.ledger import cost_by_line
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.images import AL2023
from cloudlab.model.network import Address
from cloudlab.model.operations import Handover
from tests.support import MORNING, lay_network, open_simulation, put_server, run


@pytest.fixture
def simulation() -> Simulation:
    simulation = lay_network(open_simulation())
    put_server(simulation)
    return simulation


def server(simulation: Simulation) -> Instance:
    return simulation.world.get(Instance, "i-1")


def test_stopping_takes_thirty_seconds_and_releases_the_automatic_address(simulation: Simulation) -> None:
    run(simulation, "ana", StopInstances(instance_ids=("i-1",)))
    stopping = simulation.now
    assert stopping == MORNING + 60  # a minute of work
    assert (server(simulation).state, server(simulation).public_ip) == ("stopping", None)
    simulation.advance(stopping + 29)
    assert server(simulation).state == "stopping"
    simulation.advance(stopping + 30)
    assert (server(simulation).state, server(simulation).private_ip) == ("stopped", "10.0.0.4")


def test_starting_gives_another_address_and_the_launchs_seconds(simulation: Simulation) -> None:
    run(simulation, "ana", StopInstances(instance_ids=("i-1",)))
    simulation.advance(simulation.now + 30)
    run(simulation, "ana", StartInstances(instance_ids=("i-1",)))
    started = simulation.now
    assert server(simulation).state == "pending"
    assert server(simulation).public_ip not in (None, "203.0.113.10")
    simulation.advance(started + 40)
    assert (server(simulation).state, server(simulation).booted) == ("running", started + 40)
    assert server(simulation).checks == "initializing"
    simulation.advance(started + 150)
    assert server(simulation).checks == "passed"
    assert (server(simulation).started, server(simulation).launched) == (started, MORNING - 3600)


def test_with_an_elastic_address_no_other_is_given(simulation: Simulation) -> None:
    simulation.world = simulation.world.put(Address("eipalloc-1", "198.51.100.9", "i-1", "eipassoc-1")).change(
        Instance, "i-1", public_ip=None
    )
    run(simulation, "ana", StopInstances(instance_ids=("i-1",)))
    simulation.advance(simulation.now + 30)
    run(simulation, "ana", StartInstances(instance_ids=("i-1",)))
    assert server(simulation).public_ip is None


def test_rebooting_takes_a_minute_and_keeps_the_address(simulation: Simulation) -> None:
    run(simulation, "ana", RebootInstances(instance_ids=("i-1",)))
    rebooted = simulation.now
    assert (server(simulation).state, server(simulation).booted) == ("running", None)
    simulation.advance(rebooted + 59)
    assert server(simulation).booted is None
    simulation.advance(rebooted + 60)
    assert server(simulation).booted == rebooted + 60
    assert server(simulation).public_ip == "203.0.113.10"
    simulation.advance(rebooted + 120)  # the next run of the status check
    assert server(simulation).checks == "passed"


def test_terminating_takes_forty_seconds_and_lets_go_of_everything(simulation: Simulation) -> None:
    simulation.world = simulation.world.put(
        Address("eipalloc-1", "198.51.100.9", "i-1", "eipassoc-1"), Handover("answers:i-1", "answers", "i-1", MORNING)
    )
    run(simulation, "ana", TerminateInstances(instance_ids=("i-1",)))
    ended = simulation.now
    assert server(simulation).state == "shutting-down"
    assert simulation.world.get(Address, "eipalloc-1").instance is None
    assert not simulation.world.table(Handover)
    simulation.advance(ended + 40)
    assert server(simulation).state == "terminated"
    run(simulation, "ana", DescribeInstances(instance_ids=("i-1",)))
    simulation.advance(ended + 40 + 3600)
    refusal = run(simulation, "ana", DescribeInstances(instance_ids=("i-1",))).refusal
    assert refusal is not None
    assert refusal.code == "InvalidInstanceID.NotFound"  # EC2 forgets it after about an hour


@pytest.mark.parametrize(
    ("state", "command", "code"),
    [
        ("pending", StopInstances, "IncorrectInstanceState"),
        ("terminated", StopInstances, "IncorrectInstanceState"),
        ("stopping", StartInstances, "IncorrectInstanceState"),
        ("shutting-down", StartInstances, "IncorrectInstanceState"),
        ("stopped", RebootInstances, "IncorrectInstanceState"),
        ("running", StartInstances, None),
        ("stopped", StopInstances, None),
        ("terminated", TerminateInstances, None),
    ],
)
def test_which_state_allows_what(simulation: Simulation, state: str, command: type[StopInstances], code: str | None) -> None:
    simulation.world = simulation.world.change(Instance, "i-1", state=state)
    refusal = run(simulation, "ana", command(instance_ids=("i-1",))).refusal
    assert (refusal.code if refusal is not None else None) == code
    if code is None:
        assert server(simulation).state == state


@pytest.mark.parametrize(("key", "code"), [("i-0123456789abcdef0", "InvalidInstanceID.NotFound"), ("web", "InvalidInstanceID.Malformed")])
@pytest.mark.parametrize("command", [StopInstances, StartInstances, RebootInstances, TerminateInstances, DescribeInstanceStatus])
def test_unknown_instances(simulation: Simulation, command: type[Command], key: str, code: str) -> None:
    refusal = run(simulation, "ana", command.model_validate({"InstanceIds": [key]})).refusal
    assert refusal is not None
    assert refusal.code == code


def test_what_stopped_costs() -> None:
    """Ten seconds of t3.small are billed as a minute: 20,800 / 60 = 346.7. Afterwards only the volume runs: 877 an hour."""
    simulation = lay_network(open_simulation())
    run(simulation, "ana", RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a"))
    launched = simulation.now
    (instance,) = simulation.world.every(Instance)
    simulation.advance(launched + 15)
    simulation.world = simulation.world.at(launched + 25)
    simulation.world = simulation.world.change(Instance, instance.id, booted=launched + 25)
    run(simulation, "ana", StopInstances(instance_ids=(instance.id,)))
    assert cost_by_line(simulation.world)["compute"] == 20_800 * 70 // 3600  # 10 s until the order, 60 s of work
    simulation.advance(launched + 3600)
    assert cost_by_line(simulation.world) == {"compute": 404, "storage": 877, "people": cost_by_line(simulation.world)["people"]}


def test_quickly_stopped_is_billed_a_minute() -> None:
    simulation = lay_network(open_simulation())
    run(simulation, "ana", RunInstances(image_id=AL2023.id, instance_type="t3.small", subnet_id="subnet-a"))
    launched = simulation.now
    (instance,) = simulation.world.every(Instance)
    run(simulation, "ana", TerminateInstances(instance_ids=(instance.id,)))  # a minute of work, of which it ran 45 s
    simulation.advance(launched + 3600)
    assert cost_by_line(simulation.world)["compute"] == 346  # 20,800 x 60 / 3,600


def test_a_change_behind_ones_back_is_known_only_after_a_look(simulation: Simulation) -> None:
    run(simulation, "ana", DescribeInstances())
    simulation.world = simulation.world.change(Instance, "i-1", checks="failed")
    simulation.advance(simulation.now + 600)
    seen = known(simulation.world, Instance, "i-1")
    assert seen is not None
    assert isinstance(seen.record, Instance)
    assert (seen.record.checks, seen.age) == ("passed", 600)
    run(simulation, "ana", DescribeInstanceStatus())
    seen = known(simulation.world, Instance, "i-1")
    assert seen is not None
    assert isinstance(seen.record, Instance)
    assert seen.record.checks == "failed"
