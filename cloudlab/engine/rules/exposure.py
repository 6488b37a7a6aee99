"""Exposure: the doors a machine holds open to the whole internet without a service behind them that is meant for it."""

from __future__ import annotations

from typing import NamedTuple

from cloudlab.engine.cidr import block
from cloudlab.engine.rules.filtering import acl_of, acl_passes, groups_of
from cloudlab.engine.rules.reachability import CLIENTS, faces_internet
from cloudlab.model.compute import Instance
from cloudlab.model.network import Permission
from cloudlab.model.world import World

PUBLIC_PORTS = (80, 443)
"""Ports a public service is expected to have open."""

_NEARLY_EVERYBODY = 7
"""A range of addresses with so short a prefix is the world under another name (two halves of it, for instance)."""


class Exposure(NamedTuple):
    ports: tuple[int, int]
    """First and last port that stands open."""
    group: str
    """The security group that holds it open."""
    rule: Permission


def open_to_world(world: World, instance_id: str) -> tuple[Exposure, ...]:
    """Return what stands open to everybody on an instance, beyond ports 80 and 443; nothing where nobody could reach it."""
    if not faces_internet(world, instance_id):
        return ()
    instance = world.get(Instance, instance_id)
    return tuple(
        Exposure(ports, group.id, rule)
        for group in groups_of(world, instance)
        for rule in group.ingress
        if is_worldwide(rule) and (ports := _exposed_ports(rule)) is not None and _gets_in(world, instance, ports, rule)
    )


def is_worldwide(rule: Permission) -> bool:
    """Tell whether a rule speaks of everybody, or nearly."""
    return rule.cidr is not None and block(rule.cidr).prefixlen <= _NEARLY_EVERYBODY


def _exposed_ports(rule: Permission) -> tuple[int, int] | None:
    """Return the ports a rule opens; None for ping, and where they are just one port of a public service."""
    if rule.protocol == "-1":
        return (0, 65_535)
    if rule.protocol not in ("tcp", "udp"):
        return None
    if rule.from_port == rule.to_port and rule.from_port in PUBLIC_PORTS:
        return None
    return (rule.from_port, rule.to_port)


def _gets_in(world: World, instance: Instance, ports: tuple[int, int], rule: Permission) -> bool:
    """Tell whether the subnet's ACL leaves at least one of these ports open to somebody."""
    acl = acl_of(world, instance.subnet)
    protocol = "tcp" if rule.protocol == "-1" else rule.protocol
    return any(acl_passes(acl, client, ports, egress=False, protocol=protocol) for client in CLIENTS)
