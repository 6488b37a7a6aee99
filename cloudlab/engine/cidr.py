"""CIDR arithmetic under AWS's rules, with AWS's refusals."""

from __future__ import annotations

from ipaddress import IPv4Network

from cloudlab.engine.kernel import refuse

_NEVER = tuple(IPv4Network(n) for n in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"))
"""Ranges AWS rejects for a VPC (semantics recorded by probes against the real service, Sept 2026)."""


def network(text: str, parameter: str) -> IPv4Network:
    """Parse a CIDR block as AWS does: host bits are cleared, anything else malformed is refused."""
    try:
        if "/" not in text:
            raise ValueError(text)
        return IPv4Network(text, strict=False)
    except ValueError:
        refuse(
            "InvalidParameterValue",
            f"Value ({text}) for parameter {parameter} is invalid. This is not a valid CIDR block.",
            "Write four numbers and a prefix length, such as 10.0.0.0/16.",
        )


def vpc_network(text: str) -> IPv4Network:
    block = network(text, "cidrBlock")
    if not 16 <= block.prefixlen <= 28 or any(block.overlaps(never) for never in _NEVER):
        refuse("InvalidVpc.Range", f"The CIDR '{text}' is invalid.", "A VPC spans /16 to /28, for instance 10.0.0.0/16.")
    return block
