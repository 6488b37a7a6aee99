"""Traffic: what was offered, answered, slow and failed, what the answers were worth, and in which state a need is.

Between two changes in serving the capacity is constant, so each stretch is settled at once (`settling`); full hours are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cloudlab.engine.rules.arrivals import flow_of, key_of
from cloudlab.engine.rules.settling import Frame, Tally, calm, latency_at, settle
from cloudlab.model.catalogue import LatencyStep
from cloudlab.model.operations import Front, Segment, Serving
from cloudlab.model.scenario import Need, Scenario
from cloudlab.model.time import HOUR, MINUTE, Seconds
from cloudlab.model.training import Scored
from cloudlab.model.world import World

_settle_and_keep = lru_cache(maxsize=20_000)(settle)


def _frame(world: World, scenario: Scenario, need: Need) -> Frame:
    return Frame(key_of(world, scenario, need), scenario.cards[need.dataset].payoff, scenario.catalogue.latency)


def _stretches(segments: tuple[Segment, ...], since: Seconds, until: Seconds) -> list[tuple[Seconds, Seconds, Segment, bool]]:
    """Cut [since, until) at changes of serving and at full hours; the flag says the piece can never change any more."""
    pieces = []
    ends = [s.since for s in segments[1:]] + [until]
    for segment, segment_end in zip(segments, ends, strict=True):
        at, end = max(segment.since, since), min(segment_end, until)
        while at < end:
            to = min(end, at // HOUR * HOUR + HOUR)
            pieces.append((at, to, segment, to % HOUR == 0 or to < until))
            at = to
    return pieces


def by_hour(world: World, scenario: Scenario, need: Need, since: Seconds, until: Seconds) -> list[tuple[Seconds, Tally]]:
    """Return (start of clock hour, tally of what of it lies in [since, until)) in order of time."""
    frame = _frame(world, scenario, need)
    hours: dict[Seconds, Tally] = {}
    for start, end, segment, closed in _stretches(world.get(Serving, need.id).segments, since, until):
        tally = (_settle_and_keep if closed else settle)(frame, start, end, _answering(world, need, segment))
        hour = start // HOUR * HOUR
        hours[hour] = hours[hour] + tally if hour in hours else tally
    return sorted(hours.items())


def tally(world: World, scenario: Scenario, need: Need, since: Seconds | None = None, until: Seconds | None = None) -> Tally:
    """Return the tally of a need over [since, until), by default from the run's start to now."""
    since, until = scenario.starts if since is None else since, world.now if until is None else until
    total, segments = Tally(), world.get(Serving, need.id).segments
    for segment, segment_end in zip(segments, [*(s.since for s in segments[1:]), until], strict=True):
        total += _over(world, scenario, need, segment, max(segment.since, since), min(segment_end, until))
    return total


