"""Exposure: doors open to everybody that no public service needs, on machines everybody can reach."""

from __future__ import annotations

import pytest

from cloudlab.engine.rules.exposure import open_to_world
from cloudlab.model.compute import Instance
from cloudlab.model.network import ANYWHERE, AclEntry, NetworkAcl, Permission, Route, RouteTable, SecurityGroup
from cloudlab.model.world import World
from tests.support import lay_network, open_simulation


@pytest.fixture
def world() -> World:
    web = Instance(
        "i-1", "ami-1", "t3.small", "vpc-1", "subnet-a", "us-east-1a", "10.0.0.4", ("sg-web",), "running", 0, public_ip="203.0.113.9"
    )
    return lay_network(open_simulation()).world.put(web)


def holding(world: World, *rules: Permission) -> World:
    return world.change(SecurityGroup, "sg-web", ingress=rules)


@pytest.mark.parametrize(
    ("rule", "ports"),
    [
        (Permission("r", "tcp", 443, 443, cidr=ANYWHERE), None),
        (Permission("r", "tcp", 80, 80, cidr=ANYWHERE), None),
        (Permission("r", "icmp", -1, -1, cidr=ANYWHERE), None),
        (Permission("r", "tcp", 22, 22, cidr="203.0.113.0/24"), None),
        (Permission("r", "tcp", 22, 22, group="sg-default"), None),
        (Permission("r", "tcp", 22, 22, cidr=ANYWHERE), (22, 22)),
        (Permission("r", "tcp", 22, 22, cidr="0.0.0.0/1"), (22, 22)),
        (Permission("r", "tcp", 80, 443, cidr=ANYWHERE), (80, 443)),
        (Permission("r", "udp", 53, 53, cidr=ANYWHERE), (53, 53)),
        (Permission("r", "-1", -1, -1, cidr=ANYWHERE), (0, 65535)),
    ],
)
def test_which_rules_expose(world: World, rule: Permission, ports: tuple[int, int] | None) -> None:
    expected = () if ports is None else ((ports, "sg-web", rule),)
    assert open_to_world(holding(world, rule), "i-1") == expected


def test_only_what_can_be_reached_is_exposed(world: World) -> None:
    rule = Permission("r", "tcp", 22, 22, cidr=ANYWHERE)
    exposed = holding(world, rule)
    assert open_to_world(exposed.change(Instance, "i-1", public_ip=None), "i-1") == ()
    assert open_to_world(exposed.change(Instance, "i-1", state="stopped"), "i-1") == ()
    assert open_to_world(exposed.change(RouteTable, "rtb-1", routes=(Route("10.0.0.0/16", "local"),)), "i-1") == ()
    no_ssh = AclEntry(50, "6", False, False, ANYWHERE, 22, 22)
    acl = exposed.get(NetworkAcl, "acl-1")
    assert open_to_world(exposed.change(NetworkAcl, "acl-1", entries=(no_ssh, *acl.entries)), "i-1") == ()
    assert open_to_world(exposed, "i-7") == ()
