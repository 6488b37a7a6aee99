"""Events of the network."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.network import (
    AclEntry,
    Address,
    Association,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    Permission,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from cloudlab.model.time import Seconds


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


@dataclass(frozen=True, slots=True)
class NatGatewayCreated(Event):
    """It settles at `settled_at`: available, or failed for the reason in `failure` (code, message)."""

    gateway: NatGateway
    settled_at: Seconds
    association: str | None
    """Id of its association with the Elastic IP; None where it will fail, or is private."""
    failure: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class NatGatewayAvailable(Event):
    gateway: str


@dataclass(frozen=True, slots=True)
class NatGatewayFailed(Event):
    gateway: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class NatGatewayDeleting(Event):
    gateway: str
    deleted_at: Seconds


@dataclass(frozen=True, slots=True)
class NatGatewayDeleted(Event):
    """Its addresses are free again; AWS shows it for about an hour more."""

    gateway: str


@dataclass(frozen=True, slots=True)
class NatGatewayForgotten(Event):
    """AWS no longer shows a NAT gateway that failed or was deleted."""

    gateway: str


@dataclass(frozen=True, slots=True)
class VpcEndpointCreated(Event):
    """Of a gateway endpoint: `tables` have a route to it by the prefix list `destination`."""

    endpoint: VpcEndpoint
    available_at: Seconds
    tables: tuple[str, ...] = ()
    destination: str = ""


@dataclass(frozen=True, slots=True)
class VpcEndpointAvailable(Event):
    endpoint: str


@dataclass(frozen=True, slots=True)
class VpcEndpointModified(Event):
    """`endpoint` is how it is now; route tables that were taken off it, and those it was given to."""

    endpoint: VpcEndpoint
    without: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    destination: str = ""


@dataclass(frozen=True, slots=True)
class VpcEndpointDeleting(Event):
    endpoint: str
    gone_at: Seconds


@dataclass(frozen=True, slots=True)
class VpcEndpointDeleted(Event):
    """It is gone, and with it every route that led to it."""

    endpoint: str
