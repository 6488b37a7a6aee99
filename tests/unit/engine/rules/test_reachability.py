"""Reachability: each obstacle on the way named as such, with what a caller notices and the command that mends it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace

import pytest

from cloudlab.commands.registry import COMMANDS
from cloudlab.dialects.aws_cli import parse
from cloudlab.engine.rules.path import Path
from cloudlab.engine.rules.reachability import between, faces_internet, from_internet, is_public_subnet, to_internet
from cloudlab.model.compute import Instance, Software
from cloudlab.model.network import (
    ANYWHERE,
    AclEntry,
    Address,
    Association,
    InternetGateway,
    NetworkAcl,
    Permission,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
)
from cloudlab.model.world import World
from tests.support import lay_network, open_simulation

LOCAL = Route("10.0.0.0/16", "local")
ALL_IN, ALL_OUT = AclEntry(100, "-1", True, False, ANYWHERE), AclEntry(100, "-1", True, True, ANYWHERE)


def machine(key: str = "i-1", **changes: object) -> Instance:
    web = Instance(
        key,
        "ami-1",
        "t3.small",
        "vpc-1",
        "subnet-a",
        "us-east-1a",
        "10.0.0.4",
        ("sg-web",),
        "running",
        0,
        public_ip="203.0.113.9",
        tags=(("Name", "web-1"),),
        booted=60,
        checks="passed",
        system_checks="passed",
        software=Software(server_port=443),
    )
    return replace(web, id=key, **changes)  # type: ignore[arg-type]


@pytest.fixture
def world() -> World:
    """vpc-1 with the public subnet-a, igw-1, main table rtb-1, sg-web with 443 from anywhere, and web-1 listening there."""
    return lay_network(open_simulation()).world.put(machine())


def commands_in(hint: str) -> list[str]:
    return re.findall(r"\b(?:ec2|ssm) [a-z][a-z-]+(?: --[a-z-]+(?: [^\s,]+)?)*", hint)


def assert_typeable(hint: str) -> None:
    """Every command a hint names exists, and where it is written out, the aws CLI's grammar takes it."""
    for line in commands_in(hint):
        service, verb, *rest = shlex.split(line)
        assert (service, verb) in COMMANDS
        if rest:
            parse(line)


def test_the_open_way_in_is_told_station_by_station(world: World) -> None:
    path = from_internet(world, "i-1", 443)
    assert path.ok
    assert (path.symptom, path.blocked, path.hint) == ("", None, "")
    assert path.sentence() == "internet -> igw-1 -> rtb-1 -> subnet-a -> web -> web-1: open"
    assert [h.resource for h in path.hops] == ["internet", "igw-1", "rtb-1", "subnet-a", "sg-web", "i-1"]


def test_a_closed_group_is_told_as_in_the_brief(world: World) -> None:
    world = world.change(SecurityGroup, "sg-web", ingress=())
    path = from_internet(world, "i-1", 443)
    assert path.sentence() == "internet -> igw-1 -> rtb-1 -> subnet-a -> web: blocked here, no rule lets tcp/443 in"
    assert path.symptom == "timeout"
    assert path.hint.endswith("ec2 authorize-security-group-ingress --group-id sg-web --protocol tcp --port 443 --cidr 0.0.0.0/0")


Change = Callable[[World], World]


def gone(kind: type, key: str) -> Change:
    return lambda w: w.drop(kind, key)


def changed(kind: type, key: str, **fields: object) -> Change:
    return lambda w: w.change(kind, key, **fields)


