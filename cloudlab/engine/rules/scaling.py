"""Scaling: how many requests come to a fleet, and when a policy will change its number if nothing else changes.

Target tracking watches a metric minute by minute: three datapoints in a row above the target and it grows, fifteen below nine tenths of it
and it shrinks, to as many machines as bring the metric back to the target. Between two changes of the fleet everything that decides this is
known: the arrivals of the run and who answers them. So the instant is worked out ahead, and nothing is looked at in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloudlab.engine.rules.arrivals import Arrivals, flow_of
from cloudlab.engine.rules.fleets import members
from cloudlab.model.fleet import AutoScalingGroup, ScalingPolicy
from cloudlab.model.operations import Serving
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import DAY, HOUR, MINUTE, Seconds
from cloudlab.model.world import World

CPU, REQUESTS = "ASGAverageCPUUtilization", "ALBRequestCountPerTarget"


@dataclass(frozen=True, slots=True)
class Load:
    """What comes to a fleet while its serving stays as it is."""

    parts: tuple[tuple[str, int, int], ...]
    """(need, the fleet's shares, all shares) for each need that it answers."""
    machines: int
    """Machines that requests go to."""
    capacity: int
    """Requests a minute that one of them can answer."""


def load_of(world: World, scenario: Scenario, group: AutoScalingGroup) -> Load:
    """Return what comes to the machines of a group, as callers are served now."""
    ids = {i.id for i in members(world, group.id)}
    parts, taking, capacity = [], set(), 0
    for need in scenario.needs:
        fronts = world.get(Serving, need.id).segments[-1].fronts
        ours = [f for f in fronts if f.resource in ids]
        if ours:
            parts.append((need.id, sum(f.share for f in ours), sum(f.share for f in fronts)))
            taking |= {f.resource for f in ours}
            capacity = max(capacity, *(f.capacity for f in ours))
    return Load(tuple(parts), len(taking), capacity)


def threshold_milli(policy: ScalingPolicy, load: Load) -> int:
    """Return a policy's target as thousandths of a request a minute and machine; the CPU is taken to be busy as its capacity is used."""
    return policy.target_milli if policy.metric == REQUESTS else policy.target_milli * load.capacity // 100


def foresee(
    world: World, scenario: Scenario, group: AutoScalingGroup, policies: tuple[ScalingPolicy, ...], load: Load, since: Seconds
) -> tuple[Seconds, int] | None:
    """Return (instant, number) of the next change by policies that watch from `since` on; None for none before the run's end.

    Several policies: it grows when any says so, and shrinks when all agree, to the largest number any of them wants.
    """
    if not load.machines or not policies:
        return None
    changes = [change for p in policies if (change := _next_change(world, scenario, group, p, load, since)) is not None]
    growing = [c for c in changes if c[1] > group.desired]
    if growing:
        return min(growing)
    if len(changes) < len(policies):
        return None
    return max(c[0] for c in changes), max(c[1] for c in changes)


def _next_change(
    world: World, scenario: Scenario, group: AutoScalingGroup, policy: ScalingPolicy, load: Load, since: Seconds
) -> tuple[Seconds, int] | None:
    target = threshold_milli(policy, load)
    if target <= 0:
        return None
    used = scenario.catalogue.autoscaling
    growing, shrinking = used("alarm_high_datapoints"), used("alarm_low_datapoints")
    # what has to be passed for an alarm, and for another number of machines than there is or is on its way
    high = max(target * load.machines, target * group.desired)
    low = min(target * load.machines * used("alarm_low_permille") // 1000, target * (group.desired - 1) + 1)
    grows, shrinks = group.desired < group.most, policy.shrinks and group.desired > group.least
    late = used("ec2_basic_monitoring_period_s") if policy.metric == CPU else 0
    over = under = 0
    last: list[int] = []
    for minute, number in _minutes(world, scenario, load, since, low if shrinks else 0, high if grows else None):
        milli = number * 1000
        over = over + 1 if grows and milli > high else 0
        under = under + 1 if shrinks and milli < low else 0
        last = [*last, milli][-under:] if under else []
        if over >= growing:
            return minute + MINUTE + late, min(-(-milli // target), group.most)
        if under >= shrinking:
            return minute + MINUTE + late, max(-(-max(last[-shrinking:]) // target), group.least, 1 if group.least else 0)
    return None


def _minutes(world: World, scenario: Scenario, load: Load, since: Seconds, low: int, high: int | None) -> Iterator[tuple[Seconds, int]]:
    """Yield (start of a whole minute, requests that come to the fleet in it) until the run's end.

    A week, day or hour in which no minute is below `low` or above `high` (thousandths; None: there is no such bound) is one step, told
    as the last of its minutes.
    """
    flows: list[tuple[Arrivals, int, int]] = [
        (flow_of(world, scenario, need), ours, whole) for need in scenario.needs for name, ours, whole in load.parts if name == need.id
    ]
    at = max(-(-since // MINUTE) * MINUTE, scenario.starts)
    while at < scenario.ends:
        for span in (7 * DAY, DAY, HOUR):
            end = min(scenario.ends, at - (at - scenario.starts) % span + span)
            most = sum(f.peak(at, end) * ours // whole for f, ours, whole in flows)
            least = sum(f.trough(at, end) * ours // whole for f, ours, whole in flows)
            if least * 1000 >= low and (high is None or most * 1000 <= high):
                yield end - MINUTE, least
                break
        else:
            columns = ([n * ours // whole for n in f.minutes(at, end)] for f, ours, whole in flows)
            for index, numbers in enumerate(zip(*columns, strict=True)):
                yield at + index * MINUTE, sum(numbers)
        at = end
