"""Scaling policies: put, deleted, described; and the change of a group's number at the instant that was foreseen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cloudlab.commands.autoscaling import METRICS, DeletePolicy, DescribePolicies, PutScalingPolicy
from cloudlab.engine.fleet import a_text, invalid, need_fleet
from cloudlab.engine.fleet_life import activity
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, reacts_to
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.scaling import REQUESTS, foresee, load_of
from cloudlab.model.balancing import Listener, TargetGroup
from cloudlab.model.compute import Instance
from cloudlab.model.events.fleet import DesiredCapacitySet, FleetActed, PolicyDeleted, PolicyPut, ScalingForeseen
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.fleet import AutoScalingGroup, ScalingPolicy
from cloudlab.model.ids import arn
from cloudlab.model.operations import Serving, Surge
from cloudlab.model.time import stamp
from cloudlab.model.world import Timer, World

SCALES = "fleet-scales"
_DECIDES = (AutoScalingGroup, ScalingPolicy, Serving, Instance, Surge)


@decides(PutScalingPolicy)
def decide_put_scaling_policy(ctx: Context, command: PutScalingPolicy) -> Events:
    group = need_fleet(ctx, command.auto_scaling_group_name)
    a_text("policyName", command.policy_name, 255)
    if command.policy_type != "TargetTrackingScaling":
        invalid(f"Policy type {command.policy_type} is not modelled here.", "TargetTrackingScaling")
    asked = command.target_tracking_configuration
    if asked is None:
        invalid("TargetTrackingConfiguration must be specified for a policy of type TargetTrackingScaling", "A metric and a target value.")
    metric, label = asked.predefined_metric_specification.predefined_metric_type, asked.predefined_metric_specification.resource_label
    if metric not in METRICS:
        invalid(f"PredefinedMetricType {metric} is not one that is modelled here.", f"{' or '.join(METRICS)}.")
    if metric != REQUESTS and label is not None:
        invalid(f"The resource label is not supported for {metric}.", "Leave it out; ALBRequestCountPerTarget has one.")
    if metric == REQUESTS and label not in _labels(ctx.world, group):
        there = " or ".join(_labels(ctx.world, group))
        accepted = there or "The group has to be attached to a target group that a load balancer forwards to."
        invalid(f"The load balancer target group {label} does not exist, or is not attached to the group.", accepted)
    if asked.target_value <= 0:
        invalid("The target value has to be above zero.", "50 for percent of CPU; for requests, what one machine answers at ease.")
    policy = ScalingPolicy(
        f"{group.id}/{command.policy_name}",
        group.id,
        command.policy_name,
        metric,
        int(asked.target_value * 1000),
        ctx.now,
        label or "",
        not asked.disable_scale_in,
        command.estimated_instance_warmup,
    )
    yield PolicyPut(policy)
    yield ResourcesSeen((("ScalingPolicy", policy.id), ("AutoScalingGroup", group.id)))


def _labels(world: World, group: AutoScalingGroup) -> tuple[str, ...]:
    """Return what names the target groups of a group in a metric: app/<balancer>/<id>/targetgroup/<group>/<id>."""
    found = []
    for key in group.target_groups:
        target_group = world.find(TargetGroup, key)
        for listener in world.every(Listener):
            if target_group is not None and listener.group == key:
                balancer = listener.balancer.partition("loadbalancer/")[2]
                found.append(f"{balancer}/{key.rpartition(':')[2]}")
    return tuple(dict.fromkeys(found))


@evolves(PolicyPut)
def evolve_policy_put(world: World, event: PolicyPut) -> World:
    return world.put(event.policy)


@answers(PutScalingPolicy)
def answer_put_scaling_policy(ctx: Context, command: PutScalingPolicy) -> dict[str, Any]:
    policy = ctx.world.get(ScalingPolicy, f"{command.auto_scaling_group_name}/{command.policy_name}")
    return {"PolicyARN": policy_arn(policy), "Alarms": [{"AlarmName": name} for name in _alarms(policy)]}


def policy_arn(policy: ScalingPolicy) -> str:
    return arn("autoscaling", f"scalingPolicy::autoScalingGroupName/{policy.group}:policyName/{policy.name}")


def _alarms(policy: ScalingPolicy) -> tuple[str, ...]:
    return tuple(f"TargetTracking-{policy.group}-Alarm{way}-{policy.name}" for way in (("High", "Low") if policy.shrinks else ("High",)))


@decides(DeletePolicy)
def decide_delete_policy(ctx: Context, command: DeletePolicy) -> Events:
    yield PolicyDeleted(_need_policy(ctx, command).id)


def _need_policy(ctx: Context, command: DeletePolicy) -> ScalingPolicy:
    wanted, group = command.policy_name, command.auto_scaling_group_name
    fitting = [p for p in ctx.world.every(ScalingPolicy) if wanted in (p.name, p.id, policy_arn(p)) and group in (None, p.group)]
    if not fitting:
        there = ", ".join(p.name for p in ctx.world.every(ScalingPolicy)) or "none"
        invalid(f"Policy not found: {wanted}", f"There is {there}.")
    return fitting[0]


@evolves(PolicyDeleted)
def evolve_policy_deleted(world: World, event: PolicyDeleted) -> World:
    return removed(world, ScalingPolicy, event.policy)


@decides(DescribePolicies)
def decide_describe_policies(ctx: Context, command: DescribePolicies) -> Events:
    if command.auto_scaling_group_name is not None:
        need_fleet(ctx, command.auto_scaling_group_name)
    yield ResourcesSeen(tuple(("ScalingPolicy", p.id) for p in _listed(ctx, command)))


@answers(DescribePolicies)
def answer_describe_policies(ctx: Context, command: DescribePolicies) -> dict[str, Any]:
    return {"ScalingPolicies": [_described(p) for p in _listed(ctx, command)]}


def _listed(ctx: Context, command: DescribePolicies) -> list[ScalingPolicy]:
    return [p for p in ctx.world.every(ScalingPolicy) if command.auto_scaling_group_name in (None, p.group)]


def _described(policy: ScalingPolicy) -> dict[str, Any]:
    metric = {"PredefinedMetricType": policy.metric} | ({"ResourceLabel": policy.label} if policy.label else {})
    value = Decimal(policy.target_milli) / 1000
    return {
        "PolicyName": policy.name,
        "PolicyARN": policy_arn(policy),
        "AutoScalingGroupName": policy.group,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingConfiguration": {
            "PredefinedMetricSpecification": metric,
            "TargetValue": float(value),
            "DisableScaleIn": not policy.shrinks,
        },
        "Enabled": True,
    }


# by itself ------------------------------------------------------------------------------------------------------------------


@reacts_to(*_DECIDES)
def react_scaling(before: World, ctx: Context) -> Events:
    """Work out anew when policies will act, whenever what decides it is otherwise than it was."""
    world = ctx.world
    for group in world.every(AutoScalingGroup):
        policies = tuple(p for p in world.every(ScalingPolicy) if p.group == group.id and "AlarmNotification" not in group.suspended)
        if not policies and not group.watched:
            continue
        load = load_of(world, ctx.scenario, group)
        basis = (
            *(part for need, ours, whole in load.parts for part in (need, str(ours), str(whole))),
            *(f"{p.id}:{p.target_milli}:{p.shrinks}" for p in policies),
            *(s.id for s in world.every(Surge) if s.need in [need for need, _, _ in load.parts]),
            *(str(n) for n in (load.machines, load.capacity, group.least, group.most, group.desired, group.quiet_until)),
        )
        if basis != group.watched:
            since = max(ctx.now, group.quiet_until)
            yield ScalingForeseen(group.id, basis if policies else (), foresee(world, ctx.scenario, group, policies, load, since))


@evolves(ScalingForeseen)
def evolve_scaling_foreseen(world: World, event: ScalingForeseen) -> World:
    world = world.unschedule(SCALES, event.group).change(AutoScalingGroup, event.group, watched=event.watched, foreseen=event.foreseen)
    return world if event.foreseen is None else world.schedule(event.foreseen[0], SCALES, event.group)


@fires(SCALES)
def fire_fleet_scales(ctx: Context, timer: Timer) -> Events:
    """An alarm of a policy has gone off: the number changes, and policies keep still until the new machines have warmed up."""
    group = ctx.world.get(AutoScalingGroup, timer.target)
    assert group.foreseen is not None
    _, desired = group.foreseen
    warmups = [p.warmup for p in ctx.world.every(ScalingPolicy) if p.group == group.id and p.warmup is not None]
    yield DesiredCapacitySet(group.id, desired, ctx.now + max(warmups, default=group.warmup))
    way = "High" if desired > group.desired else "Low"
    cause = f"At {stamp(ctx.now)} a monitor alarm TargetTracking-{group.id}-Alarm{way} triggered a policy."
    yield FleetActed(activity(ctx, group, f"Changing the desired capacity from {group.desired} to {desired}", cause, desired))
