"""What an Auto Scaling group does by itself: it counts its machines, judges them, replaces, launches and gives back."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.engine.instance_life import termination
from cloudlab.engine.kernel import Context, Events, Refused, evolves, fires, reacts_to
from cloudlab.engine.launch import decide_run_instances
from cloudlab.engine.launch_template import order_from, version_of
from cloudlab.engine.rules.balancing import targets_of
from cloudlab.engine.rules.fleets import members, next_subnet, next_to_go, thin_zone, unwell, waits_for_extra
from cloudlab.engine.target import deregistration, registration
from cloudlab.model.balancing import Target, TargetGroup
from cloudlab.model.compute import Instance
from cloudlab.model.events import Event
from cloudlab.model.events.balancing import TargetDeregistered
from cloudlab.model.events.compute import InstanceLaunched
from cloudlab.model.events.fleet import DesiredCapacitySet, FleetActed, FleetDeleted, FleetEvens, FleetJudged, FleetLooksAgain, FleetRetires
from cloudlab.model.fleet import AutoScalingGroup, LaunchTemplate, ScalingActivity
from cloudlab.model.ids import resource_id
from cloudlab.model.network import Subnet
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.refusal import Refusal
from cloudlab.model.time import MINUTE, Seconds, stamp
from cloudlab.model.world import Timer, World

LOOKS, RETIRES, EVENS = "fleet-looks", "fleet-retires", "fleet-evens"
_EVENS_AGAIN: Seconds = 30 * MINUTE
"""How long a group waits after it could not even out its zones."""
_RETRY: Seconds = MINUTE
"""How long a group waits after a launch that failed."""
_DECIDES = (AutoScalingGroup, Instance, Target, ZoneOutage, LaunchTemplate)


@reacts_to(*_DECIDES)
def react_fleets(before: World, ctx: Context) -> Events:
    """Have groups look again whenever something changed that concerns the number or the health of their machines."""
    world = ctx.world
    for group in world.every(AutoScalingGroup):
        yield from _enrolled(ctx, group)
        ailing = _ailing(ctx, group)
        if ailing != group.ailing:
            yield FleetJudged(group.id, ailing)
        if _is_off(world, group) and not any(t.kind == LOOKS and t.target == group.id for t in world.timers):
            yield FleetLooksAgain(group.id, ctx.now)


def _is_off(world: World, group: AutoScalingGroup) -> bool:
    """Tell whether a group has another number of machines than it wants, or too many in one zone, or is to go and has none left."""
    wanted = group.desired + waits_for_extra(world, group)
    return len(members(world, group.id)) != wanted or (group.leaving and _is_empty(world, group)) or thin_zone(world, group) is not None


def _is_empty(world: World, group: AutoScalingGroup) -> bool:
    return not any(i.fleet == group.id and i.state != "terminated" for i in world.every(Instance))


def _enrolled(ctx: Context, group: AutoScalingGroup) -> Events:
    """Register machines that have come into service in the group's target groups."""
    if "AddToLoadBalancer" in group.suspended:
        return
    for instance in members(ctx.world, group.id):
        if instance.state == "running":
            for target_group in group.target_groups:
                if ctx.world.find(TargetGroup, target_group) is not None and not any(
                    t.instance == instance.id for t in targets_of(ctx.world, target_group)
                ):
                    yield from registration(ctx, target_group, instance.id)


def _ailing(ctx: Context, group: AutoScalingGroup) -> tuple[tuple[str, Seconds], ...]:
    """Return which machines are unwell and when each will be replaced: what was foreseen before stays so while it lasts."""
    known, found = dict(group.ailing), []
    for instance in members(ctx.world, group.id):
        if unwell(ctx.world, group, instance) is not None:
            graced = instance.started + group.grace
            notice = ctx.scenario.catalogue.timing("asg_unhealthy_to_replacement")
            found.append((instance.id, known.get(instance.id, max(ctx.now + notice, graced))))
    return tuple(found)


