"""VPC endpoints: a route to S3, or interfaces with addresses of one's own subnets, by which private machines reach AWS's services."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_egress import CreateVpcEndpoint, DeleteVpcEndpoints, ModifyVpcEndpoint
from cloudlab.engine.describe import tags_for
from cloudlab.engine.endpoint_asked import asked_groups, asked_nodes, asked_tables, check_private_name, need_service
from cloudlab.engine.endpoint_described import describe_vpc_endpoint
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.billing import Charge, prices
from cloudlab.engine.rules.services import Service, find_service
from cloudlab.model.events.billing import MeterStarted, MeterStopped
from cloudlab.model.events.network import (
    VpcEndpointAvailable,
    VpcEndpointCreated,
    VpcEndpointDeleted,
    VpcEndpointDeleting,
    VpcEndpointModified,
)
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.network import Route, RouteTable, Vpc, VpcEndpoint
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import HOUR
from cloudlab.model.world import Timer, World

LINE = "vpc-endpoint"
_PRICE = "interface_endpoint_hour_per_az"


def _seen(*endpoints: str) -> ResourcesSeen:
    return ResourcesSeen(tuple(("VpcEndpoint", endpoint) for endpoint in endpoints))


# making ----------------------------------------------------------------------------------------------------------------------


@decides(CreateVpcEndpoint)
def decide_create_vpc_endpoint(ctx: Context, command: CreateVpcEndpoint) -> Events:
    vpc = named(ctx, Vpc, command.vpc_id)
    service = need_service(command.service_name, command.vpc_endpoint_type)
    tags = tags_for(command.tag_specifications, "vpc-endpoint")
    key = ctx.new_id("vpce")
    if service.type == "Gateway":
        yield from _gateway(ctx, command, service, VpcEndpoint(key, vpc.id, service.full_name, "Gateway", "available", ctx.now, tags=tags))
    else:
        yield from _interface(ctx, command, VpcEndpoint(key, vpc.id, service.full_name, "Interface", "pending", ctx.now, tags=tags))
    yield _seen(key)


def _gateway(ctx: Context, command: CreateVpcEndpoint, service: Service, endpoint: VpcEndpoint) -> Events:
    """A gateway endpoint is a route in the tables it is given to; it works at once and costs nothing."""
    if command.subnet_ids or command.security_group_ids or command.private_dns_enabled:
        refuse(
            "InvalidParameter",
            "Gateway endpoints have neither subnets nor security groups nor a private name.",
            "Say which route tables lead to it: --route-table-ids <rtb>.",
        )
    tables = asked_tables(ctx, endpoint, service, command.route_table_ids)
    _check_limit(ctx, "gateway_endpoints_per_region", sum(e.type == "Gateway" for e in ctx.world.every(VpcEndpoint)))
    yield VpcEndpointCreated(endpoint, ctx.now, tables, service.prefix_list)
    yield ResourcesSeen(tuple(("RouteTable", table) for table in tables))


def _interface(ctx: Context, command: CreateVpcEndpoint, endpoint: VpcEndpoint) -> Events:
    """An interface endpoint has an address in each subnet it is given; its private name leads the service's callers to them."""
    if command.route_table_ids:
        refuse(
            "InvalidParameter",
            "Interface endpoints are in no route table.",
            "Say where it has an address, and what guards it: --subnet-ids <subnet> --security-group-ids <sg>.",
        )
    groups = asked_groups(ctx, endpoint, command.security_group_ids)
    nodes = asked_nodes(ctx, endpoint, command.subnet_ids)
    private = command.private_dns_enabled is not False
    endpoint = replace(endpoint, nodes=nodes, groups=groups, private_dns=private)
    if private:
        check_private_name(ctx.world, endpoint)
    others = (e for e in ctx.world.every(VpcEndpoint) if e.type == "Interface" and e.vpc == endpoint.vpc)
    _check_limit(ctx, "interface_endpoints_per_vpc", sum(1 for _ in others))
    yield VpcEndpointCreated(endpoint, ctx.now + ctx.scenario.catalogue.timing("interface_endpoint_pending_to_available"))


