"""EC2 actions on volumes and snapshots: make, attach, grow, copy, delete, look."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from cloudlab.commands.base import Choice, Command, Filter, InstanceRef, SnapshotRef, TagSpecification, VolumeRef, Zone

VOLUME_TYPES = ("gp3", "gp2", "io2", "st1", "sc1")
VolumeType = Annotated[str, Choice(VOLUME_TYPES)]
_NO_VOLUME = ("InvalidVolume.NotFound", "InvalidVolumeID.Malformed")
_NO_SNAPSHOT = ("InvalidSnapshot.NotFound", "InvalidSnapshotID.Malformed")


class CreateVolume(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateVolume"
    gloss: ClassVar[str] = "Rent a disk in one zone, empty or from a snapshot; whether it is encrypted is decided here, once."
    returns: ClassVar[str | None] = "VolumeId"
    errors: ClassVar[tuple[str, ...]] = (
        "IncorrectState",
        "InsufficientVolumeCapacity",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        *_NO_SNAPSHOT,
        "MissingParameter",
    )

    availability_zone: Zone | None = None
    size: int | None = Field(default=None, description="GiB; from a snapshot at least as large as that")
    snapshot_id: SnapshotRef | None = None
    volume_type: VolumeType = "gp3"
    iops: int | None = Field(default=None, description="operations a second; gp3 has 3,000 free of charge, io2 needs a number")
    throughput: int | None = Field(default=None, description="MiB/s, only gp3, which has 125 free of charge")
    encrypted: bool = False
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class AttachVolume(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "AttachVolume"
    gloss: ClassVar[str] = "Give a disk to an instance of the same zone, under a device name; it stays when the instance goes."
    returns: ClassVar[str | None] = "VolumeId"
    errors: ClassVar[tuple[str, ...]] = (
        "IncorrectState",
        "InvalidInstanceID.NotFound",
        "InvalidParameterValue",
        "InvalidVolume.ZoneMismatch",
        *_NO_VOLUME,
        "Unavailable",
        "VolumeInUse",
    )

    volume_id: VolumeRef
    instance_id: InstanceRef
    device: str = Field(description="/dev/sdf to /dev/sdp for data; /dev/xvda is what the machine starts from")
    dry_run: bool = False


class DetachVolume(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DetachVolume"
    gloss: ClassVar[str] = "Take a disk from its instance; what the machine starts from only while it is stopped."
    errors: ClassVar[tuple[str, ...]] = (
        "IncorrectState",
        "InvalidAttachment.NotFound",
        *_NO_VOLUME,
        "OperationNotPermitted",
        "Unavailable",
    )

    volume_id: VolumeRef
    instance_id: InstanceRef | None = None
    device: str | None = None
    dry_run: bool = False


class DeleteVolume(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteVolume"
    gloss: ClassVar[str] = "Give a disk back for good, with all that lies on it; until then it is paid, attached or not."
    errors: ClassVar[tuple[str, ...]] = ("IncorrectState", *_NO_VOLUME, "VolumeInUse")

    volume_id: VolumeRef
    dry_run: bool = False


class ModifyVolume(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "ModifyVolume"
    gloss: ClassVar[str] = "Make a disk larger, faster or of another type while it is in use; it never shrinks."
    returns: ClassVar[str | None] = "VolumeModification.VolumeId"
    errors: ClassVar[tuple[str, ...]] = (
        "IncorrectState",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        *_NO_VOLUME,
        "MissingParameter",
        "Unavailable",
        "VolumeModificationRateExceeded",
    )

    volume_id: VolumeRef
    size: int | None = Field(default=None, description="GiB; the file system grows at the next boot, or by cloudlab-GrowFileSystem")
    volume_type: VolumeType | None = None
    iops: int | None = None
    throughput: int | None = None
    dry_run: bool = False


class DescribeVolumes(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeVolumes"
    gloss: ClassVar[str] = "Look at your disks: size, type, zone, which instance has each, whether it is encrypted."
    returns: ClassVar[str | None] = "Volumes[].VolumeId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = (*_NO_VOLUME, "InvalidParameterValue")

    volume_ids: tuple[VolumeRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False


class DescribeVolumesModifications(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeVolumesModifications"
    gloss: ClassVar[str] = "Look at how far the change of a disk is."
    returns: ClassVar[str | None] = "VolumesModifications[].ModificationState"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = _NO_VOLUME

    volume_ids: tuple[VolumeRef, ...] = ()
    dry_run: bool = False


class CreateSnapshot(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CreateSnapshot"
    gloss: ClassVar[str] = "Copy a disk as it is now; the copy outlives the disk and its zone, and makes new disks anywhere in the region."
    returns: ClassVar[str | None] = "SnapshotId"
    human: ClassVar[str | None] = "VolumeId"
    errors: ClassVar[tuple[str, ...]] = ("IncorrectState", *_NO_VOLUME, "Unavailable")

    volume_id: VolumeRef
    description: str = ""
    tag_specifications: tuple[TagSpecification, ...] = ()
    dry_run: bool = False


class CopySnapshot(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "CopySnapshot"
    gloss: ClassVar[str] = "Copy a snapshot; an encrypted copy of one that is not is the way to an encrypted disk."
    returns: ClassVar[str | None] = "SnapshotId"
    errors: ClassVar[tuple[str, ...]] = ("IncorrectState", "InvalidParameterValue", *_NO_SNAPSHOT)

    source_region: str
    source_snapshot_id: SnapshotRef
    encrypted: bool = False
    description: str = ""
    dry_run: bool = False


class DeleteSnapshot(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DeleteSnapshot"
    gloss: ClassVar[str] = "Give a snapshot back; one that an image stands on stays until the image is gone."
    errors: ClassVar[tuple[str, ...]] = ("InvalidSnapshot.InUse", *_NO_SNAPSHOT)

    snapshot_id: SnapshotRef
    dry_run: bool = False


class DescribeSnapshots(Command):
    service: ClassVar[str] = "ec2"
    operation: ClassVar[str] = "DescribeSnapshots"
    gloss: ClassVar[str] = "Look at your snapshots: of which disk, from when, complete or not."
    returns: ClassVar[str | None] = "Snapshots[].SnapshotId"
    reads: ClassVar[bool] = True
    errors: ClassVar[tuple[str, ...]] = (*_NO_SNAPSHOT, "InvalidParameterValue")

    owner_ids: tuple[str, ...] = Field(default=(), description="self; there are only your own here")
    snapshot_ids: tuple[SnapshotRef, ...] = ()
    filters: tuple[Filter, ...] = ()
    dry_run: bool = False
