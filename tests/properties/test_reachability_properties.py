"""Ways through a network of any shape: allowing never closes, answers need their own rule, and both directions tell one story."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cloudlab.engine.rules.filtering import acl_lets_all
from cloudlab.engine.rules.path import Path
from cloudlab.engine.rules.reachability import between, from_internet, is_public_subnet, to_internet
from cloudlab.engine.rules.service_ways import to_service
from cloudlab.model.compute import Instance, Software
from cloudlab.model.network import (
    ANYWHERE,
    AclEntry,
    Address,
    Association,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    Permission,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.world import World
from tests.support import open_simulation

PORT = 443
LOCAL = Route("10.0.0.0/16", "local")
SUBNETS = {"subnet-a": ("10.0.1.0/24", "us-east-1a"), "subnet-b": ("10.0.2.0/24", "us-east-1b")}
PLACES = {"i-a": ("subnet-a", "10.0.1.4"), "i-b": ("subnet-b", "10.0.2.4")}

PEERS = st.sampled_from((ANYWHERE, "10.0.0.0/16", "10.0.1.0/24", "10.0.2.4/32", "0.0.0.0/1", "203.0.113.0/24"))
SPANS = st.sampled_from(((443, 443), (1_024, 65_535), (0, 65_535), (32_768, 60_999), (22, 22), (0, 1_023)))


def entries() -> st.SearchStrategy[tuple[AclEntry, ...]]:
    """Rules of an ACL, each number once per direction; two in three allow, and most speak of everybody, so that ways are open too."""
    one = st.builds(
        lambda n, protocol, allow, egress, cidr, span: AclEntry(n, protocol, allow > 0, egress, cidr, *span),
        st.integers(1, 60),
        st.sampled_from(("-1", "6", "6", "17")),
        st.integers(0, 2),
        st.booleans(),
        st.one_of(st.just(ANYWHERE), PEERS),
        SPANS,
    )
    return st.lists(one, max_size=7, unique_by=lambda e: (e.number, e.egress)).map(tuple)


def rules() -> st.SearchStrategy[tuple[Permission, ...]]:
    one = st.builds(
        lambda n, protocol, span, cidr, group: Permission(
            f"sgr-{n}", protocol, span[0], span[1], cidr=None if group else cidr, group=group
        ),
        st.integers(0, 999),
        st.sampled_from(("-1", "tcp", "tcp", "udp")),
        SPANS,
        PEERS,
        st.sampled_from((None, None, "sg-0", "sg-1")),
    )
    return st.lists(one, max_size=3).map(tuple)


ROUTES = st.sampled_from(
    ((), (Route(ANYWHERE, "igw-1"),), (Route(ANYWHERE, "nat-1"),), (Route("0.0.0.0/1", "igw-1"), Route("128.0.0.0/1", "nat-1")))
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two subnets in two zones with a machine each, a NAT gateway in the first, and ACLs, groups and routes of any shape."""
    world = open_simulation().world.put(Vpc("vpc-1", "10.0.0.0/16"))
    world = world.put(*(Subnet(key, "vpc-1", cidr, zone) for key, (cidr, zone) in SUBNETS.items()))
    world = world.put(InternetGateway("igw-1", "vpc-1" if draw(st.integers(0, 4)) else None))
    for number, key in enumerate(SUBNETS):
        table = RouteTable(f"rtb-{number}", "vpc-1", (LOCAL, *draw(ROUTES)), (Association(f"rtbassoc-{number}", key),))
        acl = NetworkAcl(f"acl-{number}", "vpc-1", draw(entries()), (Association(f"aclassoc-{number}", key),), is_default=not number)
        world = world.put(table, acl, SecurityGroup(f"sg-{number}", "vpc-1", f"g{number}", "x", draw(rules()), draw(rules())))
    world = world.put(RouteTable("rtb-main", "vpc-1", (LOCAL,), (Association("rtbassoc-main", None),)))
    state = draw(st.sampled_from(("available", "available", "pending", "deleting")))
    world = world.put(NatGateway("nat-1", "vpc-1", "subnet-a", "us-east-1a", "public", state, 0, "10.0.1.9", "eipalloc-1"))
    world = world.put(Address("eipalloc-1", "203.0.113.50", nat_gateway="nat-1", association="eipassoc-1"))
    for number, (key, (subnet, ip)) in enumerate(PLACES.items()):
        public = draw(st.sampled_from((None, f"198.51.100.{number + 1}")))
        machine = Instance(key, "ami-1", "t3.small", "vpc-1", subnet, SUBNETS[subnet][1], ip, (f"sg-{number}",), "running", 0, booted=1)
        ready = {"checks": "passed", "system_checks": "passed", "software": Software(server_port=PORT), "public_ip": public}
        world = world.put(replace(machine, **ready))  # type: ignore[arg-type]
    if draw(st.booleans()):
        world = world.put(VpcEndpoint("vpce-1", "vpc-1", "com.amazonaws.us-east-1.s3", "Gateway", "available", 0))
        table = world.get(RouteTable, "rtb-1")
        world = world.put(replace(table, routes=(*table.routes, Route("pl-63a5400a", "vpce-1"))))
    return world


