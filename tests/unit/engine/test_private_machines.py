"""Machines without a public address: what Systems Manager, patching, the runtime and training need of the network, each named."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.kernel import Context
from cloudlab.engine.nat_gateway import carried
from cloudlab.engine.rules.managed import missing_piece
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.events import Event
from cloudlab.model.events.billing import Charged
from cloudlab.model.network import (
    ANYWHERE,
    Address,
    Association,
    EndpointNode,
    NatGateway,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from cloudlab.model.world import World
from tests.support import lay_network, open_simulation, put_server, run

LOCAL = Route("10.0.0.0/16", "local")


@pytest.fixture
def simulation() -> Simulation:
    """A server in a subnet that leads nowhere and without a public address; nothing but addresses is missing."""
    simulation = lay_network(open_simulation())
    put_server(simulation)
    world = simulation.world.change(Instance, "i-1", public_ip=None).change(RouteTable, "rtb-1", routes=(LOCAL,))
    simulation.world = world.change(Vpc, "vpc-1", dns_hostnames=True)
    return simulation


def interface(world: World, *names: str) -> World:
    """Put an interface endpoint for each service into the subnet, behind the server's own group, which admits HTTPS from anywhere."""
    for number, name in enumerate(names, 20):
        node = EndpointNode("subnet-a", f"10.0.0.{number}")
        service = f"com.amazonaws.us-east-1.{name}"
        world = world.put(VpcEndpoint(f"vpce-{name}", "vpc-1", service, "Interface", "available", 0, (node,), ("sg-web",), True))
    return world


def storage(world: World) -> World:
    world = world.put(VpcEndpoint("vpce-s3", "vpc-1", "com.amazonaws.us-east-1.s3", "Gateway", "available", 0))
    return world.change(RouteTable, "rtb-1", routes=(*world.get(RouteTable, "rtb-1").routes, Route("pl-63a5400a", "vpce-s3")))


def missing(simulation: Simulation) -> str | None:
    return missing_piece(simulation.world, simulation.scenario, simulation.world.get(Instance, "i-1"))


def sent(simulation: Simulation, document: str, **parameters: Any) -> Invocation:
    """Run a document to its end."""
    command = SendCommand.model_validate({"DocumentName": document, "InstanceIds": ["i-1"], "Parameters": parameters})
    outcome = run(simulation, "ana", command)
    assert outcome.refusal is None, outcome.refusal
    simulation.advance(simulation.now + 3_600)
    return list(simulation.world.every(Invocation))[-1]


def test_systems_manager_wants_all_three_of_its_endpoints(simulation: Simulation) -> None:
    told = missing(simulation)
    assert told is not None
    assert told.startswith("it has no path to the Systems Manager endpoints: ")
    assert "no route leads to the internet" in told
    simulation.world = interface(simulation.world, "ssm", "ssmmessages")
    assert "no route leads to the internet" in (missing(simulation) or "")
    simulation.world = interface(simulation.world, "ssm", "ssmmessages", "ec2messages")
    assert missing(simulation) is None


def test_a_shut_endpoint_is_named_as_the_reason(simulation: Simulation) -> None:
    shut = interface(simulation.world, "ssm", "ssmmessages", "ec2messages").change(SecurityGroup, "sg-web", ingress=())
    simulation.world = shut
    assert (missing(simulation) or "").endswith("web: blocked here, no rule lets tcp/443 in")


def test_with_endpoints_alone_nothing_comes_from_the_internet(simulation: Simulation) -> None:
    """Python's packages come from the internet, fixes of the system from S3, and the agent reports to CloudWatch."""
    simulation.world = interface(simulation.world, "ssm", "ssmmessages", "ec2messages")
    installed = sent(simulation, "cloudlab-InstallRuntime")
    assert installed.status == "Failed"
    assert "no route leads to the internet" in installed.detail
    scan = {"Operation": ["Scan"]}
    patched = sent(simulation, "AWS-RunPatchBaseline", **scan)
    assert (patched.status, patched.detail.startswith("dnf: the repositories, which lie in S3,")) == ("Failed", True)
    simulation.world = storage(simulation.world)
    assert sent(simulation, "AWS-RunPatchBaseline", **scan).status == "Success"
    agent = {"action": ["Install"], "name": ["AmazonCloudWatchAgent"]}
    mute = sent(simulation, "AWS-ConfigureAWSPackage", **agent)
    assert (mute.status, "no way to CloudWatch" in mute.detail) == ("Failed", True)
    simulation.world = interface(simulation.world, "monitoring")
    assert sent(simulation, "AWS-ConfigureAWSPackage", **agent).status == "Success"


def with_nat(world: World) -> World:
    """Lead the server's subnet to a NAT gateway, whose own subnet has a table that leads it out."""
    world = world.put(Subnet("subnet-n", "vpc-1", "10.0.9.0/24", "us-east-1a"))
    world = world.put(RouteTable("rtb-n", "vpc-1", (LOCAL, Route(ANYWHERE, "igw-1")), (Association("rtbassoc-n", "subnet-n"),)))
    nat = NatGateway("nat-1", "vpc-1", "subnet-n", "us-east-1a", "public", "available", 0, "10.0.9.4", "eipalloc-n")
    world = world.put(nat, Address("eipalloc-n", "203.0.113.77", nat_gateway="nat-1", association="eipassoc-n"))
    return world.change(RouteTable, "rtb-1", routes=(LOCAL, Route(ANYWHERE, "nat-1")))


def test_a_nat_gateway_is_enough_for_all_of_it(simulation: Simulation) -> None:
    simulation.world = with_nat(simulation.world)
    assert missing(simulation) is None
    assert sent(simulation, "cloudlab-InstallRuntime").status == "Success"
    assert sent(simulation, "AWS-RunPatchBaseline", Operation=["Scan"]).status == "Success"


def test_what_comes_from_s3_through_a_nat_gateway_is_paid_by_the_gigabyte(simulation: Simulation) -> None:
    def charged(world: World, size: int) -> tuple[Event, ...]:
        return tuple(carried(Context(world, simulation.scenario, "order"), "i-1", "s3", size))

    through = with_nat(simulation.world)
    assert charged(through, 2_500_000_000) == (Charged("nat-gateway", "nat-1", 112_500),)  # 2.5 GB at 0.045 USD
    assert charged(through, 1) == (Charged("nat-gateway", "nat-1", 1),)
    assert charged(storage(through), 2_500_000_000) == ()  # the gateway endpoint's route is longer, and free
    assert charged(simulation.world, 1) == ()
