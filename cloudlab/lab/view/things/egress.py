"""Private ways out: NAT gateways to the internet, VPC endpoints to AWS's own services."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.rules.services import SERVICES, find_service
from cloudlab.engine.rules.zones import is_down
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import Offer, Placed, Row, facts, offers, stands
from cloudlab.lab.view.things.words import name_of, short, tags_text, yes
from cloudlab.model.network import ANYWHERE, Address, NatGateway, RouteTable, SecurityGroup, Subnet, VpcEndpoint
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.world import World

_TONES = {"available": "ok", "pending": "wait", "deleting": "wait", "failed": "bad"}


@stands("nat-gateway", NatGateway)
def nat_gateway_nodes(world: World) -> Iterator[Placed]:
    for gateway in world.every(NatGateway):
        if gateway.state == "deleted":
            continue
        state, tone = gateway.state, _TONES[gateway.state]
        if is_down(world, gateway.zone):
            state, tone = "zone down", "bad"
        public = public_ip(world, gateway)
        detail = gateway.failure[1] if gateway.failure is not None else f"NAT {public}" if public else "NAT, no public address"
        yield ("subnet", gateway.subnet), Node(gateway.id, "nat-gateway", name_of(gateway), state, tone, 0, detail)


def public_ip(world: World, gateway: NatGateway) -> str | None:
    """Return the address a NAT gateway lends."""
    return next((a.public_ip for a in world.every(Address) if a.nat_gateway == gateway.id), None)


@facts(NatGateway)
def nat_gateway_facts(world: World, scenario: Scenario, gateway: NatGateway) -> Iterator[Row]:
    yield "state", gateway.state
    if gateway.failure is not None:
        yield "failed because", f"{gateway.failure[0]}: {gateway.failure[1]}"
    yield "stands in", f"{gateway.subnet}, {gateway.zone}"
    yield "zone", "down, and it with it" if is_down(world, gateway.zone) else "if it fails, whoever goes out by this gateway is cut off"
    yield "private", gateway.private_ip or "none"
    yield "lends", public_ip(world, gateway) or "no public address"
    led = [t.id for t in world.every(RouteTable) if any(r.target == gateway.id for r in t.routes)]
    yield "route tables", ", ".join(led) or "none leads to it: nobody goes out by it"
    yield "created", stamp(gateway.created)
    yield "tags", tags_text(gateway.tags)


@offers(NatGateway)
def offer_nat_gateway(world: World, gateway: NatGateway) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-nat-gateways --nat-gateway-ids {gateway.id}"
    for table in world.every(RouteTable):
        if table.vpc == gateway.vpc and not any(r.destination == ANYWHERE for r in table.routes):
            line = f"ec2 create-route --route-table-id {table.id} --destination-cidr-block {ANYWHERE} --nat-gateway-id {gateway.id}"
            yield f"lead {table.id} to it", line
    yield "delete it", f"ec2 delete-nat-gateway --nat-gateway-id {gateway.id}"


@stands("vpc-endpoint", VpcEndpoint)
def vpc_endpoint_nodes(world: World) -> Iterator[Placed]:
    for endpoint in world.every(VpcEndpoint):
        subnets = ", ".join(short(n.subnet) for n in endpoint.nodes) or "in no subnet"
        led = sum(any(r.target == endpoint.id for r in t.routes) for t in world.every(RouteTable))
        where = f"a route in {led} table{'s' * (led != 1)}" if endpoint.type == "Gateway" else subnets
        service = find_service(endpoint.service)
        assert service is not None
        detail = f"<=> {service.name}, {where}"
        yield ("vpc", endpoint.vpc), Node(endpoint.id, "vpc-endpoint", name_of(endpoint), endpoint.state, _TONES[endpoint.state], 0, detail)


@facts(VpcEndpoint)
def vpc_endpoint_facts(world: World, scenario: Scenario, endpoint: VpcEndpoint) -> Iterator[Row]:
    yield "service", endpoint.service
    yield "kind", "a route, free of charge" if endpoint.type == "Gateway" else "network interfaces, paid for each zone"
    yield "state", endpoint.state
    for node in endpoint.nodes:
        subnet = world.find(Subnet, node.subnet)
        yield "address", f"{node.private_ip} in {node.subnet}" + (f", {subnet.zone}" if subnet is not None else "")
    if endpoint.type == "Interface":
        yield "groups", ", ".join(endpoint.groups)
        yield "has the service's name", yes(endpoint.private_dns)
    led = [t.id for t in world.every(RouteTable) if any(r.target == endpoint.id for r in t.routes)]
    yield "route tables", ", ".join(led)
    yield "created", stamp(endpoint.created)
    yield "tags", tags_text(endpoint.tags)


@offers(VpcEndpoint)
def offer_vpc_endpoint(world: World, endpoint: VpcEndpoint) -> Iterator[Offer]:
    key = endpoint.id
    yield "look at it", f"ec2 describe-vpc-endpoints --vpc-endpoint-ids {key}"
    if endpoint.type == "Gateway":
        for table in world.every(RouteTable):
            if table.vpc == endpoint.vpc and not any(r.target == key for r in table.routes):
                yield f"let {table.id} lead to it", f"ec2 modify-vpc-endpoint --vpc-endpoint-id {key} --add-route-table-ids {table.id}"
    else:
        zones = {s.zone for n in endpoint.nodes if (s := world.find(Subnet, n.subnet)) is not None}
        for subnet in world.every(Subnet):
            if subnet.vpc == endpoint.vpc and subnet.zone not in zones:
                yield f"put it into {subnet.id} too", f"ec2 modify-vpc-endpoint --vpc-endpoint-id {key} --add-subnet-ids {subnet.id}"
        for group in world.every(SecurityGroup):
            if group.vpc == endpoint.vpc and group.id not in endpoint.groups:
                yield f"let it wear {group.name}", f"ec2 modify-vpc-endpoint --vpc-endpoint-id {key} --add-security-group-ids {group.id}"
    yield "delete it", f"ec2 delete-vpc-endpoints --vpc-endpoint-ids {key}"


def services() -> Iterator[tuple[str, str]]:
    """Yield the services an endpoint can be made for, with what that would be."""
    for service in SERVICES.values():
        yield service.full_name, "a route, free" if service.type == "Gateway" else "--vpc-endpoint-type Interface"
