"""Where packets may go: internet gateways, route tables, rented addresses."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.rules.routing import is_active
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import REGION_WIDE, Offer, Placed, Row, facts, offers, stands
from cloudlab.lab.view.things.words import name_of, short, tags_text
from cloudlab.model.compute import Instance
from cloudlab.model.network import ANYWHERE, Address, InternetGateway, NatGateway, RouteTable, Subnet, Vpc
from cloudlab.model.scenario import Scenario
from cloudlab.model.world import World

LOCAL = "local"
"""The target of the route every table has: within the VPC."""


@stands("internet-gateway", InternetGateway)
def internet_gateway_nodes(world: World) -> Iterator[Placed]:
    for gateway in world.every(InternetGateway):
        if gateway.vpc is None:
            yield REGION_WIDE, Node(gateway.id, "internet-gateway", name_of(gateway), "detached", "off", 0, "attached to no VPC")
        else:
            yield ("vpc", gateway.vpc), Node(gateway.id, "internet-gateway", name_of(gateway), "attached", "ok", 0, "<=> internet")


@facts(InternetGateway)
def internet_gateway_facts(world: World, scenario: Scenario, gateway: InternetGateway) -> Iterator[Row]:
    yield "attached to", gateway.vpc or "no VPC: it leads nowhere"
    yield "tags", tags_text(gateway.tags)


@offers(InternetGateway)
def offer_internet_gateway(world: World, gateway: InternetGateway) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-internet-gateways --internet-gateway-ids {gateway.id}"
    if gateway.vpc is None:
        for vpc in world.every(Vpc):
            yield f"attach it to {vpc.id}", f"ec2 attach-internet-gateway --internet-gateway-id {gateway.id} --vpc-id {vpc.id}"
    else:
        yield "detach it", f"ec2 detach-internet-gateway --internet-gateway-id {gateway.id} --vpc-id {gateway.vpc}"
    yield "delete it", f"ec2 delete-internet-gateway --internet-gateway-id {gateway.id}"


@stands("route-table", RouteTable)
def route_table_nodes(world: World) -> Iterator[Placed]:
    for table in world.every(RouteTable):
        routes = ", ".join(
            f"{r.destination} -> {short(r.target)}{'' if is_active(world, table, r) else ' (black hole)'}" for r in table.routes
        )
        name = name_of(table) + (" (main)" if table.is_main else "")
        yield ("vpc", table.vpc), Node(table.id, "route-table", name, "", "plain", 0, routes)


@facts(RouteTable)
def route_table_facts(world: World, scenario: Scenario, table: RouteTable) -> Iterator[Row]:
    yield "VPC", table.vpc
    for route in table.routes:
        lost = "" if is_active(world, table, route) else " (black hole)"
        yield "route", f"{route.destination} -> {route.target}{lost}"
    used = [a.subnet for a in table.associations if a.subnet is not None]
    yield "used by", ", ".join(used) or ("every subnet without a table of its own" if table.is_main else "no subnet")
    yield "tags", tags_text(table.tags)


@offers(RouteTable)
def offer_route_table(world: World, table: RouteTable) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-route-tables --route-table-ids {table.id}"
    if not any(route.destination == ANYWHERE for route in table.routes):
        for gateway in world.every(InternetGateway):
            if gateway.vpc == table.vpc:
                line = f"ec2 create-route --route-table-id {table.id} --destination-cidr-block {ANYWHERE} --gateway-id {gateway.id}"
                yield "lead everything else to the internet gateway", line
        for nat in world.every(NatGateway):
            if nat.vpc == table.vpc and nat.state in ("pending", "available"):
                line = f"ec2 create-route --route-table-id {table.id} --destination-cidr-block {ANYWHERE} --nat-gateway-id {nat.id}"
                yield f"lead everything else to {nat.id}", line
    for route in table.routes:
        if route.target != LOCAL and not route.target.startswith("vpce-"):
            line = f"ec2 delete-route --route-table-id {table.id} --destination-cidr-block {route.destination}"
            yield f"delete the route {route.destination}", line
    for subnet in world.every(Subnet):
        if subnet.vpc == table.vpc and not any(a.subnet == subnet.id for a in table.associations):
            yield f"let {subnet.id} use it", f"ec2 associate-route-table --route-table-id {table.id} --subnet-id {subnet.id}"
    for association in table.associations:
        if association.subnet is not None:
            yield f"let {association.subnet} use the main table", f"ec2 disassociate-route-table --association-id {association.id}"
    yield "delete it", f"ec2 delete-route-table --route-table-id {table.id}"


@stands("address", Address)
def address_nodes(world: World) -> Iterator[Placed]:
    for address in world.every(Address):
        used = world.find(Instance, address.instance) or world.find(NatGateway, address.nat_gateway)
        detail = f"-> {name_of(used)}" if used is not None else "points at nothing, and costs all the same"
        state, tone = ("in use", "ok") if used is not None else ("unused", "off")
        yield REGION_WIDE, Node(address.id, "address", address.public_ip, state, tone, 0, detail)


@facts(Address)
def address_facts(world: World, scenario: Scenario, address: Address) -> Iterator[Row]:
    yield "address", address.public_ip
    yield "points at", address.used_by or "nothing; it costs all the same"
    yield "tags", tags_text(address.tags)


@offers(Address)
def offer_address(world: World, address: Address) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-addresses --allocation-ids {address.id}"
    for instance in world.every(Instance):
        if instance.id != address.instance and instance.state in ("running", "stopped"):
            line = f"ec2 associate-address --allocation-id {address.id} --instance-id {instance.id}"
            yield f"point it at {instance.id}", line
    if address.used_by is None:
        for subnet in world.every(Subnet):
            line = f"ec2 create-nat-gateway --subnet-id {subnet.id} --allocation-id {address.id}"
            yield f"make a NAT gateway with it in {subnet.id}", line
    if address.instance is not None:
        yield "take it off its instance", f"ec2 disassociate-address --association-id {address.association}"
    yield "release it", f"ec2 release-address --allocation-id {address.id}"