OBSTACLES: dict[str, tuple[Change, str, str, str]] = {
    "gone": (gone(Instance, "i-1"), "i-1", "no such instance", "ec2 run-instances"),
    "terminated": (changed(Instance, "i-1", state="terminated"), "i-1", "no such instance", "ec2 run-instances"),
    "pending": (changed(Instance, "i-1", state="pending"), "i-1", "it is pending", "wait"),
    "stopped": (changed(Instance, "i-1", state="stopped", public_ip=None), "i-1", "it is stopped", "ec2 start-instances"),
    "stopping": (changed(Instance, "i-1", state="stopping"), "i-1", "it is stopping", "ec2 start-instances"),
    "no public address": (changed(Instance, "i-1", public_ip=None), "i-1", "no public address", "ec2 associate-address"),
    "no gateway": (
        changed(InternetGateway, "igw-1", vpc=None),
        "vpc-1",
        "no internet gateway is attached",
        "ec2 attach-internet-gateway --internet-gateway-id igw-1 --vpc-id vpc-1",
    ),
    "no gateway at all": (gone(InternetGateway, "igw-1"), "vpc-1", "no internet gateway is attached", "ec2 create-internet-gateway"),
    "no route": (
        changed(RouteTable, "rtb-1", routes=(LOCAL,)),
        "rtb-1",
        "no route leads to the internet",
        "ec2 create-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0 --gateway-id igw-1",
    ),
    "half a route": (
        changed(RouteTable, "rtb-1", routes=(LOCAL, Route("128.0.0.0/1", "igw-1"))),
        "rtb-1",
        "no route leads to more than a part of the internet",
        "ec2 create-route",
    ),
    "black hole": (
        changed(RouteTable, "rtb-1", routes=(LOCAL, Route(ANYWHERE, "igw-0"))),
        "rtb-1",
        "its route 0.0.0.0/0 is a black hole",
        "ec2 replace-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0 --gateway-id igw-1",
    ),
    "a more specific black hole": (
        changed(RouteTable, "rtb-1", routes=(LOCAL, Route(ANYWHERE, "igw-1"), Route("20.0.0.0/8", "igw-0"))),
        "rtb-1",
        "its route 20.0.0.0/8 is a black hole",
        "ec2 replace-route",
    ),
    "acl in": (
        changed(NetworkAcl, "acl-1", entries=(AclEntry(50, "6", False, False, ANYWHERE, 443, 443), ALL_IN, ALL_OUT)),
        "subnet-a",
        "its network ACL acl-1 doesn't let tcp/443 in",
        "ec2 describe-network-acls",
    ),
    "acl back out": (
        changed(NetworkAcl, "acl-1", entries=(ALL_IN, AclEntry(100, "6", True, True, ANYWHERE, 443, 443))),
        "subnet-a",
        "its network ACL acl-1 doesn't let tcp/1024-65535 out",
        "ec2 describe-network-acls",
    ),
    "group for others": (
        changed(SecurityGroup, "sg-web", ingress=(Permission("r", "tcp", 443, 443, cidr="198.51.100.0/24"),)),
        "sg-web",
        "it lets tcp/443 in only from 198.51.100.0/24",
        "ec2 authorize-security-group-ingress",
    ),
    "group for a group": (
        changed(SecurityGroup, "sg-web", ingress=(Permission("r", "tcp", 443, 443, group="sg-web"),)),
        "sg-web",
        "it lets tcp/443 in only from web",
        "ec2 authorize-security-group-ingress",
    ),
    "udp is not tcp": (
        changed(SecurityGroup, "sg-web", ingress=(Permission("r", "udp", 443, 443, cidr=ANYWHERE),)),
        "sg-web",
        "no rule lets tcp/443 in",
        "ec2 authorize-security-group-ingress",
    ),
    "host failed": (changed(Instance, "i-1", system_checks="failed"), "i-1", "the host under it has failed", "ec2 stop-instances"),
    "check failed": (changed(Instance, "i-1", checks="failed"), "i-1", "its status check has failed", "ec2 reboot-instances"),
    "booting": (changed(Instance, "i-1", booted=None), "i-1", "still coming up", "Wait"),
}


@pytest.mark.parametrize("what", OBSTACLES)
def test_an_obstacle_is_a_timeout_and_names_itself(world: World, what: str) -> None:
    change, resource, text, mend = OBSTACLES[what]
    path = from_internet(change(world), "i-1", 443)
    assert not path.ok
    assert path.symptom == "timeout"
    assert path.blocked is not None
    assert path.blocked.resource == resource
    assert text in path.blocked.text
    assert mend in path.hint
    assert_typeable(path.hint)


@pytest.mark.parametrize("listens", [None, 8080])
def test_arriving_where_nothing_listens_is_a_refusal(world: World, listens: int | None) -> None:
    path = from_internet(world.change(Instance, "i-1", software=Software(server_port=listens)), "i-1", 443)
    assert path.symptom == "refused"
    assert path.blocked is not None
    assert path.blocked.resource == "i-1"
    assert "nothing listens on tcp/443" in path.sentence()
    assert ("8080" in path.sentence()) == (listens == 8080)
    assert "cloudlab-StartModelServer" in path.hint
    assert_typeable(path.hint)


def test_a_packet_that_is_dropped_on_the_way_is_never_refused(world: World) -> None:
    world = world.change(Instance, "i-1", software=Software()).change(SecurityGroup, "sg-web", ingress=())
    path = from_internet(world, "i-1", 443)
    assert (path.symptom, path.blocked.resource if path.blocked else None) == ("timeout", "sg-web")
    assert [h.ok for h in path.hops] == [True, True, True, True, False, False]


