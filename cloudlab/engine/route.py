"""Routes: one destination, one target; the local route stays, and only whole subnets may be led past it."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_network import CreateRoute, DeleteRoute, ReplaceRoute
from cloudlab.engine.cidr import block, network
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.route_table import seen
from cloudlab.engine.rules.addressing import lives
from cloudlab.engine.rules.routing import LOCAL, gateway_of
from cloudlab.model.compute import Instance
from cloudlab.model.events.network import RouteCreated, RouteDeleted, RouteReplaced
from cloudlab.model.network import InternetGateway, NatGateway, Route, RouteTable, Subnet, Vpc
from cloudlab.model.world import World


@decides(CreateRoute)
def decide_create_route(ctx: Context, command: CreateRoute) -> Events:
    table = named(ctx, RouteTable, command.route_table_id)
    destination = _destination(command.destination_cidr_block)
    _one_target(command)
    if any(r.destination == destination for r in table.routes):
        refuse(
            "RouteAlreadyExists",
            f"The route identified by {destination} already exists.",
            "Point it elsewhere with replace-route, or name another destination.",
        )
    route = Route(destination, _target(ctx, table, destination, command))
    limit = ctx.quota("routes_per_route_table")
    if len(table.routes) >= limit:
        refuse(
            "RouteLimitExceeded",
            f"The maximum number of routes in {table.id} has been reached.",
            f"A table may have {limit}: delete one, or cover several destinations by a shorter prefix.",
        )
    yield RouteCreated(table.id, route)
    yield seen(table.id)


@decides(ReplaceRoute)
def decide_replace_route(ctx: Context, command: ReplaceRoute) -> Events:
    table = named(ctx, RouteTable, command.route_table_id)
    destination = _destination(command.destination_cidr_block)
    _one_target(command)
    before = next((r for r in table.routes if r.destination == destination), None)
    if before is None:
        refuse(
            "InvalidParameterValue",
            f"There is no route defined for '{destination}' in the route table.",
            f"Make it with create-route; there are: {_destinations(table)}.",
        )
    if before.target == LOCAL:
        refuse(
            "InvalidParameterValue",
            f"The local route {destination} of {table.id} cannot be replaced.",
            f"Replace another one: {_destinations(table)}.",
        )
    yield RouteReplaced(table.id, Route(destination, _target(ctx, table, destination, command)))
    yield seen(table.id)


@decides(DeleteRoute)
def decide_delete_route(ctx: Context, command: DeleteRoute) -> Events:
    table = named(ctx, RouteTable, command.route_table_id)
    destination = _destination(command.destination_cidr_block)
    route = next((r for r in table.routes if r.destination == destination), None)
    if route is None:
        refuse(
            "InvalidRoute.NotFound",
            f"{table.id} has no route for {destination}.",
            f"There are: {_destinations(table)}.",
        )
    if route.target == LOCAL:
        refuse(
            "InvalidParameterValue",
            f"The local route {destination} of {table.id} cannot be removed.",
            "It stays as long as the VPC; machines of one VPC always find each other.",
        )
    yield RouteDeleted(table.id, destination)
    yield seen(table.id)


def _destinations(table: RouteTable) -> str:
    return ", ".join(r.destination for r in table.routes)


def _destination(text: str | None) -> str:
    if text is None:
        refuse(
            "MissingParameter",
            "The request must contain the parameter destinationCidrBlock.",
            "Say where to: --destination-cidr-block 0.0.0.0/0 for everything else.",
        )
    return str(network(text, "destinationCidrBlock"))


def _one_target(command: CreateRoute | ReplaceRoute) -> None:
    """Refuse none and two; asked for before anything is looked up, as AWS does."""
    given = [t for t in (command.gateway_id, command.nat_gateway_id, command.instance_id) if t is not None]
    if len(given) != 1:
        refuse(
            "InvalidParameterCombination" if given else "MissingParameter",
            "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, instanceId or another target.",
            "Name where the packets go, once: --gateway-id with an internet gateway's id, or --nat-gateway-id.",
        )


def _target(ctx: Context, table: RouteTable, destination: str, command: CreateRoute | ReplaceRoute) -> str:
    """Return the id of what a route may point at, or refuse."""
    vpc = ctx.world.get(Vpc, table.vpc)
    if block(destination).subnet_of(block(vpc.cidr)):
        _check_inside(ctx, vpc, destination, command)
    if command.nat_gateway_id is not None:
        return _nat_gateway(ctx, table, command.nat_gateway_id)
    if command.instance_id is not None:
        return _instance(ctx, table, command.instance_id)
    return _gateway(ctx, table, command.gateway_id or "")


def _check_inside(ctx: Context, vpc: Vpc, destination: str, command: CreateRoute | ReplaceRoute) -> None:
    """Inside the VPC only a whole subnet may be led elsewhere, and only to something that has an interface there."""
    if command.gateway_id is not None:
        refuse(
            "InvalidParameterValue",
            f"The destination {destination} lies inside {vpc.id} ({vpc.cidr}), where an internet gateway cannot be a target.",
            "The local route covers it; name a destination outside, such as 0.0.0.0/0.",
        )
    subnets = [s.cidr for s in ctx.world.every(Subnet) if s.vpc == vpc.id]
    if destination not in subnets:
        refuse(
            "InvalidParameterValue",
            f"The destination {destination} is more specific than the local route {vpc.cidr} but is not the range of a subnet.",
            f"Name a whole subnet: {', '.join(subnets)}." if subnets else "Name a destination outside the VPC, such as 0.0.0.0/0.",
        )


def _gateway(ctx: Context, table: RouteTable, target: str) -> str:
    gateway = ctx.world.find(InternetGateway, target)
    if gateway is None:
        there = ", ".join(ctx.world.table(InternetGateway))
        other = "A NAT gateway is named by --nat-gateway-id. " if target.startswith("nat-") else ""
        refuse(
            "InvalidGatewayID.NotFound",
            f"The gateway ID '{target}' does not exist.",
            other + (f"Existing: {there}." if there else "There is no internet gateway yet; create and attach one."),
        )
    if gateway.vpc != table.vpc:
        fitting = gateway_of(ctx.world, table.vpc)
        refuse(
            "InvalidParameterValue",
            f"Route table {table.id} and gateway {gateway.id} belong to different networks.",
            f"{table.vpc} has {fitting.id}."
            if fitting
            else f"Attach {gateway.id} to {table.vpc} first."
            if gateway.vpc is None
            else f"Attach a gateway to {table.vpc} first.",
        )
    return gateway.id


def _nat_gateway(ctx: Context, table: RouteTable, target: str) -> str:
    """Return a NAT gateway that lives, or is about to."""
    alive = {g.id: g for g in ctx.world.every(NatGateway) if g.state not in ("failed", "deleted")}
    if target not in alive:
        refuse(
            "InvalidNatGatewayID.NotFound",
            f"The natGateway ID '{target}' does not exist",
            f"Existing: {', '.join(alive)}." if alive else "There is no NAT gateway that works; create one in a public subnet.",
        )
    _same_network(table, target, alive[target].vpc)
    return target


def _instance(ctx: Context, table: RouteTable, target: str) -> str:
    instance = named(ctx, Instance, target)
    if not lives(instance):
        refuse("InvalidInstanceID.NotFound", f"The instance ID '{target}' does not exist", "It is terminated; name one that runs.")
    _same_network(table, target, instance.vpc)
    return target


def _same_network(table: RouteTable, target: str, vpc_id: str) -> None:
    if vpc_id != table.vpc:
        refuse(
            "InvalidParameterValue",
            f"Route table {table.id} and {target} belong to different networks.",
            f"{target} stands in {vpc_id}; name one of {table.vpc}.",
        )


@evolves(RouteCreated)
def evolve_route_created(world: World, event: RouteCreated) -> World:
    return world.change(RouteTable, event.table, routes=(*world.get(RouteTable, event.table).routes, event.route))


@evolves(RouteReplaced)
def evolve_route_replaced(world: World, event: RouteReplaced) -> World:
    routes = world.get(RouteTable, event.table).routes
    swapped = tuple(event.route if r.destination == event.route.destination else r for r in routes)
    return world.change(RouteTable, event.table, routes=swapped)


@evolves(RouteDeleted)
def evolve_route_deleted(world: World, event: RouteDeleted) -> World:
    routes = world.get(RouteTable, event.table).routes
    return world.change(RouteTable, event.table, routes=tuple(r for r in routes if r.destination != event.destination))


@answers(CreateRoute)
def answer_create_route(ctx: Context, command: CreateRoute) -> dict[str, Any]:
    return {"Return": True}