def opened(world: World) -> World:
    """Let everything through everywhere: what is still shut is shut by routes, gateways and addresses."""
    everything = Permission("sgr-all", "-1", -1, -1, cidr=ANYWHERE)
    for group in tuple(world.every(SecurityGroup)):
        world = world.put(replace(group, ingress=(everything,), egress=(everything,)))
    both = (AclEntry(1, "-1", True, False, ANYWHERE), AclEntry(1, "-1", True, True, ANYWHERE))
    for acl in tuple(world.every(NetworkAcl)):
        world = world.put(replace(acl, entries=both))
    return world


def ways(world: World) -> list[Path]:
    return [
        from_internet(world, "i-a", PORT),
        from_internet(world, "i-b", PORT),
        to_internet(world, "i-a"),
        to_internet(world, "i-b"),
        between(world, "i-a", "i-b", PORT),
        between(world, "i-b", "i-a", PORT),
        to_service(world, "i-a", "s3"),
        to_service(world, "i-b", "s3"),
        to_service(world, "i-b", "ssm"),
    ]


@settings(max_examples=150)
@given(worlds())
def test_every_way_names_the_first_hop_that_stops_it(world: World) -> None:
    for path in ways(world):
        assert path.ok == (path.blocked is None) == (path.symptom == "") == (path.hint == "")
        assert path.blocked == next((hop for hop in path.hops if not hop.ok), None)
        assert all(hop.label and hop.text for hop in path.hops)
        assert path.sentence().count("blocked here") == (0 if path.ok else 1)


@settings(max_examples=150)
@given(worlds(), st.sampled_from(("sg-0", "sg-1")), rules(), st.booleans())
def test_a_rule_added_to_a_group_never_closes_a_way(world: World, key: str, more: tuple[Permission, ...], egress: bool) -> None:
    group = world.get(SecurityGroup, key)
    wider = replace(group, egress=(*group.egress, *more)) if egress else replace(group, ingress=(*group.ingress, *more))
    for before, after in zip(ways(world), ways(world.put(wider)), strict=True):
        assert after.ok or not before.ok


@settings(max_examples=150)
@given(worlds(), st.sampled_from(("acl-0", "acl-1")), entries())
def test_an_allowing_rule_added_to_an_acl_never_closes_a_way(world: World, key: str, more: tuple[AclEntry, ...]) -> None:
    acl = world.get(NetworkAcl, key)
    taken = {(e.number, e.egress) for e in acl.entries}
    allowing = tuple(replace(e, allow=True) for e in more if (e.number, e.egress) not in taken)
    wider = replace(acl, entries=(*acl.entries, *allowing))
    for before, after in zip(ways(world), ways(world.put(wider)), strict=True):
        assert after.ok or not before.ok


@settings(max_examples=100)
@given(worlds(), st.sampled_from(("acl-0", "acl-1")), st.booleans())
def test_an_acl_that_lets_nothing_back_shuts_every_way_through_it(world: World, key: str, egress: bool) -> None:
    """ACLs remember nothing: with one direction gone, neither calls nor answers get past that edge."""
    acl = world.get(NetworkAcl, key)
    mute = world.put(replace(acl, entries=tuple(e for e in acl.entries if e.egress != egress)))
    machine = "i-a" if key == "acl-0" else "i-b"
    assert not from_internet(mute, machine, PORT).ok
    assert not to_internet(mute, machine).ok
    assert not between(mute, "i-a", "i-b", PORT).ok
    assert not to_service(mute, machine, "s3").ok


@settings(max_examples=100)
@given(worlds())
def test_group_rules_for_answers_are_never_needed(world: World) -> None:
    """Security groups remember: what a machine may send of itself makes no difference to whom it answers."""
    for key, machine in (("sg-0", "i-a"), ("sg-1", "i-b")):
        silent = world.put(replace(world.get(SecurityGroup, key), egress=()))
        assert from_internet(silent, machine, PORT).ok == from_internet(world, machine, PORT).ok
        deaf = world.put(replace(world.get(SecurityGroup, key), ingress=()))
        assert to_internet(deaf, machine).ok == to_internet(world, machine).ok


