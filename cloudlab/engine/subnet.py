"""Subnets: ranges of a VPC, each in one Availability Zone, each with a route table and an ACL from its first second."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_network import CreateSubnet, DeleteSubnet, DescribeSubnets, ModifySubnetAttribute
from cloudlab.engine.cidr import subnet_network
from cloudlab.engine.describe import chosen, tag_list, tags_for
from cloudlab.engine.dice import roll
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.network_acl import with_new_subnet, without_subnet
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.addressing import free_count, inhabitants
from cloudlab.engine.rules.routing import explicit_table
from cloudlab.model.events.network import SubnetCreated, SubnetDeleted, SubnetModified
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT, ZONE_IDS, ZONES, arn
from cloudlab.model.network import RouteTable, Subnet, Vpc
from cloudlab.model.world import World


@decides(CreateSubnet)
def decide_create_subnet(ctx: Context, command: CreateSubnet) -> Events:
    vpc = named(ctx, Vpc, command.vpc_id)
    siblings = tuple((s.id, s.cidr) for s in ctx.world.every(Subnet) if s.vpc == vpc.id)
    network = subnet_network(command.cidr_block, vpc.cidr, siblings)
    tags = tags_for(command.tag_specifications, "subnet")
    limit = ctx.quota("subnets_per_vpc")
    if len(siblings) >= limit:
        refuse(
            "SubnetLimitExceeded",
            "The maximum number of subnets has been reached.",
            f"A VPC may have {limit}: delete one first.",
        )
    subnet = Subnet(ctx.new_id("subnet"), vpc.id, str(network), _zone(ctx, command), tags)
    yield SubnetCreated(subnet)
    yield ResourcesSeen((("Subnet", subnet.id),))


def _zone(ctx: Context, command: CreateSubnet) -> str:
    """Return the zone asked for by name or id. Without either AWS picks one, not always another one: dice say which."""
    by_id = {zone_id: zone for zone, zone_id in ZONE_IDS.items()}
    zone, zone_id = command.availability_zone, command.availability_zone_id
    if zone is not None and zone_id is not None:
        refuse(
            "InvalidParameterCombination",
            "Both availabilityZone and availabilityZoneId were given.",
            "Name the zone one way: us-east-1a, or its id use1-az6.",
        )
    if zone_id is not None and zone_id not in by_id:
        refuse(
            "InvalidParameterValue",
            f"Value ({zone_id}) for parameter availabilityZoneId is invalid.",
            f"Subnets can be made in: {', '.join(by_id)}.",
        )
    if zone is not None and zone not in ZONES:
        refuse(
            "InvalidParameterValue",
            f"Value ({zone}) for parameter availabilityZone is invalid.",
            f"Subnets can be made in: {', '.join(ZONES)}.",
        )
    if zone_id is not None:
        return by_id[zone_id]
    return zone or ZONES[roll(ctx.world.seed, "subnet-zone", ctx.origin, sides=len(ZONES))]


@evolves(SubnetCreated)
def evolve_subnet_created(world: World, event: SubnetCreated) -> World:
    """The subnet uses the main route table implicitly, and the default ACL by an association of its own."""
    return with_new_subnet(world, event.subnet).put(event.subnet)


@answers(CreateSubnet)
def answer_create_subnet(ctx: Context, command: CreateSubnet) -> dict[str, Any]:
    return {"Subnet": describe_subnet(ctx.world, ctx.world.get(Subnet, ctx.new_id("subnet")))}


@decides(DescribeSubnets)
def decide_describe_subnets(ctx: Context, command: DescribeSubnets) -> Events:
    yield ResourcesSeen(tuple(("Subnet", s.id) for s in _chosen(ctx, command)))


@answers(DescribeSubnets)
def answer_describe_subnets(ctx: Context, command: DescribeSubnets) -> dict[str, Any]:
    return {"Subnets": [describe_subnet(ctx.world, s) for s in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeSubnets) -> list[Subnet]:
    return chosen(
        ctx,
        Subnet,
        command.subnet_ids,
        command.filters,
        "InvalidSubnetID.NotFound",
        "subnet ID",
        lambda subnet: describe_subnet(ctx.world, subnet),
    )


def describe_subnet(world: World, subnet: Subnet) -> dict[str, Any]:
    return {
        "SubnetId": subnet.id,
        "SubnetArn": arn("ec2", f"subnet/{subnet.id}"),
        "VpcId": subnet.vpc,
        "CidrBlock": subnet.cidr,
        "AvailabilityZone": subnet.zone,
        "AvailabilityZoneId": ZONE_IDS[subnet.zone],
        "AvailableIpAddressCount": free_count(world, subnet.id),
        "MapPublicIpOnLaunch": subnet.map_public_ip,
        "DefaultForAz": False,
        "State": subnet.state,
        "OwnerId": ACCOUNT,
        "Tags": tag_list(subnet.tags),
    }


@decides(ModifySubnetAttribute)
def decide_modify_subnet_attribute(ctx: Context, command: ModifySubnetAttribute) -> Events:
    subnet = named(ctx, Subnet, command.subnet_id)
    if command.map_public_ip_on_launch is None:
        refuse(
            "MissingParameter",
            "The request must contain an attribute to change.",
            "Write --map-public-ip-on-launch or --no-map-public-ip-on-launch.",
        )
    yield SubnetModified(replace(subnet, map_public_ip=command.map_public_ip_on_launch.value))
    yield ResourcesSeen((("Subnet", subnet.id),))


@evolves(SubnetModified)
def evolve_subnet_modified(world: World, event: SubnetModified) -> World:
    return world.put(event.subnet)


@decides(DeleteSubnet)
def decide_delete_subnet(ctx: Context, command: DeleteSubnet) -> Events:
    subnet = named(ctx, Subnet, command.subnet_id)
    inside = list(dict.fromkeys(i.owner for i in inhabitants(ctx.world, subnet.id)))
    if inside:
        refuse(
            "DependencyViolation",
            f"The subnet '{subnet.id}' has dependencies and cannot be deleted.",
            f"Terminate or delete first, and wait until it is done: {', '.join(inside)}.",
        )
    yield SubnetDeleted(subnet.id)


@evolves(SubnetDeleted)
def evolve_subnet_deleted(world: World, event: SubnetDeleted) -> World:
    table = explicit_table(world, event.subnet)
    if table is not None:
        kept = tuple(a for a in table.associations if a.subnet != event.subnet)
        world = world.change(RouteTable, table.id, associations=kept)
    return removed(without_subnet(world, event.subnet), Subnet, event.subnet)
