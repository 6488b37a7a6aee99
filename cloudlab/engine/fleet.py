"""Auto Scaling groups as one orders them: made, changed, resized, deleted; and how they are described."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

from cloudlab.commands.autoscaling import (
    AttachLoadBalancerTargetGroups,
    CreateAutoScalingGroup,
    DeleteAutoScalingGroup,
    DescribeAutoScalingGroups,
    DescribeScalingActivities,
    SetDesiredCapacity,
    TerminateInstanceInAutoScalingGroup,
    UpdateAutoScalingGroup,
)
from cloudlab.commands.ec2_compute import TemplateSpecification
from cloudlab.engine.fleet_life import given_back
from cloudlab.engine.kernel import Context, Events, Refused, answers, decides, evolves, refuse
from cloudlab.engine.launch_template import need_template, version_of
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.billing import Charge, prices_in_world
from cloudlab.engine.rules.constraints import tag_fault
from cloudlab.engine.rules.fleets import members, unwell
from cloudlab.model.balancing import TargetGroup
from cloudlab.model.compute import Instance
from cloudlab.model.events.fleet import DesiredCapacitySet, FleetDeleted, FleetPut
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.fleet import AutoScalingGroup, LaunchTemplate, ScalingActivity, ScalingPolicy
from cloudlab.model.ids import arn
from cloudlab.model.network import Subnet
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.world import World

_HEALTH_CHECKS = ("EC2", "ELB")


def invalid(sentence: str, accepted: str = "") -> NoReturn:
    """Refuse as the service does for nearly everything."""
    refuse("ValidationError", sentence, accepted)


def a_text(parameter: str, text: str, longest: int) -> None:
    """Check a name as all of Auto Scaling takes them: anything that can be printed, and not too much of it."""
    if not 1 <= len(text) <= longest or any(ord(c) < 32 and c not in "\r\n\t" for c in text):
        sentence = f"Value at '{parameter}' failed to satisfy constraint: it is empty, too long, or has control characters in it."
        invalid(sentence, f"1 to {longest} characters.")


def need_fleet(ctx: Context, name: str) -> AutoScalingGroup:
    """Return the group, or refuse with those there are."""
    group = ctx.world.find(AutoScalingGroup, name)
    if group is None:
        there = ", ".join(ctx.world.table(AutoScalingGroup)) or "none"
        invalid(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found", f"There is {there}.")
    return group


# making and changing --------------------------------------------------------------------------------------------------------


@decides(CreateAutoScalingGroup)
def decide_create_auto_scaling_group(ctx: Context, command: CreateAutoScalingGroup) -> Events:
    name = command.auto_scaling_group_name
    a_text("autoScalingGroupName", name, 255)
    if name in ctx.world.table(AutoScalingGroup):
        refuse("AlreadyExists", "AutoScalingGroup by this name already exists - A group with this name already exists", "Another name.")
    template, version = _template(ctx, command.launch_template)
    desired = command.min_size if command.desired_capacity is None else command.desired_capacity
    _check_bounds(command.min_size, command.max_size, desired)
    _check_health_check(command.health_check_type)
    fault = tag_fault((t.key, t.value) for t in command.tags)
    if fault is not None:
        invalid(*fault)
    catalogue = ctx.scenario.catalogue
    group = AutoScalingGroup(
        name,
        ctx.now,
        template.id,
        version,
        command.min_size,
        command.max_size,
        desired,
        _subnets(ctx, command.vpc_zone_identifier),
        _target_groups(ctx, command.target_group_arns),
        command.health_check_type,
        _seconds("HealthCheckGracePeriod", command.health_check_grace_period, catalogue.timing("asg_health_check_grace_period")),
        _seconds("DefaultInstanceWarmup", command.default_instance_warmup, catalogue.timing("asg_default_cooldown")),
        tuple(sorted((t.key, t.value) for t in command.tags)),
        tuple(sorted((t.key, t.value) for t in command.tags if t.propagate_at_launch)),
    )
    yield FleetPut(group)
    yield _seen(group)


def _template(ctx: Context, asked: TemplateSpecification | None) -> tuple[LaunchTemplate, str]:
    """Return the template and the version to launch from. EC2's refusals come as validation errors here, as Auto Scaling sends them."""
    if asked is None:
        invalid(
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
            "--launch-template LaunchTemplateName=web,Version=$Latest",
        )
    try:
        template = need_template(ctx, asked.launch_template_id, asked.launch_template_name)
        settings = version_of(template, asked.version).settings
    except Refused as no:
        invalid(f"{no.refusal.sentence}", no.refusal.accepted)
    if settings.image is None or settings.type is None:
        lacking = "ImageId" if settings.image is None else "InstanceType"
        invalid(
            f"You must use a valid fully-formed launch template. The request must contain the parameter {lacking}", "Add a version with it."
        )
    return template, asked.version


