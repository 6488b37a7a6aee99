"""Network ACLs: the lowest number that matches decides, each port for itself; whatever nothing decides is denied."""

from __future__ import annotations

import pytest

from cloudlab.engine.rules.filtering import acl_lets_all, acl_passes
from cloudlab.model.network import ANYWHERE, AclEntry, NetworkAcl


def acl(*entries: AclEntry) -> NetworkAcl:
    return NetworkAcl("acl-1", "vpc-1", entries)


def inward(number: int, allow: bool, low: int, high: int, cidr: str = ANYWHERE, protocol: str = "6") -> AclEntry:
    return AclEntry(number, protocol, allow, False, cidr, low, high)


@pytest.mark.parametrize(
    ("entries", "passed"),
    [
        ((), ()),
        ((inward(100, True, 0, 65535),), ((1024, 2000),)),
        ((inward(100, True, 1500, 1600),), ((1500, 1600),)),
        ((inward(90, False, 1500, 1600), inward(100, True, 0, 65535)), ((1024, 1499), (1601, 2000))),
        ((inward(100, True, 0, 65535), inward(110, False, 1500, 1600)), ((1024, 2000),)),
        ((inward(110, True, 0, 65535), inward(100, False, 0, 65535, "203.0.113.0/24")), ()),
        ((inward(110, True, 0, 65535), inward(100, False, 0, 65535, "198.51.100.0/24")), ((1024, 2000),)),
        ((inward(100, True, 0, 65535, protocol="17"),), ()),
        ((inward(100, True, 0, 0, protocol="-1"),), ((1024, 2000),)),
        ((inward(100, True, 1024, 1500), inward(110, True, 1501, 2000)), ((1024, 1500), (1501, 2000))),
    ],
)
def test_what_passes_of_a_range(entries: tuple[AclEntry, ...], passed: tuple[tuple[int, int], ...]) -> None:
    assert acl_passes(acl(*entries), "203.0.113.7", (1024, 2000), egress=False) == passed
    assert acl_lets_all(acl(*entries), "203.0.113.7", (1024, 2000), egress=False) == (sum(b - a + 1 for a, b in passed) == 977)


def test_inbound_rules_say_nothing_about_outbound() -> None:
    assert not acl_lets_all(acl(inward(100, True, 0, 65535)), "203.0.113.7", (443, 443), egress=True)
