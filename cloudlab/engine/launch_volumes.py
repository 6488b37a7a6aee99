"""The volumes a machine is launched with: the one it starts from, and data volumes beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cloudlab.commands.ec2_compute import BlockDeviceMapping
from cloudlab.engine.kernel import Context, Events, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.rules.volumes import KINDS, rate, rate_of, settings
from cloudlab.model.compute import Image, Instance
from cloudlab.model.events.billing import MeterStarted
from cloudlab.model.events.volumes import VolumeCreated
from cloudlab.model.ids import resource_id
from cloudlab.model.images import AL2023, MachineImage
from cloudlab.model.scenario import Scenario
from cloudlab.model.volumes import Snapshot, Volume


@dataclass(frozen=True, slots=True)
class PlannedVolume:
    """A volume as a launch asks for it."""

    device: str
    gib: int
    type: str
    encrypted: bool
    iops: int | None
    throughput: int | None
    deletes: bool
    snapshot: Snapshot | None = None


def planned_volumes(ctx: Context, image: MachineImage | Image, mappings: Sequence[BlockDeviceMapping]) -> tuple[PlannedVolume, ...]:
    """Return the volumes asked for, the root first, or refuse as EC2 does."""
    devices = [m.device_name for m in mappings]
    for device in devices:
        if devices.count(device) > 1:
            refuse("InvalidBlockDeviceMapping", f"The device '{device}' is used in more than one block-device mapping", "Each device once.")
        if device != image.root_device and not device.startswith(("/dev/sd", "/dev/xvd")):
            hint = f"{image.root_device} is the root; data volumes are /dev/sdf to /dev/sdp."
            refuse("InvalidBlockDeviceMapping", f"Invalid device name {device}", hint)
    root = next((m for m in mappings if m.device_name == image.root_device), BlockDeviceMapping(device_name=image.root_device))
    others = [m for m in mappings if m.device_name != image.root_device]
    return (_root(image, root), *(_data(ctx, m) for m in others))


def _root(image: MachineImage | Image, asked: BlockDeviceMapping) -> PlannedVolume:
    ebs = asked.ebs
    if ebs.snapshot_id is not None:
        refuse(
            "InvalidBlockDeviceMapping", "snapshotId cannot be modified on root device", "ec2 register-image makes an image of a snapshot."
        )
    size = image.root_gib if ebs.volume_size is None else ebs.volume_size
    if size < image.root_gib:
        refuse(
            "InvalidBlockDeviceMapping",
            f"Volume of size {size}GB is smaller than the image's snapshot.",
            f"At least {image.root_gib} GiB.",
        )
    iops, throughput = settings(ebs.volume_type, size, ebs.iops, ebs.throughput)
    if not KINDS[ebs.volume_type].boots:
        fitting = ", ".join(name for name, kind in KINDS.items() if kind.boots)
        refuse("InvalidParameterValue", f"A {ebs.volume_type} volume cannot be a boot volume.", f"{fitting} can.")
    deletes = True if ebs.delete_on_termination is None else ebs.delete_on_termination
    return PlannedVolume(image.root_device, size, ebs.volume_type, ebs.encrypted or image.encrypted, iops, throughput, deletes)


def _data(ctx: Context, asked: BlockDeviceMapping) -> PlannedVolume:
    ebs = asked.ebs
    snapshot = named(ctx, Snapshot, ebs.snapshot_id) if ebs.snapshot_id is not None else None
    size = ebs.volume_size if ebs.volume_size is not None else snapshot.gib if snapshot is not None else None
    if size is None:
        refuse(
            "MissingParameter", "The request must contain the parameter size or snapshotId", f"For {asked.device_name}: VolumeSize in GiB."
        )
    if snapshot is not None and (snapshot.state != "completed" or size < snapshot.gib):
        why = f"at least {snapshot.gib} GiB" if snapshot.state == "completed" else "a completed snapshot"
        refuse("InvalidBlockDeviceMapping", f"The snapshot {snapshot.id} cannot become a volume of {size} GiB.", f"It takes {why}.")
    iops, throughput = settings(ebs.volume_type, size, ebs.iops, ebs.throughput)
    encrypted = ebs.encrypted or (snapshot is not None and snapshot.encrypted)
    return PlannedVolume(asked.device_name, size, ebs.volume_type, encrypted, iops, throughput, bool(ebs.delete_on_termination), snapshot)


def launched_volumes(ctx: Context, instance: Instance, index: int, plans: Sequence[PlannedVolume]) -> Events:
    """Make a new machine's volumes, attached to it from the start, and let them be paid."""
    for number, plan in enumerate(plans):
        snapshot = plan.snapshot
        volume = Volume(
            ctx.new_id("vol", index) if number == 0 else resource_id("vol", f"{ctx.origin}/{number}", index),
            instance.zone,
            plan.gib,
            plan.type,
            plan.encrypted,
            ctx.now,
            "in-use",
            plan.iops,
            plan.throughput,
            snapshot.id if snapshot is not None else None,
            instance.id,
            plan.device,
            ctx.now,
            plan.deletes,
            plan.gib if number == 0 else snapshot.gib if snapshot is not None else 0,
            None if number == 0 or snapshot is None else snapshot.disk,
        )
        yield VolumeCreated(volume)
        yield MeterStarted("storage", volume.id, rate_of(ctx.scenario, volume))


def volume_rates(scenario: Scenario, mappings: Sequence[BlockDeviceMapping]) -> Iterator[int]:
    """Yield micro-dollars an hour of each volume a launch would make, as far as the order says."""
    if all(m.device_name != AL2023.root_device for m in mappings):
        yield rate(scenario, "gp3", AL2023.root_gib, None, None)
    for mapping in mappings:
        ebs = mapping.ebs
        if ebs.volume_type in KINDS:
            yield rate(scenario, ebs.volume_type, ebs.volume_size or AL2023.root_gib, ebs.iops, ebs.throughput)