@settings(max_examples=150)
@given(worlds())
def test_what_routes_and_addresses_allow_where_nothing_filters(world: World) -> None:
    """Against the definitions, asked one by one."""
    bare = opened(world)
    attached = bare.get(InternetGateway, "igw-1").vpc is not None
    nat_works = attached and bare.get(NatGateway, "nat-1").state == "available" and is_public_subnet(bare, "subnet-a")
    assert between(bare, "i-a", "i-b", PORT).ok
    assert between(bare, "i-b", "i-a", PORT).ok
    for number, (key, (subnet, _)) in enumerate(PLACES.items()):
        targets = {r.target for r in bare.get(RouteTable, f"rtb-{number}").routes} - {"local", "vpce-1"}
        has_address = bare.get(Instance, key).public_ip is not None
        straight = attached and has_address
        out = bool(targets) and ("igw-1" not in targets or straight) and ("nat-1" not in targets or nat_works)
        assert from_internet(bare, key, PORT).ok == (straight and is_public_subnet(bare, subnet))
        assert to_internet(bare, key).ok == out
        by_route = any(r.target == "vpce-1" for r in bare.get(RouteTable, f"rtb-{number}").routes)
        assert to_service(bare, key, "s3").ok == (by_route or out)
        assert to_service(bare, key, "ssm").ok == out


@settings(max_examples=80)
@given(worlds(), st.sampled_from(("us-east-1a", "us-east-1b")))
def test_losing_a_zone_opens_nothing_and_shuts_what_stands_in_it(world: World, zone: str) -> None:
    bare = opened(world)
    dark = bare.put(ZoneOutage(zone, 0, 3_600))
    for before, after in zip(ways(bare), ways(dark), strict=True):
        assert before.ok or not after.ok
    inside, outside = ("i-a", "i-b") if zone == "us-east-1a" else ("i-b", "i-a")
    assert not from_internet(dark, inside, PORT).ok
    assert not to_internet(dark, inside).ok
    assert not between(dark, outside, inside, PORT).ok
    through_nat = any(r.target == "nat-1" for r in bare.get(RouteTable, "rtb-1").routes)
    if zone == "us-east-1a" and through_nat:
        assert not to_internet(dark, "i-b").ok  # the zone that lends the way out is gone
    elif zone == "us-east-1b":
        assert to_internet(dark, "i-a").ok == to_internet(bare, "i-a").ok


NETWORKS = st.builds(lambda number, prefix: IPv4Network((number, prefix), strict=False), st.integers(0, 2**32 - 1), st.integers(0, 32))


@settings(max_examples=200)
@given(entries(), st.integers(0, 2**32 - 1), st.integers(0, 65_535), st.booleans())
def test_the_lowest_number_that_matches_decides(found: tuple[AclEntry, ...], address: int, port: int, egress: bool) -> None:
    """Against the definition, one port and one address at a time."""
    acl = NetworkAcl("acl-1", "vpc-1", found)
    caller = IPv4Address(address)

    def speaks(e: AclEntry) -> bool:
        about = e.protocol == "-1" or (e.protocol == "6" and e.from_port <= port <= e.to_port)
        return e.egress == egress and about and caller in IPv4Network(e.cidr)

    matching = [e for e in sorted(found, key=lambda e: e.number) if speaks(e)]
    assert acl_lets_all(acl, str(caller), (port, port), egress=egress) == (bool(matching) and matching[0].allow)


@settings(max_examples=150)
@given(worlds(), NETWORKS)
def test_a_longer_prefix_takes_over_just_its_own_addresses(world: World, network: IPv4Network) -> None:
    """A black hole inside a route that works swallows a part of the internet: then the whole is not reached any more."""
    assume(not network.overlaps(IPv4Network("10.0.0.0/16")))
    bare = opened(world).change(Instance, "i-b", public_ip="198.51.100.2").change(InternetGateway, "igw-1", vpc="vpc-1")
    whole = bare.change(RouteTable, "rtb-1", routes=(LOCAL, Route(ANYWHERE, "igw-1")))
    assert to_internet(whole, "i-b").ok
    assume(network.prefixlen)
    holed = whole.change(RouteTable, "rtb-1", routes=(LOCAL, Route(ANYWHERE, "igw-1"), Route(str(network), "igw-gone")))
    swallowed = any(IPv4Address(f"{first}.20.30.40") in network for first in (20, 52, 84, 116, 148, 180, 203))
    assert to_internet(holed, "i-b").ok != swallowed
