"""A memory leak: slower for hours, then dead until started afresh; a larger machine has more hours, and a load balancer another server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudlab.commands.ec2_compute import RebootInstances
from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.incident_kinds.memory_leak import patience
from cloudlab.engine.kernel import Context
from cloudlab.engine.rules.traffic import tally
from cloudlab.model.compute import Instance
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.operations import Incident, Serving
from cloudlab.model.scenario import Planned
from cloudlab.model.time import HOUR, Seconds
from tests.balanced import NEED, Fleet, open_fleet
from tests.network import ask
from tests.support import dealt


def leaking(patience_s: Seconds | None = None) -> Fleet:
    fleet = open_fleet()
    at = fleet.sim.now + HOUR
    dealt(fleet.sim, Planned("leak", "memory-leak", at, at, "first", patience=patience_s))
    fleet.sim.advance(at)
    assert fleet.sim.world.get(Instance, "web-a").memory == "leaking"
    return fleet


def capacity(fleet: Fleet, server: str) -> int:
    return next(f.capacity for f in fleet.sim.world.get(Serving, "answers").segments[-1].fronts if f.resource == server)


def test_a_leaking_server_answers_half_as_much() -> None:
    fleet = leaking()
    assert capacity(fleet, "web-a") * 2 == capacity(fleet, "web-b")


def test_when_nothing_is_left_it_is_killed_and_the_load_balancer_finds_out() -> None:
    fleet = leaking(2 * HOUR)
    struck = fleet.sim.now
    fleet.sim.advance(struck + 2 * HOUR)
    assert fleet.sim.world.get(Instance, "web-a").memory == "out"
    assert fleet.sim.world.get(Incident, "leak").failed
    fleet.sim.advance(struck + 2 * HOUR + 90)
    assert fleet.state("web-a") == "unhealthy"
    assert fleet.target("web-a").reason == "Target.ResponseCodeMismatch"
    got = tally(fleet.sim.world, fleet.sim.scenario, NEED, struck + 2 * HOUR + 90, struck + 4 * HOUR)
    assert got.offered == got.served


@pytest.mark.parametrize("hours", [1, 3])
def test_a_reboot_ends_it_before_and_after(hours: int) -> None:
    fleet = leaking(2 * HOUR)
    fleet.sim.advance(fleet.sim.now + hours * HOUR)
    ask(fleet.sim, RebootInstances(instance_ids=("web-a",)))
    fleet.sim.advance(fleet.sim.now + 300)
    assert fleet.sim.world.get(Instance, "web-a").memory == "ok"
    assert fleet.sim.world.get(Incident, "leak").resolution == "the server was started afresh"
    fleet.sim.advance(fleet.sim.now + 10 * HOUR)
    assert fleet.sim.world.get(Instance, "web-a").memory == "ok"


def test_a_larger_machine_buys_time() -> None:
    fleet = leaking()
    incident = fleet.sim.world.get(Incident, "leak")
    lasts = {}
    for kind in ("t3.small", "m5.large", "m5.2xlarge"):
        fleet.sim.world = fleet.sim.world.change(Instance, "web-a", type=kind)
        lasts[kind] = patience(Context(fleet.sim.world, fleet.sim.scenario, "x"), incident)
    assert lasts == {"t3.small": 1_448 * HOUR // 512, "m5.large": 7_592 * HOUR // 512, "m5.2xlarge": 32_168 * HOUR // 512}


def test_starting_the_server_again_ends_it() -> None:
    fleet = leaking()
    sim = fleet.sim
    sim.world = sim.world.put(
        Role("r", ("ec2.amazonaws.com",), 0, ("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",)), InstanceProfile("r", "r", 0)
    )
    server = replace(sim.world.get(Instance, "web-a"), profile="r", public_ip="203.0.113.77", subnet="subnet-a")
    sim.world = sim.world.put(server)
    ask(sim, SendCommand(document_name="cloudlab-StartModelServer", instance_ids=("web-a",), parameters={"Port": ("8080",)}))
    sim.advance(sim.now + 600)
    assert sim.world.get(Instance, "web-a").memory == "ok"