def _check_bounds(least: int, most: int, desired: int) -> None:
    if least < 0 or most < 0:
        invalid("Sizes of a group are not negative.", "0 or more.")
    if least > most:
        invalid(f"Max bound, {most}, must be greater than or equal to min bound, {least}", "MaxSize is the larger one.")
    if not least <= desired <= most:
        where = "above max value" if desired > most else "below min value"
        invalid(
            f"New SetDesiredCapacity value {desired} is {where} {most if desired > most else least} for the AutoScalingGroup.",
            f"{least} to {most}.",
        )


def _check_health_check(word: str) -> None:
    if word not in _HEALTH_CHECKS:
        invalid(f"Invalid HealthCheckType: {word}", "EC2: the machine runs. ELB: its load balancer finds it well, too.")


def _subnets(ctx: Context, text: str) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not named:
        invalid(
            "At least one Availability Zone or VPC Subnet is required.",
            "--vpc-zone-identifier subnet-1,subnet-2: in two zones, so that one may fail.",
        )
    for key in named:
        if key not in ctx.world.table(Subnet):
            there = ", ".join(ctx.world.table(Subnet))
            invalid(f"The subnet ID '{key}' does not exist", f"There is {there}." if there else "There is none yet.")
    if len({ctx.world.get(Subnet, key).vpc for key in named}) > 1:
        invalid("The subnets of a group must be in the same VPC.", "Subnets of one VPC.")
    return named


def _target_groups(ctx: Context, arns: tuple[str, ...]) -> tuple[str, ...]:
    for key in arns:
        if key not in ctx.world.table(TargetGroup):
            there = ", ".join(ctx.world.table(TargetGroup))
            invalid("Provided Target Groups may not be valid. Please ensure they exist and try again.", f"There is {there or 'none'}.")
    return tuple(dict.fromkeys(arns))


def _seconds(name: str, given: int | None, default: int) -> int:
    if given is not None and given < 0:
        invalid(f"{name} is a number of seconds, 0 or more.", "300 is usual.")
    return default if given is None else given


def _seen(group: AutoScalingGroup) -> ResourcesSeen:
    return ResourcesSeen((("AutoScalingGroup", group.id),))


@evolves(FleetPut)
def evolve_fleet_put(world: World, event: FleetPut) -> World:
    return world.put(event.group)


@decides(UpdateAutoScalingGroup)
def decide_update_auto_scaling_group(ctx: Context, command: UpdateAutoScalingGroup) -> Events:
    group = need_fleet(ctx, command.auto_scaling_group_name)
    template, version = (group.template, group.version)
    if command.launch_template is not None:
        found, version = _template(ctx, command.launch_template)
        template = found.id
    least = group.least if command.min_size is None else command.min_size
    most = group.most if command.max_size is None else command.max_size
    # new bounds pull the number with them, where it is not given
    desired = min(max(group.desired, least), most) if command.desired_capacity is None else command.desired_capacity
    _check_bounds(least, most, desired)
    if command.health_check_type is not None:
        _check_health_check(command.health_check_type)
    group = replace(
        group,
        template=template,
        version=version,
        least=least,
        most=most,
        desired=desired,
        subnets=group.subnets if command.vpc_zone_identifier is None else _subnets(ctx, command.vpc_zone_identifier),
        health_check=command.health_check_type or group.health_check,
        grace=_seconds("HealthCheckGracePeriod", command.health_check_grace_period, group.grace),
        warmup=_seconds("DefaultInstanceWarmup", command.default_instance_warmup, group.warmup),
    )
    yield FleetPut(group)
    yield _seen(group)


