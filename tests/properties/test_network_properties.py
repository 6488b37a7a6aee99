"""Whatever is ordered of the network in whatever order: nothing dangles, nothing overlaps, a refusal changes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudlab.commands.base import AttributeBooleanValue, Command
from cloudlab.commands.ec2_access import (
    AllocateAddress,
    AssociateAddress,
    AuthorizeSecurityGroupEgress,
    AuthorizeSecurityGroupIngress,
    CreateSecurityGroup,
    DeleteSecurityGroup,
    DescribeAddresses,
    DescribeSecurityGroups,
    DisassociateAddress,
    ReleaseAddress,
    RevokeSecurityGroupEgress,
    RevokeSecurityGroupIngress,
)
from cloudlab.commands.ec2_acl import (
    CreateNetworkAcl,
    CreateNetworkAclEntry,
    DeleteNetworkAcl,
    DeleteNetworkAclEntry,
    PortRange,
    ReplaceNetworkAclAssociation,
    ReplaceNetworkAclEntry,
)
from cloudlab.commands.ec2_egress import CreateNatGateway, CreateVpcEndpoint, DeleteNatGateway, DeleteVpcEndpoints, ModifyVpcEndpoint
from cloudlab.commands.ec2_network import (
    AssociateRouteTable,
    AttachInternetGateway,
    CreateInternetGateway,
    CreateRoute,
    CreateRouteTable,
    CreateSubnet,
    CreateVpc,
    DeleteInternetGateway,
    DeleteRoute,
    DeleteRouteTable,
    DeleteSubnet,
    DeleteVpc,
    DescribeRouteTables,
    DescribeSubnets,
    DetachInternetGateway,
    DisassociateRouteTable,
    ModifySubnetAttribute,
    ReplaceRoute,
    ReplaceRouteTableAssociation,
)
from cloudlab.engine.rules.addressing import free_address, free_count
from cloudlab.engine.rules.exposure import open_to_world
from cloudlab.engine.rules.interfaces import every_interface
from cloudlab.engine.rules.reachability import between, from_internet, is_public_subnet, to_internet
from cloudlab.engine.rules.routing import is_active, route_for, table_of
from cloudlab.engine.rules.service_ways import to_service
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance
from cloudlab.model.network import (
    ANYWHERE,
    Address,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from cloudlab.model.operations import Meter, Sighting
from cloudlab.model.world import World
from tests.network import open_stage, tcp
from tests.support import open_simulation, run

VPC_RANGES = ("10.0.0.0/16", "10.1.0.0/20", "192.168.7.9/24", "10.0.0.0/8", "127.0.0.0/16", "nonsense")
SUBNET_RANGES = ("10.0.0.0/24", "10.0.0.128/25", "10.0.1.0/24", "10.0.0.0/17", "10.1.2.0/24", "192.168.7.0/28", "10.0.0.0/29", "x")
DESTINATIONS = ("0.0.0.0/0", "52.0.0.0/8", "52.9.0.0/16", "10.0.1.0/24", "10.0.0.0/16", "10.0.0.0/8", "x")
PEERS = ("0.0.0.0/0", "203.0.113.0/24", "10.0.0.0/8", "10.0.0.0/33")
ON = AttributeBooleanValue(value=True)
HTTPS = PortRange(first=443, last=443)
KINDS = (Vpc, Subnet, InternetGateway, RouteTable, SecurityGroup, Address, Instance, NatGateway, VpcEndpoint)

Draw = tuple[int, int, int, int]


def pick(world: World, kind: type, number: int) -> str:
    """Return the id of a record, or now and then one that never was."""
    there = [*world.table(kind), f"gone-{number}"]
    return there[number % len(there)]


def associations(world: World) -> list[str]:
    return [a.id for t in world.every(RouteTable) for a in t.associations] + ["gone"]


def order(world: World, draw: Draw) -> Command:
    """Turn four numbers into an order about what exists."""
    what, a, b, c = draw
    vpc, subnet, gateway = pick(world, Vpc, a), pick(world, Subnet, a), pick(world, InternetGateway, b)
    table, group, address = pick(world, RouteTable, a), pick(world, SecurityGroup, a), pick(world, Address, a)
    joined = [x.association or "" for x in world.every(Address) if x.association] + ["gone"]
    destination = DESTINATIONS[c % len(DESTINATIONS)]
    rule = tcp(443 + b % 2, PEERS[c % len(PEERS)]) if c % 3 else tcp(443, group=pick(world, SecurityGroup, b))
    acl, nat, endpoint = pick(world, NetworkAcl, a), pick(world, NatGateway, a), pick(world, VpcEndpoint, a)
    edges = [x.id for each in world.every(NetworkAcl) for x in each.associations] + ["gone"]
    number, egress, name = 1 + c % 4, b % 2 == 0, ("ssm", "logs")[c % 2]
    numbered = {"network_acl_id": acl, "rule_number": number, "egress": egress}
    entry = {**numbered, "protocol": "6", "rule_action": ("allow", "deny")[a % 2], "cidr_block": ANYWHERE, "port_range": HTTPS}
    orders: tuple[Command, ...] = (
        CreateVpc(cidr_block=VPC_RANGES[c % len(VPC_RANGES)]),
        CreateSubnet(vpc_id=vpc, cidr_block=SUBNET_RANGES[c % len(SUBNET_RANGES)]),
        CreateSubnet(vpc_id=vpc, cidr_block=SUBNET_RANGES[b % len(SUBNET_RANGES)], availability_zone="us-east-1a"),
        CreateInternetGateway(),
        AttachInternetGateway(internet_gateway_id=gateway, vpc_id=vpc),
        CreateRouteTable(vpc_id=vpc),
        CreateRoute(route_table_id=table, destination_cidr_block=destination, gateway_id=gateway),
        AssociateRouteTable(route_table_id=table, subnet_id=pick(world, Subnet, b)),
        CreateSecurityGroup(group_name=("web", "app", "default")[c % 3], description="x", vpc_id=vpc),
        AuthorizeSecurityGroupIngress(group_id=group, ip_permissions=rule),
        AuthorizeSecurityGroupEgress(group_id=group, ip_permissions=rule),
        AllocateAddress(),
        AssociateAddress(allocation_id=address, instance_id=pick(world, Instance, b)),
        ModifySubnetAttribute(subnet_id=subnet, map_public_ip_on_launch=ON),
        ReplaceRoute(route_table_id=table, destination_cidr_block=destination, gateway_id=gateway),
        ReplaceRouteTableAssociation(association_id=associations(world)[b % len(associations(world))], route_table_id=table),
        CreateNetworkAcl(vpc_id=vpc),
        CreateNetworkAclEntry.model_validate(entry),
        ReplaceNetworkAclEntry.model_validate(entry),
        DeleteNetworkAclEntry.model_validate(numbered),
        ReplaceNetworkAclAssociation(association_id=edges[b % len(edges)], network_acl_id=acl),
        CreateNatGateway(subnet_id=pick(world, Subnet, b), allocation_id=address),
        CreateNatGateway(subnet_id=subnet, connectivity_type="private"),
        CreateRoute(route_table_id=table, destination_cidr_block=destination, nat_gateway_id=pick(world, NatGateway, b)),
        CreateVpcEndpoint(vpc_id=vpc, service_name="com.amazonaws.us-east-1.s3", route_table_ids=(table,) * (c % 2)),
        CreateVpcEndpoint(
            vpc_id=vpc,
            service_name=f"com.amazonaws.us-east-1.{name}",
            vpc_endpoint_type="Interface",
            subnet_ids=(subnet,) * (c % 3 > 0),
            security_group_ids=(group,) * (b % 2),
            private_dns_enabled=False,
        ),
        ModifyVpcEndpoint(vpc_endpoint_id=endpoint, add_subnet_ids=(subnet,)),
        ModifyVpcEndpoint(vpc_endpoint_id=endpoint, add_route_table_ids=(table,)),
        DeleteVpcEndpoints(vpc_endpoint_ids=(endpoint,)),
        DeleteNatGateway(nat_gateway_id=nat),
        DeleteNetworkAcl(network_acl_id=acl),
        DescribeSubnets(subnet_ids=(subnet,)),
        DescribeRouteTables(),
        DescribeSecurityGroups(),
        DescribeAddresses(),
        DisassociateAddress(association_id=joined[b % len(joined)]),
        ReleaseAddress(allocation_id=address),
        RevokeSecurityGroupIngress(group_id=group, ip_permissions=rule),
        RevokeSecurityGroupEgress(group_id=group, ip_permissions=rule),
        DeleteSecurityGroup(group_id=group),
        DisassociateRouteTable(association_id=associations(world)[b % len(associations(world))]),
        DeleteRoute(route_table_id=table, destination_cidr_block=destination),
        DeleteRouteTable(route_table_id=table),
        DetachInternetGateway(internet_gateway_id=gateway, vpc_id=vpc),
        DeleteInternetGateway(internet_gateway_id=gateway),
        DeleteSubnet(subnet_id=subnet),
        DeleteVpc(vpc_id=vpc),
    )
    return orders[what % len(orders)]


def launch_or_end(world: World, draw: Draw) -> World:
    """Put a machine into some subnet, or end one; what the network has to live with, without the launching itself."""
    _, a, b, c = draw
    machines = [i for i in world.every(Instance) if i.state == "running"]
    if c % 3 == 0 and machines:
        ended = machines[a % len(machines)]
        world = world.change(Instance, ended.id, state="terminated", public_ip=None, groups=())
        for address in tuple(world.every(Address)):
            if address.instance == ended.id:
                world = world.put(replace(address, instance=None, association=None))
        return world
    subnets = list(world.every(Subnet))
    if not subnets:
        return world
    place = subnets[a % len(subnets)]
    groups = [g.id for g in world.every(SecurityGroup) if g.vpc == place.vpc]
    address_ = free_address(world, place.id)
    if address_ is None:
        return world
    key = f"i-{len(world.table(Instance)):017x}"
    return world.put(
        Instance(key, "ami-1", "t3.small", place.vpc, place.id, place.zone, address_, (groups[b % len(groups)],), "running", 0, booted=1)
    )


def assert_whole(world: World) -> None:
    """Nothing dangles, nothing is double, nothing overlaps."""
    vpcs, subnets, groups = world.table(Vpc), world.table(Subnet), world.table(SecurityGroup)
    for subnet in subnets.values():
        around = IPv4Network(vpcs[subnet.vpc].cidr)
        assert IPv4Network(subnet.cidr).subnet_of(around)
        for other in subnets.values():
            if other.id != subnet.id and other.vpc == subnet.vpc:
                assert not IPv4Network(subnet.cidr).overlaps(IPv4Network(other.cidr))
        assert sum(subnet.id in acl.subnets for acl in world.every(NetworkAcl)) == 1
        assert table_of(world, subnet).vpc == subnet.vpc
        free = free_address(world, subnet.id)
        assert (free is None) == (free_count(world, subnet.id) == 0)
    attached = Counter(g.vpc for g in world.every(InternetGateway) if g.vpc is not None)
    assert all(count == 1 for count in attached.values())
    assert set(attached) <= set(vpcs)
    tables = list(world.every(RouteTable))
    assert Counter(t.vpc for t in tables if t.is_main) == dict.fromkeys(vpcs, 1)
    used = [a for t in tables for a in t.associations]
    assert max(Counter(a.id for a in used).values(), default=1) == 1
    assert max(Counter(a.subnet for a in used if a.subnet).values(), default=1) == 1
    for table in tables:
        assert table.routes[0] == Route(vpcs[table.vpc].cidr, "local")
        assert len({r.destination for r in table.routes}) == len(table.routes)
        for route in table.routes[1:]:
            gateway, nat = world.find(InternetGateway, route.target), world.find(NatGateway, route.target)
            endpoint = world.find(VpcEndpoint, route.target)
            by_nat = nat is not None and nat.state not in ("failed", "deleted")
            by_gateway = gateway is not None and gateway.vpc == table.vpc
            assert is_active(world, table, route) == (by_gateway or by_nat or endpoint is not None)
            assert endpoint is None or (endpoint.vpc, endpoint.type) == (table.vpc, "Gateway")
        assert all(a.subnet is None or subnets[a.subnet].vpc == table.vpc for a in table.associations)
    for acl in world.every(NetworkAcl):
        assert acl.vpc in vpcs
        assert set(acl.subnets) <= set(subnets)
    for group in groups.values():
        assert group.vpc in vpcs
        for rules in (group.ingress, group.egress):
            assert len({r.key for r in rules}) == len(rules)
            assert all(r.group is None or groups[r.group].vpc == group.vpc for r in rules)
    assert max(Counter((g.vpc, g.name.lower()) for g in groups.values()).values(), default=1) == 1
    assert Counter(g.vpc for g in groups.values() if g.name == "default") == dict.fromkeys(vpcs, 1)
    there, lasting = list(every_interface(world)), {a.public_ip for a in world.every(Address)}
    for interface in there:
        assert IPv4Address(interface.private_ip) in IPv4Network(subnets[interface.subnet].cidr)
        assert subnets[interface.subnet].vpc == interface.vpc
        assert set(interface.groups) <= set(groups)
        if interface.public_ip in lasting:  # one that comes with a launch is given without a gateway, too, and leads nowhere
            assert interface.vpc in attached
    assert max(Counter((i.subnet, i.private_ip) for i in there).values(), default=1) == 1
    elastic = list(world.every(Address))
    assert all((a.used_by is None) == (a.association is None) for a in elastic)
    lent = Counter(a.nat_gateway for a in elastic if a.nat_gateway)
    assert all(count == 1 for count in lent.values())
    working = {n.id for n in world.every(NatGateway) if n.state in ("available", "deleting") and n.connectivity == "public"}
    assert working <= set(lent) <= set(world.table(NatGateway))
    assert max(Counter(a.instance for a in elastic if a.instance).values(), default=1) == 1
    assert max(Counter(a.public_ip for a in elastic).values(), default=1) == 1
    assert all(a.instance is None or world.get(Instance, a.instance).state != "terminated" for a in elastic)
    paid = {m.resource for m in world.every(Meter) if m.line == "nat-gateway" and m.since is not None}
    assert paid == {n.id for n in world.every(NatGateway) if n.state == "available"}
    paid = {m.resource for m in world.every(Meter) if m.line == "vpc-endpoint" and m.since is not None}
    # an hour is paid for each zone with an interface in it; one that was given no subnet has none, and AWS takes that order too
    assert paid == {e.id for e in world.every(VpcEndpoint) if e.nodes and e.state == "available"}
    rented = {m.resource for m in world.every(Meter) if m.line == "public-ipv4" and m.since is not None}
    assert {a.id for a in elastic} == {r for r in rented if r.startswith("eipalloc-")}
    remembered = [s.record for s in world.every(Sighting)]
    assert all(world.find(type(r), r.id) is not None for r in remembered if isinstance(r, KINDS))


def assert_answerable(world: World) -> None:
    """Every question has an answer, and its parts agree."""
    machines = [i.id for i in world.every(Instance)]
    for key in machines:
        for path in (
            from_internet(world, key, 443),
            from_internet(world, key, 22),
            to_internet(world, key),
            to_service(world, key, "s3"),
            to_service(world, key, "ssm"),
            between(world, key, machines[0], 22),
        ):
            assert path.ok == (path.blocked is None) == (path.symptom == "") == (path.hint == "")
            assert path.ok == all(hop.ok for hop in path.hops)
            assert path.blocked in (None, next((h for h in path.hops if not h.ok), None))
            assert path.sentence().endswith(": open") == path.ok
        if from_internet(world, key, 22).ok:
            assert is_public_subnet(world, world.get(Instance, key).subnet)
            assert any(e.ports[0] <= 22 <= e.ports[1] for e in open_to_world(world, key))


def play(draws: list[Draw]) -> Simulation:
    sim = open_stage().sim
    for draw in draws:
        if draw[0] % 9 == 8:
            sim.world = launch_or_end(sim.world, draw)
        else:
            before = sim.digest()
            outcome = run(sim, "ana", order(sim.world, draw))
            if outcome.refusal is not None:
                assert sim.digest() == before
                assert outcome.refusal.sentence
        assert_whole(sim.world)
    return sim


DRAWS = st.lists(st.tuples(st.integers(0, 9 * 47 - 1), st.integers(0, 5), st.integers(0, 5), st.integers(0, 41)), min_size=8, max_size=40)


@settings(max_examples=60)
@given(DRAWS)
def test_no_order_of_orders_leaves_anything_dangling(draws: list[Draw]) -> None:
    assert_answerable(play(draws).world)


@settings(max_examples=20)
@given(DRAWS)
def test_the_same_orders_make_the_same_world(draws: list[Draw]) -> None:
    assert play(draws).digest() == play(draws).digest()


@settings(max_examples=25)
@given(DRAWS)
def test_everything_can_be_given_back(draws: list[Draw]) -> None:
    """In AWS's order: NAT gateways, endpoints, addresses, machines, subnets, ACLs, gateways, tables, rules, groups, networks."""
    sim = play(draws)
    for nat in tuple(sim.world.every(NatGateway)):
        give_back(sim, DeleteNatGateway(nat_gateway_id=nat.id))
    for endpoint in tuple(sim.world.every(VpcEndpoint)):
        give_back(sim, DeleteVpcEndpoints(vpc_endpoint_ids=(endpoint.id,)))
    sim.advance(sim.now + 2 * 3_600)
    for address in tuple(sim.world.every(Address)):
        if address.association is not None:
            give_back(sim, DisassociateAddress(association_id=address.association))
        give_back(sim, ReleaseAddress(allocation_id=address.id))
    for machine in tuple(sim.world.every(Instance)):
        sim.world = sim.world.drop(Instance, machine.id)
    for subnet in tuple(sim.world.every(Subnet)):
        give_back(sim, DeleteSubnet(subnet_id=subnet.id))
    for acl in tuple(sim.world.every(NetworkAcl)):
        if not acl.is_default:
            give_back(sim, DeleteNetworkAcl(network_acl_id=acl.id))
    for gateway in tuple(sim.world.every(InternetGateway)):
        if gateway.vpc is not None:
            give_back(sim, DetachInternetGateway(internet_gateway_id=gateway.id, vpc_id=gateway.vpc))
        give_back(sim, DeleteInternetGateway(internet_gateway_id=gateway.id))
    for table in tuple(sim.world.every(RouteTable)):
        if not table.is_main:
            give_back(sim, DeleteRouteTable(route_table_id=table.id))
    for group in tuple(sim.world.every(SecurityGroup)):
        for rule in group.ingress:
            if rule.group not in (None, group.id):
                give_back(sim, RevokeSecurityGroupIngress(group_id=group.id, ip_permissions=tcp(rule.from_port, group=rule.group)))
        for rule in group.egress:
            if rule.group not in (None, group.id):
                give_back(sim, RevokeSecurityGroupEgress(group_id=group.id, ip_permissions=tcp(rule.from_port, group=rule.group)))
    for group in tuple(sim.world.every(SecurityGroup)):
        if group.name != "default":
            give_back(sim, DeleteSecurityGroup(group_id=group.id))
    for vpc in tuple(sim.world.every(Vpc)):
        give_back(sim, DeleteVpc(vpc_id=vpc.id))
    assert all(not sim.world.table(kind) for kind in (*KINDS, NetworkAcl))
    assert all(m.since is None for m in sim.world.every(Meter))


