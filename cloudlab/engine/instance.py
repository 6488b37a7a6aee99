"""Looking at instances: how they and their status checks are described."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudlab.commands.base import Filter
from cloudlab.commands.ec2_compute import DescribeInstances, DescribeInstanceStatus
from cloudlab.engine.describe import chosen, tag_list
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.rules.addressing import public_ip_of
from cloudlab.engine.rules.spot import request_of
from cloudlab.engine.rules.volumes import volumes_of
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.compute import Instance
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT, arn
from cloudlab.model.network import SecurityGroup
from cloudlab.model.time import HOUR, Seconds, stamp
from cloudlab.model.world import World

STATE_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
_TERMINATED_IS_SHOWN: Seconds = HOUR


def is_shown(world: World, instance: Instance) -> bool:
    """Tell whether EC2 still knows an instance: terminated ones for about an hour more."""
    return instance.ended is None or world.now < instance.ended + _TERMINATED_IS_SHOWN


def need_instance(ctx: Context, key: str) -> Instance:
    """Return the instance, or refuse as EC2 does."""
    instance = named(ctx, Instance, key)
    if not is_shown(ctx.world, instance):
        there = [i.id for i in ctx.world.every(Instance) if is_shown(ctx.world, i)]
        refuse(
            "InvalidInstanceID.NotFound",
            f"The instance ID '{key}' does not exist",
            f"It was terminated over an hour ago. Existing: {', '.join(there[:4])}." if there else "It was terminated over an hour ago.",
        )
    return instance


@decides(DescribeInstances)
def decide_describe_instances(ctx: Context, command: DescribeInstances) -> Events:
    yield ResourcesSeen(tuple(("Instance", i.id) for i in _chosen(ctx, command.instance_ids, command.filters)))


@answers(DescribeInstances)
def answer_describe_instances(ctx: Context, command: DescribeInstances) -> dict[str, Any]:
    reservations: dict[str, list[dict[str, Any]]] = {}
    for instance in _chosen(ctx, command.instance_ids, command.filters):
        reservations.setdefault(instance.reservation, []).append(describe_instance(ctx.world, instance))
    return {
        "Reservations": [
            {"ReservationId": name, "OwnerId": ACCOUNT, "Groups": [], "Instances": instances} for name, instances in reservations.items()
        ]
    }


def _chosen(ctx: Context, ids: Iterable[str], filters: Iterable[Filter]) -> list[Instance]:
    for key in ids:
        need_instance(ctx, key)

    def filtered(instance: Instance) -> dict[str, Any]:
        """EC2's filters on instances are named a little differently from its members."""
        shown = describe_instance(ctx.world, instance)
        return shown | {"InstanceState": shown["State"], "AvailabilityZone": instance.zone, "IpAddress": shown.get("PublicIpAddress", "")}

    found = chosen(ctx, Instance, ids, filters, "InvalidInstanceID.NotFound", "instance ID", filtered)
    return [i for i in found if is_shown(ctx.world, i)]


def describe_instance(world: World, instance: Instance) -> dict[str, Any]:
    """Write an instance the way DescribeInstances does. LaunchTime is when it was last switched on, as in AWS."""
    shown: dict[str, Any] = {
        "InstanceId": instance.id,
        "ImageId": instance.image,
        "InstanceType": instance.type,
        "State": describe_state(instance.state),
        "LaunchTime": stamp(instance.started),
        "Placement": {"AvailabilityZone": instance.zone},
        "VpcId": instance.vpc,
        "SubnetId": instance.subnet,
        "SecurityGroups": [{"GroupId": g, "GroupName": _group_name(world, g)} for g in instance.groups],
        "Architecture": "x86_64",
        "PlatformDetails": "Linux/UNIX",
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "BlockDeviceMappings": [
            {
                "DeviceName": v.device,
                "Ebs": {
                    "VolumeId": v.id,
                    "Status": "attached",
                    "DeleteOnTermination": v.deletes,
                    "AttachTime": stamp(v.attached or v.created),
                },
            }
            for v in volumes_of(world, instance.id)
        ],
        "Tags": tag_list(instance.tags),
    }
    if instance.spot:
        request = request_of(world, instance.id)
        shown["InstanceLifecycle"] = "spot"
        shown["SpotInstanceRequestId"] = request.id if request is not None else ""
    if instance.state not in ("shutting-down", "terminated"):
        shown["PrivateIpAddress"] = instance.private_ip
    if (address := public_ip_of(world, instance)) is not None:
        shown["PublicIpAddress"] = address
    if instance.profile is not None:
        shown["IamInstanceProfile"] = {"Arn": arn("iam", f"instance-profile/{instance.profile}")}
    return shown


def describe_state(state: str) -> dict[str, Any]:
    return {"Code": STATE_CODES[state], "Name": state}


def _group_name(world: World, group_id: str) -> str:
    group = world.find(SecurityGroup, group_id)
    return group.name if group is not None else ""


@decides(DescribeInstanceStatus)
def decide_describe_instance_status(ctx: Context, command: DescribeInstanceStatus) -> Events:
    yield ResourcesSeen(tuple(("Instance", i.id) for i in _with_status(ctx, command)))


@answers(DescribeInstanceStatus)
def answer_describe_instance_status(ctx: Context, command: DescribeInstanceStatus) -> dict[str, Any]:
    return {"InstanceStatuses": [describe_status(ctx.world, i) for i in _with_status(ctx, command)]}


def _with_status(ctx: Context, command: DescribeInstanceStatus) -> list[Instance]:
    """Return the running ones, unless all are asked for: EC2 leaves the others out by default."""
    wanted = [need_instance(ctx, key) for key in command.instance_ids] or list(ctx.world.every(Instance))
    return [i for i in wanted if is_shown(ctx.world, i) and (command.include_all_instances or i.state == "running")]


_STATUS = {"passed": "ok", "failed": "impaired", "initializing": "initializing"}


def describe_status(world: World, instance: Instance) -> dict[str, Any]:
    """Write the status checks. In a zone that is down a machine counts as running, and fails them both."""
    lost = is_down(world, instance.zone)

    def check(status: str) -> dict[str, Any]:
        if instance.state != "running":
            return {"Status": "not-applicable"}
        return {"Status": _STATUS[status], "Details": [{"Name": "reachability", "Status": status}]}

    return {
        "InstanceId": instance.id,
        "AvailabilityZone": instance.zone,
        "InstanceState": describe_state(instance.state),
        "InstanceStatus": check("failed" if lost else instance.checks),
        "SystemStatus": check("failed" if lost else instance.system_checks),
    }
