"""Volumes made larger or faster in use; and the file system, which has to be told, by hand or by the next boot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_volumes import ModifyVolume
from cloudlab.engine.document_runs import failed, runs, succeeded
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.rules.billing import Charge, prices_in_world
from cloudlab.engine.rules.volumes import need_zone_up, rate, rate_of, root_of, settings
from cloudlab.engine.volume_described import describe_change
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.events.billing import MeterStarted
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.volumes import FileSystemGrown, VolumeChanged, VolumeChanging, VolumeOptimized
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.volumes import Volume, VolumeChange
from cloudlab.model.world import Timer, World

CHANGED, OPTIMIZED = "volume-changed", "volume-optimized"


@decides(ModifyVolume)
def decide_modify_volume(ctx: Context, command: ModifyVolume) -> Events:
    volume = named(ctx, Volume, command.volume_id)
    if (command.size, command.volume_type, command.iops, command.throughput) == (None, None, None, None):
        refuse("MissingParameter", "Nothing to modify was given.", "--size, --volume-type, --iops or --throughput.")
    if volume.state not in ("available", "in-use"):
        refuse("IncorrectState", f"Volume '{volume.id}' is in the '{volume.state}' state.", "Available or in-use will do.")
    need_zone_up(ctx, volume)
    gib = volume.gib if command.size is None else command.size
    if gib < volume.gib:
        refuse(
            "InvalidParameterValue",
            f"New size cannot be smaller than existing size {volume.gib}",
            "A volume never shrinks: make a smaller one.",
        )
    _check_pace(ctx, volume)
    kind = command.volume_type or volume.type
    same = kind == volume.type
    asked_iops = volume.iops if command.iops is None and same else command.iops
    iops, throughput = settings(kind, gib, asked_iops, volume.throughput if command.throughput is None and same else command.throughput)
    estimate, timing = ctx.scenario.catalogue.estimate, ctx.scenario.catalogue.timing
    change = VolumeChange(gib, kind, iops, throughput, volume.gib, volume.type, ctx.now)
    ready = ctx.now + estimate("ebs_volume_modify_s")
    changing = replace(volume, change=change)
    yield VolumeChanging(changing, ready, ready + timing("ebs_optimize_per_gib") * gib)
    # the new price counts from the order on
    yield MeterStarted("storage", volume.id, rate(ctx.scenario, kind, gib, iops, throughput))
    yield ResourcesSeen((("Volume", volume.id),))


def _check_pace(ctx: Context, volume: Volume) -> None:
    change = volume.change
    if change is None:
        return
    pause = ctx.scenario.catalogue.timing("ebs_modification_pause")
    if change.state != "completed":
        refuse("IncorrectState", f"Volume '{volume.id}' is already being modified: {change.state}.", "Wait until that is completed.")
    if ctx.now < change.started + pause:
        refuse(
            "VolumeModificationRateExceeded",
            "You've reached the maximum modification rate per volume limit. Wait at least 6 hours between modifications per EBS volume.",
            f"From {stamp(change.started + pause)} on.",
        )


@prices_in_world(ModifyVolume)
def price_modify_volume(command: ModifyVolume, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    """Tell what it costs more an hour."""
    volume = world.find(Volume, command.volume_id)
    kind = command.volume_type or (volume.type if volume is not None else "")
    if volume is None or kind not in ("gp3", "gp2", "io2", "st1", "sc1"):
        return ()
    same = kind == volume.type
    new = rate(
        scenario,
        kind,
        volume.gib if command.size is None else command.size,
        volume.iops if command.iops is None and same else command.iops,
        volume.throughput if command.throughput is None and same else command.throughput,
    )
    more = new - rate_of(scenario, volume)
    return (Charge("storage", more, "hour"),) if more > 0 else ()


@evolves(VolumeChanging)
def evolve_volume_changing(world: World, event: VolumeChanging) -> World:
    key = event.volume.id
    return world.put(event.volume).schedule(event.ready_at, CHANGED, key).schedule(event.done_at, OPTIMIZED, key)


@fires(CHANGED)
def fire_volume_changed(ctx: Context, timer: Timer) -> Events:
    if _still_changing(ctx.world, timer.target):
        yield VolumeChanged(timer.target)
        yield ResourcesSeen((("Volume", timer.target),))


def _still_changing(world: World, key: str) -> bool:
    volume = world.find(Volume, key)
    return volume is not None and volume.state != "deleting" and volume.change is not None


@evolves(VolumeChanged)
def evolve_volume_changed(world: World, event: VolumeChanged) -> World:
    volume = world.get(Volume, event.volume)
    change = volume.change
    assert change is not None, f"{volume.id} is not being modified"
    return world.put(
        replace(
            volume,
            gib=change.gib,
            type=change.type,
            iops=change.iops,
            throughput=change.throughput,
            change=replace(change, state="optimizing"),
        )
    )


@fires(OPTIMIZED)
def fire_volume_optimized(ctx: Context, timer: Timer) -> Events:
    if _still_changing(ctx.world, timer.target):
        yield VolumeOptimized(timer.target)


@evolves(VolumeOptimized)
def evolve_volume_optimized(world: World, event: VolumeOptimized) -> World:
    change = world.get(Volume, event.volume).change
    assert change is not None, f"{event.volume} is not being modified"
    return world.change(Volume, event.volume, change=replace(change, state="completed", ended=world.now))


@answers(ModifyVolume)
def answer_modify_volume(ctx: Context, command: ModifyVolume) -> dict[str, Any]:
    change = ctx.world.get(Volume, command.volume_id).change
    assert change is not None, f"{command.volume_id} was just modified"
    return {"VolumeModification": describe_change(command.volume_id, change)}


# the file system on it ------------------------------------------------------------------------------------------------------


@runs("cloudlab-GrowFileSystem")
def run_grow_file_system(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    volume = root_of(ctx.world, instance.id)
    if volume is None or volume.file_system_gib >= volume.gib:
        size = instance.root_gib
        yield failed(
            invocation, f"NOCHANGE: the partition already fills the disk, {size} GiB. Make the volume larger first: ec2 modify-volume."
        )
        return
    yield FileSystemGrown(volume.id)
    yield succeeded(invocation, f"The file system grew from {volume.file_system_gib} to {volume.gib} GiB.")


@evolves(FileSystemGrown)
def evolve_file_system_grown(world: World, event: FileSystemGrown) -> World:
    """What filled the disk is still there; now there is room beside it."""
    volume = world.get(Volume, event.volume)
    world = world.put(replace(volume, file_system_gib=volume.gib))
    return world if volume.instance is None else world.change(Instance, volume.instance, root_gib=volume.gib, disk="ok")