@evolves(FleetJudged)
def evolve_fleet_judged(world: World, event: FleetJudged) -> World:
    known = dict(world.get(AutoScalingGroup, event.group).ailing)
    world = world.change(AutoScalingGroup, event.group, ailing=event.ailing)
    for instance, due in event.ailing:
        if instance not in known:
            world = world.schedule(due, LOOKS, event.group)
    return world


@evolves(FleetLooksAgain)
def evolve_fleet_looks_again(world: World, event: FleetLooksAgain) -> World:
    return world.schedule(event.due, LOOKS, event.group)


@fires(LOOKS)
def fire_fleet_looks(ctx: Context, timer: Timer) -> Events:
    """Replace what is unwell, then bring the number to what is wanted: one step at a time, each told as an activity."""
    group = ctx.world.find(AutoScalingGroup, timer.target)
    if group is None:
        return
    held = set(group.suspended)
    replaces = not held & {"HealthCheck", "ReplaceUnhealthy", "Terminate"}
    for key, due in group.ailing:
        if due <= ctx.now and replaces:
            instance = ctx.world.get(Instance, key)
            why = unwell(ctx.world, group, instance)
            if why is not None:
                yield from given_back(ctx, group, instance, f"{key} was taken out of service: {why}.", drained=False)
    lost = {key for key, due in group.ailing if due <= ctx.now and replaces}
    there = [i for i in members(ctx.world, group.id) if i.id not in lost]
    wanted = group.desired + waits_for_extra(ctx.world, group)
    if len(there) < group.desired and "Launch" not in held:
        yield from _launched(ctx, group, group.desired - len(there))
    elif len(there) > wanted and "Terminate" not in held:
        yield from _shrunk(ctx, group, len(there) - wanted)
    elif not lost and (thin := thin_zone(ctx.world, group)) is not None:
        yield from _evened(ctx, group, thin)
    if group.leaving and _is_empty(ctx.world, group):
        yield FleetDeleted(group.id)


def _launched(ctx: Context, group: AutoScalingGroup, count: int) -> Events:
    """Launch machines one by one, each where the fewest are; where a zone has no capacity, in another one."""
    world, shunned = ctx.world, frozenset[str]()
    cause = f"At {stamp(ctx.now)} the group had fewer machines than the {group.desired} wanted."
    for index in range(count):
        refusal: Refusal | None = None
        for _ in range(len(group.subnets) or 1):
            subnet = next_subnet(world, group, shunned)
            events, refusal = _launch(replace(ctx, world=world), group, subnet, index)
            if refusal is None or subnet is None:
                break
            shunned |= {world.get(Subnet, subnet).zone}
        if refusal is not None:
            failed = activity(ctx, group, "Launching a new EC2 instance", cause, index)
            yield FleetActed(replace(failed, status="Failed", message=f"{refusal.code}: {refusal.sentence}"))
            yield FleetLooksAgain(group.id, ctx.now + _RETRY)
            return
        for event in events:
            if isinstance(event, InstanceLaunched):
                world = world.put(event.instance)
                yield FleetActed(activity(ctx, group, f"Launching a new EC2 instance: {event.instance.id}", cause, index))
            yield event


def _evened(ctx: Context, group: AutoScalingGroup, thin: str) -> Events:
    """Launch one more in the zone that has too few; once it is in service, one goes where there are too many."""
    subnet = next(key for key in group.subnets if (s := ctx.world.find(Subnet, key)) is not None and s.zone == thin)
    cause = f"At {stamp(ctx.now)} the group was out of balance over its zones: {thin} had too few machines."
    events, refusal = _launch(ctx, group, subnet, 0)
    if refusal is not None:
        failed = activity(ctx, group, "Launching a new EC2 instance", cause, "even")
        yield FleetActed(replace(failed, status="Failed", message=f"{refusal.code}: {refusal.sentence}"))
        yield FleetEvens(group.id, None, ctx.now + _EVENS_AGAIN)
        return
    for event in events:
        if isinstance(event, InstanceLaunched):
            yield FleetActed(activity(ctx, group, f"Launching a new EC2 instance: {event.instance.id}", cause, "even"))
            yield FleetEvens(group.id, event.instance.id)
        yield event


