"""Routing: which table a subnet uses, and where a packet for an address goes."""

from __future__ import annotations

from cloudlab.engine.cidr import block, covers
from cloudlab.engine.rules.services import ranges
from cloudlab.model.compute import Instance
from cloudlab.model.network import InternetGateway, NatGateway, Route, RouteTable, Subnet, VpcEndpoint
from cloudlab.model.world import World

LOCAL = "local"


def main_table(world: World, vpc_id: str) -> RouteTable:
    """Return the table that subnets without an association of their own use."""
    return next(t for t in world.every(RouteTable) if t.vpc == vpc_id and t.is_main)


def explicit_table(world: World, subnet_id: str) -> RouteTable | None:
    """Return the table a subnet is explicitly associated with."""
    return next((t for t in world.every(RouteTable) if any(a.subnet == subnet_id for a in t.associations)), None)


def table_of(world: World, subnet: Subnet) -> RouteTable:
    """Return the route table a subnet uses: its own, else the main one of its VPC."""
    return explicit_table(world, subnet.id) or main_table(world, subnet.vpc)


def is_active(world: World, table: RouteTable, route: Route) -> bool:
    """Tell whether a route's target can take packets; otherwise the route is a black hole and swallows them."""
    if route.target == LOCAL or world.find(VpcEndpoint, route.target) is not None:
        return True
    gateway = world.find(InternetGateway, route.target)
    if gateway is not None:
        return gateway.vpc == table.vpc
    nat = world.find(NatGateway, route.target)
    if nat is not None:
        return nat.state not in ("failed", "deleted")
    instance = world.find(Instance, route.target)
    return instance is not None and instance.state == "running"


def route_for(table: RouteTable, address: str) -> Route | None:
    """Return the route a packet for `address` takes: the longest prefix that covers it, black hole or not."""
    lengths = [(max((block(c).prefixlen for c in ranges(r.destination) if covers(c, address)), default=-1), r) for r in table.routes]
    length, route = max(lengths, key=lambda found: found[0], default=(-1, None))
    return route if length >= 0 else None


def gateway_of(world: World, vpc_id: str) -> InternetGateway | None:
    """Return the internet gateway attached to a VPC."""
    return next((g for g in world.every(InternetGateway) if g.vpc == vpc_id), None)


def leads_out(world: World, table: RouteTable, address: str) -> bool:
    """Tell whether a table leads packets for a public address to the internet gateway of its VPC."""
    route = route_for(table, address)
    return route is not None and world.find(InternetGateway, route.target) is not None and is_active(world, table, route)
