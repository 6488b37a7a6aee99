"""What instances are made from: machine images and instance types."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from cloudlab.commands.ec2_compute import DescribeImages, DescribeInstanceTypes
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.engine.launch import need_image
from cloudlab.model.catalogue import InstanceType
from cloudlab.model.images import IMAGES, MachineImage


@decides(DescribeImages)
def decide_describe_images(ctx: Context, command: DescribeImages) -> Events:
    for name in command.image_ids:
        need_image(name)
    return ()


@answers(DescribeImages)
def answer_describe_images(ctx: Context, command: DescribeImages) -> dict[str, Any]:
    """Amazon owns the one image, so `--owners self` finds none."""
    wanted = [need_image(name) for name in command.image_ids] or list(IMAGES)
    amazon = not command.owners or any(owner in ("amazon", "137112412989") for owner in command.owners)
    return {"Images": [_describe_image(image) for image in wanted] if amazon else []}


def _describe_image(image: MachineImage) -> dict[str, Any]:
    return {
        "ImageId": image.id,
        "Name": image.name,
        "Description": "Amazon Linux 2023, with the Systems Manager agent",
        "ImageOwnerAlias": "amazon",
        "State": "available",
        "Architecture": "x86_64",
        "PlatformDetails": "Linux/UNIX",
        "RootDeviceType": "ebs",
        "RootDeviceName": image.root_device,
        "BlockDeviceMappings": [
            {"DeviceName": image.root_device, "Ebs": {"VolumeSize": image.root_gib, "VolumeType": "gp3", "Encrypted": False}}
        ],
    }


@decides(DescribeInstanceTypes)
def decide_describe_instance_types(ctx: Context, command: DescribeInstanceTypes) -> Events:
    for name in command.instance_types:
        if ctx.scenario.catalogue.instance_type(name) is None:
            near = get_close_matches(name, [t.name for t in ctx.scenario.catalogue.instance_types], n=3, cutoff=0.3)
            refuse(
                "InvalidInstanceType",
                f"The following supplied instance types do not exist: [{name}]",
                f"Near it: {', '.join(near)}." if near else "Leave --instance-types out to see all.",
            )
    return ()


@answers(DescribeInstanceTypes)
def answer_describe_instance_types(ctx: Context, command: DescribeInstanceTypes) -> dict[str, Any]:
    wanted = [t for t in ctx.scenario.catalogue.instance_types if not command.instance_types or t.name in command.instance_types]
    return {"InstanceTypes": [_describe_type(t) for t in wanted]}


def _describe_type(hardware: InstanceType) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "InstanceType": hardware.name,
        "VCpuInfo": {"DefaultVCpus": hardware.vcpu},
        "MemoryInfo": {"SizeInMiB": hardware.memory_mib},
        "NetworkInfo": {"NetworkPerformance": hardware.network},
        "BurstablePerformanceSupported": hardware.baseline_permille < 1000,
    }
    if hardware.gpu is not None:
        gpu = hardware.gpu
        shown["GpuInfo"] = {"Gpus": [{"Name": gpu.name, "Count": gpu.count, "MemoryInfo": {"SizeInMiB": gpu.memory_mib_each}}]}
    return shown
