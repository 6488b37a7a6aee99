"""Alarms: what an alarm makes of its last datapoints, when its state will next change if nothing else does, and what it watches over.

An alarm looks once a period, when the datapoint is there, at the last ones, two more than it evaluates where some are missing. In
between nothing is looked at: what decides is known ahead, so the instant is worked out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloudlab.engine.rules.metrics import AGENT, ALB, EC2, find_metric, subjects
from cloudlab.engine.rules.series import GaugeSeries, Series, series_of
from cloudlab.model.operations import Serving, Surge
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import DAY, HOUR, Seconds, stamp
from cloudlab.model.watching import Alarm, Gauge, Micro
from cloudlab.model.world import World

_SPARE = 2
"""Datapoints more than it evaluates that it reaches back for where some are missing. AWS does not say how many; an estimate."""
_SPEAKS_OF_MACHINES = {
    (EC2, "StatusCheckFailed"),
    (EC2, "StatusCheckFailed_Instance"),
    (EC2, "StatusCheckFailed_System"),
    (AGENT, "disk_used_percent"),
    (AGENT, "mem_used_percent"),
    (ALB, "HealthyHostCount"),
    (ALB, "UnHealthyHostCount"),
    (ALB, "HTTPCode_Target_5XX_Count"),
    (ALB, "HTTPCode_ELB_5XX_Count"),
}
"""Metrics in which it shows that a machine no longer does its work."""


@dataclass(frozen=True, slots=True)
class Verdict:
    state: str
    reason: str


def judged(alarm: Alarm, series: Series, end: Seconds) -> Verdict:
    """Return the state that an alarm has once the datapoints of the periods up to `end` are there."""
    reached = alarm.periods + _SPARE
    points = [(end - (n + 1) * alarm.period, _point(alarm, series, end - (n + 1) * alarm.period)) for n in range(reached)]
    there = [(age, at, value) for age, (at, value) in enumerate(points, 1) if value is not None][: alarm.periods]
    absent = alarm.periods - len(there)
    over = sum(alarm.breaches(value) for _, _, value in there)
    if absent and alarm.missing == "breaching":
        over, absent = over + absent, 0
    elif absent and alarm.missing == "notBreaching":
        absent = 0
    if alarm.missing == "missing" and not there:
        return Verdict("INSUFFICIENT_DATA", f"Insufficient Data: {_number(alarm.periods, 'datapoint')} unknown.")
    if over >= alarm.datapoints:
        return Verdict("ALARM", _told(alarm, [(at, value) for _, at, value in there], absent_as=alarm.missing))
    if over + absent < alarm.datapoints:
        return Verdict("OK", _told(alarm, [(at, value) for _, at, value in there], absent_as=alarm.missing))
    if alarm.missing == "missing":
        # too few to be sure of: all that there are breach, and the oldest one is as old as it takes
        if over == len(there) and there[-1][0] >= alarm.datapoints:
            return Verdict("ALARM", _told(alarm, [(at, value) for _, at, value in there], absent_as=alarm.missing))
        if over < len(there):
            return Verdict("OK", _told(alarm, [(at, value) for _, at, value in there], absent_as=alarm.missing))
    return Verdict(alarm.state, alarm.reason)


def _point(alarm: Alarm, series: Series, start: Seconds) -> Micro | None:
    sample = series.sample(start, start + alarm.period)
    return sample.of(alarm.statistic) if sample is not None else None


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}{'s were' if number != 1 else ' was'}"


_OVER = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}


def decimal(value: Micro) -> str:
    """Write a value without the noughts it does not need: 0.5, 12."""
    whole, part = divmod(abs(value), 1_000_000)
    return f"{'-' if value < 0 else ''}{whole}" + (f".{part:06d}".rstrip("0") if part else "")


def _told(alarm: Alarm, there: list[tuple[Seconds, Micro]], absent_as: str) -> str:
    breaching = [(at, value) for at, value in there if alarm.breaches(value)]
    shown = breaching if len(breaching) >= alarm.datapoints else there
    values = ", ".join(f"{decimal(value)} ({stamp(at)})" for at, value in shown[:3])
    if not there:
        return f"Threshold Crossed: no datapoints were received for {alarm.periods} periods and missing ones count as {absent_as}."
    said = "" if shown is breaching and breaching else " not"
    return (
        f"Threshold Crossed: {_number(len(shown), 'datapoint')}{said} {_OVER[alarm.operator]} the threshold "
        f"({decimal(alarm.threshold)}): {values}."
    )


# ahead -----------------------------------------------------------------------------------------------------------------------


def foresee(world: World, scenario: Scenario, alarm: Alarm) -> tuple[Seconds, str, str] | None:
    """Return (instant, state, reason) of an alarm's next change if nothing changes but the time; None for none before the run's end."""
    series = looked_at(world, scenario, alarm)
    delay = scenario.catalogue.estimate("alarm_delay_s")
    if world.now <= alarm.updated + delay:
        # a new alarm looks at what there is already
        first = judged(alarm, series, alarm.updated // alarm.period * alarm.period)
        if first.state != alarm.state:
            return alarm.updated + delay, first.state, first.reason
    end = max(-(-(world.now - delay) // alarm.period), alarm.updated // alarm.period + 1) * alarm.period
    while end + delay <= scenario.ends:
        verdict = judged(alarm, series, end)
        if verdict.state != alarm.state:
            return end + delay, verdict.state, verdict.reason
        end = _alike_until(alarm, series, end, scenario.ends) + alarm.period
    return None


def _alike_until(alarm: Alarm, series: Series, end: Seconds, ends: Seconds) -> Seconds:
    """Return the last end of a period up to which every datapoint is on the same side as those looked at until `end`."""
    since, found = end - (alarm.periods + _SPARE) * alarm.period, end
    for span in (HOUR, DAY, 7 * DAY, 28 * DAY):
        to = min(end + span, ends) // alarm.period * alarm.period
        if to > end:
            if not _alike(alarm, series, since, to):
                break
            found = to
    return found


def _alike(alarm: Alarm, series: Series, since: Seconds, to: Seconds) -> bool:
    between = series.between(since, to, alarm.statistic, alarm.period)
    if between is None:
        return False
    low, high = between
    if low is None or high is None:
        # where nothing is sent in some minutes only, it depends on what nothing counts as
        missing = {"breaching": True, "notBreaching": False}.get(alarm.missing)
        return low is high or (high is not None and alarm.breaches(high) == missing and alarm.breaches(0) == missing)
    return alarm.breaches(low) == alarm.breaches(high)


def looked_at(world: World, scenario: Scenario, alarm: Alarm) -> Series:
    """Return the series an alarm looks at; one without a datapoint where nothing sends it."""
    metric = find_metric(alarm.namespace, alarm.metric, alarm.dimensions)
    return series_of(world, scenario, metric, alarm.dimensions) if metric is not None else GaugeSeries(())


def basis(world: World, scenario: Scenario, alarm: Alarm) -> tuple[str, ...]:
    """Return what an alarm's future follows from: where none of it is otherwise, neither is that."""
    served = (f"{need.id}@{world.get(Serving, need.id).segments[-1].since}" for need in scenario.needs)
    surges = (f"{s.id}:{s.since}" for s in world.every(Surge))
    gauges = (f"{g.id}@{g.steps[-1]}" for g in _gauges(world, alarm))
    return (f"{alarm.updated}:{alarm.state}:{alarm.since}", *served, *surges, *gauges, *subjects(world, alarm.dimensions))


def _gauges(world: World, alarm: Alarm) -> Iterator[Gauge]:
    prefix, things = f"{alarm.namespace}/{alarm.metric}/", [value for _, value in alarm.dimensions]
    for thing in things:
        gauge = world.find(Gauge, prefix + thing)
        if gauge is not None:
            yield gauge


# in words --------------------------------------------------------------------------------------------------------------------

_SIGNS = {
    "GreaterThanOrEqualToThreshold": ">=",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}


def condition_of(alarm: Alarm) -> str:
    """Say when an alarm goes off: `Maximum StatusCheckFailed >= 1 in 2 of 2 times 60 s`."""
    often = f"in {alarm.datapoints} of {alarm.periods} times {alarm.period} s"
    return f"{alarm.statistic} {alarm.metric} {_SIGNS[alarm.operator]} {decimal(alarm.threshold)} {often}"


# what it is good for ---------------------------------------------------------------------------------------------------------


def is_watched(world: World, instance: str) -> bool:
    """Tell whether an alarm that tells somebody looks at whether a machine does its work."""
    return any(
        alarm.enabled and (alarm.namespace, alarm.metric) in _SPEAKS_OF_MACHINES and instance in subjects(world, alarm.dimensions)
        for alarm in world.every(Alarm)
    )
