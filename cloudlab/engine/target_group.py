"""Target groups: where requests are forwarded to, how targets are asked whether they are well, how long leaving takes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cloudlab.commands.elbv2 import (
    CreateTargetGroup,
    DeleteTargetGroup,
    DescribeTargetGroupAttributes,
    DescribeTargetGroups,
    ModifyTargetGroup,
    ModifyTargetGroupAttributes,
)
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.balancing import balancer_of, targets_of
from cloudlab.engine.rules.elb import a_name, a_port, a_protocol, elb_arn, invalid, need_balancer, need_group, tags_given
from cloudlab.model.balancing import HealthCheck, Listener, Target, TargetGroup
from cloudlab.model.events.balancing import TargetGroupCreated, TargetGroupDeleted, TargetGroupModified
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import hexadecimal
from cloudlab.model.network import Vpc
from cloudlab.model.world import World

_TRAFFIC_PORT = "traffic-port"
_MATCHER = re.compile(r"[1-5]\d\d(-[1-5]\d\d)?(,[1-5]\d\d(-[1-5]\d\d)?)*")
_DRAIN, _CROSS_ZONE = "deregistration_delay.timeout_seconds", "load_balancing.cross_zone.enabled"
_LONGEST_DRAIN = 3_600


@decides(CreateTargetGroup)
def decide_create_target_group(ctx: Context, command: CreateTargetGroup) -> Events:
    """Asked again with the same settings, it is the one there is."""
    a_name(command.name, "target group")
    if command.target_type != "instance":
        invalid(f"Target type '{command.target_type}' is not modelled here.", "Leave --target-type out, or write instance.")
    if command.protocol is None:
        invalid("A protocol must be specified", "--protocol HTTP")
    if command.port is None:
        invalid("A port must be specified", "--port 443, or whichever port the servers listen on.")
    if command.vpc_id is None:
        invalid("A VPC ID must be specified", f"--vpc-id {next(iter(ctx.world.table(Vpc)), 'vpc-...')}")
    a_protocol(command.protocol, "Target group")
    a_port(command.port)
    if ctx.world.find(Vpc, command.vpc_id) is None:
        there = ", ".join(ctx.world.table(Vpc))
        invalid(f"The VPC ID '{command.vpc_id}' is not found", f"There is {there}." if there else "There is no VPC yet.")
    check = _checked(command, HealthCheck(protocol=command.protocol if command.protocol == "HTTPS" else "HTTP"))
    arn = elb_arn(f"targetgroup/{command.name}/{hexadecimal('targetgroup', ctx.origin)[:16]}")
    group = TargetGroup(arn, command.name, command.protocol, command.port, command.vpc_id, ctx.now, check, tags=tags_given(command.tags))
    there_is = _by_name(ctx.world, command.name)
    if there_is is not None:
        if replace(there_is, id=arn, created=ctx.now, drain=group.drain, cross_zone=group.cross_zone) != group:
            refuse(
                "DuplicateTargetGroupName",
                f"A target group with the same name '{command.name}' exists, but with different settings",
                "Choose another name, or change the one there is: elbv2 modify-target-group.",
            )
        yield ResourcesSeen((("TargetGroup", there_is.id),))
        return
    yield TargetGroupCreated(group)
    yield ResourcesSeen((("TargetGroup", arn),))


def _by_name(world: World, name: str) -> TargetGroup | None:
    return next((g for g in world.every(TargetGroup) if g.name == name), None)


def _checked(command: CreateTargetGroup | ModifyTargetGroup, check: HealthCheck) -> HealthCheck:
    """Return the health check with what was asked for in it, or refuse what ELB refuses."""
    if command.health_check_protocol is not None:
        a_protocol(command.health_check_protocol, "Health check")
        check = replace(check, protocol=command.health_check_protocol)
    if command.health_check_port is not None:
        if command.health_check_port != _TRAFFIC_PORT and not command.health_check_port.isdecimal():
            invalid(f"Health check port '{command.health_check_port}' must be 'traffic-port' or a number", "traffic-port, or 1 to 65535.")
        port = None if command.health_check_port == _TRAFFIC_PORT else int(command.health_check_port)
        if port is not None:
            a_port(port)
        check = replace(check, port=port)
    if command.health_check_path is not None:
        if not command.health_check_path.startswith("/") or len(command.health_check_path) > 1024:
            invalid(f"Health check path '{command.health_check_path}' must begin with a '/' character", "/ping, for instance.")
        check = replace(check, path=command.health_check_path)
    for name, title, value, least, most in (
        ("interval", "Health check interval", command.health_check_interval_seconds, 5, 300),
        ("timeout", "Health check timeout", command.health_check_timeout_seconds, 2, 120),
        ("healthy", "Healthy threshold count", command.healthy_threshold_count, 2, 10),
        ("unhealthy", "Unhealthy threshold count", command.unhealthy_threshold_count, 2, 10),
    ):
        if value is not None:
            if not least <= value <= most:
                invalid(f"{title} '{value}' must be in the range of {least}-{most}", f"{least} to {most}.")
            check = replace(check, **{name: value})  # type: ignore[arg-type] # each of these names is an int
    if check.timeout >= check.interval:
        invalid(
            f"Health check timeout '{check.timeout}' must be smaller than the interval '{check.interval}'",
            "Wait less long for an answer, or ask less often.",
        )
    if command.matcher is not None:
        if not _MATCHER.fullmatch(command.matcher.http_code):
            invalid(f"Matcher '{command.matcher.http_code}' is not valid.", "HTTP codes such as 200, 200,202 or 200-299.")
        check = replace(check, matcher=command.matcher.http_code)
    return check


@evolves(TargetGroupCreated)
def evolve_target_group_created(world: World, event: TargetGroupCreated) -> World:
    return world.put(event.group)


@answers(CreateTargetGroup)
def answer_create_target_group(ctx: Context, command: CreateTargetGroup) -> dict[str, Any]:
    group = _by_name(ctx.world, command.name)
    return {"TargetGroups": [describe_target_group(ctx.world, group)] if group is not None else []}


def describe_target_group(world: World, group: TargetGroup) -> dict[str, Any]:
    balancer, check = balancer_of(world, group.id), group.check
    return {
        "TargetGroupArn": group.id,
        "TargetGroupName": group.name,
        "Protocol": group.protocol,
        "Port": group.port,
        "VpcId": group.vpc,
        "HealthCheckProtocol": check.protocol,
        "HealthCheckPort": _TRAFFIC_PORT if check.port is None else str(check.port),
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": check.interval,
        "HealthCheckTimeoutSeconds": check.timeout,
        "HealthyThresholdCount": check.healthy,
        "UnhealthyThresholdCount": check.unhealthy,
        "HealthCheckPath": check.path,
        "Matcher": {"HttpCode": check.matcher},
        "LoadBalancerArns": [balancer.id] if balancer is not None else [],
        "TargetType": "instance",
        "ProtocolVersion": "HTTP1",
        "IpAddressType": "ipv4",
    }


@decides(ModifyTargetGroup)
def decide_modify_target_group(ctx: Context, command: ModifyTargetGroup) -> Events:
    group = need_group(ctx, command.target_group_arn)
    yield TargetGroupModified(replace(group, check=_checked(command, group.check)))
    yield ResourcesSeen((("TargetGroup", group.id),))


@evolves(TargetGroupModified)
def evolve_target_group_modified(world: World, event: TargetGroupModified) -> World:
    return world.put(event.group)


@answers(ModifyTargetGroup)
def answer_modify_target_group(ctx: Context, command: ModifyTargetGroup) -> dict[str, Any]:
    return {"TargetGroups": [describe_target_group(ctx.world, ctx.world.get(TargetGroup, command.target_group_arn))]}


@decides(ModifyTargetGroupAttributes)
def decide_modify_target_group_attributes(ctx: Context, command: ModifyTargetGroupAttributes) -> Events:
    group = need_group(ctx, command.target_group_arn)
    for setting in command.attributes:
        if setting.key == _DRAIN:
            if not setting.value.isdecimal() or int(setting.value) > _LONGEST_DRAIN:
                invalid(f"Target group attribute value '{setting.value}' is not valid for {_DRAIN}.", f"0 to {_LONGEST_DRAIN:,} seconds.")
            group = replace(group, drain=int(setting.value))
        elif setting.key == _CROSS_ZONE:
            if setting.value not in ("true", "false", "use_load_balancer_configuration"):
                invalid(
                    f"Target group attribute value '{setting.value}' is not valid for {_CROSS_ZONE}.",
                    "true, false or use_load_balancer_configuration, which is true.",
                )
            group = replace(group, cross_zone=setting.value != "false")
        else:
            invalid(
                f"Target group attribute key '{setting.key}' is not recognized or not modelled.",
                f"Here: {_DRAIN}, {_CROSS_ZONE}.",
            )
    yield TargetGroupModified(group)
    yield ResourcesSeen((("TargetGroup", group.id),))


@decides(DescribeTargetGroupAttributes)
def decide_describe_target_group_attributes(ctx: Context, command: DescribeTargetGroupAttributes) -> Events:
    yield ResourcesSeen((("TargetGroup", need_group(ctx, command.target_group_arn).id),))


@answers(ModifyTargetGroupAttributes)
def answer_modify_target_group_attributes(ctx: Context, command: ModifyTargetGroupAttributes) -> dict[str, Any]:
    return {"Attributes": _attributes(ctx.world.get(TargetGroup, command.target_group_arn))}


@answers(DescribeTargetGroupAttributes)
def answer_describe_target_group_attributes(ctx: Context, command: DescribeTargetGroupAttributes) -> dict[str, Any]:
    return {"Attributes": _attributes(ctx.world.get(TargetGroup, command.target_group_arn))}


def _attributes(group: TargetGroup) -> list[dict[str, str]]:
    cross = "use_load_balancer_configuration" if group.cross_zone else "false"
    return [{"Key": _DRAIN, "Value": str(group.drain)}, {"Key": _CROSS_ZONE, "Value": cross}]


@decides(DeleteTargetGroup)
def decide_delete_target_group(ctx: Context, command: DeleteTargetGroup) -> Events:
    group = need_group(ctx, command.target_group_arn)
    users = [x for x in ctx.world.every(Listener) if x.group == group.id]
    if users:
        refuse(
            "ResourceInUse",
            f"Target group '{group.id}' is currently in use by a listener or a rule",
            f"Delete the listener first, or let it forward elsewhere: {', '.join(x.id for x in users)}.",
        )
    yield TargetGroupDeleted(group.id)


@evolves(TargetGroupDeleted)
def evolve_target_group_deleted(world: World, event: TargetGroupDeleted) -> World:
    for target in targets_of(world, event.group):
        world = removed(world.unschedule("target-turns", target.id).unschedule("target-gone", target.id), Target, target.id)
    return removed(world, TargetGroup, event.group)


@decides(DescribeTargetGroups)
def decide_describe_target_groups(ctx: Context, command: DescribeTargetGroups) -> Events:
    yield ResourcesSeen(tuple(("TargetGroup", g.id) for g in _chosen(ctx, command)))


@answers(DescribeTargetGroups)
def answer_describe_target_groups(ctx: Context, command: DescribeTargetGroups) -> dict[str, Any]:
    return {"TargetGroups": [describe_target_group(ctx.world, g) for g in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeTargetGroups) -> list[TargetGroup]:
    if command.load_balancer_arn is not None:
        behind = [x.group for x in ctx.world.every(Listener) if x.balancer == need_balancer(ctx, command.load_balancer_arn).id]
        return [g for g in ctx.world.every(TargetGroup) if g.id in behind]
    wanted = [need_group(ctx, key) for key in command.target_group_arns]
    for name in command.names:
        found = _by_name(ctx.world, name)
        if found is None:
            there = ", ".join(g.name for g in ctx.world.every(TargetGroup))
            refuse("TargetGroupNotFound", f"Target groups '[{name}]' not found", f"There is {there or 'none yet'}.")
        wanted.append(found)
    return wanted if command.target_group_arns or command.names else list(ctx.world.every(TargetGroup))
