"""Snapshots: copies of volumes that the region keeps; taken, copied, deleted, and what images stand on."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_volumes import CopySnapshot, CreateSnapshot, DeleteSnapshot, DescribeSnapshots
from cloudlab.engine.describe import chosen, tag_list, tags_for
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.billing import Charge, prices_in_world
from cloudlab.engine.rules.volumes import ROOT_DEVICE, need_zone_up, snapshot_rate
from cloudlab.engine.volume import disk_of
from cloudlab.model.compute import Image, Instance
from cloudlab.model.events.billing import MeterStarted, MeterStopped
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.volumes import SnapshotCompleted, SnapshotDeleted, SnapshotStarted
from cloudlab.model.ids import ACCOUNT, REGION
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.volumes import Disk, Snapshot, Volume
from cloudlab.model.world import Timer, World

DONE = "snapshot-done"


@decides(CreateSnapshot)
def decide_create_snapshot(ctx: Context, command: CreateSnapshot) -> Events:
    """What is on the disk at this instant; writes that come later are not in it, though copying takes minutes."""
    volume = named(ctx, Volume, command.volume_id)
    tags = tags_for(command.tag_specifications, "snapshot")
    if volume.state not in ("available", "in-use"):
        refuse("IncorrectState", f"Volume '{volume.id}' is in the '{volume.state}' state.", "Available or in-use will do.")
    need_zone_up(ctx, volume)
    snapshot = Snapshot(
        ctx.new_id("snap"),
        volume.id,
        volume.gib,
        volume.encrypted,
        ctx.now,
        _system_on(ctx.world, volume),
        "pending",
        command.description,
        tags,
    )
    yield from taking(ctx, snapshot)
    yield ResourcesSeen((("Volume", volume.id),))


def _system_on(world: World, volume: Volume) -> Disk | None:
    instance = world.find(Instance, volume.instance)
    return disk_of(instance) if instance is not None and volume.device == ROOT_DEVICE else volume.disk


def taking(ctx: Context, snapshot: Snapshot) -> Events:
    """Begin a snapshot; it is paid from now on."""
    yield SnapshotStarted(snapshot, ctx.now + ctx.scenario.catalogue.timing("ec2_create_image"))
    yield MeterStarted("storage", snapshot.id, snapshot_rate(ctx.scenario, snapshot.gib))
    yield ResourcesSeen((("Snapshot", snapshot.id),))


@evolves(SnapshotStarted)
def evolve_snapshot_started(world: World, event: SnapshotStarted) -> World:
    return world.put(event.snapshot).schedule(event.done_at, DONE, event.snapshot.id)


@fires(DONE)
def fire_snapshot_done(ctx: Context, timer: Timer) -> Events:
    if ctx.world.find(Snapshot, timer.target) is not None:
        yield SnapshotCompleted(timer.target)
        yield ResourcesSeen((("Snapshot", timer.target),))


@evolves(SnapshotCompleted)
def evolve_snapshot_completed(world: World, event: SnapshotCompleted) -> World:
    return world.change(Snapshot, event.snapshot, state="completed")


@answers(CreateSnapshot)
def answer_create_snapshot(ctx: Context, command: CreateSnapshot) -> dict[str, Any]:
    return describe_snapshot(ctx.world.get(Snapshot, ctx.new_id("snap")))


@prices_in_world(CreateSnapshot)
def price_create_snapshot(command: CreateSnapshot, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    volume = world.find(Volume, command.volume_id)
    return (Charge("storage", snapshot_rate(scenario, volume.gib), "hour"),) if volume is not None else ()


@decides(CopySnapshot)
def decide_copy_snapshot(ctx: Context, command: CopySnapshot) -> Events:
    source = named(ctx, Snapshot, command.source_snapshot_id)
    if command.source_region != REGION:
        refuse("InvalidParameterValue", f"The region {command.source_region} has no snapshots of yours.", f"--source-region {REGION}")
    if source.state != "completed":
        refuse("IncorrectState", f"Snapshot is in invalid state - {source.state}", "Wait until it is completed.")
    encrypted = command.encrypted or source.encrypted
    description = command.description or f"[Copied {source.id} from {REGION}]"
    copy = Snapshot(ctx.new_id("snap"), source.volume, source.gib, encrypted, ctx.now, source.disk, "pending", description)
    yield from taking(ctx, copy)


@answers(CopySnapshot)
def answer_copy_snapshot(ctx: Context, command: CopySnapshot) -> dict[str, Any]:
    return {"SnapshotId": ctx.new_id("snap")}


@prices_in_world(CopySnapshot)
def price_copy_snapshot(command: CopySnapshot, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    source = world.find(Snapshot, command.source_snapshot_id)
    return (Charge("storage", snapshot_rate(scenario, source.gib), "hour"),) if source is not None else ()


@decides(DeleteSnapshot)
def decide_delete_snapshot(ctx: Context, command: DeleteSnapshot) -> Events:
    snapshot = named(ctx, Snapshot, command.snapshot_id)
    image = next((i for i in ctx.world.every(Image) if i.snapshot == snapshot.id), None)
    if image is not None:
        refuse(
            "InvalidSnapshot.InUse",
            f"The snapshot {snapshot.id} is currently in use by {image.id}",
            f"ec2 deregister-image --image-id {image.id} first.",
        )
    yield from dropping(snapshot.id)


def dropping(snapshot: str) -> Events:
    yield MeterStopped("storage", snapshot)
    yield SnapshotDeleted(snapshot)


@evolves(SnapshotDeleted)
def evolve_snapshot_deleted(world: World, event: SnapshotDeleted) -> World:
    return removed(world.unschedule(DONE, event.snapshot), Snapshot, event.snapshot)


# looking --------------------------------------------------------------------------------------------------------------------


@decides(DescribeSnapshots)
def decide_describe_snapshots(ctx: Context, command: DescribeSnapshots) -> Events:
    yield ResourcesSeen(tuple(("Snapshot", s.id) for s in _chosen(ctx, command)))


@answers(DescribeSnapshots)
def answer_describe_snapshots(ctx: Context, command: DescribeSnapshots) -> dict[str, Any]:
    return {"Snapshots": [describe_snapshot(s) for s in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeSnapshots) -> list[Snapshot]:
    for owner in command.owner_ids:
        if owner not in ("self", ACCOUNT):
            refuse("InvalidParameterValue", f"Value ({owner}) for parameter ownerIds is invalid.", "self: there are only your own here.")

    def filtered(snapshot: Snapshot) -> dict[str, Any]:
        """EC2's filter on the state of a snapshot is called `status`."""
        return describe_snapshot(snapshot) | {"Status": snapshot.state}

    return chosen(ctx, Snapshot, command.snapshot_ids, command.filters, "InvalidSnapshot.NotFound", "snapshot", filtered)


def describe_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "SnapshotId": snapshot.id,
        "VolumeId": snapshot.volume,
        "VolumeSize": snapshot.gib,
        "Encrypted": snapshot.encrypted,
        "State": snapshot.state,
        "Progress": "100%" if snapshot.state == "completed" else "0%",
        "StartTime": stamp(snapshot.started),
        "Description": snapshot.description,
        "OwnerId": ACCOUNT,
        "Tags": tag_list(snapshot.tags),
    }
