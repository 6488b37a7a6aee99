"""The same fleet told twice more: by a loop over every minute, and by SimPy's processes. Neither shares a line with the engine.

A fleet of machines behind a load balancer follows the requests of each minute: three minutes above the target and it grows, fifteen
below nine tenths of it and it shrinks; a new machine takes requests after so long, one that leaves is drained first; between two
changes the policy waits. What comes in a minute is spread evenly, and what a machine cannot answer in time fails.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil
from typing import Any

import simpy


@dataclass(frozen=True, slots=True)
class Fleet:
    """What both models are given; seconds and counts."""

    per_minute: tuple[int, ...]
    """Requests of each minute."""
    machines: int
    least: int
    most: int
    target: int
    """Requests a minute and machine that the policy tracks."""
    capacity: int
    """Requests a minute that a machine can answer."""
    running_after: int
    serving_after: int
    drain: int
    quiet: int

    @property
    def seconds(self) -> int:
        return 60 * len(self.per_minute)


@dataclass(slots=True)
class Totals:
    offered: int = 0
    served: int = 0
    failed: int = 0
    instance_seconds: int = 0
    changes: int = 0
    """How often the policy changed the number."""


def of_second(fleet: Fleet, instant: int) -> int:
    """Return how many requests of its minute have come by an instant: evenly, in whole ones."""
    minute, second = divmod(instant, 60)
    return fleet.per_minute[minute] * second // 60 if minute < len(fleet.per_minute) else 0


def _piece(fleet: Fleet, at: int, to: int, machines: int) -> tuple[int, int]:
    """Return (offered, served) of a part of one minute with so many machines."""
    until = fleet.per_minute[at // 60] if to % 60 == 0 else of_second(fleet, to)
    number = until - of_second(fleet, at)
    room = fleet.capacity * to // 60 - fleet.capacity * at // 60
    each, more = divmod(number, machines)
    return number, more * min(each + 1, room) + (machines - more) * min(each, room)


def _wanted(fleet: Fleet, requests: int) -> int:
    return ceil(requests / fleet.target)


@dataclass(slots=True)
class _Alarm:
    """The policy's two alarms: fed with one minute after another."""

    over: int = 0
    under: list[int] = field(default_factory=list)

    def fed(self, fleet: Fleet, requests: int, desired: int) -> int | None:
        """Return another number of machines once an alarm goes off."""
        self.over = self.over + 1 if desired < fleet.most and requests > fleet.target * desired else 0
        low = min(fleet.target * desired * 1000 * 900 // 1000, fleet.target * 1000 * (desired - 1) + 1)
        self.under = [*self.under, requests] if desired > fleet.least and requests * 1000 < low else []
        if self.over == 3:
            return min(_wanted(fleet, requests), fleet.most)
        if len(self.under) == 15:
            return max(_wanted(fleet, max(self.under)), fleet.least)
        return None


def by_the_minute(fleet: Fleet) -> Totals:
    """Go through every minute, whether anything happens in it or not."""
    totals, alarm = Totals(), _Alarm()
    desired, watching = fleet.machines, 0
    joining: list[tuple[int, int]] = []
    """(when, how many more take requests)"""
    running = fleet.machines
    moves: list[tuple[int, int]] = []
    """(when, how many more run)"""
    serving = fleet.machines
    for minute, requests in enumerate(fleet.per_minute):
        start, end = 60 * minute, 60 * minute + 60
        cuts = [start, *sorted(when for when, _ in joining if start < when < end), end]
        for at, to in pairwise(cuts):
            serving += sum(number for when, number in joining if when == at)
            offered, served = _piece(fleet, at, to, serving)
            totals.offered += offered
            totals.served += served
        joining = [(when, number) for when, number in joining if when >= end]
        cuts = [start, *sorted(when for when, _ in moves if start < when < end), end]
        for at, to in pairwise(cuts):
            running += sum(number for when, number in moves if when == at)
            totals.instance_seconds += running * (to - at)
        moves = [(when, number) for when, number in moves if when >= end]
        if start >= watching and (wanted := alarm.fed(fleet, requests, desired)) is not None:
            totals.changes += 1
            more, alarm, watching = wanted - desired, _Alarm(), end + fleet.quiet
            desired = wanted
            if more > 0:
                joining.append((end + fleet.serving_after, more))
                moves.append((end + fleet.running_after, more))
            else:
                serving += more
                moves.append((end + fleet.drain, more))
    totals.failed = totals.offered - totals.served
    return totals


def by_simpy(fleet: Fleet) -> Totals:
    """Let machines, callers and the policy be processes of their own."""
    environment = simpy.Environment()
    totals = Totals()
    there: list[object] = [object() for _ in range(fleet.machines)]
    """Machines that take requests."""
    settled = 0

    def settle() -> None:
        """Answer what has come since the last time: whenever the machines change, and at the end of each minute."""
        nonlocal settled
        now = int(environment.now)
        if now > settled:
            offered, served = _piece(fleet, settled, now, len(there))
            totals.offered += offered
            totals.served += served
            settled = now

    def machine(itself: object, *, is_new: bool, leaves: simpy.Event) -> Generator[simpy.Event, Any, None]:
        if is_new:
            yield environment.timeout(fleet.running_after)
        began = environment.now
        if is_new:
            yield environment.timeout(fleet.serving_after - fleet.running_after)
            settle()
            there.append(itself)
        yield leaves | ends
        settle()
        there.remove(itself)
        if leaves.triggered:
            yield environment.timeout(fleet.drain) | ends
        totals.instance_seconds += int(environment.now - began)

    ends = environment.timeout(fleet.seconds)
    exits: list[simpy.Event] = []

    def launch(itself: object, *, is_new: bool) -> None:
        exits.append(environment.event())
        environment.process(machine(itself, is_new=is_new, leaves=exits[-1]))

    def callers() -> Generator[simpy.Event, Any, None]:
        for _ in fleet.per_minute:
            yield environment.timeout(60)
            settle()

    def policy() -> Generator[simpy.Event, Any, None]:
        desired, alarm = fleet.machines, _Alarm()
        while True:
            minute = int(environment.now) // 60
            yield environment.timeout(60)
            wanted = alarm.fed(fleet, fleet.per_minute[minute], desired)
            if wanted is None:
                continue
            settle()
            totals.changes += 1
            for _ in range(wanted - desired):
                launch(object(), is_new=True)
            for _ in range(desired - wanted):
                exits.pop(0).succeed()
            desired, alarm = wanted, _Alarm()
            yield environment.timeout(fleet.quiet)

    for each in there:
        launch(each, is_new=False)
    environment.process(callers())
    environment.process(policy())
    environment.run(until=fleet.seconds + 1)
    totals.failed = totals.offered - totals.served
    return totals
