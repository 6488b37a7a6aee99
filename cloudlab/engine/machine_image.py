"""Machine images: Amazon's, and those one makes of an instance as it is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_compute import CreateImage, DeregisterImage, DescribeImages, RegisterImage
from cloudlab.engine.describe import tag_list, tags_for
from cloudlab.engine.instance import need_instance
from cloudlab.engine.instance_life import reboot
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, refuse
from cloudlab.engine.launch import need_image
from cloudlab.engine.naming import named
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.billing import Charge, prices_in_world
from cloudlab.engine.rules.volumes import ROOT_DEVICE, root_of, snapshot_rate
from cloudlab.engine.snapshot import dropping, taking
from cloudlab.model.compute import Image, Instance
from cloudlab.model.events.compute import ImageAvailable, ImageCreated, ImageDeregistered
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT
from cloudlab.model.images import IMAGES, MachineImage, find_image
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.volumes import Disk, Snapshot
from cloudlab.model.world import Timer, World

_NAME = re.compile(r"[A-Za-z0-9()\[\] ./\-'@_]{3,128}")


@decides(CreateImage)
def decide_create_image(ctx: Context, command: CreateImage) -> Events:
    """What lies on the disk goes into the image: patches, runtime, model, the server that starts with the machine.

    Unless told otherwise EC2 restarts the instance for it, so that the file system is at rest. The image's packages are as old as
    those the instance was launched with; only what was patched since is newer.
    """
    instance = need_instance(ctx, command.instance_id)
    tags = tags_for(command.tag_specifications, "image")
    if instance.state not in ("running", "stopped"):
        refuse(
            "IncorrectInstanceState",
            f"The instance '{instance.id}' is not in a state from which an image can be made.",
            f"It is {instance.state}; running or stopped will do.",
        )
    if len(command.description) > 255:
        refuse("InvalidParameterValue", f"The description is {len(command.description)} characters long.", "At most 255 characters.")
    _check_name(ctx, command.name)
    software, restarts = instance.software, instance.state == "running" and not command.no_reboot
    if restarts and software.pending_reboot:
        software = replace(software, patched=(*software.patched, *software.pending_reboot), pending_reboot=())
    image = Image(
        ctx.new_id("ami"),
        command.name,
        instance.id,
        ctx.now,
        instance.packages_of,
        software,
        instance.root_gib,
        instance.encrypted,
        command.description,
        tags=tags,
        snapshot=ctx.new_id("snap"),
    )
    yield ImageCreated(image, ctx.now + ctx.scenario.catalogue.timing("ec2_create_image"))
    yield from taking(ctx, _behind(ctx, image))
    if restarts:
        yield reboot(ctx, instance.id)
    yield ResourcesSeen((("Image", image.id), ("Instance", instance.id)))


def _check_name(ctx: Context, name: str) -> None:
    if not _NAME.fullmatch(name):
        refuse(
            "InvalidAMIName.Malformed",
            f"AMI name {name} is malformed.",
            "3 to 128 letters, digits, blanks and any of ( ) [ ] . / - ' @ _",
        )
    taken = next((i.id for i in ctx.world.every(Image) if i.name == name), None)
    if taken is not None:
        refuse("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI {taken}", "Give it another name.")


def _behind(ctx: Context, image: Image) -> Snapshot:
    """Return the snapshot an image of a machine stands on."""
    assert image.snapshot is not None, f"{image.id} stands on nothing"
    root = root_of(ctx.world, image.source)
    of = root.id if root is not None else image.source
    told = f"Created by CreateImage({image.source}) for {image.id}"
    return Snapshot(image.snapshot, of, image.root_gib, image.encrypted, ctx.now, Disk(image.software, image.base), "pending", told)


@decides(RegisterImage)
def decide_register_image(ctx: Context, command: RegisterImage) -> Events:
    """A machine that is gone, or whose zone is, comes back from what was copied of its disk."""
    _check_name(ctx, command.name)
    root = next((m for m in command.block_device_mappings if m.device_name == command.root_device_name), None)
    if root is None or root.ebs.snapshot_id is None or len(command.block_device_mappings) > 1 or root.device_name != ROOT_DEVICE:
        refuse(
            "InvalidBlockDeviceMapping",
            "The root device has to be mapped to a snapshot.",
            f"--block-device-mappings DeviceName={ROOT_DEVICE},Ebs={{SnapshotId=snap-...}}",
        )
    snapshot = named(ctx, Snapshot, root.ebs.snapshot_id)
    if snapshot.state != "completed":
        refuse("IncorrectState", f"Snapshot is in invalid state - {snapshot.state}", "Wait until it is completed.")
    if snapshot.disk is None:
        refuse("InvalidBlockDeviceMapping", f"There is no system on {snapshot.id}.", "A snapshot of a volume that a machine starts from.")
    disk, gib = snapshot.disk, max(root.ebs.volume_size or 0, snapshot.gib)
    image = Image(
        ctx.new_id("ami"),
        command.name,
        snapshot.volume,
        ctx.now,
        disk.base,
        disk.software,
        gib,
        snapshot.encrypted,
        command.description,
        "available",
        snapshot=snapshot.id,
    )
    yield ImageCreated(image, ctx.now)
    yield ResourcesSeen((("Image", image.id),))


@answers(RegisterImage)
def answer_register_image(ctx: Context, command: RegisterImage) -> dict[str, Any]:
    return {"ImageId": ctx.new_id("ami")}


@evolves(ImageCreated)
def evolve_image_created(world: World, event: ImageCreated) -> World:
    return world.put(event.image).schedule(event.available_at, "image-available", event.image.id)


@fires("image-available")
def fire_image_available(ctx: Context, timer: Timer) -> Events:
    if ctx.world.find(Image, timer.target) is not None:
        yield ImageAvailable(timer.target)
        yield ResourcesSeen((("Image", timer.target),))


@evolves(ImageAvailable)
def evolve_image_available(world: World, event: ImageAvailable) -> World:
    return world.change(Image, event.image, state="available")


@answers(CreateImage)
def answer_create_image(ctx: Context, command: CreateImage) -> dict[str, Any]:
    return {"ImageId": ctx.new_id("ami")}


@prices_in_world(CreateImage)
def price_create_image(command: CreateImage, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    instance = world.find(Instance, command.instance_id)
    return (Charge("storage", snapshot_rate(scenario, instance.root_gib), "hour"),) if instance is not None else ()


@decides(DeregisterImage)
def decide_deregister_image(ctx: Context, command: DeregisterImage) -> Events:
    """The snapshot behind it stays, and is paid, unless it is named too: on AWS as here, what is most often forgotten."""
    if find_image(command.image_id) is not None:
        refuse("AuthFailure", f"Not authorized for image:{command.image_id}", "It is Amazon's; only images of your own can be given back.")
    image = ctx.need(Image, command.image_id, "InvalidAMIID.NotFound", "image id")
    yield ImageDeregistered(image.id)
    if command.delete_associated_snapshots and image.snapshot in ctx.world.table(Snapshot):
        others = [i for i in ctx.world.every(Image) if i.snapshot == image.snapshot and i.id != image.id]
        yield from () if others else dropping(image.snapshot or "")


@evolves(ImageDeregistered)
def evolve_image_deregistered(world: World, event: ImageDeregistered) -> World:
    return removed(world.unschedule("image-available", event.image), Image, event.image)


# looking -------------------------------------------------------------------------------------------------------------------------


@decides(DescribeImages)
def decide_describe_images(ctx: Context, command: DescribeImages) -> Events:
    yield ResourcesSeen(tuple(("Image", i.id) for i in _wanted(ctx, command) if isinstance(i, Image)))


@answers(DescribeImages)
def answer_describe_images(ctx: Context, command: DescribeImages) -> dict[str, Any]:
    return {"Images": [describe_image(image) for image in _wanted(ctx, command)]}


def _wanted(ctx: Context, command: DescribeImages) -> list[MachineImage | Image]:
    found = [_known(ctx, name) for name in command.image_ids] or [*IMAGES, *ctx.world.every(Image)]
    return [image for image in found if not command.owners or any(_owns(owner, image) for owner in command.owners)]


def _known(ctx: Context, name: str) -> MachineImage | Image:
    """Return an image, also one that is not available yet."""
    return ctx.world.find(Image, name) or need_image(ctx, name)


def _owns(owner: str, image: MachineImage | Image) -> bool:
    return owner in (("self", ACCOUNT) if isinstance(image, Image) else ("amazon", "137112412989"))


def describe_image(image: MachineImage | Image) -> dict[str, Any]:
    mapping: dict[str, Any] = {"VolumeSize": image.root_gib, "VolumeType": "gp3", "Encrypted": image.encrypted, "DeleteOnTermination": True}
    if isinstance(image, Image) and image.snapshot is not None:
        mapping["SnapshotId"] = image.snapshot
    shown = {
        "ImageId": image.id,
        "Name": image.name,
        "Description": "Amazon Linux 2023, with the Systems Manager agent",
        "State": "available",
        "Architecture": "x86_64",
        "PlatformDetails": "Linux/UNIX",
        "RootDeviceType": "ebs",
        "RootDeviceName": image.root_device,
        "BlockDeviceMappings": [{"DeviceName": image.root_device, "Ebs": mapping}],
    }
    if isinstance(image, MachineImage):
        return shown | {"ImageOwnerAlias": "amazon"}
    own = {"Description": image.description, "State": image.state, "OwnerId": ACCOUNT, "SourceInstanceId": image.source}
    return shown | own | {"CreationDate": stamp(image.created), "Tags": tag_list(image.tags)}
