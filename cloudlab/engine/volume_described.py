"""Looking at volumes and at how far their changes are."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_volumes import DescribeVolumes, DescribeVolumesModifications
from cloudlab.engine.describe import chosen, tag_list
from cloudlab.engine.kernel import Context, Events, answers, decides
from cloudlab.engine.naming import named
from cloudlab.engine.rules.sagemaker import moment
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.time import stamp
from cloudlab.model.volumes import Volume, VolumeChange

_FILTERS = ("attachment.instance-id", "attachment.device", "attachment.delete-on-termination", "snapshot-id")


@decides(DescribeVolumes)
def decide_describe_volumes(ctx: Context, command: DescribeVolumes) -> Events:
    yield ResourcesSeen(tuple(("Volume", v.id) for v in _chosen(ctx, command)))


@answers(DescribeVolumes)
def answer_describe_volumes(ctx: Context, command: DescribeVolumes) -> dict[str, Any]:
    return {"Volumes": [describe_volume(v) for v in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeVolumes) -> list[Volume]:
    def filtered(volume: Volume) -> dict[str, Any]:
        """EC2's filter on the state of a volume is called `status`."""
        return describe_volume(volume) | {"Status": volume.state}

    return chosen(ctx, Volume, command.volume_ids, command.filters, "InvalidVolume.NotFound", "volume", filtered, _FILTERS)


def describe_volume(volume: Volume) -> dict[str, Any]:
    """Write a volume the way DescribeVolumes does."""
    shown: dict[str, Any] = {
        "VolumeId": volume.id,
        "AvailabilityZone": volume.zone,
        "Size": volume.gib,
        "VolumeType": volume.type,
        "Encrypted": volume.encrypted,
        "State": volume.state,
        "CreateTime": stamp(volume.created),
        "SnapshotId": volume.snapshot or "",
        "Attachments": [describe_attachment(volume)] if volume.instance is not None else [],
        "MultiAttachEnabled": False,
        "Tags": tag_list(volume.tags),
    }
    if volume.iops is not None:
        shown["Iops"] = volume.iops
    if volume.throughput is not None:
        shown["Throughput"] = volume.throughput
    return shown


def describe_attachment(volume: Volume) -> dict[str, Any]:
    return {
        "VolumeId": volume.id,
        "InstanceId": volume.instance,
        "Device": volume.device,
        "State": "attached",
        "AttachTime": moment(volume.attached),
        "DeleteOnTermination": volume.deletes,
    }


@decides(DescribeVolumesModifications)
def decide_describe_modifications(ctx: Context, command: DescribeVolumesModifications) -> Events:
    yield ResourcesSeen(tuple(("Volume", v.id) for v in _modified(ctx, command)))


@answers(DescribeVolumesModifications)
def answer_describe_modifications(ctx: Context, command: DescribeVolumesModifications) -> dict[str, Any]:
    return {"VolumesModifications": [describe_change(v.id, v.change) for v in _modified(ctx, command) if v.change is not None]}


def _modified(ctx: Context, command: DescribeVolumesModifications) -> list[Volume]:
    wanted = [named(ctx, Volume, key) for key in command.volume_ids] or list(ctx.world.every(Volume))
    return [v for v in wanted if v.change is not None]


_PROGRESS = {"modifying": 0, "optimizing": 50, "completed": 100}


def describe_change(volume: str, change: VolumeChange) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "VolumeId": volume,
        "ModificationState": change.state,
        "TargetSize": change.gib,
        "TargetVolumeType": change.type,
        "OriginalSize": change.original_gib,
        "OriginalVolumeType": change.original_type,
        "Progress": _PROGRESS[change.state],
        "StartTime": moment(change.started),
    }
    if change.iops is not None:
        shown["TargetIops"] = change.iops
    return shown if change.ended is None else shown | {"EndTime": moment(change.ended)}
