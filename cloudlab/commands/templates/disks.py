"""Resource types of disks: volumes, and what one is attached to."""

from __future__ import annotations

from typing import Any

from cloudlab.commands import ec2_volumes
from cloudlab.commands.templates.kinds import Order, Properties, kind, said, tagged, yes

_NUMBERS = ("Size", "Iops", "Throughput")


@kind(
    "AWS::EC2::Volume",
    "AvailabilityZone Size VolumeType Iops Throughput Encrypted SnapshotId Tags",
    "AvailabilityZone",
    identity="VolumeId",
)
def volume(p: Properties, name: str) -> list[Order]:
    """Without a type CloudFormation, as the API, takes gp2, which is not modelled; here it is gp3."""
    asked: dict[str, Any] = said(p, "AvailabilityZone", "VolumeType", "SnapshotId")
    asked |= {number: int(p[number]) for number in _NUMBERS if number in p}
    if "Encrypted" in p:
        asked["Encrypted"] = yes(p["Encrypted"])
    return [(ec2_volumes.CreateVolume, asked | tagged(p, "volume"))]


@volume
def delete_volume(p: Properties, key: str) -> list[Order]:
    return [(ec2_volumes.DeleteVolume, {"VolumeId": key})]


@kind("AWS::EC2::VolumeAttachment", "VolumeId InstanceId Device", "VolumeId InstanceId Device")
def attachment(p: Properties, name: str) -> list[Order]:
    return [(ec2_volumes.AttachVolume, said(p, "VolumeId", "InstanceId", "Device"))]


@attachment
def detach(p: Properties, key: str) -> list[Order]:
    return [(ec2_volumes.DetachVolume, said(p, "VolumeId"))]
