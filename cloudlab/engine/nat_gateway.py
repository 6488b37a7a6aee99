"""NAT gateways: asked for at once, working or failed minutes later, as AWS finds out by and by; paid by the started hour."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_egress import CreateNatGateway, DeleteNatGateway, DescribeNatGateways
from cloudlab.engine.describe import chosen, tag_list, tags_for
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.addressing import free_address
from cloudlab.engine.rules.billing import Charge, prices
from cloudlab.engine.rules.routing import gateway_of
from cloudlab.engine.rules.service_ways import carrier
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.events.billing import Charged, MeterStarted, MeterStopped
from cloudlab.model.events.network import (
    NatGatewayAvailable,
    NatGatewayCreated,
    NatGatewayDeleted,
    NatGatewayDeleting,
    NatGatewayFailed,
    NatGatewayForgotten,
)
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.network import Address, NatGateway, Subnet, Tags
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import HOUR, stamp
from cloudlab.model.world import Timer, World

LINE = "nat-gateway"
_PRICE = "nat_gateway_hour"
_COUNTED = ("pending", "available", "deleting")
"""States that count against the quota of the zone."""
_SHOWN_FOR = HOUR
_GB = 1_000_000_000


# making ----------------------------------------------------------------------------------------------------------------------


@decides(CreateNatGateway)
def decide_create_nat_gateway(ctx: Context, command: CreateNatGateway) -> Events:
    """Only what the request itself shows is refused; whether address, gateway and room are there turns out later."""
    subnet = named(ctx, Subnet, command.subnet_id)
    _check_kind(command)
    allocation = named(ctx, Address, command.allocation_id).id if command.allocation_id is not None else None
    tags = tags_for(command.tag_specifications, "natgateway")
    limit = ctx.quota("nat_gateways_per_az")
    if sum(g.zone == subnet.zone and g.state in _COUNTED for g in ctx.world.every(NatGateway)) >= limit:
        refuse(
            "NatGatewayLimitExceeded",
            f"Performing this operation would exceed the limit of {limit} NAT gateways.",
            f"Each zone may have {limit}: delete one in {subnet.zone}, or take a subnet of another zone.",
        )
    gateway = _made(ctx, command.connectivity_type, subnet, allocation, tags)
    failure = _failure(ctx.world, gateway)
    timing = ctx.scenario.catalogue.timing
    wait = timing("nat_gateway_pending_to_available" if failure is None else "nat_gateway_pending_to_failed")
    association = ctx.new_id("eipassoc") if failure is None and allocation is not None else None
    yield NatGatewayCreated(gateway, ctx.now + wait, association, failure)
    yield _seen(gateway.id)
    if allocation is not None:
        yield ResourcesSeen((("Address", allocation),))


def _check_kind(command: CreateNatGateway) -> None:
    kind = command.connectivity_type
    if kind not in ("public", "private"):
        refuse("InvalidParameterValue", f"Value ({kind}) for parameter connectivityType is invalid.", "Write public or private.")
    if kind == "public" and command.allocation_id is None:
        refuse(
            "MissingParameter",
            "The request must include the AllocationId parameter.",
            "A public NAT gateway lends an Elastic IP: ec2 allocate-address, then --allocation-id <eipalloc>.",
        )
    if kind == "private" and command.allocation_id is not None:
        refuse(
            "InvalidParameterCombination",
            "AllocationId cannot be specified for a NAT Gateway with Connectivity Type private.",
            "Leave --allocation-id out, or make it a public one.",
        )


def _made(ctx: Context, kind: str, subnet: Subnet, allocation: str | None, tags: Tags) -> NatGateway:
    room = free_address(ctx.world, subnet.id)
    key = ctx.new_id("nat")
    return NatGateway(key, subnet.vpc, subnet.id, subnet.zone, kind, "pending", ctx.now, room, allocation, tags=tags)


def _failure(world: World, gateway: NatGateway) -> tuple[str, str] | None:
    """Return why it will fail, as AWS tells it in FailureCode and FailureMessage; None where it will work."""
    if gateway.private_ip is None:
        return "InsufficientFreeAddressesInSubnet", "Subnet has insufficient free addresses to create this NAT gateway"
    if gateway.allocation is not None:
        if gateway_of(world, gateway.vpc) is None:
            return "Gateway.NotAttached", f"Network {gateway.vpc} has no Internet gateway attached"
        if world.get(Address, gateway.allocation).used_by is not None:
            return "Resource.AlreadyAssociated", f"Elastic IP address {gateway.allocation} is already associated"
    if is_down(world, gateway.zone):
        return (
            "InternalError",
            "Network interface, created and used internally by this NAT gateway, is in an invalid state",
        )
    return None


@prices(CreateNatGateway)
def price_create_nat_gateway(command: CreateNatGateway, scenario: Scenario) -> tuple[Charge, ...]:
    return (Charge(LINE, scenario.catalogue.price(_PRICE), "hour"),)


def _seen(gateway: str) -> ResourcesSeen:
    return ResourcesSeen((("NatGateway", gateway),))


@evolves(NatGatewayCreated)
def evolve_nat_gateway_created(world: World, event: NatGatewayCreated) -> World:
    gateway = event.gateway
    world = world.put(gateway)
    if event.association is not None:
        world = world.change(Address, gateway.allocation or "", nat_gateway=gateway.id, association=event.association)
    if event.failure is not None:
        code, message = event.failure
        return world.schedule(event.settled_at, "nat-gateway-failed", gateway.id, code=code, message=message)
    return world.schedule(event.settled_at, "nat-gateway-available", gateway.id)


@answers(CreateNatGateway)
def answer_create_nat_gateway(ctx: Context, command: CreateNatGateway) -> dict[str, Any]:
    return {"NatGateway": describe_nat_gateway(ctx.world, ctx.world.get(NatGateway, ctx.new_id("nat")))}


@fires("nat-gateway-available")
def fire_nat_gateway_available(ctx: Context, timer: Timer) -> Events:
    """It works, and is paid from now on, by the started hour."""
    yield NatGatewayAvailable(timer.target)
    yield MeterStarted(LINE, timer.target, ctx.scenario.catalogue.price(_PRICE), step=HOUR)
    yield _seen(timer.target)


@evolves(NatGatewayAvailable)
def evolve_nat_gateway_available(world: World, event: NatGatewayAvailable) -> World:
    return world.change(NatGateway, event.gateway, state="available")


@fires("nat-gateway-failed")
def fire_nat_gateway_failed(ctx: Context, timer: Timer) -> Events:
    said = dict(timer.data)
    yield NatGatewayFailed(timer.target, said["code"], said["message"])
    yield _seen(timer.target)


@evolves(NatGatewayFailed)
def evolve_nat_gateway_failed(world: World, event: NatGatewayFailed) -> World:
    """AWS shows it for about an hour, then it is gone by itself; the Elastic IP was never touched."""
    world = world.change(NatGateway, event.gateway, state="failed", failure=(event.code, event.message), ended=world.now, private_ip=None)
    return world.schedule(world.now + _SHOWN_FOR, "nat-gateway-forgotten", event.gateway)


def carried(ctx: Context, resource: str, service: str, size: int) -> Events:
    """Charge `size` bytes between a resource and a service, where a NAT gateway carries them; what is begun of a micro-dollar counts."""
    gateway = carrier(ctx.world, resource, service)
    if gateway is not None:
        yield Charged(LINE, gateway, -(-size * ctx.scenario.catalogue.price("nat_gateway_gb") // _GB))


# deleting --------------------------------------------------------------------------------------------------------------------


@decides(DeleteNatGateway)
def decide_delete_nat_gateway(ctx: Context, command: DeleteNatGateway) -> Events:
    """Deleting one that goes or is gone already changes nothing and is no error while AWS still shows it."""
    gateway = named(ctx, NatGateway, command.nat_gateway_id)
    if gateway.state in ("pending", "available"):
        yield NatGatewayDeleting(gateway.id, ctx.now + ctx.scenario.catalogue.timing("nat_gateway_deleting_to_deleted"))
        yield MeterStopped(LINE, gateway.id)
    yield _seen(gateway.id)


@evolves(NatGatewayDeleting)
def evolve_nat_gateway_deleting(world: World, event: NatGatewayDeleting) -> World:
    for kind in ("nat-gateway-available", "nat-gateway-failed"):
        world = world.unschedule(kind, event.gateway)
    world = world.change(NatGateway, event.gateway, state="deleting")
    return world.schedule(event.deleted_at, "nat-gateway-deleted", event.gateway)


@answers(DeleteNatGateway)
def answer_delete_nat_gateway(ctx: Context, command: DeleteNatGateway) -> dict[str, Any]:
    return {"NatGatewayId": command.nat_gateway_id}


@fires("nat-gateway-deleted")
def fire_nat_gateway_deleted(ctx: Context, timer: Timer) -> Events:
    yield NatGatewayDeleted(timer.target)
    yield _seen(timer.target)


@evolves(NatGatewayDeleted)
def evolve_nat_gateway_deleted(world: World, event: NatGatewayDeleted) -> World:
    for address in tuple(a for a in world.every(Address) if a.nat_gateway == event.gateway):
        world = world.change(Address, address.id, nat_gateway=None, association=None)
    world = world.change(NatGateway, event.gateway, state="deleted", ended=world.now, private_ip=None)
    return world.schedule(world.now + _SHOWN_FOR, "nat-gateway-forgotten", event.gateway)


@fires("nat-gateway-forgotten")
def fire_nat_gateway_forgotten(ctx: Context, timer: Timer) -> Events:
    yield NatGatewayForgotten(timer.target)


@evolves(NatGatewayForgotten)
def evolve_nat_gateway_forgotten(world: World, event: NatGatewayForgotten) -> World:
    return removed(world, NatGateway, event.gateway)


# looking ---------------------------------------------------------------------------------------------------------------------


@decides(DescribeNatGateways)
def decide_describe_nat_gateways(ctx: Context, command: DescribeNatGateways) -> Events:
    yield ResourcesSeen(tuple(("NatGateway", g.id) for g in _chosen(ctx, command)))


@answers(DescribeNatGateways)
def answer_describe_nat_gateways(ctx: Context, command: DescribeNatGateways) -> dict[str, Any]:
    return {"NatGateways": [describe_nat_gateway(ctx.world, g) for g in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeNatGateways) -> list[NatGateway]:
    return chosen(
        ctx,
        NatGateway,
        command.nat_gateway_ids,
        command.filter,
        "NatGatewayNotFound",
        "NAT gateway",
        lambda gateway: describe_nat_gateway(ctx.world, gateway),
    )


def describe_nat_gateway(world: World, gateway: NatGateway) -> dict[str, Any]:
    address = next((a for a in world.every(Address) if a.nat_gateway == gateway.id), None)
    place: dict[str, Any] = {} if gateway.private_ip is None else {"PrivateIp": gateway.private_ip}
    if gateway.allocation is not None:
        place["AllocationId"] = gateway.allocation
    if address is not None:
        place |= {"PublicIp": address.public_ip, "AssociationId": address.association}
    shown: dict[str, Any] = {
        "NatGatewayId": gateway.id,
        "VpcId": gateway.vpc,
        "SubnetId": gateway.subnet,
        "ConnectivityType": gateway.connectivity,
        "State": gateway.state,
        "CreateTime": stamp(gateway.created),
        "NatGatewayAddresses": [place],
        "Tags": tag_list(gateway.tags),
    }
    if gateway.failure is not None:
        shown |= {"FailureCode": gateway.failure[0], "FailureMessage": gateway.failure[1]}
    if gateway.state == "deleted" and gateway.ended is not None:
        shown["DeleteTime"] = stamp(gateway.ended)
    return shown