def give_back(sim: Simulation, command: Command) -> None:
    outcome = run(sim, "ana", command)
    assert outcome.refusal is None, outcome.refusal
    assert_whole(sim.world)


NETWORKS = st.builds(lambda number, prefix: str(IPv4Network((number, prefix), strict=False)), st.integers(0, 2**32 - 1), st.integers(0, 32))


@given(st.lists(NETWORKS, max_size=12, unique=True), st.integers(0, 2**32 - 1))
def test_the_longest_prefix_wins(destinations: list[str], number: int) -> None:
    """Against the definition, asked one by one."""
    address = IPv4Address(number)
    table = RouteTable("rtb-1", "vpc-1", tuple(Route(d, f"to-{d}") for d in destinations))
    found = route_for(table, str(address))
    fitting = [IPv4Network(d) for d in destinations if address in IPv4Network(d)]
    if not fitting:
        assert found is None
    else:
        best = next(n for n in fitting if all(n.prefixlen >= other.prefixlen for other in fitting))
        assert found == Route(str(best), f"to-{best}")


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(20, 28)), min_size=1, max_size=15))
def test_accepted_subnets_never_overlap_and_refused_ones_always_would(blocks: list[tuple[int, int]]) -> None:
    sim = open_simulation()
    run(sim, "ana", CreateVpc(cidr_block="10.0.0.0/16"))
    vpc = next(iter(sim.world.table(Vpc)))
    for third, prefix in blocks:
        wanted = IPv4Network(f"10.0.{third}.0/{prefix}", strict=False)
        taken = any(wanted.overlaps(IPv4Network(s.cidr)) for s in sim.world.every(Subnet))
        refusal = run(sim, "ana", CreateSubnet(vpc_id=vpc, cidr_block=str(wanted))).refusal
        assert (refusal.code if refusal else None) == ("InvalidSubnet.Conflict" if taken else None)
        if refusal is not None:
            free = refusal.accepted.rpartition("free: ")[2].removesuffix(".")
            if free != "none":
                assert not any(IPv4Network(free).overlaps(IPv4Network(s.cidr)) for s in sim.world.every(Subnet))
