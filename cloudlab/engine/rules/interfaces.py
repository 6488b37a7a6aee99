"""Interfaces: everything with an address in a subnet - a machine, a load balancer's node, a database, an endpoint - seen alike.

Routes, ACLs and security groups know nothing of what is behind an interface, and neither do the rules that read them. A kind of
resource registers where its interfaces are (`@interfaces`) and what a packet finds that reaches it (`@listens`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from cloudlab.engine.rules.path import Trail
from cloudlab.model.ids import resource_id
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Interface:
    """One network interface, wherever it is plugged in."""

    owner: str
    """Id of the resource behind it."""
    vpc: str
    subnet: str
    private_ip: str
    groups: tuple[str, ...]
    """Ids of the security groups it wears; empty where nothing filters it but the ACLs (a NAT gateway)."""
    public_ip: str | None = None
    """The address the internet knows it by."""


InterfacesOf = Callable[[World, Any], Iterable[Interface]]
"""(world, record) -> its interfaces; none once it has given them back."""
Listens = Callable[[Trail, World, Any, int], None]
"""(trail, world, record, TCP port): add the hop that says what a packet finds which has arrived."""

INTERFACES: dict[type[Any], InterfacesOf] = {}
LISTENS: dict[type[Any], Listens] = {}
I = TypeVar("I", bound=InterfacesOf)  # noqa: E741
L = TypeVar("L", bound=Listens)


def interfaces(kind: type[Any]) -> Callable[[I], I]:
    """Register where the interfaces of a kind of record are."""

    def register(handler: I) -> I:
        assert kind not in INTERFACES, f"two sets of interfaces for {kind.__name__}"
        INTERFACES[kind] = handler
        return handler

    return register


def listens(kind: type[Any]) -> Callable[[L], L]:
    """Register what a packet finds that has reached a kind of record."""

    def register(handler: L) -> L:
        assert kind not in LISTENS, f"two listeners for {kind.__name__}"
        LISTENS[kind] = handler
        return handler

    return register


def owner_of(world: World, resource: str) -> Any:
    """Return the record of a resource that may have interfaces, or None."""
    return next((found for kind in INTERFACES if (found := world.find(kind, resource)) is not None), None)


def interfaces_of(world: World, resource: str) -> tuple[Interface, ...]:
    """Return the interfaces of a resource, in its own order; none for what is gone or has none."""
    record = owner_of(world, resource)
    return tuple(INTERFACES[type(record)](world, record)) if record is not None else ()


def every_interface(world: World) -> Iterator[Interface]:
    """Yield all interfaces there are."""
    for kind, found in INTERFACES.items():
        for record in world.every(kind):
            yield from found(world, record)


def interface_id(interface: Interface) -> str:
    """Return the id AWS would show for an interface; it follows from its owner and its subnet."""
    return resource_id("eni", f"{interface.owner}/{interface.subnet}")
