"""Volumes: made in one zone, given to machines of it and taken back, deleted; and what goes with a machine that ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_volumes import AttachVolume, CreateVolume, DeleteVolume, DetachVolume
from cloudlab.engine.describe import tags_for
from cloudlab.engine.instance import need_instance
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.billing import Charge, prices_in_world
from cloudlab.engine.rules.volumes import ROOT_DEVICE, need_zone_up, rate, rate_of, root_of, settings, volumes_of
from cloudlab.engine.rules.zones import is_down
from cloudlab.engine.volume_described import describe_attachment, describe_volume
from cloudlab.model.compute import Instance
from cloudlab.model.events.billing import MeterStarted, MeterStopped
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.volumes import (
    FileSystemGrown,
    VolumeAttached,
    VolumeCreated,
    VolumeDeleted,
    VolumeDeleting,
    VolumeDetached,
    VolumeReady,
)
from cloudlab.model.ids import ZONES
from cloudlab.model.scenario import Scenario
from cloudlab.model.volumes import Disk, Snapshot, Volume
from cloudlab.model.world import Timer, World

READY, GONE = "volume-ready", "volume-gone"
_DEVICES = ("/dev/sd", "/dev/xvd")


# made -----------------------------------------------------------------------------------------------------------------------


@decides(CreateVolume)
def decide_create_volume(ctx: Context, command: CreateVolume) -> Events:
    zone = command.availability_zone
    if zone is None:
        refuse("MissingParameter", "The request must contain the parameter AvailabilityZone", "A volume lives in one zone: name it.")
    if zone not in ZONES:
        refuse("InvalidParameterValue", f"Value ({zone}) for parameter availabilityZone is invalid.", f"There is {', '.join(ZONES)}.")
    tags = tags_for(command.tag_specifications, "volume")
    snapshot = _whole(ctx, command.snapshot_id) if command.snapshot_id is not None else None
    gib = command.size if command.size is not None else snapshot.gib if snapshot is not None else None
    if gib is None:
        refuse("MissingParameter", "The request must contain the parameter size/snapshotId", "--size in GiB, or --snapshot-id.")
    if snapshot is not None and gib < snapshot.gib:
        refuse(
            "InvalidParameterValue",
            f"The volume size {gib}GiB is smaller than the snapshot's {snapshot.gib}GiB.",
            f"At least {snapshot.gib}; a volume made of it can grow, never shrink.",
        )
    iops, throughput = settings(command.volume_type, gib, command.iops, command.throughput)
    if is_down(ctx.world, zone):
        refuse(
            "InsufficientVolumeCapacity",
            f"There is not enough capacity to fulfill your EBS volume provision request in {zone}.",
            "The zone is down; another one has room.",
        )
    volume = Volume(
        ctx.new_id("vol"),
        zone,
        gib,
        command.volume_type,
        command.encrypted or (snapshot is not None and snapshot.encrypted),
        ctx.now,
        "creating",
        iops,
        throughput,
        snapshot.id if snapshot is not None else None,
        file_system_gib=snapshot.gib if snapshot is not None else 0,
        disk=snapshot.disk if snapshot is not None else None,
        tags=tags,
    )
    yield VolumeCreated(volume, ctx.now + ctx.scenario.catalogue.estimate("ebs_volume_created_s"))
    yield MeterStarted("storage", volume.id, rate_of(ctx.scenario, volume))
    yield _seen(volume.id)


def _whole(ctx: Context, key: str) -> Snapshot:
    snapshot = named(ctx, Snapshot, key)
    if snapshot.state != "completed":
        refuse("IncorrectState", f"Snapshot is in invalid state - {snapshot.state}", "Wait until it is completed.")
    return snapshot


@prices_in_world(CreateVolume)
def price_create_volume(command: CreateVolume, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    snapshot = world.find(Snapshot, command.snapshot_id)
    gib = command.size if command.size is not None else snapshot.gib if snapshot is not None else None
    if gib is None or command.volume_type not in ("gp3", "gp2", "io2", "st1", "sc1"):
        return ()
    return (Charge("storage", rate(scenario, command.volume_type, gib, command.iops, command.throughput), "hour"),)


@evolves(VolumeCreated)
def evolve_volume_created(world: World, event: VolumeCreated) -> World:
    world = world.put(event.volume)
    return world if event.ready_at is None else world.schedule(event.ready_at, READY, event.volume.id)


@fires(READY)
def fire_volume_ready(ctx: Context, timer: Timer) -> Events:
    volume = ctx.world.find(Volume, timer.target)
    if volume is not None and volume.state == "creating":
        yield VolumeReady(volume.id)
        yield _seen(volume.id)


@evolves(VolumeReady)
def evolve_volume_ready(world: World, event: VolumeReady) -> World:
    return world.change(Volume, event.volume, state="available")


@answers(CreateVolume)
def answer_create_volume(ctx: Context, command: CreateVolume) -> dict[str, Any]:
    return describe_volume(ctx.world.get(Volume, ctx.new_id("vol")))


# attached and detached ------------------------------------------------------------------------------------------------------


@decides(AttachVolume)
def decide_attach_volume(ctx: Context, command: AttachVolume) -> Events:
    """The work holds making a file system and mounting it, where the volume is new."""
    volume, instance = named(ctx, Volume, command.volume_id), need_instance(ctx, command.instance_id)
    if volume.zone != instance.zone:
        refuse(
            "InvalidVolume.ZoneMismatch",
            f"The volume '{volume.id}' is not in the same availability zone as instance '{instance.id}'",
            f"The volume lives in {volume.zone}, the instance in {instance.zone}. A snapshot of it makes a volume there.",
        )
    if volume.state == "in-use":
        refuse("VolumeInUse", f"{volume.id} is already attached to an instance", f"{volume.instance} has it: detach it there first.")
    if volume.state != "available":
        refuse("IncorrectState", f"Volume '{volume.id}' is in the '{volume.state}' state.", "It has to be available.")
    if instance.state not in ("running", "stopped"):
        refuse("IncorrectState", f"Instance '{instance.id}' is not 'running'.", f"It is {instance.state}; running or stopped will do.")
    need_zone_up(ctx, volume)
    device = command.device
    if not device.startswith(_DEVICES) or len(device) > len("/dev/xvdba"):
        refuse(
            "InvalidParameterValue",
            f"Value ({device}) for parameter device is invalid. {device} is not a valid EBS device name.",
            "/dev/sdf",
        )
    if any(v.device == device for v in volumes_of(ctx.world, instance.id)):
        refuse(
            "InvalidParameterValue",
            f"Invalid value '{device}' for unixDevice. Attachment point {device} is already in use",
            "Another name: /dev/sdf to /dev/sdp.",
        )
    root = device == ROOT_DEVICE
    if root and not instance.rootless:
        refuse("InvalidParameterValue", f"Invalid value '{device}' for unixDevice. Attachment point {device} is already in use", "/dev/sdf")
    if root and volume.disk is None:
        refuse(
            "InvalidParameterValue",
            f"There is no system on {volume.id} that {instance.id} could start from.",
            "A volume made of a snapshot of such a disk.",
        )
    yield VolumeAttached(volume.id, instance.id, device, root)
    yield _seen(volume.id, instance.id)


@evolves(VolumeAttached)
def evolve_volume_attached(world: World, event: VolumeAttached) -> World:
    volume = world.get(Volume, event.volume)
    disk = volume.disk
    if event.root and disk is not None:
        world = world.change(
            Instance,
            event.instance,
            rootless=False,
            software=disk.software,
            base=disk.base,
            disk="full" if disk.full else "ok",
            root_gib=volume.file_system_gib,
            encrypted=volume.encrypted,
        )
        volume = replace(volume, disk=None)
    return world.put(replace(volume, state="in-use", instance=event.instance, device=event.device, attached=world.now))


@answers(AttachVolume)
def answer_attach_volume(ctx: Context, command: AttachVolume) -> dict[str, Any]:
    return describe_attachment(ctx.world.get(Volume, command.volume_id))


@decides(DetachVolume)
def decide_detach_volume(ctx: Context, command: DetachVolume) -> Events:
    volume = named(ctx, Volume, command.volume_id)
    if volume.instance is None:
        refuse("IncorrectState", f"Volume '{volume.id}' is in the '{volume.state}' state.", "No instance has it.")
    if command.instance_id not in (None, volume.instance) or command.device not in (None, volume.device):
        refuse(
            "InvalidAttachment.NotFound",
            f"The volume '{volume.id}' is not attached to instance '{command.instance_id or volume.instance}' as given.",
            f"{volume.instance} has it as {volume.device}.",
        )
    instance = ctx.world.get(Instance, volume.instance)
    root = volume.device == ROOT_DEVICE
    if root and instance.state != "stopped":
        refuse(
            "OperationNotPermitted",
            f"Unable to detach root volume '{volume.id}' from instance '{instance.id}'",
            f"It is {instance.state}; ec2 stop-instances first.",
        )
    need_zone_up(ctx, volume)
    yield VolumeDetached(volume.id, disk_of(instance) if root else None)
    yield _seen(volume.id, instance.id)


def disk_of(instance: Instance) -> Disk:
    """Return what lies on the disk a machine starts from."""
    return Disk(instance.software, instance.packages_of, instance.disk == "full")


@evolves(VolumeDetached)
def evolve_volume_detached(world: World, event: VolumeDetached) -> World:
    volume = world.get(Volume, event.volume)
    if event.disk is not None and volume.instance is not None:
        world = world.change(Instance, volume.instance, rootless=True)
    volume = replace(volume, state="available", instance=None, device=None, attached=None, deletes=False, disk=event.disk)
    return world.put(volume)


@answers(DetachVolume)
def answer_detach_volume(ctx: Context, command: DetachVolume) -> dict[str, Any]:
    shown: dict[str, Any] = {"VolumeId": command.volume_id, "State": "detaching"}
    return shown | ({"InstanceId": command.instance_id} if command.instance_id is not None else {})


# deleted --------------------------------------------------------------------------------------------------------------------


@decides(DeleteVolume)
def decide_delete_volume(ctx: Context, command: DeleteVolume) -> Events:
    volume = named(ctx, Volume, command.volume_id)
    if volume.instance is not None:
        refuse("VolumeInUse", f"Volume {volume.id} is currently attached to {volume.instance}", "Detach it first.")
    if volume.state != "available":
        refuse("IncorrectState", f"Volume '{volume.id}' is in the '{volume.state}' state.", "It has to be available.")
    yield from deletion(ctx, volume)


def deletion(ctx: Context, volume: Volume) -> Events:
    """Give a volume back, by whoever's hand; it is no longer paid from now on."""
    yield MeterStopped("storage", volume.id)
    yield VolumeDeleting(volume.id, ctx.now + ctx.scenario.catalogue.estimate("ebs_volume_created_s"))


