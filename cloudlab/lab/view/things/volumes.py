"""Disks: data volumes on their machines, volumes nobody has, and snapshots that no image stands on."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.naming import label
from cloudlab.engine.rules.volumes import ROOT_DEVICE, rate_of, snapshot_rate
from cloudlab.engine.rules.zones import is_down
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import REGION_WIDE, Offer, Placed, Row, facts, offers, stands
from cloudlab.lab.view.things.words import name_of, tags_text, yes
from cloudlab.model.compute import Image, Instance
from cloudlab.model.money import format_usd
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.volumes import Snapshot, Volume
from cloudlab.model.world import World


@stands("volume", Volume)
def volume_nodes(world: World) -> Iterator[Placed]:
    """What a machine starts from is told with the machine."""
    for volume in world.every(Volume):
        if volume.instance is not None and volume.device == ROOT_DEVICE:
            continue
        place = ("instance", volume.instance) if volume.instance is not None else REGION_WIDE
        state, tone = ("no answer", "bad") if is_down(world, volume.zone) else _state(volume)
        where = f"{volume.device}" if volume.instance is not None else f"{volume.zone}, nobody has it"
        detail = f"{volume.gib} GiB {volume.type}, {'encrypted' if volume.encrypted else 'not encrypted'}, {where}"
        yield place, Node(volume.id, "volume", name_of(volume), state, tone, 0, detail)


def _state(volume: Volume) -> tuple[str, str]:
    if volume.change is not None and volume.change.state == "modifying":
        return "modifying", "wait"
    return volume.state, {"in-use": "ok", "available": "plain"}.get(volume.state, "wait")


@facts(Volume)
def volume_facts(world: World, scenario: Scenario, volume: Volume) -> Iterator[Row]:
    yield "state", volume.state
    yield "zone", f"{volume.zone}: it lives there alone"
    yield "size", f"{volume.gib} GiB {volume.type}"
    yield "operations a second", f"{volume.iops:,}" if volume.iops is not None else ""
    yield "encrypted", yes(volume.encrypted)
    yield "machine", f"{volume.instance} as {volume.device}" if volume.instance is not None else "none, and paid all the same"
    yield "goes with its machine", yes(volume.deletes) if volume.instance is not None else ""
    yield "made from", volume.snapshot or ""
    yield "costs", f"{format_usd(rate_of(scenario, volume), 4)} an hour"
    if volume.change is not None:
        yield "last change", f"to {volume.change.gib} GiB {volume.change.type}, {volume.change.state}, {stamp(volume.change.started)}"
    yield "created", stamp(volume.created)
    yield "tags", tags_text(volume.tags)


@offers(Volume)
def offer_volume(world: World, volume: Volume) -> Iterator[Offer]:
    key = volume.id
    yield "look at it", f"ec2 describe-volumes --volume-ids {key}"
    yield "take a snapshot", f"ec2 create-snapshot --volume-id {key}"
    yield "make it larger", f"ec2 modify-volume --volume-id {key} --size "
    if volume.instance is not None:
        yield "detach it", f"ec2 detach-volume --volume-id {key}"
    else:
        for instance in world.every(Instance):
            if instance.zone == volume.zone and instance.state in ("running", "stopped"):
                line = f"ec2 attach-volume --volume-id {key} --instance-id {instance.id} --device /dev/sdf"
                yield f"attach it to {name_of(instance)}", line
    yield "delete it", f"ec2 delete-volume --volume-id {key}"


@stands("snapshot", Snapshot)
def snapshot_nodes(world: World) -> Iterator[Placed]:
    """What an image stands on is told with the image."""
    behind = {image.snapshot for image in world.every(Image)}
    for snapshot in world.every(Snapshot):
        if snapshot.id not in behind:
            tone = "ok" if snapshot.state == "completed" else "wait"
            detail = f"{snapshot.gib} GiB of {label(world, snapshot.volume)}, {stamp(snapshot.started)}"
            yield REGION_WIDE, Node(snapshot.id, "snapshot", name_of(snapshot), snapshot.state, tone, 0, detail)


@facts(Snapshot)
def snapshot_facts(world: World, scenario: Scenario, snapshot: Snapshot) -> Iterator[Row]:
    yield "state", snapshot.state
    yield "of", snapshot.volume
    yield "size", f"{snapshot.gib} GiB"
    yield "encrypted", yes(snapshot.encrypted)
    yield "holds", "a system one can start from" if snapshot.disk is not None else "data"
    yield "costs", f"{format_usd(snapshot_rate(scenario, snapshot.gib), 4)} an hour"
    yield "taken", stamp(snapshot.started)
    yield "description", snapshot.description
    yield "tags", tags_text(snapshot.tags)


@offers(Snapshot)
def offer_snapshot(world: World, snapshot: Snapshot) -> Iterator[Offer]:
    key = snapshot.id
    yield "make a volume of it", f"ec2 create-volume --snapshot-id {key} --availability-zone "
    yield "copy it encrypted", f"ec2 copy-snapshot --source-region us-east-1 --source-snapshot-id {key} --encrypted"
    if snapshot.disk is not None:
        mapping = f"DeviceName={ROOT_DEVICE},Ebs={{SnapshotId={key}}}"
        yield "make an image of it", f"ec2 register-image --name from-{key} --block-device-mappings {mapping}"
    yield "delete it", f"ec2 delete-snapshot --snapshot-id {key}"
