"""Events of the network."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.network import (
    AclEntry,
    Address,
    Association,
    InternetGateway,
    NetworkAcl,
    Permission,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
)


@dataclass(frozen=True, slots=True)
class VpcCreated(Event):
    """A VPC came to be, with what AWS makes beside it."""

    vpc: Vpc
    route_table: RouteTable
    acl: NetworkAcl
    group: SecurityGroup


@dataclass(frozen=True, slots=True)
class VpcModified(Event):
    """A setting of the VPC was changed; `vpc` is how it is now."""

    vpc: Vpc


@dataclass(frozen=True, slots=True)
class VpcDeleted(Event):
    """The VPC is gone, and with it what AWS had made beside it."""

    vpc: str


@dataclass(frozen=True, slots=True)
class SubnetCreated(Event):
    subnet: Subnet


@dataclass(frozen=True, slots=True)
class SubnetModified(Event):
    """A setting of the subnet was changed; `subnet` is how it is now."""

    subnet: Subnet


@dataclass(frozen=True, slots=True)
class SubnetDeleted(Event):
    """The subnet is gone, and with it its association with a route table and an ACL."""

    subnet: str


@dataclass(frozen=True, slots=True)
class InternetGatewayCreated(Event):
    gateway: InternetGateway


@dataclass(frozen=True, slots=True)
class InternetGatewayAttached(Event):
    gateway: str
    vpc: str


@dataclass(frozen=True, slots=True)
class InternetGatewayDetached(Event):
    """Routes that point at it are black holes from now on."""

    gateway: str


@dataclass(frozen=True, slots=True)
class InternetGatewayDeleted(Event):
    gateway: str


@dataclass(frozen=True, slots=True)
class RouteTableCreated(Event):
    table: RouteTable


@dataclass(frozen=True, slots=True)
class RouteTableDeleted(Event):
    table: str


@dataclass(frozen=True, slots=True)
class RouteCreated(Event):
    table: str
    route: Route


@dataclass(frozen=True, slots=True)
class RouteReplaced(Event):
    """The route for the same destination has another target."""

    table: str
    route: Route


@dataclass(frozen=True, slots=True)
class RouteDeleted(Event):
    table: str
    destination: str


@dataclass(frozen=True, slots=True)
class RouteTableAssociated(Event):
    table: str
    association: Association


@dataclass(frozen=True, slots=True)
class RouteTableDisassociated(Event):
    table: str
    association: str


@dataclass(frozen=True, slots=True)
class NetworkAclCreated(Event):
    acl: NetworkAcl


@dataclass(frozen=True, slots=True)
class NetworkAclDeleted(Event):
    acl: str


@dataclass(frozen=True, slots=True)
class AclEntryCreated(Event):
    acl: str
    entry: AclEntry


@dataclass(frozen=True, slots=True)
class AclEntryReplaced(Event):
    """The rule of the same number and direction is another one."""

    acl: str
    entry: AclEntry


@dataclass(frozen=True, slots=True)
class AclEntryDeleted(Event):
    acl: str
    number: int
    egress: bool


@dataclass(frozen=True, slots=True)
class AclAssociated(Event):
    """The subnet of `association` has this ACL at its edge now, in place of the one before."""

    acl: str
    association: Association


@dataclass(frozen=True, slots=True)
class SecurityGroupCreated(Event):
    group: SecurityGroup


@dataclass(frozen=True, slots=True)
class SecurityGroupDeleted(Event):
    group: str


@dataclass(frozen=True, slots=True)
class PermissionsGranted(Event):
    """Rules were added to a group: inbound ones, or outbound ones where `egress`."""

    group: str
    egress: bool
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True)
class PermissionsRevoked(Event):
    """Rules (by id) were taken from a group."""

    group: str
    egress: bool
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddressAllocated(Event):
    address: Address


@dataclass(frozen=True, slots=True)
class AddressAssociated(Event):
    """The Elastic IP points at an instance, whose automatic public address (if any) went back to AWS."""

    address: str
    instance: str
    association: str


@dataclass(frozen=True, slots=True)
class AddressDisassociated(Event):
    """The Elastic IP points at nothing; an instance launched to have a public address got the automatic one in `replacement`."""

    address: str
    instance: str
    replacement: str | None = None


@dataclass(frozen=True, slots=True)
class AddressReleased(Event):
    address: str