@decides(AttachLoadBalancerTargetGroups)
def decide_attach_target_groups(ctx: Context, command: AttachLoadBalancerTargetGroups) -> Events:
    group = need_fleet(ctx, command.auto_scaling_group_name)
    asked = _target_groups(ctx, command.target_group_arns)
    yield FleetPut(replace(group, target_groups=tuple(dict.fromkeys((*group.target_groups, *asked)))))
    yield _seen(group)


@decides(SetDesiredCapacity)
def decide_set_desired_capacity(ctx: Context, command: SetDesiredCapacity) -> Events:
    group = need_fleet(ctx, command.auto_scaling_group_name)
    _check_bounds(group.least, group.most, command.desired_capacity)
    yield DesiredCapacitySet(group.id, command.desired_capacity, 0)
    yield _seen(group)


@decides(TerminateInstanceInAutoScalingGroup)
def decide_terminate_instance_in_group(ctx: Context, command: TerminateInstanceInAutoScalingGroup) -> Events:
    instance = ctx.world.find(Instance, command.instance_id)
    group = ctx.world.find(AutoScalingGroup, instance.fleet) if instance is not None else None
    if instance is None or group is None or instance not in members(ctx.world, group.id):
        invalid(f"Instance Id not found - No managed instance found for instance ID: {command.instance_id}", "A machine of a group.")
    if command.should_decrement_desired_capacity:
        if group.desired - 1 < group.least:
            invalid(
                f"Currently, desiredSize equals minSize ({group.least}). Terminating instance without replacement will violate group's min "
                "size constraint.",
                "Lower the minimum first, or let another follow: --no-should-decrement-desired-capacity.",
            )
        yield DesiredCapacitySet(group.id, group.desired - 1, 0)
    yield from given_back(ctx, group, instance, f"{instance.id} was taken out of service in response to a user request.", drained=True)
    yield ResourcesSeen((("AutoScalingGroup", group.id), ("Instance", instance.id)))


@decides(DeleteAutoScalingGroup)
def decide_delete_auto_scaling_group(ctx: Context, command: DeleteAutoScalingGroup) -> Events:
    group = need_fleet(ctx, command.auto_scaling_group_name)
    left = [i for i in ctx.world.every(Instance) if i.fleet == group.id and i.state != "terminated"]
    if left and not command.force_delete:
        refuse(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
            f"Set its size to 0 and wait until they are gone ({', '.join(i.id for i in left[:3])}), or --force-delete.",
        )
    if left:
        yield FleetPut(replace(group, least=0, desired=0, leaving=True))
        yield _seen(group)
    else:
        yield FleetDeleted(group.id)


@evolves(FleetDeleted)
def evolve_fleet_deleted(world: World, event: FleetDeleted) -> World:
    for policy in tuple(p for p in world.every(ScalingPolicy) if p.group == event.group):
        world = removed(world, ScalingPolicy, policy.id)
    for kind in ("fleet-looks", "fleet-scales", "fleet-evens"):
        world = world.unschedule(kind, event.group)
    return removed(world, AutoScalingGroup, event.group)


