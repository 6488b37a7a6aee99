"""Filtering: what network ACLs and security groups let through. ACLs forget, security groups remember."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cloudlab.engine.cidr import covers
from cloudlab.engine.rules.interfaces import Interface
from cloudlab.model.compute import Instance
from cloudlab.model.network import AclEntry, NetworkAcl, Permission, SecurityGroup, Subnet
from cloudlab.model.world import World

EPHEMERAL = (1_024, 65_535)
"""Ports that answers go back to; an ACL, which remembers nothing, has to let them through by a rule of their own."""

ICMP = "1"
_WITH_PORTS = ("6", "17")
_NUMBERS = {"icmp": ICMP, "tcp": "6", "udp": "17"}

Ports = tuple[int, int]


def acl_of(world: World, subnet_id: str) -> NetworkAcl:
    """Return the network ACL at the edge of a subnet; where none names it, the VPC's default one."""
    acls = tuple(world.every(NetworkAcl))
    own = next((a for a in acls if subnet_id in a.subnets), None)
    vpc = world.get(Subnet, subnet_id).vpc
    return own or next(a for a in acls if a.vpc == vpc and a.is_default)


def acl_passes(acl: NetworkAcl, address: str, ports: Ports, *, egress: bool, protocol: str = "tcp") -> tuple[Ports, ...]:
    """Return the parts of a port range that an ACL lets through: the lowest-numbered rule that matches a port decides it."""
    undecided, passed = [ports], []
    for entry in sorted((e for e in acl.entries if e.egress == egress), key=lambda e: e.number):
        if entry.protocol not in ("-1", _NUMBERS[protocol]) or not covers(entry.cidr, address):
            continue
        inside, undecided = _split(undecided, _ports_of(entry))
        if entry.allow:
            passed += inside
    return tuple(sorted(passed))


def acl_lets_all(acl: NetworkAcl, address: str, ports: Ports, *, egress: bool, protocol: str = "tcp") -> bool:
    """Tell whether an ACL lets a whole port range through."""
    passed = acl_passes(acl, address, ports, egress=egress, protocol=protocol)
    return sum(high - low + 1 for low, high in passed) == ports[1] - ports[0] + 1


def _ports_of(entry: AclEntry) -> Ports:
    return (entry.from_port, entry.to_port) if entry.protocol in _WITH_PORTS else (0, 65_535)


def _split(ranges: Sequence[Ports], window: Ports) -> tuple[list[Ports], list[Ports]]:
    """Cut ranges into what lies inside a window and what doesn't."""
    inside, outside = [], []
    for low, high in ranges:
        first, last = max(low, window[0]), min(high, window[1])
        if first > last:
            outside.append((low, high))
            continue
        inside.append((first, last))
        outside += [(a, b) for a, b in ((low, first - 1), (last + 1, high)) if a <= b]
    return inside, outside


def groups_of(world: World, wearer: Interface | Instance) -> tuple[SecurityGroup, ...]:
    """Return the security groups an interface (an instance's only one) wears, in order."""
    return tuple(g for key in wearer.groups if (g := world.find(SecurityGroup, key)) is not None)


def speaks_of(rule: Permission, port: int, protocol: str = "tcp") -> bool:
    """Tell whether a rule is about this port."""
    return rule.protocol == "-1" or (rule.protocol == protocol and rule.from_port <= port <= rule.to_port)


def admits(rule: Permission, port: int, address: str, wearing: Iterable[str] = (), protocol: str = "tcp") -> bool:
    """Tell whether a rule lets a port through for a peer: by its address, or by a group it wears (private addresses only)."""
    if not speaks_of(rule, port, protocol):
        return False
    return covers(rule.cidr, address) if rule.cidr is not None else rule.group in tuple(wearing)


def peers(rules: Iterable[Permission], port: int) -> tuple[str, ...]:
    """Return everybody whom rules let through on a port: ranges of addresses and group ids."""
    return tuple(dict.fromkeys(r.cidr or r.group or "" for r in rules if speaks_of(r, port)))
