"""Network records: VPCs, subnets, gateways, route tables, security groups, addresses."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.time import Seconds

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
    """A range of addresses, or the id of a prefix list (`pl-...`)."""
    target: str
    """`local` or the id of an internet gateway, NAT gateway, gateway endpoint or instance."""


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
    nat_gateway: str | None = None
    """The NAT gateway that lends it to others; an address points at one thing at most."""

    @property
    def used_by(self) -> str | None:
        """What it points at."""
        return self.instance or self.nat_gateway


@dataclass(frozen=True, slots=True)
class NatGateway:
    """Lets machines of private subnets call out under its own address. Zonal: it stands in one subnet and goes down with its zone."""

    id: str
    vpc: str
    subnet: str
    zone: str
    connectivity: str
    """public, or private: without a way to the internet."""
    state: str
    """pending, available, failed, deleting, deleted."""
    created: Seconds
    private_ip: str | None = None
    """None where there was no free address for it."""
    allocation: str | None = None
    """The Elastic IP it was asked to have, or has."""
    failure: tuple[str, str] | None = None
    """FailureCode and FailureMessage of one that failed."""
    ended: Seconds | None = None
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class EndpointNode:
    """Where an interface endpoint has an address: at most one subnet in each zone."""

    subnet: str
    private_ip: str


@dataclass(frozen=True, slots=True)
class VpcEndpoint:
    """A way to one of AWS's services inside a VPC: a route (Gateway) or network interfaces (Interface)."""

    id: str
    vpc: str
    service: str
    """In full: com.amazonaws.us-east-1.s3."""
    type: str
    """Gateway or Interface."""
    state: str
    """pending, available, deleting."""
    created: Seconds
    nodes: tuple[EndpointNode, ...] = ()
    groups: tuple[str, ...] = ()
    private_dns: bool = False
    """The service's usual name leads to it, for everybody in the VPC."""
    tags: Tags = ()