@prices_in_world(CreateAutoScalingGroup)
def price_create_auto_scaling_group(command: CreateAutoScalingGroup, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    """A group costs nothing; the machines it starts with do."""
    asked, count = command.launch_template, command.min_size if command.desired_capacity is None else command.desired_capacity
    if asked is None:
        return ()
    for template in world.every(LaunchTemplate):
        if template.id == asked.launch_template_id or template.name == asked.launch_template_name:
            hardware = scenario.catalogue.instance_type(template.versions[-1].settings.type or "")
            if hardware is not None and count:
                return (Charge("compute", hardware.ec2_micros_per_hour * count, "hour"),)
    return ()


# looking --------------------------------------------------------------------------------------------------------------------


@decides(DescribeAutoScalingGroups)
def decide_describe_auto_scaling_groups(ctx: Context, command: DescribeAutoScalingGroups) -> Events:
    """A name nobody has is no error here: the list is empty."""
    groups = _chosen(ctx, command)
    machines = tuple(("Instance", i.id) for group in groups for i in members(ctx.world, group.id))
    yield ResourcesSeen((*(("AutoScalingGroup", group.id) for group in groups), *machines))


@answers(DescribeAutoScalingGroups)
def answer_describe_auto_scaling_groups(ctx: Context, command: DescribeAutoScalingGroups) -> dict[str, Any]:
    return {"AutoScalingGroups": [describe_fleet(ctx.world, group) for group in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeAutoScalingGroups) -> list[AutoScalingGroup]:
    wanted = command.auto_scaling_group_names
    return [g for g in ctx.world.every(AutoScalingGroup) if not wanted or g.id in wanted]


def fleet_arn(name: str) -> str:
    return arn("autoscaling", f"autoScalingGroup::autoScalingGroupName/{name}")


def describe_fleet(world: World, group: AutoScalingGroup) -> dict[str, Any]:
    template = world.find(LaunchTemplate, group.template)
    launched_from = {
        "LaunchTemplateId": group.template,
        "LaunchTemplateName": template.name if template is not None else "",
        "Version": group.version,
    }
    zones = sorted({s.zone for key in group.subnets if (s := world.find(Subnet, key)) is not None})
    return {
        "AutoScalingGroupName": group.id,
        "AutoScalingGroupARN": fleet_arn(group.id),
        "LaunchTemplate": launched_from,
        "MinSize": group.least,
        "MaxSize": group.most,
        "DesiredCapacity": group.desired,
        "AvailabilityZones": zones,
        "VPCZoneIdentifier": ",".join(group.subnets),
        "TargetGroupARNs": list(group.target_groups),
        "HealthCheckType": group.health_check,
        "HealthCheckGracePeriod": group.grace,
        "DefaultInstanceWarmup": group.warmup,
        "Instances": [_describe_member(world, group, i) for i in world.every(Instance) if i.fleet == group.id and i.state != "terminated"],
        "CreatedTime": stamp(group.created),
        "Tags": [{"Key": k, "Value": v, "PropagateAtLaunch": (k, v) in group.passed_on} for k, v in group.tags],
        "SuspendedProcesses": [{"ProcessName": name, "SuspensionReason": "User suspended"} for name in group.suspended],
    } | ({"Status": "Delete in progress"} if group.leaving else {})


def _describe_member(world: World, group: AutoScalingGroup, instance: Instance) -> dict[str, Any]:
    if instance.id in group.retiring or instance.state not in ("pending", "running"):
        cycle = "Terminating"
    else:
        cycle = "InService" if instance.state == "running" else "Pending"
    return {
        "InstanceId": instance.id,
        "InstanceType": instance.type,
        "AvailabilityZone": instance.zone,
        "LifecycleState": cycle,
        "HealthStatus": "Healthy" if unwell(world, group, instance) is None else "Unhealthy",
        "ProtectedFromScaleIn": False,
    }


@decides(DescribeScalingActivities)
def decide_describe_scaling_activities(ctx: Context, command: DescribeScalingActivities) -> Events:
    if command.auto_scaling_group_name is not None:
        yield _seen(need_fleet(ctx, command.auto_scaling_group_name))


@answers(DescribeScalingActivities)
def answer_describe_scaling_activities(ctx: Context, command: DescribeScalingActivities) -> dict[str, Any]:
    found = [a for a in ctx.world.every(ScalingActivity) if command.auto_scaling_group_name in (None, a.group)]
    return {"Activities": [_describe_activity(a) for a in reversed(found)]}


def _describe_activity(activity: ScalingActivity) -> dict[str, Any]:
    shown = {
        "ActivityId": activity.id,
        "AutoScalingGroupName": activity.group,
        "Description": activity.description,
        "Cause": activity.cause,
        "StartTime": stamp(activity.at),
        "StatusCode": activity.status,
    }
    return shown | ({"StatusMessage": activity.message} if activity.message else {})
