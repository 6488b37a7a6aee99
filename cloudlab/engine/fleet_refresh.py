"""Instance refresh: the machines of a group replaced a few at a time, the next few once the last ones are in service and warm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.autoscaling import CancelInstanceRefresh, DescribeInstanceRefreshes, StartInstanceRefresh
from cloudlab.engine.fleet import invalid, need_fleet
from cloudlab.engine.fleet_life import given_back
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, reacts_to, refuse
from cloudlab.engine.rules.fleets import members
from cloudlab.model.balancing import Target
from cloudlab.model.compute import Instance
from cloudlab.model.events.fleet import RefreshTurned, RefreshWaits
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.fleet import AutoScalingGroup, InstanceRefresh
from cloudlab.model.time import Seconds, stamp
from cloudlab.model.world import Timer, World

GOES_ON = "fleet-refresh"
_DECIDES = (AutoScalingGroup, Instance, Target)


@decides(StartInstanceRefresh)
def decide_start_instance_refresh(ctx: Context, command: StartInstanceRefresh) -> Events:
    group = need_fleet(ctx, command.auto_scaling_group_name)
    if group.refresh is not None and group.refresh.status == "InProgress":
        refuse(
            "InstanceRefreshInProgress",
            f"An Instance Refresh is already in progress and blocks the execution of this Instance Refresh: {group.refresh.id}",
            "Wait for it, or cancel it: autoscaling cancel-instance-refresh.",
        )
    share = command.preferences.min_healthy_percentage
    if not 0 <= share <= 100:
        invalid(f"MinHealthyPercentage {share} is outside its range.", "0 to 100; 90 unless said.")
    warmup = group.warmup if command.preferences.instance_warmup is None else command.preferences.instance_warmup
    if warmup < 0:
        invalid(f"InstanceWarmup {warmup} is outside its range.", "0 seconds or more.")
    old = tuple(i.id for i in members(ctx.world, group.id))
    least = -(-group.desired * share // 100)
    yield RefreshTurned(group.id, InstanceRefresh(ctx.new_id("refresh"), ctx.now, least, warmup, old, len(old)))
    yield ResourcesSeen((("AutoScalingGroup", group.id),))


@answers(StartInstanceRefresh)
def answer_start_instance_refresh(ctx: Context, command: StartInstanceRefresh) -> dict[str, Any]:
    return {"InstanceRefreshId": ctx.new_id("refresh")}


@decides(CancelInstanceRefresh)
def decide_cancel_instance_refresh(ctx: Context, command: CancelInstanceRefresh) -> Events:
    group = need_fleet(ctx, command.auto_scaling_group_name)
    if group.refresh is None or group.refresh.status != "InProgress":
        refuse(
            "ActiveInstanceRefreshNotFound", f"No in progress Instance Refresh found for Auto Scaling group {group.id}", "None is running."
        )
    yield RefreshTurned(group.id, replace(group.refresh, status="Cancelled", ended=ctx.now))
    yield ResourcesSeen((("AutoScalingGroup", group.id),))


@answers(CancelInstanceRefresh)
def answer_cancel_instance_refresh(ctx: Context, command: CancelInstanceRefresh) -> dict[str, Any]:
    refresh = ctx.world.get(AutoScalingGroup, command.auto_scaling_group_name).refresh
    return {"InstanceRefreshId": refresh.id} if refresh is not None else {}


@decides(DescribeInstanceRefreshes)
def decide_describe_instance_refreshes(ctx: Context, command: DescribeInstanceRefreshes) -> Events:
    group = need_fleet(ctx, command.auto_scaling_group_name)
    yield ResourcesSeen((("AutoScalingGroup", group.id),))


@answers(DescribeInstanceRefreshes)
def answer_describe_instance_refreshes(ctx: Context, command: DescribeInstanceRefreshes) -> dict[str, Any]:
    refresh = ctx.world.get(AutoScalingGroup, command.auto_scaling_group_name).refresh
    if refresh is None:
        return {"InstanceRefreshes": []}
    done = refresh.whole - len(refresh.old)
    shown = {
        "InstanceRefreshId": refresh.id,
        "AutoScalingGroupName": command.auto_scaling_group_name,
        "Status": refresh.status,
        "StartTime": stamp(refresh.started),
        "PercentageComplete": 100 * done // refresh.whole if refresh.whole else 100,
        "InstancesToUpdate": len(refresh.old),
    }
    return {"InstanceRefreshes": [shown | ({"EndTime": stamp(refresh.ended)} if refresh.ended is not None else {})]}


# by itself ------------------------------------------------------------------------------------------------------------------


@evolves(RefreshTurned)
def evolve_refresh_turned(world: World, event: RefreshTurned) -> World:
    world = world.change(AutoScalingGroup, event.group, refresh=event.refresh)
    return world.unschedule(GOES_ON, event.group) if event.refresh.status != "InProgress" else world


@reacts_to(*_DECIDES)
def react_refresh(before: World, ctx: Context) -> Events:
    """Go on with a refresh once all machines of its group are in service, and the newest has warmed up."""
    world = ctx.world
    for group in world.every(AutoScalingGroup):
        if group.refresh is not None and group.refresh.status == "InProgress" and _is_settled(world, group):
            warm = _warm_at(world, group, group.refresh)
            if warm > ctx.now:
                if not any(t.kind == GOES_ON and t.target == group.id for t in world.timers):
                    yield RefreshWaits(group.id, warm)
            else:
                yield from _next_batch(ctx, group, group.refresh)


@evolves(RefreshWaits)
def evolve_refresh_waits(world: World, event: RefreshWaits) -> World:
    return world.schedule(event.until, GOES_ON, event.group)


@fires(GOES_ON)
def fire_refresh_goes_on(ctx: Context, timer: Timer) -> Events:
    group = ctx.world.find(AutoScalingGroup, timer.target)
    if group is None or group.refresh is None or group.refresh.status != "InProgress" or not _is_settled(ctx.world, group):
        return
    warm = _warm_at(ctx.world, group, group.refresh)
    if warm > ctx.now:
        yield RefreshWaits(group.id, warm)
    else:
        yield from _next_batch(ctx, group, group.refresh)


def _warm_at(world: World, group: AutoScalingGroup, refresh: InstanceRefresh) -> Seconds:
    """Return when the newest machine that the refresh brought has warmed up."""
    return max((i.started + refresh.warmup for i in members(world, group.id) if i.launched > refresh.started), default=refresh.started)


def _next_batch(ctx: Context, group: AutoScalingGroup, refresh: InstanceRefresh) -> Events:
    """Take out as many old machines as may be missing at once; the group launches as many new ones. None left: it is done."""
    there = {i.id for i in members(ctx.world, group.id)}
    old = tuple(key for key in refresh.old if key in there)
    if not old:
        yield RefreshTurned(group.id, replace(refresh, old=(), status="Successful", ended=ctx.now))
        return
    batch = max(group.desired - refresh.least, 1)
    for key in old[:batch]:
        text = f"{key} was taken out of service: an instance refresh replaces it."
        yield from given_back(ctx, group, ctx.world.get(Instance, key), text, drained=True)
    yield RefreshTurned(group.id, replace(refresh, old=old[batch:]))


def _is_settled(world: World, group: AutoScalingGroup) -> bool:
    there = members(world, group.id)
    if len(there) < group.desired or any(i.state != "running" or i.booted is None for i in there):
        return False
    ids = {i.id for i in there}
    return all(t.state == "healthy" for t in world.every(Target) if t.instance in ids and t.group in group.target_groups)
