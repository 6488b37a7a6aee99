"""Instance types: the sizes of machine there are, and how they are described."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from cloudlab.commands.ec2_compute import DescribeInstanceTypes
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.model.catalogue import InstanceType


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
