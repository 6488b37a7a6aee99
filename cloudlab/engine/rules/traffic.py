"""Traffic: what was offered, answered, slow and failed, and what the answers were worth.

Between two changes in serving the capacity is constant, so each stretch is settled at once, minute by minute on integers.
Request number n of a need (counted from the run's first instant) carries row n mod N of the data set's held-out stream; of a
minute's requests to one address, the first ones are answered as far as the capacity reaches. Full hours are settled once and kept.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from cloudlab.engine.dice import mix
from cloudlab.model.catalogue import LatencyStep
from cloudlab.model.operations import Front, Segment, Serving
from cloudlab.model.scenario import Need, Scenario, Traffic
from cloudlab.model.time import HOUR, MINUTE, Seconds
from cloudlab.model.training import Payoff, Scored
from cloudlab.model.world import World

OVERLOAD = "overload"
NOTHING_THERE = "no address"


@dataclass(frozen=True, slots=True)
class Tally:
    """Requests of a stretch of time. offered = served + the sum of failed; slow ones are among the served."""

    offered: int = 0
    served: int = 0
    slow: int = 0
    failed: tuple[tuple[str, int], ...] = ()
    """Cause -> count, sorted by cause."""
    value_micros: int = 0
    right: int = 0
    """Answers that were right (true positive or true negative), among the served."""

    def __add__(self, other: Tally) -> Tally:
        causes = dict(self.failed)
        for cause, count in other.failed:
            causes[cause] = causes.get(cause, 0) + count
        return Tally(
            self.offered + other.offered,
            self.served + other.served,
            self.slow + other.slow,
            tuple(sorted(causes.items())),
            self.value_micros + other.value_micros,
            self.right + other.right,
        )

    @property
    def bad(self) -> int:
        """Requests that spend error budget: unanswered or slow."""
        return self.offered - self.served + self.slow


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When requests arrive: `total(t)` counts them from the run's start."""

    starts: Seconds
    per_minute: tuple[int, ...]
    before: tuple[int, ...]
    """Requests before minute i."""

    def total(self, instant: Seconds) -> int:
        minute, rest = divmod(max(instant - self.starts, 0), MINUTE)
        if minute >= len(self.per_minute):
            return self.before[-1]
        return self.before[minute] + self.per_minute[minute] * rest // MINUTE


