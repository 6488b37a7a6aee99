"""Machine images: Amazon's, and those one makes of an instance as it is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_compute import CreateImage, DeregisterImage, DescribeImages
from cloudlab.engine.describe import tag_list, tags_for
from cloudlab.engine.instance import need_instance
from cloudlab.engine.instance_life import reboot
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, refuse
from cloudlab.engine.launch import need_image
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.billing import Charge, prices_in_world
from cloudlab.model.compute import Image, Instance
from cloudlab.model.events.billing import MeterStarted, MeterStopped
from cloudlab.model.events.compute import ImageAvailable, ImageCreated, ImageDeregistered
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT
from cloudlab.model.images import IMAGES, MachineImage, find_image
from cloudlab.model.money import hourly_from_monthly
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
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
    if not _NAME.fullmatch(command.name):
        refuse(
            "InvalidAMIName.Malformed",
            f"AMI name {command.name} is malformed.",
            "3 to 128 letters, digits, blanks and any of ( ) [ ] . / - ' @ _",
        )
    if len(command.description) > 255:
        refuse("InvalidParameterValue", f"The description is {len(command.description)} characters long.", "At most 255 characters.")
    taken = next((i.id for i in ctx.world.every(Image) if i.name == command.name), None)
    if taken is not None:
        refuse("InvalidAMIName.Duplicate", f"AMI name {command.name} is already in use by AMI {taken}", "Give it another name.")
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
    )
    yield ImageCreated(image, ctx.now + ctx.scenario.catalogue.timing("ec2_create_image"))
    yield MeterStarted("storage", image.id, snapshot_rate(ctx.scenario, image.root_gib))
    if restarts:
        yield reboot(ctx, instance.id)
    yield ResourcesSeen((("Image", image.id), ("Instance", instance.id)))


def snapshot_rate(scenario: Scenario, gib: int) -> int:
    """Return micro-dollars per hour of a snapshot. AWS stores only blocks in use; the game charges the whole volume."""
    return hourly_from_monthly(scenario.catalogue.price("ebs_snapshot_gb_month") * gib)


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
    """The snapshot behind it goes too; on AWS that is a second order, and forgetting it is paid for."""
    if find_image(command.image_id) is not None:
        refuse("AuthFailure", f"Not authorized for image:{command.image_id}", "It is Amazon's; only images of your own can be given back.")
    image = ctx.need(Image, command.image_id, "InvalidAMIID.NotFound", "image id")
    yield ImageDeregistered(image.id)
    yield MeterStopped("storage", image.id)


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
    mapping = {"VolumeSize": image.root_gib, "VolumeType": "gp3", "Encrypted": image.encrypted}
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