def test_an_elastic_address_makes_a_machine_public(world: World) -> None:
    world = world.change(Instance, "i-1", public_ip=None).put(Address("eipalloc-1", "203.0.113.5", "i-1", "eipassoc-1"))
    assert from_internet(world, "i-1", 443).ok


def test_the_hint_prefers_a_table_that_only_waits_to_be_used(world: World) -> None:
    world = world.change(RouteTable, "rtb-1", routes=(LOCAL,))
    world = world.put(RouteTable("rtb-2", "vpc-1", (LOCAL, Route(ANYWHERE, "igw-1")), tags=(("Name", "rtb-public"),)))
    path = from_internet(world, "i-1", 443)
    assert "it has no table of its own" in path.sentence()
    assert path.hint == (
        "rtb-public leads to the internet, but subnet-a doesn't use it: "
        "ec2 associate-route-table --route-table-id rtb-2 --subnet-id subnet-a"
    )
    world = world.change(RouteTable, "rtb-2", associations=(Association("rtbassoc-2", "subnet-a"),))
    assert from_internet(world, "i-1", 443).sentence() == "internet -> igw-1 -> rtb-public -> subnet-a -> web -> web-1: open"


def test_several_groups_add_up(world: World) -> None:
    two_halves = tuple(Permission(f"r{n}", "tcp", 443, 443, cidr=c) for n, c in enumerate(("0.0.0.0/1", "128.0.0.0/1")))
    world = world.change(SecurityGroup, "sg-web", ingress=two_halves[:1]).change(SecurityGroup, "sg-default", ingress=two_halves[1:])
    assert not from_internet(world, "i-1", 443).ok
    assert from_internet(world.change(Instance, "i-1", groups=("sg-web", "sg-default")), "i-1", 443).ok


def test_one_caller_may_get_in_where_the_public_does_not(world: World) -> None:
    world = world.change(SecurityGroup, "sg-web", ingress=(Permission("r", "tcp", 443, 443, cidr="198.51.100.0/24"),))
    assert from_internet(world, "i-1", 443, client="198.51.100.8").ok
    assert not from_internet(world, "i-1", 443, client="198.51.101.8").ok


def test_ssh_listens_on_every_machine(world: World) -> None:
    world = world.change(SecurityGroup, "sg-web", ingress=(Permission("r", "tcp", 22, 22, cidr=ANYWHERE),))
    assert from_internet(world, "i-1", 22).ok


# out to the internet ---------------------------------------------------------------------------------------------------------


def test_the_open_way_out(world: World) -> None:
    path = to_internet(world, "i-1")
    assert path.sentence() == "web-1 -> web -> subnet-a -> rtb-1 -> igw-1 -> internet: open"


@pytest.mark.parametrize(
    ("change", "resource", "text"),
    [
        (changed(Instance, "i-1", public_ip=None), "i-1", "no public address"),
        (changed(Instance, "i-1", state="stopped"), "i-1", "it is stopped"),
        (changed(SecurityGroup, "sg-web", egress=()), "sg-web", "no rule lets tcp/443 out"),
        (changed(InternetGateway, "igw-1", vpc=None), "vpc-1", "no internet gateway"),
        (changed(RouteTable, "rtb-1", routes=(LOCAL,)), "rtb-1", "no route"),
        (changed(RouteTable, "rtb-1", routes=(LOCAL, Route(ANYWHERE, "nat-1"))), "rtb-1", "is a black hole: nat-1 does not work any more"),
        (changed(NetworkAcl, "acl-1", entries=(ALL_IN,)), "subnet-a", "doesn't let tcp/443 out"),
        (changed(NetworkAcl, "acl-1", entries=(ALL_OUT,)), "subnet-a", "doesn't let tcp/1024-65535 in"),
    ],
)
def test_an_obstacle_on_the_way_out(world: World, change: Change, resource: str, text: str) -> None:
    path = to_internet(change(world), "i-1")
    assert path.blocked is not None
    assert (path.blocked.resource, path.symptom) == (resource, "timeout")
    assert text in path.blocked.text
    assert_typeable(path.hint)


# within the VPC --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(world: World) -> World:
    """web-1 in subnet-a, and i-2 in a private subnet-b, listening on 8080 for whoever wears sg-web."""
    behind = machine(
        "i-2", subnet="subnet-b", private_ip="10.0.1.4", groups=("sg-app",), public_ip=None, tags=(), software=Software(server_port=8080)
    )
    return world.put(
        Subnet("subnet-b", "vpc-1", "10.0.1.0/24", "us-east-1b"),
        SecurityGroup("sg-app", "vpc-1", "app", "behind", ingress=(Permission("r", "tcp", 8080, 8080, group="sg-web"),)),
        behind,
    )


