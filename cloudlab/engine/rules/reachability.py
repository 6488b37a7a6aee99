"""Reachability: whether a packet gets from here to there, told hop by hop.

One answer for the map, the objectives, the traffic, the hints and the trace. A dropped packet is a `timeout` (routes, ACLs,
security groups, no public address, a stopped machine); a packet that arrives where nothing listens is `refused`, which is why
listening is asked last of all.
"""

from __future__ import annotations

from cloudlab.engine.naming import label
from cloudlab.engine.rules.addressing import public_ip_of
from cloudlab.engine.rules.filtering import EPHEMERAL
from cloudlab.engine.rules.path import Hop, Path, Trail
from cloudlab.engine.rules.routing import gateway_of, leads_out, table_of
from cloudlab.engine.rules.stations import (
    CLIENTS,
    attached_gateway,
    edge,
    guard_in,
    guard_out,
    machine,
    public_address,
    server,
    way_out,
)
from cloudlab.model.compute import Instance
from cloudlab.model.network import ANYWHERE, Subnet
from cloudlab.model.world import World

__all__ = ["CLIENTS", "Hop", "Path", "between", "faces_internet", "from_internet", "is_public_subnet", "to_internet"]


def from_internet(world: World, instance_id: str, port: int, client: str | None = None) -> Path:
    """Tell whether callers on the internet reach a TCP port of an instance: everybody, or the one address `client`."""
    trail = Trail()
    trail.passes("internet", "internet", "the callers")
    instance = machine(trail, world, instance_id)
    if instance is None:
        return trail.path()
    clients = CLIENTS if client is None else (client,)
    if instance.state == "running":
        public_address(trail, world, instance)
    gateway = attached_gateway(trail, world, instance)
    way_out(trail, world, instance, gateway, clients)
    edge(trail, world, instance.subnet, clients, inbound=(port, port), outbound=EPHEMERAL, what=f"tcp/{port} in")
    guard_in(trail, world, instance, port, clients)
    server(trail, world, instance, port)
    return trail.path()


def to_internet(world: World, instance_id: str, port: int = 443) -> Path:
    """Tell whether an instance reaches a TCP port anywhere on the internet."""
    trail = Trail()
    instance = machine(trail, world, instance_id)
    if instance is None:
        return trail.path()
    if instance.state == "running":
        trail.passes(instance.id, label(world, instance.id), "it runs")
    guard_out(trail, world, instance, port, CLIENTS, ANYWHERE)
    edge(trail, world, instance.subnet, CLIENTS, inbound=EPHEMERAL, outbound=(port, port), what=f"tcp/{port} out")
    gateway = gateway_of(world, instance.vpc)
    if gateway is None:
        attached_gateway(trail, world, instance)
    way_out(trail, world, instance, gateway, CLIENTS)
    if instance.state == "running":
        public_address(trail, world, instance)
    if gateway is not None:
        attached_gateway(trail, world, instance)
    trail.passes("internet", "internet", f"tcp/{port} anywhere")
    return trail.path()


def between(world: World, a: str, b: str, port: int) -> Path:
    """Tell whether instance `a` reaches a TCP port of instance `b` by its private address."""
    trail = Trail()
    source = machine(trail, world, a)
    if source is None:
        return trail.path()
    if source.state == "running":
        trail.passes(source.id, label(world, source.id), "it runs")
    target = machine(trail, world, b)
    if target is None:
        return trail.path()
    if source.vpc != target.vpc:
        trail.stops(
            target.vpc,
            label(world, target.vpc),
            f"it is another network than {label(world, source.vpc)}; private addresses lead nowhere outside their own VPC",
            "Put both machines into one VPC.",
        )
        return trail.path()
    guard_out(trail, world, source, port, (target.private_ip,), f"{target.private_ip}/32", target.groups)
    if source.subnet != target.subnet:  # an ACL stands at the edge of its subnet, not between neighbours
        edge(trail, world, source.subnet, (target.private_ip,), inbound=EPHEMERAL, outbound=(port, port), what=f"tcp/{port} out")
        edge(trail, world, target.subnet, (source.private_ip,), inbound=(port, port), outbound=EPHEMERAL, what=f"tcp/{port} in")
    guard_in(trail, world, target, port, (source.private_ip,), source.groups)
    server(trail, world, target, port)
    return trail.path()


def is_public_subnet(world: World, subnet_id: str) -> bool:
    """Tell whether a subnet is public: its route table leads every public address to the attached internet gateway."""
    table = table_of(world, world.get(Subnet, subnet_id))
    return all(leads_out(world, table, client) for client in CLIENTS)


def faces_internet(world: World, instance_id: str) -> bool:
    """Tell whether packets from anywhere on the internet get as far as the security groups of an instance."""
    instance = world.find(Instance, instance_id)
    if instance is None or instance.state != "running" or public_ip_of(world, instance) is None:
        return False
    table = table_of(world, world.get(Subnet, instance.subnet))
    return any(leads_out(world, table, client) for client in CLIENTS)
