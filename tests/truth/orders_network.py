"""Orders of the network for both clouds, drawn with an eye on what is there: mostly right, now and then wrong on purpose."""

from __future__ import annotations

from collections.abc import Callable

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
    IpPermission,
    IpRange,
    ReleaseAddress,
    RevokeSecurityGroupEgress,
    RevokeSecurityGroupIngress,
    UserIdGroupPair,
)
from cloudlab.commands.ec2_acl import (
    CreateNetworkAcl,
    CreateNetworkAclEntry,
    DeleteNetworkAcl,
    DeleteNetworkAclEntry,
    DescribeNetworkAcls,
    PortRange,
    ReplaceNetworkAclAssociation,
    ReplaceNetworkAclEntry,
)
from cloudlab.commands.ec2_egress import (
    CreateNatGateway,
    CreateVpcEndpoint,
    DeleteNatGateway,
    DeleteVpcEndpoints,
    DescribeNatGateways,
    DescribeVpcEndpoints,
)
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
    DescribeInternetGateways,
    DescribeRouteTables,
    DescribeSubnets,
    DescribeVpcs,
    DetachInternetGateway,
    DisassociateRouteTable,
    ModifySubnetAttribute,
    ModifyVpcAttribute,
    ReplaceRoute,
    ReplaceRouteTableAssociation,
)
from cloudlab.model.network import (
    ANYWHERE,
    Address,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from tests.truth.drawing import Drawing, orders

NETWORK, OPENING = orders("network"), orders("opening")
"""All of it; and what a sequence about something else begins with."""

_WRONG_VPC_RANGES = ("10.0.0.0/8", "10.0.0.0/29", "nonsense", "10.0.0.300/16")
_WRONG_SUBNET_RANGES = ("172.16.0.0/24", "10.0.250.0/30", "10.0.0.0/8", "nonsense", "10.0.0.0/33")
_DESTINATIONS = (ANYWHERE, ANYWHERE, "52.0.0.0/8", "192.0.2.0/24", "8.8.8.8/32")


@NETWORK(3)
@OPENING(2)
def create_vpc(d: Drawing) -> Command:
    second = d.number(0, 3)
    return CreateVpc(cidr_block=d.wrongly(f"10.{second}.0.0/16", _WRONG_VPC_RANGES))


@NETWORK(9)
@OPENING(6)
def create_subnet(d: Drawing) -> Command:
    vpc = d.one(Vpc, "vpc", unused=d.chance(2))
    there = d.world.find(Vpc, vpc)
    inside = there.cidr.rpartition(".0.0/")[0] if there is not None else "10.0"
    zone = d.wrongly(f"us-east-1{d.of('abc')}", ("us-east-1z", "eu-west-1a"), 20)
    block = d.wrongly(f"{inside}.{d.number(0, 24)}.0/{d.of((24, 24, 24, 24, 28, 23))}", _WRONG_SUBNET_RANGES, 15)
    return CreateSubnet(vpc_id=vpc, cidr_block=block, availability_zone=zone)


@NETWORK(1)
def delete_subnet(d: Drawing) -> Command:
    return DeleteSubnet(subnet_id=d.one(Subnet, "subnet", unused=True))


@NETWORK(1)
def delete_vpc(d: Drawing) -> Command:
    return DeleteVpc(vpc_id=d.one(Vpc, "vpc"))


@NETWORK(1)
def switch_vpc(d: Drawing) -> Command:
    yes = AttributeBooleanValue(value=d.chance(2))
    chosen = {"enable_dns_hostnames": yes} if d.chance(2) else {"enable_dns_support": yes}
    return ModifyVpcAttribute.model_validate({"vpc_id": d.one(Vpc, "vpc"), **chosen})


@NETWORK(1)
def switch_subnet(d: Drawing) -> Command:
    return ModifySubnetAttribute(subnet_id=d.one(Subnet, "subnet"), map_public_ip_on_launch=AttributeBooleanValue(value=d.chance(2)))


@NETWORK(2)
@OPENING(1)
def create_gateway(d: Drawing) -> Command:
    return CreateInternetGateway()


@NETWORK(4)
@OPENING(2)
def attach_gateway(d: Drawing) -> Command:
    free = [g.id for g in d.world.every(InternetGateway) if g.vpc is None]
    if d.errs(5, not free):
        return AttachInternetGateway(internet_gateway_id=d.some(InternetGateway), vpc_id=d.some(Vpc))
    return AttachInternetGateway(internet_gateway_id=d.from_(free, "igw"), vpc_id=d.one(Vpc, "vpc"))


@NETWORK(2)
def detach_gateway(d: Drawing) -> Command:
    gateway = d.one(InternetGateway, "igw")
    there = d.world.find(InternetGateway, gateway)
    if there is not None and there.vpc is not None and not d.errs(3):
        return DetachInternetGateway(internet_gateway_id=gateway, vpc_id=there.vpc)
    if there is not None and there.vpc is None:
        d.must_err()
    return DetachInternetGateway(internet_gateway_id=gateway, vpc_id=d.some(Vpc))


@NETWORK(2)
def delete_gateway(d: Drawing) -> Command:
    return DeleteInternetGateway(internet_gateway_id=d.one(InternetGateway, "igw"))


@NETWORK(4)
def create_table(d: Drawing) -> Command:
    return CreateRouteTable(vpc_id=d.one(Vpc, "vpc"))


@NETWORK(2)
def delete_table(d: Drawing) -> Command:
    return DeleteRouteTable(route_table_id=d.one(RouteTable, "rtb"))


def _target(d: Drawing, table: str) -> dict[str, str]:
    """Choose a target, mostly one that the table's network can have."""
    there = d.world.find(RouteTable, table)
    if there is None:
        return {"gateway_id": d.some(InternetGateway)}
    near = [g.id for g in d.world.every(InternetGateway) if g.vpc == there.vpc]
    nats = [n.id for n in d.world.every(NatGateway) if n.vpc == there.vpc and n.state == "available"]
    if nats and d.chance(3):
        return {"nat_gateway_id": d.of(nats)}
    if d.errs(12, not near):
        return {"gateway_id": d.some(InternetGateway)}
    return {"gateway_id": d.from_(near, "igw")}


@NETWORK(7)
def create_route(d: Drawing) -> Command:
    table = d.one(RouteTable, "rtb")
    there = d.world.find(RouteTable, table)
    used = {r.destination for r in there.routes} if there is not None else set()
    free = [block for block in _DESTINATIONS if block not in used]
    if used & set(_DESTINATIONS) and d.errs(2, not free):
        free = [block for block in _DESTINATIONS if block in used]
    asked = {"destination_cidr_block": d.wrongly(d.of(free), ("nonsense", "10.0.0.0/40"), 20), **_target(d, table)}
    return CreateRoute.model_validate({"route_table_id": table, **asked})


@NETWORK(2)
def replace_route(d: Drawing) -> Command:
    table = d.one(RouteTable, "rtb")
    return ReplaceRoute.model_validate({"route_table_id": table, "destination_cidr_block": _destination_in(d, table), **_target(d, table)})


@NETWORK(2)
def delete_route(d: Drawing) -> Command:
    table = d.one(RouteTable, "rtb")
    return DeleteRoute(route_table_id=table, destination_cidr_block=_destination_in(d, table))


def _destination_in(d: Drawing, table: str) -> str:
    there = d.world.find(RouteTable, table)
    used = [r.destination for r in there.routes[1:] if "/" in r.destination] if there is not None else []
    return d.of(used) if used and not d.chance(4) else d.of(_DESTINATIONS)


@NETWORK(5)
def associate_table(d: Drawing) -> Command:
    subnet = d.one(Subnet, "subnet", unused=not d.chance(5))
    there = d.world.find(Subnet, subnet)
    tables = [t.id for t in d.world.every(RouteTable) if there is not None and t.vpc == there.vpc and d.has(t.id)]
    return AssociateRouteTable(route_table_id=d.of(tables) if tables and not d.chance(6) else d.one(RouteTable, "rtb"), subnet_id=subnet)


def _association(d: Drawing, *, main: bool = False) -> str:
    used = [a.id for t in d.world.every(RouteTable) for a in t.associations if (a.subnet is not None or main) and d.has(a.id)]
    return d.from_(used, "rtbassoc")


@NETWORK(1)
def disassociate_table(d: Drawing) -> Command:
    return DisassociateRouteTable(association_id=_association(d))


@NETWORK(1)
def replace_association(d: Drawing) -> Command:
    return ReplaceRouteTableAssociation(association_id=_association(d, main=d.chance(4)), route_table_id=d.one(RouteTable, "rtb"))


# groups and addresses -----------------------------------------------------------------------------------------------------------


@NETWORK(5)
@OPENING(2)
def create_group(d: Drawing) -> Command:
    name = d.wrongly(d.name(), ("default", "sg-web", "x" * 256), 12)
    return CreateSecurityGroup(group_name=name, description="for a test", vpc_id=d.one(Vpc, "vpc"))


@NETWORK(2)
def delete_group(d: Drawing) -> Command:
    return DeleteSecurityGroup(group_id=d.one(SecurityGroup, "sg"))


def _rule(d: Drawing, group: str) -> tuple[IpPermission, ...]:
    protocol, port = d.of(("tcp", "tcp", "udp")), d.of((22, 80, 443, 443, 8080))
    ports = d.wrongly((port, port), ((-2, 80), (443, 80), (80, 70_000)), 20)
    there = d.world.find(SecurityGroup, group)
    peers = [g.id for g in d.world.every(SecurityGroup) if there is not None and g.vpc == there.vpc and d.has(g.id)]
    if d.chance(4):
        pair = UserIdGroupPair(group_id=d.from_(peers, "sg"))
        return (IpPermission(ip_protocol=protocol, from_port=ports[0], to_port=ports[1], user_id_group_pairs=(pair,)),)
    block = IpRange(cidr_ip=d.wrongly(d.of((ANYWHERE, "203.0.113.0/24", "10.0.0.0/8")), ("10.0.0.0/33", "nonsense"), 20))
    return (IpPermission(ip_protocol=protocol, from_port=ports[0], to_port=ports[1], ip_ranges=(block,)),)


def _known_rule(d: Drawing, group: str, *, egress: bool) -> tuple[IpPermission, ...]:
    """Choose a rule that the group has."""
    there = d.world.find(SecurityGroup, group)
    rules = () if there is None else there.egress if egress else there.ingress
    if there is None or d.errs(4, not rules):
        return _rule(d, group)
    rule = d.of(rules)
    everything = rule.protocol == "-1"
    return (
        IpPermission(
            ip_protocol=rule.protocol,
            from_port=None if everything else rule.from_port,
            to_port=None if everything else rule.to_port,
            ip_ranges=(IpRange(cidr_ip=rule.cidr),) if rule.cidr else (),
            user_id_group_pairs=(UserIdGroupPair(group_id=rule.group),) if rule.group else (),
        ),
    )


@NETWORK(6)
def let_in(d: Drawing) -> Command:
    group = d.one(SecurityGroup, "sg")
    rule = _known_rule(d, group, egress=False) if d.chance(6) else _rule(d, group)
    return AuthorizeSecurityGroupIngress(group_id=group, ip_permissions=rule)


@NETWORK(2)
def let_out(d: Drawing) -> Command:
    group = d.one(SecurityGroup, "sg")
    return AuthorizeSecurityGroupEgress(
        group_id=group, ip_permissions=_known_rule(d, group, egress=True) if d.chance(4) else _rule(d, group)
    )


@NETWORK(1)
def fill_group(d: Drawing) -> Command:
    """More rules than a group can have."""
    blocks = tuple(IpRange(cidr_ip=f"198.51.{n}.0/24") for n in range(61))
    rule = (IpPermission(ip_protocol="tcp", from_port=443, to_port=443, ip_ranges=blocks),)
    return AuthorizeSecurityGroupIngress(group_id=d.one(SecurityGroup, "sg"), ip_permissions=rule)


@NETWORK(2)
def no_longer_in(d: Drawing) -> Command:
    group = d.one(SecurityGroup, "sg")
    return RevokeSecurityGroupIngress(group_id=group, ip_permissions=_known_rule(d, group, egress=False))


@NETWORK(2)
def no_longer_out(d: Drawing) -> Command:
    group = d.one(SecurityGroup, "sg")
    return RevokeSecurityGroupEgress(group_id=group, ip_permissions=_known_rule(d, group, egress=True))


@NETWORK(3)
def allocate(d: Drawing) -> Command:
    return AllocateAddress()


@NETWORK(3)
def associate_address(d: Drawing) -> Command:
    return AssociateAddress(allocation_id=d.one(Address, "eipalloc"), instance_id=d.instance())


@NETWORK(2)
def disassociate_address(d: Drawing) -> Command:
    used = [a.association for a in d.world.every(Address) if a.association and a.instance and d.has(a.association)]
    return DisassociateAddress(association_id=d.from_(used, "eipassoc"))


@NETWORK(2)
def release(d: Drawing) -> Command:
    return ReleaseAddress(allocation_id=d.one(Address, "eipalloc"))


# at the edge --------------------------------------------------------------------------------------------------------------------


@NETWORK(2)
def create_acl(d: Drawing) -> Command:
    return CreateNetworkAcl(vpc_id=d.one(Vpc, "vpc"))


@NETWORK(1)
def delete_acl(d: Drawing) -> Command:
    return DeleteNetworkAcl(network_acl_id=d.one(NetworkAcl, "acl"))


def _entry(d: Drawing) -> dict[str, object]:
    return {
        "network_acl_id": d.one(NetworkAcl, "acl"),
        "rule_number": d.of((100, 100, 110, 120)),
        "egress": d.chance(2),
    }


@NETWORK(4)
def acl_entry(d: Drawing) -> Command:
    rule = {"protocol": "6", "rule_action": d.of(("allow", "deny")), "cidr_block": ANYWHERE, "port_range": PortRange(first=443, last=443)}
    return (ReplaceNetworkAclEntry if d.chance(4) else CreateNetworkAclEntry).model_validate({**_entry(d), **rule})


@NETWORK(1)
def delete_acl_entry(d: Drawing) -> Command:
    return DeleteNetworkAclEntry.model_validate(_entry(d))


@NETWORK(2)
def replace_acl(d: Drawing) -> Command:
    edges = [a.id for acl in d.world.every(NetworkAcl) for a in acl.associations if d.has(a.id)]
    return ReplaceNetworkAclAssociation(association_id=d.from_(edges, "aclassoc"), network_acl_id=d.one(NetworkAcl, "acl"))


@NETWORK(2)
def create_nat(d: Drawing) -> Command:
    if d.chance(4):
        return CreateNatGateway(subnet_id=d.one(Subnet, "subnet"), connectivity_type="private")
    free = [a.id for a in d.world.every(Address) if a.used_by is None]
    return CreateNatGateway(subnet_id=d.one(Subnet, "subnet"), allocation_id=d.from_(free, "eipalloc"))


@NETWORK(1)
def delete_nat(d: Drawing) -> Command:
    return DeleteNatGateway(nat_gateway_id=d.one(NatGateway, "nat"))


@NETWORK(2)
def create_endpoint(d: Drawing) -> Command:
    vpc = d.one(Vpc, "vpc")
    tables = [t.id for t in d.world.every(RouteTable) if t.vpc == vpc and d.has(t.id)]
    service = d.wrongly("com.amazonaws.us-east-1.s3", ("com.amazonaws.us-east-1.nonsense",), 8)
    chosen = (d.from_(tables, "rtb"),) if d.chance(2) else ()
    return CreateVpcEndpoint(vpc_id=vpc, service_name=service, route_table_ids=chosen)


@NETWORK(1)
def delete_endpoint(d: Drawing) -> Command:
    return DeleteVpcEndpoints(vpc_endpoint_ids=(d.one(VpcEndpoint, "vpce"),))


@NETWORK(3)
def look(d: Drawing) -> Command:
    looks: tuple[Callable[[], Command], ...] = (
        lambda: DescribeVpcs(vpc_ids=(d.one(Vpc, "vpc"),)),
        lambda: DescribeSubnets(subnet_ids=(d.one(Subnet, "subnet"),)),
        lambda: DescribeInternetGateways(internet_gateway_ids=(d.one(InternetGateway, "igw"),)),
        lambda: DescribeRouteTables(route_table_ids=(d.one(RouteTable, "rtb"),)),
        lambda: DescribeSecurityGroups(group_ids=(d.one(SecurityGroup, "sg"),)),
        lambda: DescribeAddresses(allocation_ids=(d.one(Address, "eipalloc"),)),
        lambda: DescribeNetworkAcls(network_acl_ids=(d.one(NetworkAcl, "acl"),)),
        lambda: DescribeNatGateways(nat_gateway_ids=(d.one(NatGateway, "nat"),)),
        lambda: DescribeVpcEndpoints(vpc_endpoint_ids=(d.one(VpcEndpoint, "vpce"),)),
    )
    return d.of(looks)()
