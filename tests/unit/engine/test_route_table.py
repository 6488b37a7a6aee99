"""Route tables and routes: implicit and explicit use, longest prefix, replacing."""

from __future__ import annotations

from cloudlab.commands.ec2_network import (
    AssociateRouteTable,
    AttachInternetGateway,
    CreateRoute,
    CreateRouteTable,
    CreateSubnet,
    DeleteRoute,
    DeleteRouteTable,
    DescribeRouteTables,
    DisassociateRouteTable,
    ReplaceRoute,
    ReplaceRouteTableAssociation,
)
from cloudlab.engine.rules.routing import is_active, route_for, table_of
from cloudlab.model.network import Route, RouteTable, Subnet
from tests.network import Stage, ask, open_stage, where


def used(stage: Stage, subnet: str) -> str:
    return table_of(stage.sim.world, stage.sim.world.get(Subnet, subnet)).id


def test_a_subnet_uses_the_main_table_until_it_has_its_own() -> None:
    stage = open_stage()
    fresh = ask(stage.sim, CreateSubnet(vpc_id=stage.a, cidr_block="10.0.2.0/24"))["Subnet"]["SubnetId"]
    assert used(stage, fresh) == stage.main.id
    assert used(stage, stage.subnet) == stage.table
    ask(stage.sim, DisassociateRouteTable(association_id=stage.association))
    assert used(stage, stage.subnet) == stage.main.id


def test_associating_the_same_table_again_gives_the_same_association() -> None:
    stage = open_stage()
    again = ask(stage.sim, AssociateRouteTable(route_table_id=stage.table, subnet_id=stage.subnet))
    assert again["AssociationId"] == stage.association
    assert len(stage.sim.world.get(RouteTable, stage.table).associations) == 1


def test_an_association_is_replaced_under_a_new_id() -> None:
    stage = open_stage()
    other = ask(stage.sim, CreateRouteTable(vpc_id=stage.a))["RouteTable"]["RouteTableId"]
    new = ask(stage.sim, ReplaceRouteTableAssociation(association_id=stage.association, route_table_id=other))["NewAssociationId"]
    assert new != stage.association
    assert used(stage, stage.subnet) == other
    ask(stage.sim, DisassociateRouteTable(association_id=new))
    ask(stage.sim, DeleteRouteTable(route_table_id=other))


def test_another_table_becomes_the_main_one() -> None:
    stage = open_stage()
    before = stage.main
    ask(stage.sim, ReplaceRouteTableAssociation(association_id=before.associations[0].id, route_table_id=stage.table))
    assert stage.main.id == stage.table
    ask(stage.sim, DeleteRouteTable(route_table_id=before.id))
    ask(stage.sim, DisassociateRouteTable(association_id=stage.association))
    assert used(stage, stage.subnet) == stage.table


def test_the_longest_prefix_wins() -> None:
    table = RouteTable(
        "rtb-1",
        "vpc-1",
        (Route("0.0.0.0/0", "igw-1"), Route("10.0.0.0/16", "local"), Route("52.0.0.0/8", "igw-2"), Route("52.94.0.0/16", "igw-3")),
    )
    found = [route_for(table, a) for a in ("10.0.3.4", "52.94.1.1", "52.95.1.1", "53.1.1.1")]
    assert [route.target for route in found if route] == ["local", "igw-3", "igw-2", "igw-1"]
    assert route_for(RouteTable("rtb-2", "vpc-1", table.routes[1:2]), "8.8.8.8") is None


def test_a_more_specific_black_hole_swallows_what_a_wider_route_would_carry() -> None:
    stage = open_stage()
    ask(stage.sim, AttachInternetGateway(internet_gateway_id=stage.spare_gateway, vpc_id=stage.b))
    table = RouteTable("rtb-9", stage.a, (Route("0.0.0.0/0", stage.gateway), Route("52.0.0.0/8", stage.spare_gateway)))
    route = route_for(table, "52.1.1.1")
    assert route is not None
    assert not is_active(stage.sim.world, table, route)


def test_routes_are_made_replaced_and_deleted() -> None:
    stage = open_stage()
    ask(stage.sim, CreateRoute(route_table_id=stage.table, destination_cidr_block="52.1.2.3/8", gateway_id=stage.gateway))
    routes = stage.sim.world.get(RouteTable, stage.table).routes
    assert [r.destination for r in routes] == ["10.0.0.0/16", "0.0.0.0/0", "52.0.0.0/8"]
    ask(stage.sim, ReplaceRoute(route_table_id=stage.table, destination_cidr_block="52.0.0.0/8", gateway_id=stage.gateway))
    ask(stage.sim, DeleteRoute(route_table_id=stage.table, destination_cidr_block="52.0.0.0/8"))
    assert stage.sim.world.get(RouteTable, stage.table).routes == routes[:2]


def test_a_destination_around_the_vpc_is_no_inner_route() -> None:
    stage = open_stage()
    ask(stage.sim, CreateRoute(route_table_id=stage.table, destination_cidr_block="10.0.0.0/8", gateway_id=stage.gateway))


def test_tables_are_found_by_what_they_hold() -> None:
    stage = open_stage()

    def found(name: str, value: str) -> list[str]:
        return [t["RouteTableId"] for t in ask(stage.sim, DescribeRouteTables(filters=where(name, value)))["RouteTables"]]

    assert found("association.subnet-id", stage.subnet) == [stage.table]
    assert found("route.gateway-id", stage.gateway) == [stage.table]
    assert found("vpc-id", stage.b) == [next(t.id for t in stage.sim.world.every(RouteTable) if t.vpc == stage.b), stage.table_b]
    assert stage.main.id in found("association.main", "true")
    assert stage.table not in found("association.main", "true")
