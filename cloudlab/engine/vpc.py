"""VPCs: created with the main route table, network ACL and security group that AWS makes beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_network import CreateVpc, DeleteVpc, DescribeVpcs, ModifyVpcAttribute
from cloudlab.engine.cidr import vpc_network
from cloudlab.engine.describe import chosen, tag_list, tags_for
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.interfaces import every_interface
from cloudlab.engine.rules.routing import gateway_of, main_table
from cloudlab.model.events.network import VpcCreated, VpcDeleted, VpcModified
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT
from cloudlab.model.network import (
    ANYWHERE,
    AclEntry,
    Association,
    NetworkAcl,
    Permission,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from cloudlab.model.world import World


@decides(CreateVpc)
def decide_create_vpc(ctx: Context, command: CreateVpc) -> Events:
    network = vpc_network(command.cidr_block)
    if command.instance_tenancy != "default":
        refuse(
            "InvalidParameterValue",
            f"Value ({command.instance_tenancy}) for parameter instanceTenancy is invalid: only shared hardware is modelled here.",
            "Leave it out, or write default.",
        )
    tags = tags_for(command.tag_specifications, "vpc")
    limit = ctx.quota("vpcs_per_region")
    if len(ctx.world.table(Vpc)) >= limit:
        refuse(
            "VpcLimitExceeded",
            "The maximum number of VPCs has been reached.",
            f"This account may have {limit}: delete one first.",
        )
    vpc = Vpc(ctx.new_id("vpc"), str(network), tags=tags)
    group_id = ctx.new_id("sg")
    table = RouteTable(
        ctx.new_id("rtb"),
        vpc.id,
        routes=(Route(vpc.cidr, "local"),),
        associations=(Association(ctx.new_id("rtbassoc"), None),),
    )
    acl = NetworkAcl(
        ctx.new_id("acl"),
        vpc.id,
        entries=(AclEntry(100, "-1", True, False, ANYWHERE), AclEntry(100, "-1", True, True, ANYWHERE)),
        is_default=True,
    )
    group = SecurityGroup(
        group_id,
        vpc.id,
        "default",
        "default VPC security group",
        ingress=(Permission(ctx.new_id("sgr", 0), "-1", -1, -1, group=group_id),),
        egress=(Permission(ctx.new_id("sgr", 1), "-1", -1, -1, cidr=ANYWHERE),),
    )
    yield VpcCreated(vpc, table, acl, group)
    yield ResourcesSeen((("Vpc", vpc.id), ("RouteTable", table.id), ("NetworkAcl", acl.id), ("SecurityGroup", group.id)))


@evolves(VpcCreated)
def evolve_vpc_created(world: World, event: VpcCreated) -> World:
    return world.put(event.vpc, event.route_table, event.acl, event.group)


@answers(CreateVpc)
def answer_create_vpc(ctx: Context, command: CreateVpc) -> dict[str, Any]:
    return {"Vpc": describe_vpc(ctx.world.get(Vpc, ctx.new_id("vpc")))}


@decides(DescribeVpcs)
def decide_describe_vpcs(ctx: Context, command: DescribeVpcs) -> Events:
    yield ResourcesSeen(tuple(("Vpc", vpc.id) for vpc in _chosen(ctx, command)))


@answers(DescribeVpcs)
def answer_describe_vpcs(ctx: Context, command: DescribeVpcs) -> dict[str, Any]:
    return {"Vpcs": [describe_vpc(vpc) for vpc in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeVpcs) -> list[Vpc]:
    return chosen(ctx, Vpc, command.vpc_ids, command.filters, "InvalidVpcID.NotFound", "vpc ID", describe_vpc)


def describe_vpc(vpc: Vpc) -> dict[str, Any]:
    return {
        "VpcId": vpc.id,
        "CidrBlock": vpc.cidr,
        "State": vpc.state,
        "IsDefault": vpc.is_default,
        "InstanceTenancy": "default",
        "OwnerId": ACCOUNT,
        "Tags": tag_list(vpc.tags),
    }


@decides(ModifyVpcAttribute)
def decide_modify_vpc_attribute(ctx: Context, command: ModifyVpcAttribute) -> Events:
    vpc = named(ctx, Vpc, command.vpc_id)
    support, hostnames = command.enable_dns_support, command.enable_dns_hostnames
    if (support is None) == (hostnames is None):
        what = "No attribute was specified." if support is None else "Fields for multiple attribute types specified."
        refuse("InvalidParameterCombination", what, "Change one at a time: --enable-dns-support or --enable-dns-hostnames.")
    if support is not None:
        vpc = replace(vpc, dns_support=support.value)
    if hostnames is not None:
        if hostnames.value and not vpc.dns_support:
            refuse(
                "InvalidParameterCombination",
                f"Names cannot be given out in {vpc.id} while nothing answers for them there.",
                "Switch --enable-dns-support on first.",
            )
        vpc = replace(vpc, dns_hostnames=hostnames.value)
    yield VpcModified(vpc)
    yield ResourcesSeen((("Vpc", vpc.id),))


@evolves(VpcModified)
def evolve_vpc_modified(world: World, event: VpcModified) -> World:
    return world.put(event.vpc)


@decides(DeleteVpc)
def decide_delete_vpc(ctx: Context, command: DeleteVpc) -> Events:
    vpc = named(ctx, Vpc, command.vpc_id)
    inside = list(contents(ctx.world, vpc.id))
    if inside:
        refuse(
            "DependencyViolation",
            f"The vpc '{vpc.id}' has dependencies and cannot be deleted.",
            f"Take away first: {', '.join(inside[:4])}{' ...' if len(inside) > 4 else ''}.",
        )
    yield VpcDeleted(vpc.id)


def contents(world: World, vpc_id: str) -> Iterator[str]:
    """Yield what keeps a VPC from being deleted, in the order it goes: what has an address, endpoints, subnets, gateway, tables, groups."""
    yield from dict.fromkeys(i.owner for i in every_interface(world) if i.vpc == vpc_id)
    yield from (e.id for e in world.every(VpcEndpoint) if e.vpc == vpc_id and e.type == "Gateway")
    yield from (s.id for s in world.every(Subnet) if s.vpc == vpc_id)
    gateway = gateway_of(world, vpc_id)
    if gateway is not None:
        yield f"{gateway.id} (detach it)"
    yield from (t.id for t in world.every(RouteTable) if t.vpc == vpc_id and not t.is_main)
    yield from (g.id for g in world.every(SecurityGroup) if g.vpc == vpc_id and g.name != "default")
    yield from (a.id for a in world.every(NetworkAcl) if a.vpc == vpc_id and not a.is_default)


@evolves(VpcDeleted)
def evolve_vpc_deleted(world: World, event: VpcDeleted) -> World:
    world = removed(world, RouteTable, main_table(world, event.vpc).id)
    for acl in tuple(a for a in world.every(NetworkAcl) if a.vpc == event.vpc):
        world = removed(world, NetworkAcl, acl.id)
    for group in tuple(g for g in world.every(SecurityGroup) if g.vpc == event.vpc):
        world = removed(world, SecurityGroup, group.id)
    return removed(world, Vpc, event.vpc)