def _check_limit(ctx: Context, quota: str, there: int) -> None:
    limit = ctx.quota(quota)
    if there >= limit:
        refuse("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.", f"{limit} is the limit.")


@prices(CreateVpcEndpoint)
def price_create_vpc_endpoint(command: CreateVpcEndpoint, scenario: Scenario) -> tuple[Charge, ...]:
    service = find_service(command.service_name)
    if service is None or service.type == "Gateway" or not command.subnet_ids:
        return ()
    return (Charge(LINE, scenario.catalogue.price(_PRICE) * len(command.subnet_ids), "hour"),)


@evolves(VpcEndpointCreated)
def evolve_vpc_endpoint_created(world: World, event: VpcEndpointCreated) -> World:
    endpoint = event.endpoint
    world = _led(world.put(endpoint), endpoint.id, event.tables, event.destination)
    if endpoint.state == "pending":
        world = world.schedule(event.available_at, "vpc-endpoint-available", endpoint.id)
    return world


def _led(world: World, endpoint: str, tables: tuple[str, ...], destination: str) -> World:
    """Give route tables the route that leads to an endpoint."""
    for table in tables:
        world = world.change(RouteTable, table, routes=(*world.get(RouteTable, table).routes, Route(destination, endpoint)))
    return world


def _unled(world: World, endpoint: str, tables: tuple[str, ...]) -> World:
    for table in tables:
        routes = tuple(r for r in world.get(RouteTable, table).routes if r.target != endpoint)
        world = world.change(RouteTable, table, routes=routes)
    return world


@answers(CreateVpcEndpoint)
def answer_create_vpc_endpoint(ctx: Context, command: CreateVpcEndpoint) -> dict[str, Any]:
    return {"VpcEndpoint": describe_vpc_endpoint(ctx.world, ctx.world.get(VpcEndpoint, ctx.new_id("vpce")))}


@fires("vpc-endpoint-available")
def fire_vpc_endpoint_available(ctx: Context, timer: Timer) -> Events:
    """It answers, and is paid from now on: for each zone it has an address in, by the started hour."""
    yield VpcEndpointAvailable(timer.target)
    yield from _metered(ctx, ctx.world.get(VpcEndpoint, timer.target))
    yield _seen(timer.target)


def _metered(ctx: Context, endpoint: VpcEndpoint) -> Events:
    if endpoint.nodes:
        yield MeterStarted(LINE, endpoint.id, ctx.scenario.catalogue.price(_PRICE) * len(endpoint.nodes), step=HOUR)
    else:
        yield MeterStopped(LINE, endpoint.id)


@evolves(VpcEndpointAvailable)
def evolve_vpc_endpoint_available(world: World, event: VpcEndpointAvailable) -> World:
    return world.change(VpcEndpoint, event.endpoint, state="available")


# changing --------------------------------------------------------------------------------------------------------------------


@decides(ModifyVpcEndpoint)
def decide_modify_vpc_endpoint(ctx: Context, command: ModifyVpcEndpoint) -> Events:
    endpoint = _there(ctx, command.vpc_endpoint_id)
    about_routes = command.add_route_table_ids + command.remove_route_table_ids
    groups = command.add_security_group_ids + command.remove_security_group_ids
    about_nodes = bool(command.add_subnet_ids + command.remove_subnet_ids + groups) or command.private_dns_enabled is not None
    if endpoint.type == "Gateway":
        if about_nodes:
            refuse(
                "InvalidParameter",
                f"{endpoint.id} is a gateway endpoint: it has neither subnets nor security groups nor a private name.",
                "Change its route tables: --add-route-table-ids, --remove-route-table-ids.",
            )
        yield from _other_tables(ctx, command, endpoint)
    else:
        if about_routes:
            refuse(
                "InvalidParameter",
                f"{endpoint.id} is an interface endpoint: it is in no route table.",
                "Change its subnets or security groups: --add-subnet-ids, --add-security-group-ids ...",
            )
        yield from _other_nodes(ctx, command, endpoint)
    yield _seen(endpoint.id)


def _there(ctx: Context, key: str) -> VpcEndpoint:
    endpoint = named(ctx, VpcEndpoint, key)
    if endpoint.state == "deleting":
        refuse("InvalidParameter", f"{endpoint.id} is being deleted.", "Make another one.")
    return endpoint


