"""What EC2's ids look like, and how AWS refuses one it does not know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cloudlab.engine.kernel import Context, refuse
from cloudlab.model.compute import Image, Instance
from cloudlab.model.fleet import LaunchTemplate
from cloudlab.model.network import (
    Address,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from cloudlab.model.volumes import Snapshot, Volume
from cloudlab.model.world import R, World

_HEX = re.compile(r"[0-9a-f]{8}([0-9a-f]{9})?")


@dataclass(frozen=True, slots=True)
class Naming:
    """How one kind of resource is named and refused."""

    prefix: str
    code: str
    """Of an id that names nothing."""
    malformed: str
    """Of a word that cannot be an id."""
    noun: str
    """What AWS calls it in its sentences."""


NAMING: dict[type, Naming] = {
    Vpc: Naming("vpc", "InvalidVpcID.NotFound", "InvalidVpcID.Malformed", "vpc ID"),
    Subnet: Naming("subnet", "InvalidSubnetID.NotFound", "InvalidSubnetID.Malformed", "subnet ID"),
    InternetGateway: Naming("igw", "InvalidInternetGatewayID.NotFound", "InvalidInternetGatewayId.Malformed", "internetGateway ID"),
    RouteTable: Naming("rtb", "InvalidRouteTableID.NotFound", "InvalidRouteTableId.Malformed", "routeTable ID"),
    SecurityGroup: Naming("sg", "InvalidGroup.NotFound", "InvalidGroupId.Malformed", "security group"),
    NetworkAcl: Naming("acl", "InvalidNetworkAclID.NotFound", "InvalidNetworkAclId.Malformed", "networkAcl ID"),
    Address: Naming("eipalloc", "InvalidAllocationID.NotFound", "InvalidAllocationID.Malformed", "allocation ID"),
    NatGateway: Naming("nat", "NatGatewayNotFound", "NatGatewayMalformed", "NAT gateway"),
    VpcEndpoint: Naming("vpce", "InvalidVpcEndpointId.NotFound", "InvalidVpcEndpointId.Malformed", "VPC endpoint ID"),
    Image: Naming("ami", "InvalidAMIID.NotFound", "InvalidAMIID.Malformed", "image id"),
    Volume: Naming("vol", "InvalidVolume.NotFound", "InvalidVolumeID.Malformed", "volume"),
    Snapshot: Naming("snap", "InvalidSnapshot.NotFound", "InvalidSnapshotID.Malformed", "snapshot"),
    LaunchTemplate: Naming("lt", "InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.Malformed", "launch template ID"),
    Instance: Naming("i", "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed", "instance ID"),
}


def named(ctx: Context, kind: type[R], key: str) -> R:
    """Return the record `key` names, or refuse: malformed where it cannot be such an id, else not found."""
    found = ctx.world.find(kind, key)
    if found is not None:
        return found
    naming = NAMING[kind]
    meant = [there for there in ctx.world.table(kind) if len(key) > len(naming.prefix) + 1 and there.startswith(key)]
    well_formed(key, naming.prefix, naming.malformed, meant[0] if len(meant) == 1 else "")
    return ctx.need(kind, key, naming.code, naming.noun)


def well_formed(key: str, prefix: str, code: str, meant: str = "") -> None:
    """Refuse a word that cannot be an id: `<prefix>-` and 8 or 17 hexadecimal digits; `meant` is the one it begins, if one is known."""
    head, _, tail = key.rpartition("-")
    if head != prefix or not _HEX.fullmatch(tail):
        accepted = f"Ids are given in full: {meant}." if meant else f"Such ids look like {prefix}-0123456789abcdef0."
        refuse(code, f'Invalid id: "{key}" (expecting "{prefix}-...").', accepted)


def label(world: World, key: str) -> str:
    """Return what people call a resource: its Name tag, a group's own name, else its id."""
    for kind in NAMING:
        record: Any = world.table(kind).get(key)
        if record is not None:
            own_name = record.name if isinstance(record, SecurityGroup) else key
            return str(dict(record.tags).get("Name") or own_name)
    return name_in_arn(key)


def name_in_arn(key: str) -> str:
    """Return the name a load balancer's or target group's ARN has in it; anything else as it is."""
    if not key.startswith("arn:aws:elasticloadbalancing:"):
        return key
    parts = key.rpartition(":")[2].split("/")
    return parts[1] if parts[0] == "targetgroup" else parts[2]
