"""The ways to AWS's own services: an endpoint of the VPC where one stands in the way, else the internet."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.naming import label
from cloudlab.engine.rules.egress import nat_gateways_for
from cloudlab.engine.rules.filtering import EPHEMERAL
from cloudlab.engine.rules.interfaces import Interface, interfaces, interfaces_of, listens
from cloudlab.engine.rules.path import Path, Trail
from cloudlab.engine.rules.reachability import across, best, nowhere, sets_out, to_internet
from cloudlab.engine.rules.routing import route_for, table_of
from cloudlab.engine.rules.services import SERVICES, Service
from cloudlab.engine.rules.stations import CLIENTS, edge, guard_out, powered
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.network import ANYWHERE, Subnet, Vpc, VpcEndpoint
from cloudlab.model.world import World

HTTPS = 443


@interfaces(VpcEndpoint)
def interfaces_of_vpc_endpoint(world: World, endpoint: VpcEndpoint) -> Iterator[Interface]:
    """An interface endpoint has one in each of its subnets; a gateway endpoint is a route and has none."""
    return (Interface(endpoint.id, endpoint.vpc, n.subnet, n.private_ip, endpoint.groups) for n in endpoint.nodes)


@listens(VpcEndpoint)
def endpoint_listens(trail: Trail, world: World, endpoint: VpcEndpoint, port: int) -> None:
    """An endpoint passes HTTPS on to its service, once it is available."""
    key, name = endpoint.id, label(world, endpoint.id)
    if endpoint.state != "available":
        wait = "It answers in a minute or two; wait for it." if endpoint.state == "pending" else "Make another: ec2 create-vpc-endpoint"
        trail.stops(key, name, f"it is {endpoint.state}", wait)
    elif port != HTTPS:
        trail.stops(key, name, f"it takes nothing on tcp/{port}", "Services are called by HTTPS, on tcp/443.", symptom="refused")
    else:
        trail.passes(key, name, f"it leads to {endpoint.service}")


def to_service(world: World, resource: str, name: str) -> Path:
    """Tell whether a resource reaches a service, such as `s3` or `ssm`: by the VPC's endpoint for it, else through the internet.

    Where an interface endpoint has the service's name in this VPC, calls go to it, even where the internet would be open.
    """
    service = SERVICES[name]
    return best(_to_service(world, at, service) for at in interfaces_of(world, resource)) or nowhere(world, resource)


def _to_service(world: World, at: Interface, service: Service) -> Path:
    vpc = world.get(Vpc, at.vpc)
    if not vpc.dns_support:
        trail = Trail()
        sets_out(trail, world, at.owner)
        trail.stops(
            vpc.id,
            label(world, vpc.id),
            f"nobody answers there what the address of {service.host} is",
            f"Switch DNS on: ec2 modify-vpc-attribute --vpc-id {vpc.id} --enable-dns-support",
        )
        return trail.path()
    endpoint = named_endpoint(world, at.vpc, service)
    if endpoint is not None:
        return _by_interface(world, at, endpoint, service)
    gateway = routed_endpoint(world, at.subnet, service)
    if gateway is not None:
        return _by_route(world, at, gateway, service)
    return to_internet(world, at.owner, HTTPS)


def named_endpoint(world: World, vpc_id: str, service: Service) -> VpcEndpoint | None:
    """Return the interface endpoint to which the service's name leads in a VPC."""
    there = (e for e in world.every(VpcEndpoint) if e.vpc == vpc_id and e.service == service.full_name)
    return next((e for e in there if e.private_dns and e.state == "available"), None)


def routed_endpoint(world: World, subnet_id: str, service: Service) -> VpcEndpoint | None:
    """Return the gateway endpoint to which a subnet's routes lead for every address of a service."""
    table = table_of(world, world.get(Subnet, subnet_id))
    targets = {route.target if (route := route_for(table, callee)) is not None else "" for callee in service.callees}
    return world.find(VpcEndpoint, targets.pop()) if len(targets) == 1 else None


def carrier(world: World, resource: str, name: str) -> str | None:
    """Return the NAT gateway by which a resource's calls to a service go, or None."""
    service = SERVICES[name]
    for at in interfaces_of(world, resource):
        if named_endpoint(world, at.vpc, service) is None and routed_endpoint(world, at.subnet, service) is None:
            return next(iter(nat_gateways_for(world, at.subnet, service.callees or CLIENTS)), None)
    return None


def _by_interface(world: World, at: Interface, endpoint: VpcEndpoint, service: Service) -> Path:
    """The name leads to every interface of the endpoint whose zone is up, one call here, the next there: each has to work."""
    nodes = interfaces_of(world, endpoint.id)
    up = [n for n in nodes if not is_down(world, world.get(Subnet, n.subnet).zone)]
    paths = [_to_node(world, at, node, endpoint) for node in up or nodes]
    if paths:
        return next((path for path in paths if not path.ok), paths[0])
    trail = Trail()
    sets_out(trail, world, at.owner)
    trail.stops(
        endpoint.id,
        label(world, endpoint.id),
        f"it has the name {service.host} but no address in any subnet",
        f"Give it one: ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint.id} --add-subnet-ids {at.subnet}",
    )
    return trail.path()


def _to_node(world: World, at: Interface, node: Interface, endpoint: VpcEndpoint) -> Path:
    trail = Trail()
    sets_out(trail, world, at.owner)
    if across(trail, world, at, node, HTTPS):
        endpoint_listens(trail, world, endpoint, HTTPS)
    return trail.path()


def _by_route(world: World, at: Interface, endpoint: VpcEndpoint, service: Service) -> Path:
    trail = Trail()
    sets_out(trail, world, at.owner)
    powered(trail, world, at)
    guard_out(trail, world, at, HTTPS, service.callees, ANYWHERE)
    edge(trail, world, at.subnet, service.callees, inbound=EPHEMERAL, outbound=(HTTPS, HTTPS), what=f"tcp/{HTTPS} out")
    table = table_of(world, world.get(Subnet, at.subnet))
    trail.passes(table.id, label(world, table.id), f"it leads {service.prefix_list} to {label(world, endpoint.id)}")
    endpoint_listens(trail, world, endpoint, HTTPS)
    return trail.path()