def _other_tables(ctx: Context, command: ModifyVpcEndpoint, endpoint: VpcEndpoint) -> Events:
    service = find_service(endpoint.service)
    assert service is not None
    without = tuple(dict.fromkeys(named(ctx, RouteTable, key).id for key in command.remove_route_table_ids))
    tables = asked_tables(ctx, endpoint, service, command.add_route_table_ids)
    yield VpcEndpointModified(endpoint, without, tables, service.prefix_list)
    yield ResourcesSeen(tuple(("RouteTable", table) for table in (*without, *tables)))


def _other_nodes(ctx: Context, command: ModifyVpcEndpoint, endpoint: VpcEndpoint) -> Events:
    left = replace(
        endpoint,
        nodes=tuple(n for n in endpoint.nodes if n.subnet not in command.remove_subnet_ids),
        groups=tuple(g for g in endpoint.groups if g not in command.remove_security_group_ids),
    )
    groups = (*left.groups, *(g for g in command.add_security_group_ids if g not in left.groups))
    if not groups:
        refuse("InvalidParameter", "An interface endpoint wears at least one security group.", "Add one before the last is taken off.")
    after = replace(left, groups=asked_groups(ctx, endpoint, groups), nodes=(*left.nodes, *asked_nodes(ctx, left, command.add_subnet_ids)))
    if command.private_dns_enabled is not None:
        after = replace(after, private_dns=command.private_dns_enabled)
        if after.private_dns:
            check_private_name(ctx.world, after)
    yield VpcEndpointModified(after)
    if len(after.nodes) != len(endpoint.nodes) and endpoint.state == "available":
        yield from _metered(ctx, after)


@evolves(VpcEndpointModified)
def evolve_vpc_endpoint_modified(world: World, event: VpcEndpointModified) -> World:
    endpoint = event.endpoint.id
    return _led(_unled(world, endpoint, event.without), endpoint, event.tables, event.destination).put(event.endpoint)


@answers(ModifyVpcEndpoint)
def answer_modify_vpc_endpoint(ctx: Context, command: ModifyVpcEndpoint) -> dict[str, Any]:
    return {"Return": True}


# deleting --------------------------------------------------------------------------------------------------------------------


@decides(DeleteVpcEndpoints)
def decide_delete_vpc_endpoints(ctx: Context, command: DeleteVpcEndpoints) -> Events:
    """A gateway endpoint is gone at once, with its routes; the interfaces of the other kind take a minute."""
    endpoints = [named(ctx, VpcEndpoint, key) for key in dict.fromkeys(command.vpc_endpoint_ids)]
    for endpoint in endpoints:
        if endpoint.type == "Gateway":
            yield VpcEndpointDeleted(endpoint.id)
        elif endpoint.state != "deleting":
            yield VpcEndpointDeleting(endpoint.id, ctx.now + ctx.scenario.catalogue.timing("interface_endpoint_deletion"))
            yield MeterStopped(LINE, endpoint.id)
    yield _seen(*(e.id for e in endpoints if e.type == "Interface"))


@evolves(VpcEndpointDeleting)
def evolve_vpc_endpoint_deleting(world: World, event: VpcEndpointDeleting) -> World:
    world = world.unschedule("vpc-endpoint-available", event.endpoint).change(VpcEndpoint, event.endpoint, state="deleting")
    return world.schedule(event.gone_at, "vpc-endpoint-deleted", event.endpoint)


@fires("vpc-endpoint-deleted")
def fire_vpc_endpoint_deleted(ctx: Context, timer: Timer) -> Events:
    yield VpcEndpointDeleted(timer.target)


@evolves(VpcEndpointDeleted)
def evolve_vpc_endpoint_deleted(world: World, event: VpcEndpointDeleted) -> World:
    world = _unled(world, event.endpoint, tuple(world.table(RouteTable)))
    return removed(world, VpcEndpoint, event.endpoint)


@answers(DeleteVpcEndpoints)
def answer_delete_vpc_endpoints(ctx: Context, command: DeleteVpcEndpoints) -> dict[str, Any]:
    return {"Unsuccessful": []}
