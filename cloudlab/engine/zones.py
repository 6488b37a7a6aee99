"""What the account stands on: who is asking, the region's Availability Zones, and the ACLs AWS put at the subnets' edges."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_network import DescribeAvailabilityZones, DescribeNetworkAcls
from cloudlab.commands.sts import GetCallerIdentity
from cloudlab.engine.describe import chosen, filterable, matching, tag_list
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT, REGION, ZONE_IDS, ZONES, arn
from cloudlab.model.network import AclEntry, NetworkAcl

_LAST_RULE = 32_767
"""The rule AWS shows as `*`: whatever no other rule decided is denied."""


@decides(GetCallerIdentity)
def decide_get_caller_identity(ctx: Context, command: GetCallerIdentity) -> Events:
    return ()


@answers(GetCallerIdentity)
def answer_get_caller_identity(ctx: Context, command: GetCallerIdentity) -> dict[str, Any]:
    return {"UserId": "AIDACLOUDLABEXAMPLE00", "Account": ACCOUNT, "Arn": arn("iam", "user/cloudlab")}


@decides(DescribeAvailabilityZones)
def decide_describe_availability_zones(ctx: Context, command: DescribeAvailabilityZones) -> Events:
    _zones(command)
    return ()


@answers(DescribeAvailabilityZones)
def answer_describe_availability_zones(ctx: Context, command: DescribeAvailabilityZones) -> dict[str, Any]:
    return {"AvailabilityZones": _zones(command)}


def _zones(command: DescribeAvailabilityZones) -> list[dict[str, Any]]:
    for name in command.zone_names:
        if name not in ZONES:
            refuse("InvalidParameterValue", f"There is no availability zone {name}.", f"There are: {', '.join(ZONES)}.")
    described = [describe_zone(zone) for zone in command.zone_names or ZONES]
    return [d for d, wanted in zip(described, matching([filterable(d) for d in described], command.filters), strict=True) if wanted]


def describe_zone(zone: str) -> dict[str, Any]:
    return {
        "ZoneName": zone,
        "ZoneId": ZONE_IDS[zone],
        "ZoneType": "availability-zone",
        "RegionName": REGION,
        "GroupName": REGION,
        "NetworkBorderGroup": REGION,
        "OptInStatus": "opt-in-not-required",
        "State": "available",
        "Messages": [],
    }


@decides(DescribeNetworkAcls)
def decide_describe_network_acls(ctx: Context, command: DescribeNetworkAcls) -> Events:
    yield ResourcesSeen(tuple(("NetworkAcl", acl.id) for acl in _acls(ctx, command)))


@answers(DescribeNetworkAcls)
def answer_describe_network_acls(ctx: Context, command: DescribeNetworkAcls) -> dict[str, Any]:
    return {"NetworkAcls": [describe_network_acl(acl) for acl in _acls(ctx, command)]}


def _acls(ctx: Context, command: DescribeNetworkAcls) -> list[NetworkAcl]:
    return chosen(
        ctx,
        NetworkAcl,
        command.network_acl_ids,
        command.filters,
        "InvalidNetworkAclID.NotFound",
        "networkAcl ID",
        describe_network_acl,
        also=("association.subnet-id", "association.association-id"),
    )


def describe_network_acl(acl: NetworkAcl) -> dict[str, Any]:
    last = [AclEntry(_LAST_RULE, "-1", False, egress, "0.0.0.0/0") for egress in (True, False)]
    entries = sorted((*acl.entries, *last), key=lambda e: (not e.egress, e.number))
    return {
        "NetworkAclId": acl.id,
        "VpcId": acl.vpc,
        "IsDefault": acl.is_default,
        "Entries": [_entry(e) for e in entries],
        "Associations": [
            {"NetworkAclAssociationId": f"aclassoc-{subnet.partition('-')[2]}", "NetworkAclId": acl.id, "SubnetId": subnet}
            for subnet in acl.subnets
        ],
        "OwnerId": ACCOUNT,
        "Tags": tag_list(acl.tags),
    }


def _entry(entry: AclEntry) -> dict[str, Any]:
    ports = {} if entry.protocol == "-1" else {"PortRange": {"From": entry.from_port, "To": entry.to_port}}
    return {
        "RuleNumber": entry.number,
        "Protocol": entry.protocol,
        "RuleAction": "allow" if entry.allow else "deny",
        "Egress": entry.egress,
        "CidrBlock": entry.cidr,
        **ports,
    }
