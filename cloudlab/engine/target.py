"""Targets: registered, checked at computed instants, taken out and put back in, drained before they leave."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.elbv2 import DeregisterTargets, DescribeTargetHealth, RegisterTargets, TargetDescription
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, reacts_to, refuse
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.balancing import balancer_of, probe, target_id, targets_of, turns_at, unused_because
from cloudlab.engine.rules.elb import a_port, invalid, need_group
from cloudlab.engine.rules.ways import same_ground
from cloudlab.model.balancing import Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.compute import Instance
from cloudlab.model.events.balancing import TargetDeregistered, TargetDraining, TargetForeseen, TargetRegistered, TargetTurned
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.network import NetworkAcl, RouteTable, SecurityGroup, Subnet
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.world import Timer, World

_TURNS, _GONE = "target-turns", "target-gone"
_DECIDES = (Target, TargetGroup, Listener, LoadBalancer, Instance, SecurityGroup, NetworkAcl, RouteTable, Subnet, ZoneOutage)
"""Tables that decide how targets are; while none of them changes, none of these does."""


@decides(RegisterTargets)
def decide_register_targets(ctx: Context, command: RegisterTargets) -> Events:
    group = need_group(ctx, command.target_group_arn)
    asked = [(t, group.port if t.port is None else t.port) for t in command.targets]
    if not asked:
        invalid("At least one target must be specified", "--targets Id=i-...")
    for target, port in asked:
        a_port(port)
        _check_instance(ctx, group, target.id)
    new = [(t.id, port) for t, port in asked if target_id(group.id, t.id, port) not in ctx.world.table(Target)]
    limit = ctx.quota("targets_per_alb")
    if len(targets_of(ctx.world, group.id)) + len(new) > limit:
        refuse("TooManyTargets", f"The maximum number of targets for '{group.name}' has been reached.", f"{limit:,} are the most.")
    for instance, port in dict.fromkeys((t.id, port) for t, port in asked):
        yield from registration(ctx, group.id, instance, port)
    yield _seen(group, [target_id(group.id, t.id, port) for t, port in asked])


def _check_instance(ctx: Context, group: TargetGroup, key: str) -> None:
    instance = ctx.world.find(Instance, key)
    if instance is None:
        there = ", ".join(i.id for i in ctx.world.every(Instance) if i.state == "running" and i.vpc == group.vpc)
        refuse("InvalidTarget", f"The following targets are not valid instances: '{key}'", f"Running in {group.vpc}: {there or 'none'}.")
    if instance.state != "running":
        refuse(
            "InvalidTarget",
            f"The following targets are not in a running state and cannot be registered: '{key}'",
            f"It is {instance.state}.",
        )
    if instance.vpc != group.vpc:
        refuse(
            "InvalidTarget", f"The following targets are not in the target group VPC '{group.vpc}': '{key}'", f"It is in {instance.vpc}."
        )


def registration(ctx: Context, group: str, instance: str, port: int | None = None) -> Events:
    """Put an instance into a target group, by whoever's hand; what is in it already stays as it is."""
    found = ctx.world.get(TargetGroup, group)
    where = found.port if port is None else port
    key = target_id(group, instance, where)
    before = ctx.world.find(Target, key)
    if before is None or before.state == "draining":
        yield TargetRegistered(Target(key, group, instance, where, ctx.now))


def _seen(group: TargetGroup, targets: list[str]) -> ResourcesSeen:
    return ResourcesSeen((("TargetGroup", group.id), *(("Target", key) for key in targets)))


@evolves(TargetRegistered)
def evolve_target_registered(world: World, event: TargetRegistered) -> World:
    return world.unschedule(_GONE, event.target.id).put(event.target)


# leaving --------------------------------------------------------------------------------------------------------------------


@decides(DeregisterTargets)
def decide_deregister_targets(ctx: Context, command: DeregisterTargets) -> Events:
    group = need_group(ctx, command.target_group_arn)
    found = [_registered(ctx, group, t) for t in command.targets]
    if not found:
        invalid("At least one target must be specified", "--targets Id=i-...")
    for target in dict.fromkeys(found):
        yield from deregistration(ctx, target)
    yield _seen(group, [t.id for t in found])


def _registered(ctx: Context, group: TargetGroup, asked: TargetDescription) -> Target:
    fitting = [t for t in targets_of(ctx.world, group.id) if t.instance == asked.id and asked.port in (None, t.port)]
    if not fitting:
        there = ", ".join(f"{t.instance}:{t.port}" for t in targets_of(ctx.world, group.id))
        refuse("InvalidTarget", f"The following targets are not registered: '{asked.id}'", f"Registered: {there or 'none'}.")
    return next((t for t in fitting if t.port == group.port), fitting[0])


def deregistration(ctx: Context, target: Target) -> Events:
    """Take a target out, by whoever's hand: at once where it gets no requests, else it finishes what it has begun."""
    drain = ctx.world.get(TargetGroup, target.group).drain
    if target.state == "draining":
        return
    if target.state == "unused" or not drain:
        yield TargetDeregistered(target.id)
    else:
        yield TargetDraining(target.id, ctx.now + drain)