@evolves(FleetEvens)
def evolve_fleet_evens(world: World, event: FleetEvens) -> World:
    if event.again_at is None:
        return world.change(AutoScalingGroup, event.group, extra=event.extra)
    return world.change(AutoScalingGroup, event.group, uneven_until=event.again_at).schedule(event.again_at, EVENS, event.group)


@fires(EVENS)
def fire_fleet_evens(ctx: Context, timer: Timer) -> Events:
    if ctx.world.find(AutoScalingGroup, timer.target) is not None:
        yield FleetLooksAgain(timer.target, ctx.now)


def _launch(ctx: Context, group: AutoScalingGroup, subnet: str | None, index: int) -> tuple[list[Event], Refusal | None]:
    """Return what launching one machine leads to, or why it can't be."""
    template = ctx.world.find(LaunchTemplate, group.template)
    if template is None:
        return [], Refusal("InvalidLaunchTemplateId.NotFound", "The launch template of the group is gone.")
    try:
        settings = version_of(template, group.version).settings
        settings = replace(settings, tags=tuple(sorted({**dict(settings.tags), **dict(group.passed_on)}.items())))
        origin = ctx.of(f"{group.id}/{ctx.now}/{index}")
        events = list(decide_run_instances(origin, order_from(settings, subnet)))
    except Refused as no:
        return [], no.refusal
    return [_in_fleet(event, group.id) for event in events], None


def _in_fleet(event: Event, group: str) -> Event:
    return replace(event, instance=replace(event.instance, fleet=group)) if isinstance(event, InstanceLaunched) else event


def _shrunk(ctx: Context, group: AutoScalingGroup, count: int) -> Events:
    world = ctx.world
    for _ in range(count):
        gone = next_to_go(world, group)
        world = _retiring(world, group.id, gone.id)
        text = f"{gone.id} was taken out of service: the group had more machines than the {group.desired} wanted."
        yield from given_back(ctx, group, gone, text, drained=True)


def given_back(ctx: Context, group: AutoScalingGroup, instance: Instance, cause: str, *, drained: bool) -> Events:
    """Take a machine out of its target groups and end it: at once where it is unwell, after the deregistration delay else."""
    due = ctx.now
    for target in ctx.world.every(Target):
        if target.instance == instance.id:
            if drained:
                yield from deregistration(ctx, target)
                due = max(due, ctx.now + ctx.world.get(TargetGroup, target.group).drain)
            else:
                yield TargetDeregistered(target.id)
    yield FleetActed(activity(ctx, group, f"Terminating EC2 instance: {instance.id}", cause, instance.id))
    yield FleetRetires(group.id, instance.id, due)


@evolves(FleetRetires)
def evolve_fleet_retires(world: World, event: FleetRetires) -> World:
    return _retiring(world, event.group, event.instance).schedule(event.due, RETIRES, event.instance)


def _retiring(world: World, group: str, instance: str) -> World:
    """Note a machine on its way out; those that are gone by now are forgotten."""
    before = world.get(AutoScalingGroup, group).retiring
    still = tuple(key for key in before if world.get(Instance, key).state != "terminated")
    return world.change(AutoScalingGroup, group, retiring=(*still, instance))


@fires(RETIRES)
def fire_fleet_retires(ctx: Context, timer: Timer) -> Events:
    instance = ctx.world.get(Instance, timer.target)
    if instance.state not in ("shutting-down", "terminated"):
        yield from termination(ctx, instance)


def activity(ctx: Context, group: AutoScalingGroup, description: str, cause: str, key: str | int) -> ScalingActivity:
    name = resource_id("act", f"{group.id}/{ctx.now}/{description}/{key}", 0)
    return ScalingActivity(name, group.id, ctx.now, description, cause)


@evolves(FleetActed)
def evolve_fleet_acted(world: World, event: FleetActed) -> World:
    return world.put(event.activity)


@evolves(DesiredCapacitySet)
def evolve_desired_capacity_set(world: World, event: DesiredCapacitySet) -> World:
    group = world.get(AutoScalingGroup, event.group)
    quiet = max(group.quiet_until, event.quiet_until)
    return world.put(replace(group, desired=event.desired, quiet_until=quiet))
