"""Addresses: which are free in a subnet, which public one a resource gets, and who has which."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from cloudlab.engine.cidr import block
from cloudlab.engine.rules.interfaces import Interface, every_interface, interfaces
from cloudlab.model.compute import Instance
from cloudlab.model.ids import hexadecimal
from cloudlab.model.network import Address, Subnet
from cloudlab.model.world import World

RESERVED = 5
"""Addresses of each subnet AWS keeps: network, router, DNS, one for the future, and the last."""
_FIRST_USABLE = 4

_PUBLIC = tuple(IPv4Network(n) for n in ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24"))
"""Ranges reserved for documentation (RFC 5737): no real machine ever answers there."""


def lives(instance: Instance) -> bool:
    """Tell whether an instance still has its network interface: until it is terminated."""
    return instance.state != "terminated"


@interfaces(Instance)
def interface_of_instance(world: World, instance: Instance) -> Iterator[Interface]:
    """An instance has one, from its launch until it is terminated."""
    if lives(instance):
        public = public_ip_of(world, instance)
        yield Interface(instance.id, instance.vpc, instance.subnet, instance.private_ip, instance.groups, public)


def inhabitants(world: World, subnet_id: str) -> Iterator[Interface]:
    """Yield the interfaces that hold an address of a subnet."""
    return (i for i in every_interface(world) if i.subnet == subnet_id)


def free_address(world: World, subnet_id: str) -> str | None:
    """Return the lowest private address nobody has in a subnet, `.4` in an empty one; None where it is full."""
    network = block(world.get(Subnet, subnet_id).cidr)
    taken = {i.private_ip for i in inhabitants(world, subnet_id)}
    first, last = int(network.network_address) + _FIRST_USABLE, int(network.broadcast_address) - 1
    return next((address for n in range(first, last + 1) if (address := str(IPv4Address(n))) not in taken), None)


def free_count(world: World, subnet_id: str) -> int:
    """Return how many addresses a subnet has left: 251 in an empty /24."""
    network = block(world.get(Subnet, subnet_id).cidr)
    return network.num_addresses - RESERVED - sum(1 for _ in inhabitants(world, subnet_id))


def public_address(origin: str) -> str:
    """Return the public address that follows from `origin` alone: the same in every run, one of 762."""
    number = int(hexadecimal("public-address", origin), 16)
    network = _PUBLIC[number % len(_PUBLIC)]
    return str(network.network_address + 1 + number // len(_PUBLIC) % 254)


def spare_public_address(world: World, origin: str) -> str:
    """Return `origin`'s public address, or the next one that nobody has."""
    taken = {a.public_ip for a in world.every(Address)} | {i.public_ip for i in every_interface(world) if i.public_ip is not None}
    for attempt in range(len(taken) + 100):
        address = public_address(origin if not attempt else f"{origin}/again{attempt}")
        if address not in taken:
            return address
    raise AssertionError("more public addresses are in use than there are")


def elastic_of(world: World, instance_id: str) -> Address | None:
    """Return the Elastic IP that points at an instance."""
    return next((a for a in world.every(Address) if a.instance == instance_id), None)


def public_ip_of(world: World, instance: Instance) -> str | None:
    """Return the address the internet knows an instance by: its Elastic IP, else the automatic one."""
    elastic = elastic_of(world, instance.id)
    return elastic.public_ip if elastic is not None else instance.public_ip


def mapped_in(world: World, vpc_id: str) -> tuple[str, ...]:
    """Return what has a public address in a VPC, by id: machines, load balancers, NAT gateways."""
    return tuple(dict.fromkeys(i.owner for i in every_interface(world) if i.vpc == vpc_id and i.public_ip is not None))