def test_a_group_admits_whoever_wears_it_by_private_address(pair: World) -> None:
    path = between(pair, "i-1", "i-2", 8080)
    assert path.sentence() == "web-1 -> web -> subnet-a -> subnet-b -> app -> i-2: open"
    stripped = pair.change(Instance, "i-1", groups=("sg-default",))
    path = between(stripped, "i-1", "i-2", 8080)
    assert path.blocked is not None
    assert (path.blocked.resource, path.blocked.text) == ("sg-app", "it lets tcp/8080 in only from web")
    assert path.hint.endswith("--protocol tcp --port 8080 --source-group sg-default")


def test_rules_by_address_hold_within_the_vpc_too(pair: World) -> None:
    open_to = pair.change(SecurityGroup, "sg-app", ingress=(Permission("r", "tcp", 8080, 8080, cidr="10.0.0.0/24"),))
    assert between(open_to, "i-1", "i-2", 8080).ok
    closed = pair.change(SecurityGroup, "sg-app", ingress=(Permission("r", "tcp", 8080, 8080, cidr="10.0.7.0/24"),))
    assert not between(closed, "i-1", "i-2", 8080).ok


def test_neighbours_in_one_subnet_are_filtered_by_groups_and_not_by_the_acl(pair: World) -> None:
    neighbours = pair.change(Instance, "i-2", subnet="subnet-a").change(NetworkAcl, "acl-1", entries=())
    assert between(neighbours, "i-1", "i-2", 8080).ok
    assert not between(neighbours.change(SecurityGroup, "sg-app", ingress=()), "i-1", "i-2", 8080).ok
    assert not between(pair.change(NetworkAcl, "acl-1", entries=()), "i-1", "i-2", 8080).ok


def test_what_does_not_call_out_or_listen_is_told(pair: World) -> None:
    mute = between(pair.change(SecurityGroup, "sg-web", egress=()), "i-1", "i-2", 8080)
    assert mute.blocked is not None
    assert (mute.blocked.resource, mute.symptom) == ("sg-web", "timeout")
    deaf = between(pair.change(Instance, "i-2", software=Software()), "i-1", "i-2", 8080)
    assert deaf.symptom == "refused"


def test_private_addresses_end_at_the_edge_of_their_vpc(pair: World) -> None:
    apart = pair.put(Vpc("vpc-2", "10.0.0.0/16")).change(Instance, "i-2", vpc="vpc-2")
    path = between(apart, "i-1", "i-2", 8080)
    assert path.blocked is not None
    assert path.blocked.resource == "vpc-2"


def test_a_machine_without_a_public_way_is_reached_from_inside_only(pair: World) -> None:
    assert not from_internet(pair, "i-2", 8080).ok
    assert not to_internet(pair, "i-2").ok


# questions about places ------------------------------------------------------------------------------------------------------


def test_what_makes_a_subnet_public(world: World) -> None:
    assert is_public_subnet(world, "subnet-a")
    assert not is_public_subnet(world.change(RouteTable, "rtb-1", routes=(LOCAL,)), "subnet-a")
    assert not is_public_subnet(world.change(InternetGateway, "igw-1", vpc=None), "subnet-a")
    assert not is_public_subnet(world.change(RouteTable, "rtb-1", routes=(LOCAL, Route("52.0.0.0/8", "igw-1"))), "subnet-a")
    own = RouteTable("rtb-2", "vpc-1", (LOCAL,), (Association("rtbassoc-2", "subnet-a"),))
    assert not is_public_subnet(world.put(own), "subnet-a")


def test_what_faces_the_internet(world: World) -> None:
    assert faces_internet(world, "i-1")
    assert faces_internet(world.change(SecurityGroup, "sg-web", ingress=()), "i-1")
    assert not faces_internet(world.change(Instance, "i-1", public_ip=None), "i-1")
    assert not faces_internet(world.change(Instance, "i-1", state="stopped"), "i-1")
    assert not faces_internet(world.change(RouteTable, "rtb-1", routes=(LOCAL,)), "i-1")
    assert not faces_internet(world, "i-7")


def test_a_path_is_a_plain_value(world: World) -> None:
    assert from_internet(world, "i-1", 443) == from_internet(world, "i-1", 443)
    assert isinstance(hash(from_internet(world, "i-1", 443)), int)
    assert isinstance(from_internet(world, "i-1", 443), Path)
