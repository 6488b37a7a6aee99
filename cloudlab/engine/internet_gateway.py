"""Internet gateways: made, attached to one VPC, detached once nothing there has a public address, deleted."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_network import (
    AttachInternetGateway,
    CreateInternetGateway,
    DeleteInternetGateway,
    DescribeInternetGateways,
    DetachInternetGateway,
)
from cloudlab.engine.describe import chosen, tag_list, tags_for
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.addressing import mapped_in
from cloudlab.engine.rules.routing import gateway_of
from cloudlab.model.events.network import (
    InternetGatewayAttached,
    InternetGatewayCreated,
    InternetGatewayDeleted,
    InternetGatewayDetached,
)
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT
from cloudlab.model.network import InternetGateway, Vpc
from cloudlab.model.world import World


@decides(CreateInternetGateway)
def decide_create_internet_gateway(ctx: Context, command: CreateInternetGateway) -> Events:
    tags = tags_for(command.tag_specifications, "internet-gateway")
    limit = ctx.quota("internet_gateways_per_region")
    if len(ctx.world.table(InternetGateway)) >= limit:
        refuse(
            "InternetGatewayLimitExceeded",
            "The maximum number of internet gateways has been reached.",
            f"This account may have {limit}: attach one that is free, or delete one.",
        )
    gateway = InternetGateway(ctx.new_id("igw"), tags=tags)
    yield InternetGatewayCreated(gateway)
    yield _seen(gateway.id)


def _seen(gateway_id: str) -> ResourcesSeen:
    return ResourcesSeen((("InternetGateway", gateway_id),))


@evolves(InternetGatewayCreated)
def evolve_internet_gateway_created(world: World, event: InternetGatewayCreated) -> World:
    return world.put(event.gateway)


@answers(CreateInternetGateway)
def answer_create_internet_gateway(ctx: Context, command: CreateInternetGateway) -> dict[str, Any]:
    return {"InternetGateway": describe_internet_gateway(ctx.world.get(InternetGateway, ctx.new_id("igw")))}


@decides(AttachInternetGateway)
def decide_attach_internet_gateway(ctx: Context, command: AttachInternetGateway) -> Events:
    gateway = named(ctx, InternetGateway, command.internet_gateway_id)
    vpc = named(ctx, Vpc, command.vpc_id)
    if gateway.vpc is not None:
        refuse(
            "Resource.AlreadyAssociated",
            f"{gateway.id} is already attached to {gateway.vpc}.",
            "Create another gateway, or detach this one first.",
        )
    there = gateway_of(ctx.world, vpc.id)
    if there is not None:
        refuse(
            "InvalidParameterValue",
            f"{vpc.id} already has an internet gateway attached.",
            f"One is all a VPC can have, and {there.id} has no limit: route to that.",
        )
    yield InternetGatewayAttached(gateway.id, vpc.id)
    yield _seen(gateway.id)


@evolves(InternetGatewayAttached)
def evolve_internet_gateway_attached(world: World, event: InternetGatewayAttached) -> World:
    return world.change(InternetGateway, event.gateway, vpc=event.vpc)


@decides(DetachInternetGateway)
def decide_detach_internet_gateway(ctx: Context, command: DetachInternetGateway) -> Events:
    gateway = named(ctx, InternetGateway, command.internet_gateway_id)
    vpc = named(ctx, Vpc, command.vpc_id)
    if gateway.vpc != vpc.id:
        refuse(
            "Gateway.NotAttached",
            f"{gateway.id} is not attached to {vpc.id}.",
            f"It is attached to {gateway.vpc}." if gateway.vpc else "It is attached to nothing.",
        )
    mapped = mapped_in(ctx.world, vpc.id)
    if mapped:
        refuse(
            "DependencyViolation",
            f"{vpc.id} still has mapped public addresses; unmap them before its gateway goes.",
            f"Still public: {', '.join(mapped)}. Disassociate Elastic IPs; stop, terminate or delete the rest.",
        )
    yield InternetGatewayDetached(gateway.id)
    yield _seen(gateway.id)


@evolves(InternetGatewayDetached)
def evolve_internet_gateway_detached(world: World, event: InternetGatewayDetached) -> World:
    return world.change(InternetGateway, event.gateway, vpc=None)


@decides(DeleteInternetGateway)
def decide_delete_internet_gateway(ctx: Context, command: DeleteInternetGateway) -> Events:
    gateway = named(ctx, InternetGateway, command.internet_gateway_id)
    if gateway.vpc is not None:
        refuse(
            "DependencyViolation",
            f"The internetGateway '{gateway.id}' has dependencies and cannot be deleted.",
            f"Detach it from {gateway.vpc} first.",
        )
    yield InternetGatewayDeleted(gateway.id)


@evolves(InternetGatewayDeleted)
def evolve_internet_gateway_deleted(world: World, event: InternetGatewayDeleted) -> World:
    return removed(world, InternetGateway, event.gateway)


@decides(DescribeInternetGateways)
def decide_describe_internet_gateways(ctx: Context, command: DescribeInternetGateways) -> Events:
    yield ResourcesSeen(tuple(("InternetGateway", g.id) for g in _chosen(ctx, command)))


@answers(DescribeInternetGateways)
def answer_describe_internet_gateways(ctx: Context, command: DescribeInternetGateways) -> dict[str, Any]:
    return {"InternetGateways": [describe_internet_gateway(g) for g in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeInternetGateways) -> list[InternetGateway]:
    return chosen(
        ctx,
        InternetGateway,
        command.internet_gateway_ids,
        command.filters,
        "InvalidInternetGatewayID.NotFound",
        "internetGateway ID",
        describe_internet_gateway,
        also=("attachment.vpc-id", "attachment.state"),
    )


def describe_internet_gateway(gateway: InternetGateway) -> dict[str, Any]:
    return {
        "InternetGatewayId": gateway.id,
        "Attachments": [{"State": "available", "VpcId": gateway.vpc}] if gateway.vpc is not None else [],
        "OwnerId": ACCOUNT,
        "Tags": tag_list(gateway.tags),
    }