@evolves(VolumeDeleting)
def evolve_volume_deleting(world: World, event: VolumeDeleting) -> World:
    world = world.change(Volume, event.volume, state="deleting", instance=None, device=None)
    return world.unschedule(READY, event.volume).schedule(event.gone_at, GONE, event.volume)


@fires(GONE)
def fire_volume_gone(ctx: Context, timer: Timer) -> Events:
    yield VolumeDeleted(timer.target)


@evolves(VolumeDeleted)
def evolve_volume_deleted(world: World, event: VolumeDeleted) -> World:
    return removed(world, Volume, event.volume)


def left_behind(ctx: Context, instance: Instance) -> Events:
    """Return what becomes of a machine's volumes when it ends: those that go with it go, the others wait for somebody, and are paid."""
    for volume in volumes_of(ctx.world, instance.id):
        if volume.deletes:
            yield from deletion(ctx, volume)
        else:
            yield VolumeDetached(volume.id, disk_of(instance) if volume.device == ROOT_DEVICE else None)


def grown_at_boot(ctx: Context, instance: str) -> Events:
    """A system that boots finds the end of its disk and grows its file system up to there (cloud-init's growpart)."""
    root = root_of(ctx.world, instance)
    if root is not None and root.file_system_gib < root.gib:
        yield FileSystemGrown(root.id)


def need_root(ctx: Context, instance: Instance) -> None:
    """Refuse to start a machine that has nothing to start from."""
    if instance.rootless and root_of(ctx.world, instance.id) is None:
        refuse(
            "InvalidParameterValue",
            f"Invalid value '{instance.id}' for instanceId. Instance does not have a volume attached at root ({ROOT_DEVICE})",
            f"ec2 attach-volume --device {ROOT_DEVICE} with a volume that has a system on it.",
        )


def _seen(volume: str, instance: str | None = None) -> ResourcesSeen:
    return ResourcesSeen((("Volume", volume), *((("Instance", instance),) if instance is not None else ())))
