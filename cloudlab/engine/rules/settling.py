"""Settling: what becomes of the requests of a stretch of time in which nothing changes in how they are served.

Request number n of a need (counted from the run's first instant) carries row n mod N of the data set's held-out stream; of a
minute's requests to one address, the first ones are answered as far as the capacity reaches. Where every request is answered the
sums follow from prefixes, and cost nothing per minute; where some fail, the stretch is gone through minute by minute, to the same sums.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from cloudlab.engine.rules.arrivals import Key, arrivals
from cloudlab.model.catalogue import LatencyStep
from cloudlab.model.operations import Front
from cloudlab.model.time import MINUTE, Seconds
from cloudlab.model.training import Payoff, Scored

OVERLOAD = "overload"
NOTHING_THERE = "no address"

Answering = tuple[tuple[Front, Scored | None], ...]
"""Fronts with what the model of each answers."""


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
class Frame:
    """What settling needs besides the stretch itself; hashable, so that settled hours can be kept."""

    arrivals_key: Key
    payoff: Payoff
    latency: tuple[LatencyStep, ...]


def settle(frame: Frame, start: Seconds, end: Seconds, fronts: Answering) -> Tally:
    """Return what became of the requests that arrived in [start, end) while `fronts` were as they are."""
    first, last = -(-start // MINUTE) * MINUTE, end // MINUTE * MINUTE
    if first < last and (smooth := calm(frame, first, last, fronts)) is not None:
        total = smooth
        if start < first:
            total = _minute_by_minute(frame, start, first, fronts) + total
        return total + _minute_by_minute(frame, last, end, fronts) if last < end else total
    return _minute_by_minute(frame, start, end, fronts)


def calm(frame: Frame, start: Seconds, end: Seconds, fronts: Answering) -> Tally | None:
    """Settle whole minutes in which alike fronts, each with the same model, answer everything; None where that is not so."""
    if not fronts:
        return None
    (one, scored), flow, ways = fronts[0], arrivals(*frame.arrivals_key), len(fronts)
    if scored is None or any(
        f.cause is not None or s is not scored or (f.share, f.capacity) != (one.share, one.capacity) for f, s in fronts
    ):
        return None
    if -(-flow.peak(start, end) // ways) > one.capacity:
        return None
    first = flow.total(start)
    number = flow.total(end) - first
    slow = sum(map(_slow_per_minute(frame.latency, one.capacity, ways).__getitem__, flow.minutes(start, end)))
    return Tally(number, number, slow, (), worth(scored, frame.payoff, first, number), right_answers(scored, first, number))


class _SlowPerMinute(dict[int, int]):
    """Requests of a minute -> slow answers, from `ways` alike fronts that answer all of them. Worked out once for each number."""

    def __init__(self, latency: tuple[LatencyStep, ...], capacity: int, ways: int) -> None:
        super().__init__()
        self._latency, self._capacity, self._ways = latency, capacity, ways

    def __missing__(self, number: int) -> int:
        # whoever has them, `number % ways` of the fronts have one more than the others
        each, more = divmod(number, self._ways)
        found = self[number] = (self._ways - more) * self._slow(each) + more * self._slow(each + 1)
        return found

    def _slow(self, share: int) -> int:
        return share * latency_at(self._latency, share * 1000 // max(self._capacity, 1)).slow_permille // 1000


@lru_cache(maxsize=128)
def _slow_per_minute(latency: tuple[LatencyStep, ...], capacity: int, ways: int) -> _SlowPerMinute:
    return _SlowPerMinute(latency, capacity, ways)


def handed_out(first: int, number: int, shares: tuple[int, ...]) -> list[int]:
    """Hand out `number` requests, from number `first` of a need on, by shares.

    Rounding at the running sum of shares hands out every request once; the phase moves on, so that nobody gets all odd ones.
    """
    whole = sum(shares)
    up_to = taken = 0
    found = []
    for share in shares:
        up_to += share
        each = (number * up_to + first % whole) // whole - taken
        taken += each
        found.append(each)
    return found


def _minute_by_minute(frame: Frame, start: Seconds, end: Seconds, fronts: tuple[tuple[Front, Scored | None], ...]) -> Tally:
    """Settle a stretch whatever happens in it."""
    flow = arrivals(*frame.arrivals_key)
    offered = served = slow = value = right = 0
    failed: dict[str, int] = {}
    shares = tuple(front.share for front, _ in fronts)
    at = start
    while at < end:
        to = min(end, at // MINUTE * MINUTE + MINUTE)
        first = flow.total(at)
        number = flow.total(to) - first
        offered += number
        if not shares:
            failed[NOTHING_THERE] = failed.get(NOTHING_THERE, 0) + number
        for (front, scored), share in zip(fronts, handed_out(first, number, shares), strict=True):
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
