"""What the account stands on: who is asking, and the region's Availability Zones."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_network import DescribeAvailabilityZones
from cloudlab.commands.sts import GetCallerIdentity
from cloudlab.engine.describe import filterable, matching
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.model.ids import ACCOUNT, REGION, ZONE_IDS, ZONES, arn


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
