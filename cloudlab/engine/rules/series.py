"""Series: the datapoints of a metric over any period, past or to come if nothing changes; and where they are all alike.

What follows from the state of a thing is kept step by step (gauges); what follows from its requests is worked out from who answered
them when, minute by minute, as the settling does. Between two changes more requests never mean lower numbers, so a stretch whose
quietest and whose busiest minute lie on the same side of a threshold need not be gone through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cloudlab.engine.rules.arrivals import Arrivals, flow_of
from cloudlab.engine.rules.metrics import (
    BALANCER,
    ENDPOINT,
    GAUGED,
    GROUP,
    INSTANCE,
    ONE,
    TARGETS,
    Metric,
    balancer_named,
    steps_of,
    subjects,
)
from cloudlab.engine.rules.settling import handed_out, latency_at
from cloudlab.model.catalogue import LatencyStep
from cloudlab.model.compute import Instance
from cloudlab.model.operations import Front, Segment, Serving
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import MINUTE, Seconds
from cloudlab.model.watching import Dimensions, Micro, Step
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Sample:
    """What was sent in a stretch of time: how many values, their sum, the least and the most of them."""

    count: int
    total: Micro
    least: Micro
    most: Micro

    def __add__(self, other: Sample) -> Sample:
        return Sample(self.count + other.count, self.total + other.total, min(self.least, other.least), max(self.most, other.most))

    def of(self, statistic: str) -> Micro:
        match statistic:
            case "Sum":
                return self.total
            case "Average":
                return self.total // self.count
            case "Minimum":
                return self.least
            case "Maximum":
                return self.most
            case _:
                return self.count * ONE


Range = tuple[Micro | None, Micro | None]
"""The lowest and the highest a datapoint can be; None: nothing is sent."""


def _summed(samples: Iterator[Sample | None]) -> Sample | None:
    total = None
    for sample in samples:
        if sample is not None:
            total = sample if total is None else total + sample
    return total


@dataclass(frozen=True, slots=True)
class GaugeSeries:
    """A gauge, looked at once a minute, at the minute's end."""

    steps: tuple[Step, ...]

    def sample(self, start: Seconds, end: Seconds) -> Sample | None:
        return _summed(self._at(minute + MINUTE - 1) for minute in range(start, end, MINUTE))

    def _at(self, instant: Seconds) -> Sample | None:
        step = next((s for s in reversed(self.steps) if s.since <= instant), None)
        value = step.at(instant) if step is not None else None
        return Sample(1, value, value, value) if value is not None else None

    def between(self, start: Seconds, end: Seconds, statistic: str, period: Seconds) -> Range | None:
        """Return what the datapoints of every period in [start, end) lie between; None where that is not known without a look."""
        first, last = self._at(start), self._at(end)
        if any(start < s.since <= end for s in self.steps) or (first is None) != (last is None):
            return None
        if first is None or last is None:
            return None, None
        if statistic in ("Sum", "SampleCount"):
            counted = Sample(period // MINUTE, first.total * (period // MINUTE), first.least, first.most)
            return (counted.of(statistic),) * 2 if first == last else None
        return first.total, last.total


@dataclass(frozen=True, slots=True)
class _Minute:
    """What became of the requests of a minute, or a part of one, at one address."""

    front: Front
    share: int
    room: int


Reading = Callable[[list[_Minute], tuple[LatencyStep, ...]], Sample | None]


@dataclass(frozen=True, slots=True)
class TrafficSeries:
    """A metric of the requests that come to some of a need's addresses; for several needs, of all of them."""

    flows: tuple[tuple[Arrivals, tuple[Segment, ...]], ...]
    picks: Callable[[Front], bool]
    reads: Reading
    latency: tuple[LatencyStep, ...]
    resolution: Seconds
    since: Seconds = 0
    """Nothing was sent before."""
    _kept: dict[Seconds, Sample | None] = field(default_factory=dict)

    def sample(self, start: Seconds, end: Seconds) -> Sample | None:
        """Sum up a stretch. What is sent every five minutes only is there from the minute in which the five are over."""
        if self.resolution == MINUTE:
            return _summed(self._minute(at) for at in range(start, end, MINUTE))
        return _summed(self._averaged(at) for at in range(start // MINUTE * MINUTE + MINUTE, end + 1, MINUTE) if at % self.resolution == 0)

    def _averaged(self, at: Seconds) -> Sample | None:
        found = _summed(self._minute(m) for m in range(at - self.resolution, at, MINUTE))
        if found is None:
            return None
        value = found.of("Average")
        return Sample(1, value, value, value)

    def _minute(self, at: Seconds) -> Sample | None:
        if at < self.since:
            return None
        if at not in self._kept:
            self._kept[at] = self.reads([part for flow, segments in self.flows for part in self._parts(flow, segments, at)], self.latency)
        return self._kept[at]

    def _parts(self, flow: Arrivals, segments: tuple[Segment, ...], minute: Seconds) -> Iterator[_Minute]:
        until = minute + MINUTE
        for index in range(len(segments) - 1, -1, -1):
            segment = segments[index]
            at = max(segment.since, minute, flow.starts)
            if at < until:
                yield from self._shared(segment.fronts, flow.total(at), flow.total(until) - flow.total(at), at, until)
                until = at
            if segment.since <= minute:
                return

    def _shared(self, fronts: tuple[Front, ...], first: int, number: int, at: Seconds, to: Seconds) -> Iterator[_Minute]:
        if not fronts:
            return
        for front, share in zip(fronts, handed_out(first, number, tuple(f.share for f in fronts)), strict=True):
            if self.picks(front):
                yield _Minute(front, share, front.capacity * to // MINUTE - front.capacity * at // MINUTE)

    def between(self, start: Seconds, end: Seconds, statistic: str, period: Seconds) -> Range | None:
        """Return what the datapoints of every period in [start, end) lie between, as the requests are shared out now."""
        start -= self.resolution
        if period < self.resolution or start < self.since:
            return None
        if any(segments[-1].since > start or flow.starts > start for flow, segments in self.flows):
            return None
        end = min(end, *(flow.starts + MINUTE * len(flow.per_minute) for flow, _ in self.flows)) if self.flows else end
        if start >= end:
            return None
        low, high = (self._bound(start, end, busy=busy) for busy in (False, True))
        times = period // max(self.resolution, MINUTE) if statistic in ("Sum", "SampleCount") else 1
        if low is None or high is None:
            return None, high.of("Maximum" if statistic == "Average" else statistic) * times if high is not None else None
        if statistic == "Average" and low.of("Minimum") != high.of("Maximum"):
            return low.least, high.most
        return low.of(statistic) * times, high.of(statistic) * times

    def _bound(self, start: Seconds, end: Seconds, *, busy: bool) -> Sample | None:
        """Read a minute that is at least as quiet, or as busy, as any in a stretch."""
        parts: list[_Minute] = []
        for flow, segments in self.flows:
            fronts = segments[-1].fronts
            whole = sum(f.share for f in fronts)  # by so much more or less, nobody's share is rounded the other way
            number = flow.peak(start, end) + whole if busy else max(flow.trough(start, end) - whole, 0)
            parts += self._shared(fronts, 0, number, 0, MINUTE)
        return self.reads(parts, self.latency)


Series = GaugeSeries | TrafficSeries


# what is read of the requests of a minute ------------------------------------------------------------------------------------


def _answered(part: _Minute) -> int:
    return min(part.share, part.room) if part.front.cause is None and part.front.model is not None else 0


def _counted(number: int) -> Sample | None:
    """A load balancer counts one for each, and sends nothing where there is none."""
    return Sample(number, number * ONE, ONE, ONE) if number else None


def _reaches_balancer(part: _Minute) -> bool:
    """Who is turned away at its door, or at the greeting, was never heard."""
    return part.front.resource != part.front.via or part.front.cause == "HTTP 503"


def _by_balancer(part: _Minute) -> int:
    """Count what the load balancer itself answers with 502, 503 or 504: nobody there, no answer, not in time."""
    cause = part.front.cause
    if cause is None:
        return part.share - _answered(part)
    own = cause.startswith("HTTP 5") or part.front.reason.startswith("HTTP 502")
    return part.share if own and _reaches_balancer(part) else 0


def _by_target(part: _Minute) -> int:
    return part.share if part.front.cause is not None and part.front.reason.startswith("HTTP 500") else 0


def _requests(parts: list[_Minute], latency: tuple[LatencyStep, ...]) -> Sample | None:
    return _counted(sum(p.share for p in parts if _reaches_balancer(p)))


def _target_5xx(parts: list[_Minute], latency: tuple[LatencyStep, ...]) -> Sample | None:
    return _counted(sum(map(_by_target, parts)))


def _balancer_5xx(parts: list[_Minute], latency: tuple[LatencyStep, ...]) -> Sample | None:
    return _counted(sum(map(_by_balancer, parts)))


def _times(parts: list[_Minute], latency: tuple[LatencyStep, ...], micro: Micro) -> Sample | None:
    """Each answered request sends how long it took: `micro` for a millisecond."""
    found = (
        Sample(number, number * (took := latency_at(latency, p.share * 1000 // max(p.room, 1)).latency_ms * micro), took, took)
        for p in parts
        if (number := _answered(p))
    )
    return _summed(iter(found))


def _seconds(parts: list[_Minute], latency: tuple[LatencyStep, ...]) -> Sample | None:
    return _times(parts, latency, ONE // 1000)


def _microseconds(parts: list[_Minute], latency: tuple[LatencyStep, ...]) -> Sample | None:
    return _times(parts, latency, 1000 * ONE)


def _errors(parts: list[_Minute], latency: tuple[LatencyStep, ...]) -> Sample | None:
    """Each request to an endpoint sends a one if it failed, and a nought if not."""
    number = sum(p.share for p in parts)
    failed = number - sum(map(_answered, parts))
    return Sample(number, failed * ONE, 0 if failed < number else ONE, ONE if failed else 0) if number else None


_READS: dict[str, Reading] = {
    "RequestCount": _requests,
    "HTTPCode_Target_5XX_Count": _target_5xx,
    "HTTPCode_ELB_5XX_Count": _balancer_5xx,
    "TargetResponseTime": _seconds,
    "Invocations": _requests,
    "Invocation5XXErrors": _errors,
    "ModelLatency": _microseconds,
}


def _busy(machines: tuple[str, ...]) -> Reading:
    """The CPU of a machine is taken to be busy as its capacity is used, as scaling policies see it; of several, on average."""

    def reads(parts: list[_Minute], latency: tuple[LatencyStep, ...]) -> Sample | None:
        load: dict[str, tuple[int, int]] = dict.fromkeys(machines, (0, 0))
        for part in parts:
            if part.front.resource not in load:
                continue
            share, room = load[part.front.resource]
            taken = part.share if part.front.cause is None else 0
            load[part.front.resource] = (share + taken, max(room, part.room))
        values = [min(100 * ONE * share // room, 100 * ONE) if room else 0 for share, room in load.values()]
        return Sample(len(values), sum(values), min(values), max(values)) if values else None

    return reads


def series_of(world: World, scenario: Scenario, metric: Metric, dimensions: Dimensions) -> Series:
    """Return the series of a metric that something sends, under these dimensions."""
    if metric.name in GAUGED:
        return GaugeSeries(steps_of(world, metric, dimensions))
    told, watched = dict(dimensions), subjects(world, dimensions)
    reads, picks = _READS.get(metric.name), _picks(world, told)
    since = scenario.starts
    if INSTANCE in told or GROUP in told:
        running = [i for key in watched if (i := world.find(Instance, key)) is not None and i.state == "running"]
        reads, picks = _busy(tuple(i.id for i in running)), lambda front: front.resource in watched
        since = max(since, -(-min((i.started for i in running), default=world.now) // MINUTE) * MINUTE)
    assert reads is not None, f"nothing reads {metric.name}"
    flows = tuple((flow_of(world, scenario, need), world.get(Serving, need.id).segments) for need in scenario.needs)
    return TrafficSeries(flows, picks, reads, scenario.catalogue.latency, metric.resolution, since)


def _picks(world: World, told: dict[str, str]) -> Callable[[Front], bool]:
    if ENDPOINT in told:
        return lambda front: front.resource == told[ENDPOINT]
    balancer = balancer_named(world, told.get(BALANCER, ""))
    key = balancer.id if balancer is not None else "-"
    if TARGETS in told:
        return lambda front: front.via == key and front.resource != key
    return lambda front: front.via == key
