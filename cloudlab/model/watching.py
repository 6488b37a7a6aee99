"""Watching: what gauges showed since when, and the alarms that look at metrics."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.time import HOUR, Seconds

Micro = int
"""A value of a metric in millionths of its unit: the World has no floats."""
Dimensions = tuple[tuple[str, str], ...]
"""Name and value of each, sorted."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a gauge shows from an instant on."""

    since: Seconds
    value: Micro | None
    """None: nothing is sent."""
    per_hour: Micro = 0
    """By how much it grows."""
    most: Micro = 0
    """Where growing ends."""

    def at(self, instant: Seconds) -> Micro | None:
        if self.value is None or not self.per_hour:
            return self.value
        return min(self.value + self.per_hour * (instant - self.since) // HOUR, self.most)

    def shows(self, other: Step) -> bool:
        """Tell whether another step says nothing new: the same, or the same growth gone on."""
        return (self.per_hour, self.at(other.since) is None) == (other.per_hour, other.value is None) and (
            bool(self.per_hour) or self.value == other.value
        )


@dataclass(frozen=True, slots=True)
class Gauge:
    """A metric that follows from the state of a thing, as it was since when; `id` is `<namespace>/<metric>/<thing>`."""

    id: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A CloudWatch alarm on one metric; `id` is its name."""

    id: str
    namespace: str
    metric: str
    dimensions: Dimensions
    statistic: str
    period: Seconds
    periods: int
    """EvaluationPeriods: how many of the last datapoints are looked at."""
    datapoints: int
    """DatapointsToAlarm: how many of them have to breach."""
    threshold: Micro
    operator: str
    missing: str = "missing"
    """TreatMissingData: missing, ignore, breaching, notBreaching."""
    description: str = ""
    enabled: bool = True
    """ActionsEnabled: without it it changes its state and tells nobody."""
    alarm_actions: tuple[str, ...] = ()
    ok_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    """InsufficientDataActions."""
    updated: Seconds = 0
    """When it was last put."""
    state: str = "INSUFFICIENT_DATA"
    """OK, ALARM or INSUFFICIENT_DATA."""
    since: Seconds = 0
    reason: str = "Unchecked: Initial alarm creation"
    watched: tuple[str, ...] = ()
    """What its next change was worked out from."""
    foreseen: tuple[Seconds, str, str] | None = None
    """(instant, state, reason) of its next change if nothing else changes."""

    def breaches(self, value: Micro) -> bool:
        match self.operator:
            case "GreaterThanOrEqualToThreshold":
                return value >= self.threshold
            case "GreaterThanThreshold":
                return value > self.threshold
            case "LessThanThreshold":
                return value < self.threshold
            case _:
                return value <= self.threshold
