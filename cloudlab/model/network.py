"""Network records: VPCs, subnets, gateways, route tables, security groups, addresses."""

from __future__ import annotations

from dataclasses import dataclass

Tags = tuple[tuple[str, str], ...]

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class Vpc:
    id: str
    cidr: str
    tags: Tags = ()
    dns_support: bool = True
    dns_hostnames: bool = False
    is_default: bool = False
    state: str = "available"


@dataclass(frozen=True, slots=True)
class Subnet:
    id: str
    vpc: str
    cidr: str
    zone: str
    tags: Tags = ()
    map_public_ip: bool = False
    state: str = "available"


@dataclass(frozen=True, slots=True)
class InternetGateway:
    id: str
    vpc: str | None = None
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One row of a route table. Whether it is active or a blackhole is asked of the World, not stored."""

    destination: str
    target: str
    """`local` or the id of a gateway, NAT gateway, instance or network interface."""


@dataclass(frozen=True, slots=True)
class Association:
    id: str
    subnet: str | None
    """None marks the main association of the VPC."""


@dataclass(frozen=True, slots=True)
class RouteTable:
    id: str
    vpc: str
    routes: tuple[Route, ...]
    associations: tuple[Association, ...] = ()
    tags: Tags = ()

    @property
    def is_main(self) -> bool:
        return any(a.subnet is None for a in self.associations)


@dataclass(frozen=True, slots=True)
class AclEntry:
    number: int
    protocol: str
    """IANA number as a string, `-1` for all."""
    allow: bool
    egress: bool
    cidr: str
    from_port: int = 0
    """Of ICMP: the type."""
    to_port: int = 65_535
    """Of ICMP: the code."""


@dataclass(frozen=True, slots=True)
class NetworkAcl:
    id: str
    vpc: str
    entries: tuple[AclEntry, ...]
    associations: tuple[Association, ...] = ()
    """With the subnets at whose edge it stands."""
    is_default: bool = False
    tags: Tags = ()

    @property
    def subnets(self) -> tuple[str, ...]:
        return tuple(a.subnet for a in self.associations if a.subnet is not None)


@dataclass(frozen=True, slots=True)
class Permission:
    """One security-group rule: what may pass, and the one peer it speaks of."""

    id: str
    protocol: str
    """`tcp`, `udp`, `icmp` or `-1` for everything."""
    from_port: int
    to_port: int
    cidr: str | None = None
    group: str | None = None
    description: str = ""

    @property
    def key(self) -> tuple[str, int, int, str]:
        """What makes two rules the same rule."""
        return (self.protocol, self.from_port, self.to_port, self.cidr or self.group or "")


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    id: str
    vpc: str
    name: str
    description: str
    ingress: tuple[Permission, ...] = ()
    egress: tuple[Permission, ...] = ()
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Address:
    """An Elastic IP address; `id` is its allocation id."""

    id: str
    public_ip: str
    instance: str | None = None
    association: str | None = None
    tags: Tags = ()
