"""Reachability: whether a packet gets from here to there, told hop by hop.

One answer for the map, the objectives, the traffic, the hints and the trace. A dropped packet is a `timeout` (routes, ACLs,
security groups, no public address, a stopped machine); a packet that arrives where nothing listens is `refused`, which is why
listening is asked last of all.
"""

from __future__ import annotations

from collections.abc import Iterable

from cloudlab.engine.naming import label
from cloudlab.engine.rules.addressing import public_ip_of
from cloudlab.engine.rules.egress import nat_gateways_for, through_nat
from cloudlab.engine.rules.filtering import EPHEMERAL
from cloudlab.engine.rules.interfaces import LISTENS, Interface, interfaces_of, owner_of
from cloudlab.engine.rules.path import Hop, Path, Trail
from cloudlab.engine.rules.routing import gateway_of, leads_out, table_of
from cloudlab.engine.rules.stations import (
    CLIENTS,
    attached_gateway,
    edge,
    end,
    guard_in,
    guard_out,
    inside,
    powered,
    public_address,
    way_out,
)
from cloudlab.model.compute import Instance
from cloudlab.model.network import ANYWHERE, NatGateway, Subnet
from cloudlab.model.world import World

__all__ = [
    "CLIENTS",
    "Hop",
    "Path",
    "across",
    "arrives",
    "best",
    "between",
    "faces_internet",
    "from_internet",
    "is_public_subnet",
    "listening",
    "nowhere",
    "sets_out",
    "to_internet",
]


def from_internet(world: World, resource: str, port: int, client: str | None = None) -> Path:
    """Tell whether callers on the internet reach a TCP port of a resource: everybody, or the one address `client`.

    Of several interfaces (a load balancer's nodes) the first open way is told, else the first one.
    """
    clients = CLIENTS if client is None else (client,)
    return best(_from_internet(world, resource, at, port, clients) for at in interfaces_of(world, resource)) or nowhere(
        world, resource, from_outside=True
    )


def _from_internet(world: World, resource: str, at: Interface, port: int, clients: tuple[str, ...]) -> Path:
    trail = Trail()
    trail.passes("internet", "internet", "the callers")
    end(trail, world, resource)
    arrives(trail, world, at, port, clients)
    listening(trail, world, resource, port)
    return trail.path()


def arrives(trail: Trail, world: World, at: Interface, port: int, clients: tuple[str, ...] = CLIENTS) -> None:
    """Follow a call from the internet as far as one interface, and its answer back."""
    powered(trail, world, at)
    instance = world.find(Instance, at.owner)
    if instance is None or instance.state == "running":  # a machine that is switched off has given its address back
        public_address(trail, world, at)
    gateway = attached_gateway(trail, world, at.vpc)
    way_out(trail, world, at.subnet, gateway, clients)
    edge(trail, world, at.subnet, clients, inbound=(port, port), outbound=EPHEMERAL, what=f"tcp/{port} in")
    guard_in(trail, world, at, port, clients)


def listening(trail: Trail, world: World, resource: str, port: int) -> None:
    """Say what a packet finds that has reached a resource."""
    record = owner_of(world, resource)
    answers = LISTENS.get(type(record))
    if answers is not None:
        answers(trail, world, record, port)


def to_internet(world: World, resource: str, port: int = 443) -> Path:
    """Tell whether a resource reaches a TCP port anywhere on the internet."""
    return best(_to_internet(world, resource, at, port) for at in interfaces_of(world, resource)) or nowhere(world, resource)


def _to_internet(world: World, resource: str, at: Interface, port: int) -> Path:
    trail = Trail()
    sets_out(trail, world, resource)
    powered(trail, world, at)
    guard_out(trail, world, at, port, CLIENTS, ANYWHERE)
    edge(trail, world, at.subnet, CLIENTS, inbound=EPHEMERAL, outbound=(port, port), what=f"tcp/{port} out")
    private = nat_gateways_for(world, at.subnet, CLIENTS)
    for key, callees in private.items():
        through_nat(trail, world, at, world.get(NatGateway, key), port, callees)
    direct = tuple(c for c in CLIENTS if not any(c in callees for callees in private.values()))
    if direct:
        _straight_out(trail, world, at, direct)
    trail.passes("internet", "internet", f"tcp/{port} anywhere")
    return trail.path()