@lru_cache(maxsize=64)
def arrivals(traffic: Traffic, need: str, starts: Seconds, ends: Seconds, seed: int, first_weekday: int = 0) -> Arrivals:
    """Return the arrivals of a whole run: profile times seeded noise, one integer per minute. `first_weekday` is day 1's, Monday 0."""
    salt = mix(seed) ^ mix(int.from_bytes(need.encode()[:8].ljust(8), "big"))
    for more in range(8, len(need.encode()), 8):
        salt = mix(salt ^ int.from_bytes(need.encode()[more : more + 8].ljust(8), "big"))
    width = 2 * traffic.noise + 1
    counts = []
    for minute in range(starts // MINUTE, ends // MINUTE):
        weekday = (first_weekday + minute // 1440) % 7
        rate = traffic.base_per_minute * traffic.hours[minute // 60 % 24] * traffic.weekdays[weekday] // 1_000_000
        counts.append(rate + rate * (mix(salt + minute) % width - traffic.noise) // 1000)
    return Arrivals(starts, tuple(counts), (0, *accumulate(counts)))


@lru_cache(maxsize=64)
def _sums(scored: Scored, by_code: tuple[int, int, int, int]) -> tuple[int, ...]:
    """Return prefix sums over the stream's rows of what each outcome counts: the sum of rows before i."""
    codes = ((scored.outcomes[row >> 2] >> 2 * (row & 3)) & 3 for row in range(scored.rows))
    return (0, *accumulate(by_code[code] for code in codes))


def _counted(scored: Scored, by_code: tuple[int, int, int, int], first: int, count: int) -> int:
    """Return the sum over `count` requests from number `first` on; request n meets row n mod N."""
    sums = _sums(scored, by_code)

    def before(n: int) -> int:
        rounds, rest = divmod(n, scored.rows)
        return rounds * sums[-1] + sums[rest]

    return before(first + count) - before(first)


def worth(scored: Scored, payoff: Payoff, first: int, count: int) -> int:
    """Return micro-dollars of answering `count` requests from number `first` on."""
    by_code = (payoff.true_negative, payoff.false_positive, payoff.false_negative, payoff.true_positive)
    return _counted(scored, by_code, first, count)


def right_answers(scored: Scored, first: int, count: int) -> int:
    """Return how many of `count` answers from number `first` on are right."""
    return _counted(scored, (1, 0, 0, 1), first, count)


def latency_at(steps: tuple[LatencyStep, ...], utilisation: int) -> LatencyStep:
    """Return the row of the latency table for a utilisation in permille; the last row holds for all above."""
    index = bisect_left([s.utilisation_permille for s in steps], utilisation)
    return steps[min(index, len(steps) - 1)]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What settling needs besides the stretch itself; hashable, so that settled hours can be kept."""

    arrivals_key: tuple[Traffic, str, Seconds, Seconds, int, int]
    payoff: Payoff
    latency: tuple[LatencyStep, ...]


def _settle(frame: _Frame, start: Seconds, end: Seconds, fronts: tuple[tuple[Front, Scored | None], ...]) -> Tally:
    flow = arrivals(*frame.arrivals_key)
    offered = served = slow = value = right = 0
    failed: dict[str, int] = {}
    whole = sum(front.share for front, _ in fronts)
    at = start
    while at < end:
        to = min(end, at // MINUTE * MINUTE + MINUTE)
        first = flow.total(at)
        number = flow.total(to) - first
        offered += number
        if not whole:
            failed[NOTHING_THERE] = failed.get(NOTHING_THERE, 0) + number
        phase, up_to, taken = first % max(whole, 1), 0, 0
        for front, scored in fronts:
            # rounding at the running sum of shares hands out every request once; the phase moves on, so that nobody gets all odd ones
            up_to += front.share
            share = (number * up_to + phase) // whole - taken
            taken += share
            if front.cause is not None or scored is None:
                cause = front.cause or "error"
                failed[cause] = failed.get(cause, 0) + share
            else:
                room = front.capacity * to // MINUTE - front.capacity * at // MINUTE
                answered = min(share, room)
                if answered < share:
                    failed[OVERLOAD] = failed.get(OVERLOAD, 0) + share - answered
                served += answered
                slow += answered * latency_at(frame.latency, share * 1000 // max(room, 1)).slow_permille // 1000
                value += worth(scored, frame.payoff, first, answered)
                right += right_answers(scored, first, answered)
            first += share
        at = to
    return Tally(offered, served, slow, tuple(sorted((c, n) for c, n in failed.items() if n)), value, right)


_settle_and_keep = lru_cache(maxsize=20_000)(_settle)


def _arrivals_key(world: World, scenario: Scenario, need: Need) -> tuple[Traffic, str, Seconds, Seconds, int, int]:
    return need.traffic, need.id, scenario.starts, scenario.ends, world.seed, scenario.calendar.first_weekday


def _frame(world: World, scenario: Scenario, need: Need) -> _Frame:
    return _Frame(_arrivals_key(world, scenario, need), scenario.cards[need.dataset].payoff, scenario.catalogue.latency)


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
        fronts = tuple((f, world.scored(f.model.digest(), need.dataset) if f.model is not None else None) for f in segment.fronts)
        tally = (_settle_and_keep if closed else _settle)(frame, start, end, fronts)
        hour = start // HOUR * HOUR
        hours[hour] = hours[hour] + tally if hour in hours else tally
    return sorted(hours.items())


def tally(world: World, scenario: Scenario, need: Need, since: Seconds | None = None, until: Seconds | None = None) -> Tally:
    """Return the tally of a need over [since, until), by default from the run's start to now."""
    total = Tally()
    for _, part in by_hour(world, scenario, need, scenario.starts if since is None else since, world.now if until is None else until):
        total += part
    return total


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
    flow = arrivals(*_arrivals_key(world, scenario, need))
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
    flow = arrivals(*_arrivals_key(world, scenario, need))
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
