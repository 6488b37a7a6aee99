"""Route tables: created with their local route, associated with subnets, never deleted while one uses them."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_network import (
    AssociateRouteTable,
    CreateRouteTable,
    DeleteRouteTable,
    DescribeRouteTables,
    DisassociateRouteTable,
    ReplaceRouteTableAssociation,
)
from cloudlab.engine.describe import chosen, tag_list, tags_for
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.naming import named, well_formed
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.routing import LOCAL, explicit_table, is_active
from cloudlab.engine.rules.services import PREFIX_LISTS
from cloudlab.model.events.network import (
    RouteTableAssociated,
    RouteTableCreated,
    RouteTableDeleted,
    RouteTableDisassociated,
)
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT
from cloudlab.model.network import Association, Route, RouteTable, Subnet, Vpc
from cloudlab.model.world import World

_TARGETS = {"nat": "NatGatewayId", "i": "InstanceId"}
"""How an id begins -> the member that names it; internet gateways, endpoints and `local` are all a GatewayId."""


@decides(CreateRouteTable)
def decide_create_route_table(ctx: Context, command: CreateRouteTable) -> Events:
    vpc = named(ctx, Vpc, command.vpc_id)
    tags = tags_for(command.tag_specifications, "route-table")
    limit = ctx.quota("route_tables_per_vpc")
    if sum(t.vpc == vpc.id for t in ctx.world.every(RouteTable)) >= limit:
        refuse(
            "RouteTableLimitExceeded",
            "The maximum number of route tables has been reached.",
            f"A VPC may have {limit}, its main one included: delete one first.",
        )
    table = RouteTable(ctx.new_id("rtb"), vpc.id, routes=(Route(vpc.cidr, LOCAL),), tags=tags)
    yield RouteTableCreated(table)
    yield seen(table.id)


def seen(*tables: str) -> ResourcesSeen:
    return ResourcesSeen(tuple(("RouteTable", table) for table in tables))


@evolves(RouteTableCreated)
def evolve_route_table_created(world: World, event: RouteTableCreated) -> World:
    return world.put(event.table)


@answers(CreateRouteTable)
def answer_create_route_table(ctx: Context, command: CreateRouteTable) -> dict[str, Any]:
    return {"RouteTable": describe_route_table(ctx.world, ctx.world.get(RouteTable, ctx.new_id("rtb")))}


@decides(DeleteRouteTable)
def decide_delete_route_table(ctx: Context, command: DeleteRouteTable) -> Events:
    table = named(ctx, RouteTable, command.route_table_id)
    if table.associations:
        used = [a.subnet or f"{table.vpc} (it is the main table)" for a in table.associations]
        refuse(
            "DependencyViolation",
            f"The routeTable '{table.id}' has dependencies and cannot be deleted.",
            f"It is used by {', '.join(used)}: give those another table first.",
        )
    yield RouteTableDeleted(table.id)


@evolves(RouteTableDeleted)
def evolve_route_table_deleted(world: World, event: RouteTableDeleted) -> World:
    return removed(world, RouteTable, event.table)


# which subnet uses which table -----------------------------------------------------------------------------------------------


@decides(AssociateRouteTable)
def decide_associate_route_table(ctx: Context, command: AssociateRouteTable) -> Events:
    table = named(ctx, RouteTable, command.route_table_id)
    subnet = named(ctx, Subnet, command.subnet_id)
    _same_network(table, subnet)
    before = explicit_table(ctx.world, subnet.id)
    if before is not None and before.id != table.id:
        association = next(a for a in before.associations if a.subnet == subnet.id)
        refuse(
            "Resource.AlreadyAssociated",
            f"The association of {subnet.id} with {table.id} conflicts with one there is.",
            f"{subnet.id} uses {before.id} by {association.id}: replace that with replace-route-table-association.",
        )
    if before is None:
        yield RouteTableAssociated(table.id, Association(ctx.new_id("rtbassoc"), subnet.id))
    yield seen(table.id)


def _same_network(table: RouteTable, subnet: Subnet) -> None:
    if table.vpc != subnet.vpc:
        refuse(
            "InvalidParameterValue",
            f"Route table {table.id} and subnet {subnet.id} belong to different networks.",
            f"Choose a route table of {subnet.vpc}, or create one there.",
        )


@evolves(RouteTableAssociated)
def evolve_route_table_associated(world: World, event: RouteTableAssociated) -> World:
    table = world.get(RouteTable, event.table)
    return world.change(RouteTable, table.id, associations=(*table.associations, event.association))


@answers(AssociateRouteTable)
def answer_associate_route_table(ctx: Context, command: AssociateRouteTable) -> dict[str, Any]:
    table = ctx.world.get(RouteTable, command.route_table_id)
    association = next(a for a in table.associations if a.subnet == command.subnet_id)
    return {"AssociationId": association.id, "AssociationState": {"State": "associated"}}


def _associated(ctx: Context, association_id: str) -> tuple[RouteTable, Association]:
    """Return an association with its table, or refuse."""
    there = {a.id: (table, a) for table in ctx.world.every(RouteTable) for a in table.associations}
    if association_id not in there:
        well_formed(association_id, "rtbassoc", "InvalidAssociationID.Malformed")
        refuse(
            "InvalidAssociationID.NotFound",
            f"The association ID '{association_id}' does not exist.",
            f"Existing: {', '.join(list(there)[:4])}." if there else "No table is associated with anything yet.",
        )
    return there[association_id]


@decides(DisassociateRouteTable)
def decide_disassociate_route_table(ctx: Context, command: DisassociateRouteTable) -> Events:
    table, association = _associated(ctx, command.association_id)
    if association.subnet is None:
        refuse(
            "InvalidParameterValue",
            f"{association.id} makes {table.id} the main route table and cannot be taken off.",
            "A VPC always has a main table; replace-route-table-association makes another one the main table.",
        )
    yield RouteTableDisassociated(table.id, association.id)
    yield seen(table.id)


@evolves(RouteTableDisassociated)
def evolve_route_table_disassociated(world: World, event: RouteTableDisassociated) -> World:
    table = world.get(RouteTable, event.table)
    return world.change(RouteTable, table.id, associations=tuple(a for a in table.associations if a.id != event.association))


@decides(ReplaceRouteTableAssociation)
def decide_replace_route_table_association(ctx: Context, command: ReplaceRouteTableAssociation) -> Events:
    before, association = _associated(ctx, command.association_id)
    after = named(ctx, RouteTable, command.route_table_id)
    if association.subnet is not None:
        _same_network(after, ctx.world.get(Subnet, association.subnet))
    elif before.vpc != after.vpc:
        refuse(
            "InvalidParameterValue",
            f"Route table {after.id} belongs to {after.vpc}, and {association.id} to {before.vpc}.",
            f"Choose a route table of {before.vpc}.",
        )
    yield RouteTableDisassociated(before.id, association.id)
    yield RouteTableAssociated(after.id, Association(ctx.new_id("rtbassoc"), association.subnet))
    yield seen(before.id, after.id)


@answers(ReplaceRouteTableAssociation)
def answer_replace_route_table_association(ctx: Context, command: ReplaceRouteTableAssociation) -> dict[str, Any]:
    return {"NewAssociationId": ctx.new_id("rtbassoc"), "AssociationState": {"State": "associated"}}


# looking ---------------------------------------------------------------------------------------------------------------------


@decides(DescribeRouteTables)
def decide_describe_route_tables(ctx: Context, command: DescribeRouteTables) -> Events:
    yield seen(*(t.id for t in _chosen(ctx, command)))


@answers(DescribeRouteTables)
def answer_describe_route_tables(ctx: Context, command: DescribeRouteTables) -> dict[str, Any]:
    return {"RouteTables": [describe_route_table(ctx.world, t) for t in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeRouteTables) -> list[RouteTable]:
    return chosen(
        ctx,
        RouteTable,
        command.route_table_ids,
        command.filters,
        "InvalidRouteTableID.NotFound",
        "routeTable ID",
        lambda table: describe_route_table(ctx.world, table),
        also=("association.subnet-id", "association.main", "association.route-table-association-id"),
    )


def describe_route_table(world: World, table: RouteTable) -> dict[str, Any]:
    return {
        "RouteTableId": table.id,
        "VpcId": table.vpc,
        "Routes": [
            {
                "DestinationPrefixListId" if route.destination in PREFIX_LISTS else "DestinationCidrBlock": route.destination,
                _TARGETS.get(route.target.partition("-")[0], "GatewayId"): route.target,
                "State": "active" if is_active(world, table, route) else "blackhole",
                "Origin": "CreateRouteTable" if route.target == LOCAL else "CreateRoute",
            }
            for route in table.routes
        ],
        "Associations": [
            {
                "RouteTableAssociationId": a.id,
                "RouteTableId": table.id,
                "Main": a.subnet is None,
                "AssociationState": {"State": "associated"},
            }
            | ({"SubnetId": a.subnet} if a.subnet is not None else {})
            for a in table.associations
        ],
        "PropagatingVgws": [],
        "OwnerId": ACCOUNT,
        "Tags": tag_list(table.tags),
    }