def _straight_out(trail: Trail, world: World, at: Interface, callees: tuple[str, ...]) -> None:
    """The public way: an address of one's own, and a route to the internet gateway."""
    gateway = gateway_of(world, at.vpc)
    if gateway is None:
        attached_gateway(trail, world, at.vpc)
    way_out(trail, world, at.subnet, gateway, callees)
    instance = world.find(Instance, at.owner)
    if instance is None or instance.state == "running":
        public_address(trail, world, at)
    if gateway is not None:
        attached_gateway(trail, world, at.vpc)


def sets_out(trail: Trail, world: World, resource: str) -> None:
    """The end a call begins at: a machine has to run, anything else is up where it has an interface."""
    judged = len(trail.hops)
    if end(trail, world, resource) and len(trail.hops) == judged:
        trail.passes(resource, label(world, resource), "it runs" if world.find(Instance, resource) is not None else "it calls")


def between(world: World, a: str, b: str, port: int) -> Path:
    """Tell whether resource `a` reaches a TCP port of resource `b` by its private address; of several ways the first open one."""
    here, there = interfaces_of(world, a), interfaces_of(world, b)
    if not here:
        return nowhere(world, a)
    if not there:
        trail = Trail()
        sets_out(trail, world, a)
        end(trail, world, b)
        return trail.path()
    found = best(_between(world, source, target, port) for source in here for target in there)
    assert found is not None
    return found


def _between(world: World, source: Interface, target: Interface, port: int) -> Path:
    trail = Trail()
    sets_out(trail, world, source.owner)
    end(trail, world, target.owner)
    if across(trail, world, source, target, port):
        listening(trail, world, target.owner, port)
    return trail.path()


def across(trail: Trail, world: World, source: Interface, target: Interface, port: int) -> bool:
    """Follow a call from one interface to another inside a VPC, and its answer back; False where the two share no network."""
    if source.vpc != target.vpc:
        trail.stops(
            target.vpc,
            label(world, target.vpc),
            f"it is another network than {label(world, source.vpc)}; private addresses lead nowhere outside their own VPC",
            "Put both machines into one VPC.",
        )
        return False
    powered(trail, world, source)
    powered(trail, world, target)
    guard_out(trail, world, source, port, (target.private_ip,), f"{target.private_ip}/32", target.groups)
    if source.subnet != target.subnet:  # routes and ACLs stand at the edge of a subnet, not between neighbours
        inside(trail, world, source.subnet, target.private_ip)
        inside(trail, world, target.subnet, source.private_ip)
        edge(trail, world, source.subnet, (target.private_ip,), inbound=EPHEMERAL, outbound=(port, port), what=f"tcp/{port} out")
        edge(trail, world, target.subnet, (source.private_ip,), inbound=(port, port), outbound=EPHEMERAL, what=f"tcp/{port} in")
    guard_in(trail, world, target, port, (source.private_ip,), source.groups)
    return True


def best(paths: Iterable[Path]) -> Path | None:
    """Return the first open path, else the first one."""
    first: Path | None = None
    for path in paths:
        if path.ok:
            return path
        first = first or path
    return first


def nowhere(world: World, resource: str, *, from_outside: bool = False) -> Path:
    """Tell of a resource that has no interface: it is gone, or not there yet."""
    trail = Trail()
    if from_outside:
        trail.passes("internet", "internet", "the callers")
    if end(trail, world, resource):
        trail.stops(resource, label(world, resource), "it has no network interface", "Wait until it is up, or make another.")
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
