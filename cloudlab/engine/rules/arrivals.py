"""Arrivals: when the requests of a need come - a day's profile with seeded noise, one integer per minute of the run."""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate

from cloudlab.model.operations import Surge
from cloudlab.model.scenario import Need, Scenario, Traffic
from cloudlab.model.time import HOUR, MINUTE, Seconds
from cloudlab.model.world import World

_ROLLS = 32
"""Rolls of sixteen bits that one hash yields."""

Surges = tuple[tuple[Seconds, Seconds, int], ...]
"""(first instant, last one, permille of the usual) of each surge; instants at full minutes."""
Key = tuple[Traffic, str, Seconds, Seconds, int, int, Surges]
"""What the arrivals of a run follow from; hashable."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When requests arrive: `total(t)` counts them from the run's start."""

    starts: Seconds
    per_minute: tuple[int, ...]
    before: tuple[int, ...]
    """Requests before minute i."""
    peaks: tuple[int, ...]
    """The busiest minute's requests, for every sixty minutes from the start on."""
    troughs: tuple[int, ...]
    """The quietest minute's, likewise."""

    def total(self, instant: Seconds) -> int:
        minute, rest = divmod(max(instant - self.starts, 0), MINUTE)
        if minute >= len(self.per_minute):
            return self.before[-1]
        return self.before[minute] + self.per_minute[minute] * rest // MINUTE

    def minutes(self, start: Seconds, end: Seconds) -> tuple[int, ...]:
        """Return the requests of each whole minute in [start, end); both lie at full minutes of the run."""
        return self.per_minute[(start - self.starts) // MINUTE : (end - self.starts) // MINUTE]

    def peak(self, start: Seconds, end: Seconds) -> int:
        """Return no less than the busiest minute's requests in [start, end): looked up by the hour, so it costs little."""
        return max(self.peaks[(start - self.starts) // HOUR : -(-(end - self.starts) // HOUR)], default=0)

    def trough(self, start: Seconds, end: Seconds) -> int:
        """Return no more than the quietest minute's requests in [start, end)."""
        return min(self.troughs[(start - self.starts) // HOUR : -(-(end - self.starts) // HOUR)], default=0)


@lru_cache(maxsize=64)
def arrivals(
    traffic: Traffic, need: str, starts: Seconds, ends: Seconds, seed: int, first_weekday: int = 0, surges: Surges = ()
) -> Arrivals:
    """Return the arrivals of a whole run: profile times seeded noise, one integer per minute. `first_weekday` is day 1's, Monday 0.

    A minute's noise is uniform in [-noise, noise] permille of its rate, rolled from seed, need and the minute's place in the calendar.
    A surge multiplies the minutes that lie in it; two at once multiply both.
    """
    if surges:
        return _surging(arrivals(traffic, need, starts, ends, seed, first_weekday), surges)
    width = 2 * traffic.noise + 1
    counts: list[int] = []
    minute, last = starts // MINUTE, ends // MINUTE
    while minute < last:
        to = min(last, minute // _ROLLS * _ROLLS + _ROLLS)
        rolls = _rolls(seed, need, minute // _ROLLS)
        while minute < to:
            hour_ends = min(to, minute // 60 * 60 + 60)
            weekday = (first_weekday + minute // 1440) % 7
            rate = traffic.base_per_minute * traffic.hours[minute // 60 % 24] * traffic.weekdays[weekday] // 1_000_000
            of_hour = rolls[minute % _ROLLS : (hour_ends - 1) % _ROLLS + 1]
            counts += [rate + rate * (rolled % width - traffic.noise) // 1000 for rolled in of_hour]
            minute = hour_ends
    return _counted(starts, counts)


def _surging(usual: Arrivals, surges: Surges) -> Arrivals:
    counts = list(usual.per_minute)
    for since, until, permille in surges:
        for minute in range(max(since - usual.starts, 0) // MINUTE, min((until - usual.starts) // MINUTE, len(counts))):
            counts[minute] = counts[minute] * permille // 1000
    return _counted(usual.starts, counts)


def _counted(starts: Seconds, counts: list[int]) -> Arrivals:
    hours = [counts[i : i + 60] for i in range(0, len(counts), 60)]
    return Arrivals(starts, tuple(counts), (0, *accumulate(counts)), tuple(map(max, hours)), tuple(map(min, hours)))


def key_of(world: World, scenario: Scenario, need: Need) -> Key:
    """Return what the arrivals of a need follow from, as far as this World knows: a surge counts from when it has struck."""
    surges = tuple((s.since, s.until, s.permille) for s in world.every(Surge) if s.need == need.id)
    return need.traffic, need.id, scenario.starts, scenario.ends, world.seed, scenario.calendar.first_weekday, surges


def flow_of(world: World, scenario: Scenario, need: Need) -> Arrivals:
    return arrivals(*key_of(world, scenario, need))


def _rolls(seed: int, need: str, block: int) -> array[int]:
    """Return the rolls of a block of minutes; keyed, so that a longer run or another need shifts none of them."""
    key = f"{seed}/arrivals/{need}/{block}".encode()
    rolls = array("H", blake2b(key, digest_size=2 * _ROLLS).digest())
    if sys.byteorder == "big":
        rolls.byteswap()
    return rolls
