"""VPCs: created with the main route table, network ACL and security group that AWS makes beside them."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.base import names_from
from cloudlab.commands.ec2_network import CreateVpc, DescribeVpcs
from cloudlab.engine.cidr import vpc_network
from cloudlab.engine.describe import chosen, tag_list
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.model.events.network import VpcCreated
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT
from cloudlab.model.network import ANYWHERE, AclEntry, Association, NetworkAcl, Permission, Route, RouteTable, SecurityGroup, Vpc
from cloudlab.model.world import World


@decides(CreateVpc)
def decide_create_vpc(ctx: Context, command: CreateVpc) -> Events:
    network = vpc_network(command.cidr_block)
    limit = ctx.scenario.quota("vpcs_per_region")
    if len(ctx.world.table(Vpc)) >= limit:
        refuse(
            "VpcLimitExceeded",
            "The maximum number of VPCs has been reached.",
            f"This account may have {limit}: delete one first.",
        )
    vpc = Vpc(ctx.new_id("vpc"), str(network), tags=names_from(command.tag_specifications))
    group_id = ctx.new_id("sg")
    yield VpcCreated(
        vpc=vpc,
        route_table=RouteTable(
            ctx.new_id("rtb"),
            vpc.id,
            routes=(Route(vpc.cidr, "local"),),
            associations=(Association(ctx.new_id("rtbassoc"), None),),
        ),
        acl=NetworkAcl(
            ctx.new_id("acl"),
            vpc.id,
            entries=(AclEntry(100, "-1", True, False, ANYWHERE), AclEntry(100, "-1", True, True, ANYWHERE)),
            is_default=True,
        ),
        group=SecurityGroup(
            group_id,
            vpc.id,
            "default",
            "default VPC security group",
            ingress=(Permission(ctx.new_id("sgr", 0), "-1", -1, -1, group=group_id),),
            egress=(Permission(ctx.new_id("sgr", 1), "-1", -1, -1, cidr=ANYWHERE),),
        ),
    )


@evolves(VpcCreated)
def evolve_vpc_created(world: World, event: VpcCreated) -> World:
    return world.put(event.vpc, event.route_table, event.acl, event.group)


@answers(CreateVpc)
def answer_create_vpc(ctx: Context, command: CreateVpc) -> dict[str, Any]:
    return {"Vpc": describe_vpc(ctx.world.get(Vpc, ctx.new_id("vpc")))}


@decides(DescribeVpcs)
def decide_describe_vpcs(ctx: Context, command: DescribeVpcs) -> Events:
    found = chosen(ctx, Vpc, command.vpc_ids, command.filters, "InvalidVpcID.NotFound", "vpc ID", describe_vpc)
    yield ResourcesSeen(tuple(("Vpc", vpc.id) for vpc in found))


@answers(DescribeVpcs)
def answer_describe_vpcs(ctx: Context, command: DescribeVpcs) -> dict[str, Any]:
    found = chosen(ctx, Vpc, command.vpc_ids, command.filters, "InvalidVpcID.NotFound", "vpc ID", describe_vpc)
    return {"Vpcs": [describe_vpc(vpc) for vpc in found]}


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
