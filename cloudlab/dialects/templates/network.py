"""The network in a template: VPCs and what is in them, gateways, routes, filters, addresses, endpoints."""

from __future__ import annotations

from typing import Any

from cloudlab.dialects.templates.draft import Draft, called, tag_list
from cloudlab.model.network import (
    ANYWHERE,
    AclEntry,
    Address,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    Permission,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from cloudlab.model.world import World

_LAST_RULE = 32_767
_USUAL = (100, "-1", True, ANYWHERE)
"""What a VPC's own ACL begins with, both ways."""
_ICMP, _PORTED = "1", ("6", "17")
_NOBODY = {"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}
"""A group without a rule outwards: a template that gives no rule would get AWS's own one, which lets everything out."""


def write_network(draft: Draft, world: World) -> None:
    """Write the VPCs, their subnets, gateways and filters."""
    for vpc in world.every(Vpc):
        if not vpc.is_default:
            properties = {
                "CidrBlock": vpc.cidr,
                "EnableDnsSupport": vpc.dns_support,
                "EnableDnsHostnames": vpc.dns_hostnames,
                "Tags": tag_list(vpc.tags),
            }
            draft.add("AWS::EC2::VPC", vpc.id, called(vpc.tags), properties)
    for subnet in world.every(Subnet):
        properties = {
            "VpcId": draft.to(subnet.vpc),
            "CidrBlock": subnet.cidr,
            "AvailabilityZone": subnet.zone,
            "MapPublicIpOnLaunch": subnet.map_public_ip,
            "Tags": tag_list(subnet.tags),
        }
        draft.add("AWS::EC2::Subnet", subnet.id, called(subnet.tags), properties)
    for gateway in world.every(InternetGateway):
        draft.add("AWS::EC2::InternetGateway", gateway.id, called(gateway.tags), {"Tags": tag_list(gateway.tags)})
        if gateway.vpc is not None:
            both = {"VpcId": draft.to(gateway.vpc), "InternetGatewayId": draft.to(gateway.id)}
            draft.add("AWS::EC2::VPCGatewayAttachment", door_of(gateway.vpc), f"{called(gateway.tags, 'Gateway')}Attachment", both)
    _groups(draft, world)
    _acls(draft, world)


def door_of(vpc: str) -> str:
    """Return what the attachment of a VPC's internet gateway goes by here."""
    return f"{vpc}/attachment"


def _groups(draft: Draft, world: World) -> None:
    groups = [g for g in world.every(SecurityGroup) if g.name != "default"]
    for group in world.every(SecurityGroup):
        if group.name == "default":
            draft.comes_with(group.id, group.vpc, "DefaultSecurityGroup")
    for group in groups:
        outwards = [_rule(p) for p in group.egress if p.group is None]
        usual = [p.key for p in group.egress] == [("-1", -1, -1, ANYWHERE)]
        properties = {
            "GroupName": group.name,
            "GroupDescription": group.description,
            "VpcId": draft.to(group.vpc),
            "SecurityGroupIngress": [_rule(p) for p in group.ingress if p.group is None],
            "SecurityGroupEgress": None if usual else outwards or [_NOBODY],
            "Tags": tag_list(group.tags),
        }
        draft.add("AWS::EC2::SecurityGroup", group.id, called(group.tags, group.name), properties)
    for group in groups:
        # Rules between groups stand by themselves: two groups may name each other, and neither could come first.
        for way, peer, rules in (
            ("Ingress", "SourceSecurityGroupId", group.ingress),
            ("Egress", "DestinationSecurityGroupId", group.egress),
        ):
            for rule in rules:
                if rule.group is not None:
                    properties = {"GroupId": draft.to(group.id)} | _rule(rule) | {peer: draft.to(rule.group)}
                    draft.add(f"AWS::EC2::SecurityGroup{way}", rule.id, f"{called(group.tags, group.name)}{way}", properties)
    for group in world.every(SecurityGroup):
        if group.name == "default" and any(p.cidr is not None for p in group.ingress):
            draft.note(f"The default security group {group.id} has rules of its own; a template cannot write to it.")


def _rule(permission: Permission) -> dict[str, Any]:
    rule: dict[str, Any] = {"IpProtocol": permission.protocol}
    if permission.protocol != "-1":
        rule |= {"FromPort": permission.from_port, "ToPort": permission.to_port}
    if permission.cidr is not None:
        rule["CidrIp"] = permission.cidr
    if permission.description:
        rule["Description"] = permission.description
    return rule


def _acls(draft: Draft, world: World) -> None:
    for acl in world.every(NetworkAcl):
        if acl.is_default:
            if any((e.number, e.protocol, e.allow, e.cidr) != _USUAL for e in acl.entries if e.number < _LAST_RULE):
                draft.note(f"The default network ACL {acl.id} has entries of its own; a template cannot write to it.")
            continue
        name = called(acl.tags, "Acl")
        draft.add("AWS::EC2::NetworkAcl", acl.id, called(acl.tags), {"VpcId": draft.to(acl.vpc), "Tags": tag_list(acl.tags)})
        for entry in acl.entries:
            if entry.number < _LAST_RULE:
                way = "Out" if entry.egress else "In"
                key = f"{acl.id}/{way}/{entry.number}"
                draft.add("AWS::EC2::NetworkAclEntry", key, f"{name}{way}{entry.number}", _entry(draft, acl, entry))
        for association in acl.associations:
            if association.subnet is not None:
                both = {"SubnetId": draft.to(association.subnet), "NetworkAclId": draft.to(acl.id)}
                draft.add("AWS::EC2::SubnetNetworkAclAssociation", association.id, f"{draft.name(association.subnet)}Acl", both)


def _entry(draft: Draft, acl: NetworkAcl, entry: AclEntry) -> dict[str, Any]:
    return {
        "NetworkAclId": draft.to(acl.id),
        "RuleNumber": entry.number,
        "Protocol": int(entry.protocol),
        "RuleAction": "allow" if entry.allow else "deny",
        "Egress": entry.egress,
        "CidrBlock": entry.cidr,
        "PortRange": {"From": entry.from_port, "To": entry.to_port} if entry.protocol in _PORTED else None,
        "Icmp": {"Type": entry.from_port, "Code": entry.to_port} if entry.protocol == _ICMP else None,
    }


def write_ways_out(draft: Draft, world: World) -> None:
    """Write addresses, NAT gateways, route tables and endpoints; machines have to be in the template before them."""
    for address in world.every(Address):
        doors = [door_of(g.vpc) for g in world.every(InternetGateway) if g.vpc is not None]
        properties: dict[str, Any] = {"Domain": "vpc", "Tags": tag_list(address.tags)}
        draft.add("AWS::EC2::EIP", address.id, called(address.tags), properties, after=doors[0] if doors else None)
        if address.instance is not None and address.association is not None:
            both = {"AllocationId": draft.to(address.id), "InstanceId": draft.to(address.instance)}
            draft.add("AWS::EC2::EIPAssociation", address.association, f"{draft.name(address.id)}Association", both)
    for nat in world.every(NatGateway):
        if nat.state in ("pending", "available"):
            properties = {
                "SubnetId": draft.to(nat.subnet),
                "AllocationId": draft.to(nat.allocation),
                "ConnectivityType": nat.connectivity,
                "Tags": tag_list(nat.tags),
            }
            draft.add("AWS::EC2::NatGateway", nat.id, called(nat.tags), properties, after=door_of(nat.vpc))
    for table in world.every(RouteTable):
        _table(draft, world, table)
    for endpoint in world.every(VpcEndpoint):
        if endpoint.state != "deleting":
            _endpoint(draft, world, endpoint)


def _table(draft: Draft, world: World, table: RouteTable) -> None:
    """Write a table with its routes. A VPC's main one comes with the VPC: one with routes becomes a table for the subnets it serves."""
    routes = [r for r in table.routes if r.target != "local" and not r.target.startswith("vpce-")]
    subnets = [a.subnet for a in table.associations if a.subnet is not None]
    if table.is_main:
        if not any(r.target != "local" for r in table.routes):
            return
        elsewhere = {a.subnet for t in world.every(RouteTable) for a in t.associations}
        subnets += [s.id for s in world.every(Subnet) if s.vpc == table.vpc and s.id not in elsewhere]
    draft.add(
        "AWS::EC2::RouteTable",
        table.id,
        called(table.tags, "MainRoutes" if table.is_main else ""),
        {"VpcId": draft.to(table.vpc), "Tags": tag_list(table.tags)},
    )
    for number, route in enumerate(routes):
        beginning = route.target.partition("-")[0]
        target = {"igw": "GatewayId", "nat": "NatGatewayId", "i": "InstanceId"}[beginning]
        if draft.name(route.target) is None:
            draft.note(f"The route of {table.id} to {route.destination} leads to {route.target}, which is gone; it is left out.")
            continue
        properties = {"RouteTableId": draft.to(table.id), "DestinationCidrBlock": route.destination, target: draft.to(route.target)}
        name = f"{draft.name(table.id)}Route{number or ''}"
        draft.add("AWS::EC2::Route", f"{table.id}/{route.destination}", name, properties, after=door_of(table.vpc))
    for subnet in subnets:
        both = {"SubnetId": draft.to(subnet), "RouteTableId": draft.to(table.id)}
        draft.add("AWS::EC2::SubnetRouteTableAssociation", f"{table.id}/{subnet}", f"{draft.name(subnet)}Routes", both)


def _endpoint(draft: Draft, world: World, endpoint: VpcEndpoint) -> None:
    tables = tuple(t.id for t in world.every(RouteTable) if any(r.target == endpoint.id for r in t.routes))
    inside = endpoint.type == "Interface"
    properties = {
        "VpcId": draft.to(endpoint.vpc),
        "ServiceName": endpoint.service,
        "VpcEndpointType": endpoint.type,
        "RouteTableIds": draft.all_to(tables),
        "SubnetIds": draft.all_to(tuple(n.subnet for n in endpoint.nodes)),
        "SecurityGroupIds": draft.all_to(endpoint.groups),
        "PrivateDnsEnabled": endpoint.private_dns if inside else None,
        "Tags": tag_list(endpoint.tags),
    }
    name = called(endpoint.tags, f"{endpoint.service.rpartition('.')[2]}Endpoint")
    draft.add("AWS::EC2::VPCEndpoint", endpoint.id, name, properties)
