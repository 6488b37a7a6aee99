"""What an Auto Scaling group does by itself, held and let go again by hand; and target groups taken from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cloudlab.commands.autoscaling import PROCESSES, DetachLoadBalancerTargetGroups, ResumeProcesses, SuspendProcesses
from cloudlab.engine.fleet import invalid, need_fleet
from cloudlab.engine.kernel import Context, Events, decides
from cloudlab.engine.rules.fleets import members
from cloudlab.engine.target import deregistration
from cloudlab.model.balancing import Target
from cloudlab.model.events.fleet import FleetLooksAgain, FleetPut
from cloudlab.model.events.run import ResourcesSeen


@decides(SuspendProcesses)
def decide_suspend_processes(ctx: Context, command: SuspendProcesses) -> Events:
    """Without names, all of them."""
    group = need_fleet(ctx, command.auto_scaling_group_name)
    held = {*group.suspended, *_named(command.scaling_processes)}
    yield FleetPut(replace(group, suspended=tuple(p for p in PROCESSES if p in held)))
    yield _seen(group.id)


@decides(ResumeProcesses)
def decide_resume_processes(ctx: Context, command: ResumeProcesses) -> Events:
    """What was due meanwhile is done now."""
    group = need_fleet(ctx, command.auto_scaling_group_name)
    freed = _named(command.scaling_processes)
    yield FleetPut(replace(group, suspended=tuple(p for p in group.suspended if p not in freed)))
    yield FleetLooksAgain(group.id, ctx.now)
    yield _seen(group.id)


def _named(given: Iterable[str]) -> tuple[str, ...]:
    asked = tuple(given)
    for name in asked:
        if name not in PROCESSES:
            invalid(f"Invalid process name: {name}", f"There is {', '.join(PROCESSES)}.")
    return asked or PROCESSES


@decides(DetachLoadBalancerTargetGroups)
def decide_detach_target_groups(ctx: Context, command: DetachLoadBalancerTargetGroups) -> Events:
    """Its machines are taken out of them, and finish what they have begun."""
    group = need_fleet(ctx, command.auto_scaling_group_name)
    for key in command.target_group_arns:
        if key not in group.target_groups:
            there = ", ".join(group.target_groups) or "none"
            invalid(f"Trying to remove Target Groups that are not part of the group: {key}", f"It has {there}.")
    own = {i.id for i in members(ctx.world, group.id)}
    left = tuple(key for key in group.target_groups if key not in command.target_group_arns)
    yield FleetPut(replace(group, target_groups=left))
    for target in ctx.world.every(Target):
        if target.instance in own and target.group in command.target_group_arns and target.state != "draining":
            yield from deregistration(ctx, target)
    yield _seen(group.id)


def _seen(group: str) -> ResourcesSeen:
    return ResourcesSeen((("AutoScalingGroup", group),))