@evolves(TargetDraining)
def evolve_target_draining(world: World, event: TargetDraining) -> World:
    world = world.unschedule(_TURNS, event.target).schedule(event.gone, _GONE, event.target)
    return world.change(
        Target,
        event.target,
        state="draining",
        reason="Target.DeregistrationInProgress",
        description="Target deregistration is in progress",
        due=None,
    )


@fires(_GONE)
def fire_target_gone(ctx: Context, timer: Timer) -> Events:
    yield TargetDeregistered(timer.target)


@evolves(TargetDeregistered)
def evolve_target_deregistered(world: World, event: TargetDeregistered) -> World:
    return removed(world.unschedule(_TURNS, event.target).unschedule(_GONE, event.target), Target, event.target)


# health ---------------------------------------------------------------------------------------------------------------------


@reacts_to(*_DECIDES)
def react_targets(before: World, ctx: Context) -> Events:
    """Foresee, whenever something changed that a check could notice, when which target will be taken out or put back in."""
    world, machines = ctx.world, before.table(Instance)
    known = before.table(Target) if same_ground(before, world) else {}
    for target in world.every(Target):
        instance = world.find(Instance, target.instance)
        if known.get(target.id) is target and machines.get(target.instance) is instance and instance is not None:
            continue  # nothing that a check of it could notice has changed
        if instance is None or instance.state == "terminated":
            yield TargetDeregistered(target.id)
        elif target.state != "draining":
            yield from _followed(ctx, target)


def _followed(ctx: Context, target: Target) -> Events:
    unused = unused_because(ctx.world, target)
    if unused is not None:
        if (target.state, target.reason, target.description) != ("unused", *unused):
            yield TargetTurned(target.id, "unused", *unused)
        return
    if target.state == "unused":
        yield TargetTurned(target.id, "initial", "Elb.RegistrationInProgress", "Target registration is in progress")
        return
    outcome = probe(ctx.world, target)
    turned = target.turned if (outcome is None) == target.well else ctx.now
    due = turns_at(ctx.world.get(TargetGroup, target.group).check, target, outcome, turned)
    if (outcome, turned, due) != (target.outcome, target.turned, target.due):
        yield TargetForeseen(target.id, outcome, turned, due)


@evolves(TargetForeseen)
def evolve_target_foreseen(world: World, event: TargetForeseen) -> World:
    world = world.unschedule(_TURNS, event.target)
    if event.due is not None:
        world = world.schedule(event.due, _TURNS, event.target)
    return world.change(Target, event.target, outcome=event.outcome, turned=event.turned, due=event.due)


@fires(_TURNS)
def fire_target_turns(ctx: Context, timer: Timer) -> Events:
    """So many checks in a row have said the same."""
    target = ctx.world.get(Target, timer.target)
    if target.outcome is None:
        yield TargetTurned(target.id, "healthy")
    else:
        yield TargetTurned(target.id, "unhealthy", *target.outcome)


@evolves(TargetTurned)
def evolve_target_turned(world: World, event: TargetTurned) -> World:
    """Checking begins anew with `initial`: its first check is an interval away, and nothing is known yet."""
    world = world.unschedule(_TURNS, event.target)
    begun = {"checked_from": world.now, "turned": world.now, "outcome": None} if event.state == "initial" else {}
    return world.change(Target, event.target, state=event.state, reason=event.reason, description=event.description, due=None, **begun)


# looking --------------------------------------------------------------------------------------------------------------------


@decides(DescribeTargetHealth)
def decide_describe_target_health(ctx: Context, command: DescribeTargetHealth) -> Events:
    group = need_group(ctx, command.target_group_arn)
    yield _seen(group, [t.id for t in targets_of(ctx.world, group.id)])


@answers(DescribeTargetHealth)
def answer_describe_target_health(ctx: Context, command: DescribeTargetHealth) -> dict[str, Any]:
    group = ctx.world.get(TargetGroup, command.target_group_arn)
    wanted = [(t.id, t.port) for t in command.targets]
    there = targets_of(ctx.world, group.id)
    found = [t for t in there if not wanted or any(t.instance == key and port in (None, t.port) for key, port in wanted)]
    missing = [(key, port or group.port) for key, port in wanted if all(t.instance != key for t in found)]
    lost = {"State": "unused", "Reason": "Target.NotRegistered", "Description": "Target is not registered to the target group"}
    return {
        "TargetHealthDescriptions": [_described(ctx, group, t) for t in found]
        + [{"Target": {"Id": key, "Port": port}, "TargetHealth": lost} for key, port in missing]
    }


def _described(ctx: Context, group: TargetGroup, target: Target) -> dict[str, Any]:
    reason, description = target.reason, target.description
    if target.state == "initial" and balancer_of(ctx.world, group.id) is not None and ctx.now >= target.checked_from + group.check.interval:
        reason, description = "Elb.InitialHealthChecking", "Initial health checks in progress"
    health = {"State": target.state} | ({"Reason": reason, "Description": description} if reason else {})
    port = target.port if group.check.port is None else group.check.port
    return {"Target": {"Id": target.instance, "Port": target.port}, "HealthCheckPort": str(port), "TargetHealth": health}
