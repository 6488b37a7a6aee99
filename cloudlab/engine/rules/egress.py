"""The private way out: through a NAT gateway, whose own subnet has to be public, and whose zone has to be up."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.naming import label
from cloudlab.engine.rules.filtering import EPHEMERAL
from cloudlab.engine.rules.interfaces import Interface, interfaces
from cloudlab.engine.rules.path import Trail
from cloudlab.engine.rules.routing import gateway_of, route_for, table_of
from cloudlab.engine.rules.stations import attached_gateway, edge, way_out
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.network import Address, NatGateway, Subnet
from cloudlab.model.world import World

_HAS_INTERFACE = ("pending", "available", "deleting")


@interfaces(NatGateway)
def interface_of_nat_gateway(world: World, gateway: NatGateway) -> Iterator[Interface]:
    """It has one, which wears no security group, from the request until it is deleted or has failed."""
    if gateway.private_ip is not None and gateway.state in _HAS_INTERFACE:
        address = next((a.public_ip for a in world.every(Address) if a.nat_gateway == gateway.id), None)
        yield Interface(gateway.id, gateway.vpc, gateway.subnet, gateway.private_ip, (), address)


def nat_gateways_for(world: World, subnet_id: str, callees: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the NAT gateways (by id) that a subnet's routes lead to, each with the addresses that are reached by it."""
    table = table_of(world, world.get(Subnet, subnet_id))
    found: dict[str, tuple[str, ...]] = {}
    for callee in callees:
        route = route_for(table, callee)
        gateway = world.find(NatGateway, route.target) if route is not None else None
        if gateway is not None and gateway.state not in ("failed", "deleted"):
            found[gateway.id] = (*found.get(gateway.id, ()), callee)
    return found


def through_nat(trail: Trail, world: World, at: Interface, gateway: NatGateway, port: int, callees: tuple[str, ...]) -> None:
    """Follow a call from an interface through a NAT gateway to the internet, and the answer back."""
    table = table_of(world, world.get(Subnet, at.subnet))
    trail.passes(table.id, label(world, table.id), f"it leads to {label(world, gateway.id)}")
    if gateway.subnet != at.subnet:
        here = (at.private_ip,)
        edge(trail, world, gateway.subnet, here, inbound=(port, port), outbound=EPHEMERAL, what=f"tcp/{port} in from {at.private_ip}")
    works(trail, world, gateway)
    edge(trail, world, gateway.subnet, callees, inbound=EPHEMERAL, outbound=(port, port), what=f"tcp/{port} out")
    way_out(trail, world, gateway.subnet, gateway_of(world, gateway.vpc), callees)
    attached_gateway(trail, world, gateway.vpc)


def works(trail: Trail, world: World, gateway: NatGateway) -> None:
    """A NAT gateway passes packets on while it is available, public, and its zone is up."""
    key, name = gateway.id, label(world, gateway.id)
    if is_down(world, gateway.zone):
        trail.stops(
            key,
            name,
            f"its zone {gateway.zone} is down, and a NAT gateway goes down with its zone",
            f"Give {label(world, gateway.vpc)} a NAT gateway in each zone, and each subnet a route to the one of its own zone.",
        )
    elif gateway.state != "available":
        mend = "It works in a minute or two; wait for it." if gateway.state == "pending" else "Lead the route to another: ec2 replace-route"
        trail.stops(key, name, f"it is {gateway.state}", mend)
    elif gateway.connectivity == "private":
        trail.stops(
            key,
            name,
            "it is a private NAT gateway, which has no public address to lend",
            "Make a public one in a public subnet: ec2 allocate-address, then ec2 create-nat-gateway",
        )
    else:
        trail.passes(key, name, "it lends the call its own public address")