def _over(world: World, scenario: Scenario, need: Need, segment: Segment, start: Seconds, end: Seconds) -> Tally:
    """Settle a stretch that was served in one way: in one go where all of it went smoothly, else hour by hour."""
    frame, fronts = _frame(world, scenario, need), _answering(world, need, segment)
    first, last = -(-start // MINUTE) * MINUTE, end // MINUTE * MINUTE
    if first < last and (smooth := calm(frame, first, last, fronts)) is not None:
        return settle(frame, start, first, fronts) + smooth + settle(frame, last, end, fronts)
    total = Tally()
    for at, to, _, closed in _stretches((segment,), start, end):
        total += (_settle_and_keep if closed else settle)(frame, at, to, fronts)
    return total


def _answering(world: World, need: Need, segment: Segment) -> tuple[tuple[Front, Scored | None], ...]:
    return tuple((f, world.scored(f.model.digest(), need.dataset) if f.model is not None else None) for f in segment.fronts)


def total_tally(world: World, scenario: Scenario, since: Seconds | None = None, until: Seconds | None = None) -> Tally:
    """Return the tally over all needs."""
    total = Tally()
    for need in scenario.needs:
        total += tally(world, scenario, need, since, until)
    return total


def time_to_value(world: World, scenario: Scenario, need: Need) -> Seconds | None:
    """Return the end of the first clock hour in which at least 95 % of the requests were answered and the answers were worth
    at least half of the reference payoff each; in seconds since day 1, 00:00. None while there was none."""
    reference = scenario.cards[need.dataset].reference_micros
    for hour, part in by_hour(world, scenario, need, scenario.starts, world.now):
        whole = hour >= scenario.starts and hour + HOUR <= world.now
        if whole and part.offered and part.served * 100 >= part.offered * 95 and part.value_micros * 2 >= part.served * reference:
            return hour + HOUR
    return None


def fronts_at(world: World, need: Need, instant: Seconds) -> tuple[Front, ...]:
    """Return the addresses callers used at an instant of the run."""
    return next((s.fronts for s in reversed(world.get(Serving, need.id).segments) if s.since <= instant), ())


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the answering addresses of a need are in one minute."""

    answering: int
    """Addresses that answer."""
    utilisation: int
    """Offered over their capacity, permille."""
    latency: LatencyStep


def load(world: World, scenario: Scenario, need: Need, instant: Seconds) -> Load:
    """Return the load of the last whole minute before an instant, shared out over the addresses of that instant."""
    fronts = fronts_at(world, need, instant)
    flow = flow_of(world, scenario, need)
    minute = max(instant // MINUTE * MINUTE - MINUTE, scenario.starts)
    rate = flow.total(minute + MINUTE) - flow.total(minute)
    good = [f for f in fronts if f.cause is None]
    capacity = sum(f.capacity for f in good)
    share = rate * sum(f.share for f in good) // sum(f.share for f in fronts) if fronts else 0
    utilisation = share * 1000 // capacity if capacity else 0
    return Load(len(good), utilisation, latency_at(scenario.catalogue.latency, utilisation))


@dataclass(frozen=True, slots=True)
class Condition:
    """How a need is served at this moment, in one of four readable states."""

    state: str
    """fine, degraded, burning or down."""
    because: str
    utilisation: int
    """Offered over capacity of the answering addresses, permille."""
    latency_ms: int
    budget_left_ppm: int
    """What is left of the error budget, ppm of the whole; negative when overspent."""
    gone_in: Seconds | None
    """When the error budget is used up at the rate of the last hour; None at a sustainable rate."""


def condition(world: World, scenario: Scenario, need: Need) -> Condition:
    """Return the condition of a need at `world.now`, which may lie before the last change in how it is served.

    down: nothing answers. burning: the error budget would not last if it went on like this. degraded: some answers are slow, no
    more of them than the budget allows.
    """
    fronts = fronts_at(world, need, world.now)
    good = [f for f in fronts if f.cause is None]
    now = load(world, scenario, need, world.now)
    utilisation, latency = now.utilisation, now.latency
    left, gone = _budget(world, scenario, need)
    if not good:
        reason = fronts[0].reason if fronts else "callers have been given no address yet"
        return Condition("down", reason, 0, 0, left, gone)
    if len(good) < len(fronts) or utilisation > 1000:
        broken = next((f for f in fronts if f.cause is not None), None)
        why = f"{broken.resource}: {broken.reason}" if broken else "more requests than capacity"
        return Condition("burning", why, utilisation, latency.latency_ms, left, gone)
    if latency.slow_permille * 1000 > 1_000_000 - scenario.slo.target_ppm:
        slow = f"{latency.slow_permille / 10:g} % of the answers are slow"
        return Condition("burning", slow, utilisation, latency.latency_ms, left, gone)
    if latency.slow_permille:
        return Condition("degraded", "answers are getting slow", utilisation, latency.latency_ms, left, gone)
    return Condition("fine", "", utilisation, latency.latency_ms, left, gone)


def _budget(world: World, scenario: Scenario, need: Need) -> tuple[int, Seconds | None]:
    """Return (error budget left in ppm of the whole run's, seconds until it is gone at the last hour's rate)."""
    whole = budget_whole(world, scenario, need)
    if world.now <= scenario.slo.since or not whole:
        return 1_000_000, None
    spent = tally(world, scenario, need, scenario.slo.since).bad
    counted = min(HOUR, world.now - scenario.slo.since)
    last_hour = tally(world, scenario, need, world.now - counted).bad
    left = whole - spent
    if not last_hour or left <= 0:
        return left * 1_000_000 // whole, 0 if left <= 0 else None
    lasts = left * counted // last_hour
    return left * 1_000_000 // whole, lasts if world.now + lasts < scenario.ends else None


def budget_whole(world: World, scenario: Scenario, need: Need) -> int:
    """Return how many requests of the whole run may be slow or unanswered."""
    flow = flow_of(world, scenario, need)
    return (flow.total(scenario.ends) - flow.total(scenario.slo.since)) * (1_000_000 - scenario.slo.target_ppm) // 1_000_000


def busiest(world: World, scenario: Scenario, candidates: list[str]) -> str:
    """Return the candidate that answers the largest share of requests now; the oldest one among equals.

    Callers spread their requests over the addresses they have; an address answers its share as far as its capacity reaches.
    """
    load = dict.fromkeys(candidates, 0)
    for need in scenario.needs:
        fronts = world.get(Serving, need.id).segments[-1].fronts
        whole = sum(front.share for front in fronts)
        for front in fronts:
            if front.cause is None and front.resource in load:
                load[front.resource] += min(max(need.traffic.base_per_minute * front.share // whole, 1), front.capacity)
    return max(candidates, key=lambda c: load[c])
