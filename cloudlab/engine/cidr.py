"""CIDR arithmetic under AWS's rules, with AWS's refusals."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network

from cloudlab.engine.kernel import refuse

_NEVER = tuple(IPv4Network(n) for n in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"))
"""Ranges AWS rejects for a VPC (semantics recorded by probes against the real service, Sept 2026)."""


@lru_cache(maxsize=1024)
def block(text: str) -> IPv4Network:
    """Return a block that is known to be one, as records hold it."""
    return IPv4Network(text)


@lru_cache(maxsize=4096)
def covers(cidr: str, address: str) -> bool:
    """Tell whether an address lies in a block."""
    return IPv4Address(address) in block(cidr)


@lru_cache(maxsize=1024)
def parsed(text: str) -> IPv4Network | None:
    """Return the block `text` means, with its host bits cleared as AWS does; None where it isn't one."""
    try:
        return IPv4Network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def network(text: str, parameter: str) -> IPv4Network:
    """Parse a CIDR block as AWS does: host bits are cleared, anything else malformed is refused."""
    found = parsed(text)
    if found is None:
        refuse(
            "InvalidParameterValue",
            f"Value ({text}) for parameter {parameter} is invalid. This is not a valid CIDR block.",
            "Write four numbers and a prefix length, such as 10.0.0.0/16.",
        )
    return found


def vpc_network(text: str) -> IPv4Network:
    """Parse the range of a VPC; `InvalidVpc.Range` where AWS allows none such."""
    found = network(text, "cidrBlock")
    if not 16 <= found.prefixlen <= 28 or any(found.overlaps(never) for never in _NEVER):
        refuse("InvalidVpc.Range", f"The CIDR '{text}' is invalid.", "A VPC spans /16 to /28, for instance 10.0.0.0/16.")
    return found


def subnet_network(text: str, vpc_cidr: str, taken: tuple[tuple[str, str], ...]) -> IPv4Network:
    """Parse the range of a subnet inside `vpc_cidr`; `taken` are (subnet id, range) of the VPC's other subnets."""
    found = network(text, "cidrBlock")
    around = block(vpc_cidr)
    if not 16 <= found.prefixlen <= 28 or not found.subnet_of(around):
        refuse(
            "InvalidSubnet.Range",
            f"The CIDR '{text}' is invalid.",
            f"A subnet is a /16 to /28 inside its VPC's {vpc_cidr}; free: {_free(around, taken)}.",
        )
    for name, other in taken:
        if found.overlaps(block(other)):
            refuse(
                "InvalidSubnet.Conflict",
                f"The CIDR '{text}' conflicts with another subnet.",
                f"{name} has {other} already; free: {_free(around, taken)}.",
            )
    return found


def _free(around: IPv4Network, taken: tuple[tuple[str, str], ...]) -> str:
    """Name the first range that is still free, a /24 where one is."""
    used = sorted((block(cidr) for _, cidr in taken), key=lambda n: int(n.network_address))
    for prefix in range(max(24, around.prefixlen), 29):
        size = 1 << (32 - prefix)
        at, end = int(around.network_address), int(around.broadcast_address) + 1
        for other in used:
            low, high = int(other.network_address), int(other.broadcast_address) + 1
            if at + size <= low:
                break
            at = max(at, -(-high // size) * size)
        if at + size <= end:
            return f"{IPv4Address(at)}/{prefix}"
    return "none"
