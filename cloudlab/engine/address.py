"""Elastic IP addresses: rented until released, pointed at an instance or lent to a NAT gateway, taken off again."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_access import (
    AllocateAddress,
    AssociateAddress,
    DescribeAddresses,
    DisassociateAddress,
    ReleaseAddress,
)
from cloudlab.engine.describe import chosen, tag_list, tags_for
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.naming import named, well_formed
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.addressing import elastic_of, spare_public_address
from cloudlab.engine.rules.billing import Charge, prices
from cloudlab.engine.rules.interfaces import interface_id, interfaces_of
from cloudlab.engine.rules.routing import gateway_of
from cloudlab.model.compute import Instance
from cloudlab.model.events.billing import MeterStarted, MeterStopped
from cloudlab.model.events.network import AddressAllocated, AddressAssociated, AddressDisassociated, AddressReleased
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import REGION
from cloudlab.model.network import Address
from cloudlab.model.scenario import Scenario
from cloudlab.model.world import World

_LINE = "public-ipv4"
_PRICE = "public_ipv4_hour"


@decides(AllocateAddress)
def decide_allocate_address(ctx: Context, command: AllocateAddress) -> Events:
    if command.domain != "vpc":
        refuse("InvalidParameterValue", f"Value ({command.domain}) for parameter domain is invalid.", "Write vpc, or leave it out.")
    tags = tags_for(command.tag_specifications, "elastic-ip")
    limit = ctx.quota("elastic_ips_per_region")
    if len(ctx.world.table(Address)) >= limit:
        refuse(
            "AddressLimitExceeded",
            "The maximum number of addresses has been reached.",
            f"This account may have {limit}: release one first.",
        )
    key = ctx.new_id("eipalloc")
    yield AddressAllocated(Address(key, spare_public_address(ctx.world, key), tags=tags))
    yield MeterStarted(_LINE, key, ctx.scenario.catalogue.price(_PRICE))
    yield _seen(key)


def _seen(*addresses: str) -> ResourcesSeen:
    return ResourcesSeen(tuple(("Address", address) for address in addresses))


@prices(AllocateAddress)
def price_allocate_address(command: AllocateAddress, scenario: Scenario) -> tuple[Charge, ...]:
    return (Charge(_LINE, scenario.catalogue.price(_PRICE), "hour"),)


@evolves(AddressAllocated)
def evolve_address_allocated(world: World, event: AddressAllocated) -> World:
    return world.put(event.address)


@answers(AllocateAddress)
def answer_allocate_address(ctx: Context, command: AllocateAddress) -> dict[str, Any]:
    address = ctx.world.get(Address, ctx.new_id("eipalloc"))
    return {
        "AllocationId": address.id,
        "PublicIp": address.public_ip,
        "PublicIpv4Pool": "amazon",
        "NetworkBorderGroup": REGION,
        "Domain": "vpc",
    }


@decides(AssociateAddress)
def decide_associate_address(ctx: Context, command: AssociateAddress) -> Events:
    address = named(ctx, Address, command.allocation_id)
    instance = named(ctx, Instance, command.instance_id)
    if instance.state in ("pending", "shutting-down", "terminated"):
        refuse(
            "InvalidInstanceID",
            f"The {instance.state} instance '{instance.id}' is not in a valid state for this operation.",
            "It has to be running or stopped; wait until a pending one runs.",
        )
    if gateway_of(ctx.world, instance.vpc) is None:
        refuse(
            "Gateway.NotAttached",
            f"{instance.vpc} has no internet gateway attached.",
            f"Attach one first: ec2 attach-internet-gateway --internet-gateway-id <igw> --vpc-id {instance.vpc}.",
        )
    if address.instance == instance.id:
        yield _seen(address.id)
        return
    if address.nat_gateway is not None:
        refuse(
            "Resource.AlreadyAssociated",
            f"{address.id} is already associated with {address.nat_gateway} ({address.association}).",
            "A NAT gateway keeps its address as long as it lives: take another one, or delete the gateway first.",
        )
    if address.instance is not None and command.allow_reassociation is False:
        refuse(
            "Resource.AlreadyAssociated",
            f"{address.id} is already associated with {address.instance} ({address.association}).",
            "Leave --no-allow-reassociation out to move it.",
        )
    older = elastic_of(ctx.world, instance.id)
    if older is not None:
        yield AddressDisassociated(older.id, instance.id)
    if address.instance is not None:
        yield from _taken_off(ctx, address)
    if instance.public_ip is not None:
        yield MeterStopped(_LINE, instance.id)
    yield AddressAssociated(address.id, instance.id, ctx.new_id("eipassoc"))
    yield _seen(address.id)


@evolves(AddressAssociated)
def evolve_address_associated(world: World, event: AddressAssociated) -> World:
    world = world.change(Instance, event.instance, public_ip=None)
    return world.change(Address, event.address, instance=event.instance, association=event.association)


@answers(AssociateAddress)
def answer_associate_address(ctx: Context, command: AssociateAddress) -> dict[str, Any]:
    return {"AssociationId": ctx.world.get(Address, command.allocation_id).association}


@decides(DisassociateAddress)
def decide_disassociate_address(ctx: Context, command: DisassociateAddress) -> Events:
    there = {a.association: a for a in ctx.world.every(Address) if a.association is not None}
    address = there.get(command.association_id)
    if address is None:
        well_formed(command.association_id, "eipassoc", "InvalidAssociationID.Malformed")
        refuse(
            "InvalidAssociationID.NotFound",
            f"The association ID '{command.association_id}' does not exist.",
            f"Existing: {', '.join(a.association or '' for a in there.values())}." if there else "No address points at anything now.",
        )
    if address.nat_gateway is not None:
        refuse(
            "AuthFailure",
            f"You do not have permission to access the specified resource: {address.association} is AWS's own.",
            f"A NAT gateway keeps its address as long as it lives: ec2 delete-nat-gateway --nat-gateway-id {address.nat_gateway}",
        )
    yield from _taken_off(ctx, address)
    yield _seen(address.id)


def _taken_off(ctx: Context, address: Address) -> Events:
    """Take an address off its instance, which gets an automatic one where it was launched to have one and runs."""
    assert address.instance is not None
    instance = ctx.world.find(Instance, address.instance)
    if instance is not None and instance.wants_public_ip and instance.state == "running":
        yield AddressDisassociated(address.id, instance.id, spare_public_address(ctx.world, f"{ctx.origin}/{instance.id}"))
        yield MeterStarted(_LINE, instance.id, ctx.scenario.catalogue.price(_PRICE))
    else:
        yield AddressDisassociated(address.id, address.instance)


@evolves(AddressDisassociated)
def evolve_address_disassociated(world: World, event: AddressDisassociated) -> World:
    world = world.change(Address, event.address, instance=None, association=None)
    if event.replacement is not None:
        world = world.change(Instance, event.instance, public_ip=event.replacement)
    return world


@decides(ReleaseAddress)
def decide_release_address(ctx: Context, command: ReleaseAddress) -> Events:
    address = named(ctx, Address, command.allocation_id)
    if address.used_by is not None:
        mend = (
            f"Take it off {address.instance} first: ec2 disassociate-address --association-id {address.association}."
            if address.nat_gateway is None
            else f"Delete {address.nat_gateway} first, and wait until it is deleted."
        )
        refuse("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.", mend)
    yield AddressReleased(address.id)
    yield MeterStopped(_LINE, address.id)


@evolves(AddressReleased)
def evolve_address_released(world: World, event: AddressReleased) -> World:
    return removed(world, Address, event.address)


@decides(DescribeAddresses)
def decide_describe_addresses(ctx: Context, command: DescribeAddresses) -> Events:
    yield _seen(*(a.id for a in _chosen(ctx, command)))


@answers(DescribeAddresses)
def answer_describe_addresses(ctx: Context, command: DescribeAddresses) -> dict[str, Any]:
    return {"Addresses": [describe_address(ctx.world, a) for a in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeAddresses) -> list[Address]:
    return chosen(
        ctx,
        Address,
        command.allocation_ids,
        command.filters,
        "InvalidAllocationID.NotFound",
        "allocation ID",
        lambda address: describe_address(ctx.world, address),
        also=("instance-id", "association-id", "private-ip-address", "network-interface-id"),
    )


def describe_address(world: World, address: Address) -> dict[str, Any]:
    behind = next(iter(interfaces_of(world, address.used_by or "")), None)
    mapped: dict[str, Any] = {}
    if behind is not None:
        mapped = {"AssociationId": address.association, "PrivateIpAddress": behind.private_ip, "NetworkInterfaceId": interface_id(behind)}
    if address.instance is not None:
        mapped = {"InstanceId": address.instance} | mapped
    return {
        "AllocationId": address.id,
        "PublicIp": address.public_ip,
        "Domain": "vpc",
        "NetworkBorderGroup": REGION,
        **mapped,
        "Tags": tag_list(address.tags),
    }
