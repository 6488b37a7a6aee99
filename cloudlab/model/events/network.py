"""Events of the network."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.network import NetworkAcl, RouteTable, SecurityGroup, Vpc


@dataclass(frozen=True, slots=True)
class VpcCreated(Event):
    """A VPC came to be, with what AWS makes beside it."""

    vpc: Vpc
    route_table: RouteTable
    acl: NetworkAcl
    group: SecurityGroup
