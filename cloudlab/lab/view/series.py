"""The plots' slice: what was served, how fast, at what cost and worth, over simulated time - as far as the team knows.

Each point tells about the clock hour that ends there; the last one about the part of its hour that has passed, to the quarter of
an hour. So a running clock makes a new slice four times an hour, and a standing one none.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.dialects.human import human
from cloudlab.engine.metering import accrued, evolve_charged, evolve_meter_started, evolve_meter_stopped
from cloudlab.engine.rules import traffic
from cloudlab.engine.rules.knowledge import known_until
from cloudlab.engine.simulation import Happening
from cloudlab.lab.view.slices import Chart, Curve, Mark, Point, Series
from cloudlab.model.events.billing import Charged, MeterStarted, MeterStopped
from cloudlab.model.events.work import OrderCancelled, OrderFinished, WorkFinished
from cloudlab.model.operations import Incident, Meter, Serving
from cloudlab.model.scenario import Need, Scenario
from cloudlab.model.time import HOUR, MINUTE, Seconds
from cloudlab.model.world import World

QUARTER = 15 * MINUTE

BILLED = (MeterStarted, MeterStopped, Charged, WorkFinished, OrderCancelled)


class SeriesBuilder:
    """Builds the series of a run anew only when a quarter of an hour has passed, or something else than time has."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.billed: list[Happening] = []
        """What has gone into the ledger so far, of the last history built from."""
        self._orders: list[Mark] = []
        self._until = 0
        self._last: Happening | None = None
        self._key: tuple[object, ...] = ()
        self._series: Series | None = None

    def build(self, world: World, history: list[Happening]) -> Series:
        """Return the series; the same one as before where nothing changed."""
        self._read(history)
        known = tuple(min(known_until(world, self.scenario, need), world.now) for need in self.scenario.needs)
        marks = tuple(sorted((*self._orders, *_incidents(world, self.scenario)), key=lambda m: m.at))
        key = (
            tuple(instant // QUARTER for instant in (*known, world.now)),
            tuple(world.get(Serving, need.id).segments for need in self.scenario.needs),
            len(self.billed),
            len(world.facts),
            marks,
            world.over,
        )
        if self._series is None or key != self._key:
            self._key = key
            self._series = self._build(world, known, marks)
        return self._series

    def _read(self, history: list[Happening]) -> None:
        """Keep of the history what the bill and the time axis are made of; a rewind makes it be read anew."""
        if self._last is not None and (self._until > len(history) or history[self._until - 1] is not self._last):
            self.billed, self._orders, self._until = [], [], 0
        for happening in history[self._until :]:
            event = happening.event
            if isinstance(event, BILLED):
                self.billed.append(happening)
            elif isinstance(event, OrderFinished) and not event.order.command.reads:
                self._orders.append(Mark(happening.at, "decision", f"{event.order.person}: {human(event.order.command)}"))
        self._until = len(history)
        self._last = history[-1] if history else None

    def _build(self, world: World, known: tuple[Seconds, ...], marks: tuple[Mark, ...]) -> Series:
        scenario = self.scenario
        charts: list[Chart] = []
        for need, as_of in zip(scenario.needs, known, strict=True):
            charts += _served(world, scenario, need, as_of // QUARTER * QUARTER)
        charts.append(_spent(self.billed, scenario, world.now // QUARTER * QUARTER))
        return Series(scenario.starts, scenario.ends, tuple(charts), marks)


def instants(starts: Seconds, until: Seconds) -> list[Seconds]:
    """Return the ends of the clock hours in [starts, until], and `until` itself where it lies within one."""
    ends = list(range(starts // HOUR * HOUR + HOUR, until + 1, HOUR))
    return ends if not until % HOUR or until <= starts else [*ends, until]


def _served(world: World, scenario: Scenario, need: Need, until: Seconds) -> Iterator[Chart]:
    hours = traffic.by_hour(world, scenario, need, scenario.starts, until) if until > scenario.starts else []
    in_time: list[Point] = []
    slow: list[Point] = []
    failed: list[Point] = []
    value: list[Point] = [(scenario.starts, 0)]
    earned = 0
    for hour, part in hours:
        end = min(hour + HOUR, until)
        minutes = max((end - max(hour, scenario.starts)) // MINUTE, 1)
        in_time.append((end, (part.served - part.slow) // minutes))
        slow.append((end, part.slow // minutes))
        failed.append((end, (part.offered - part.served) // minutes))
        earned += part.value_micros
        value.append((end, earned))
    name = need.id
    yield Chart(
        "rates",
        name,
        "requests a minute",
        "count",
        (Curve("in time", tuple(in_time)), Curve("slow", tuple(slow)), Curve("failed", tuple(failed))),
    )
    latency: list[Point] = []
    busy: list[Point] = []
    for instant, _ in in_time:
        load = traffic.load(world, scenario, need, instant)
        latency.append((instant, load.latency.latency_ms if load.answering else None))
        busy.append((instant, load.utilisation if load.answering else None))
    yield Chart("latency", name, "milliseconds to answer", "ms", (Curve("latency", tuple(latency)),))
    yield Chart("busy", name, "share of the capacity that is asked for", "permille", (Curve("busy", tuple(busy)),), (("all of it", 1_000),))
    yield Chart("budget", name, "error budget left", "ppm", (Curve("budget left", _budget(world, scenario, need, until)),), (("gone", 0),))
    yield Chart("value", name, "worth of the answers so far", "micros", (Curve("value", tuple(value)),))


def _budget(world: World, scenario: Scenario, need: Need, until: Seconds) -> tuple[Point, ...]:
    """Return what is left of the error budget, in ppm of the whole run's, from when requests count on."""
    since = scenario.slo.since
    whole = traffic.budget_whole(world, scenario, need)
    if until <= since or not whole:
        return ()
    points: list[Point] = [(since, 1_000_000)]
    spent = 0
    for hour, part in traffic.by_hour(world, scenario, need, since, until):
        spent += part.bad
        points.append((min(hour + HOUR, until), (whole - spent) * 1_000_000 // whole))
    return tuple(points)


def _spent(billed: list[Happening], scenario: Scenario, until: Seconds) -> Chart:
    """Fold the events of money alone, and read meters and hours at the end of each hour."""
    cloud: list[Point] = [(scenario.starts, 0)]
    people: list[Point] = [(scenario.starts, 0)]
    both: list[Point] = [(scenario.starts, 0)]
    meters = World(seed=0, now=scenario.starts)
    worked = at = 0
    for instant in instants(scenario.starts, until):
        while at < len(billed) and billed[at].at <= instant:
            meters = meters.at(billed[at].at)
            match billed[at].event:
                case MeterStarted() as event:
                    meters = evolve_meter_started(meters, event)
                case MeterStopped() as event:
                    meters = evolve_meter_stopped(meters, event)
                case Charged() as event:
                    meters = evolve_charged(meters, event)
                case WorkFinished(cost_micros=cost) | OrderCancelled(cost_micros=cost):
                    worked += cost
            at += 1
        used = sum(accrued(meter, instant) // HOUR for meter in meters.every(Meter))
        cloud.append((instant, used))
        people.append((instant, worked))
        both.append((instant, used + worked))
    curves = (Curve("cloud", tuple(cloud)), Curve("people", tuple(people)), Curve("together", tuple(both)))
    return Chart("money", "", "spent so far", "micros", curves, (("budget", scenario.budget_micros),))


def _incidents(world: World, scenario: Scenario) -> Iterator[Mark]:
    for incident in world.every(Incident):
        if incident.detected is not None and incident.resource is not None:
            title = scenario.catalogue.incident(incident.kind).title
            yours = incident.holder == "customer"
            text = f"{title} on {incident.resource}" + ("" if yours else ", held by AWS")
            yield Mark(incident.detected, "incident" if yours else "aws", text)
