"""The money's slice: the bill by line, by resource and by whose hours, rounded so that every column adds up to the same cent."""

from __future__ import annotations

from collections.abc import Iterable

from cloudlab.engine.metering import accrued
from cloudlab.engine.rules import ledger
from cloudlab.engine.simulation import Happening
from cloudlab.lab.view.slices import Hours, Money, Spent
from cloudlab.lab.view.things.words import name_of, short
from cloudlab.model.compute import Instance
from cloudlab.model.events.work import OrderCancelled, WorkFinished
from cloudlab.model.money import round_lines
from cloudlab.model.operations import Meter
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import HOUR
from cloudlab.model.world import World

CENT = 10_000


def money(world: World, scenario: Scenario, history: Iterable[Happening]) -> Money:
    """Return what was spent so far. Each entry is rounded once, to the cent; sums are sums of what is shown."""
    meters = list(world.every(Meter))
    worked = _worked(history)
    exact = [accrued(m, world.now) // HOUR for m in meters] + [each[3] for each in worked.values()]
    shown = round_lines(exact, CENT)
    resources = tuple(
        Spent(m.line, m.resource, _named(world, m.resource), cents, m.rate if m.since is not None else 0)
        for m, cents in zip(meters, shown, strict=False)
    )
    hours = tuple(
        Hours(person, task, times, seconds, outside, cents)
        for ((person, task), (times, seconds, outside, _)), cents in zip(worked.items(), shown[len(meters) :], strict=True)
    )
    lines: dict[str, int] = {}
    for spent in resources:
        lines[spent.line] = lines.get(spent.line, 0) + spent.micros
    if hours:
        lines[ledger.PEOPLE] = sum(h.micros for h in hours)
    return Money(
        lines=tuple(lines.items()),
        resources=resources,
        hours=hours,
        total_micros=sum(lines.values()),
        hourly_micros=ledger.hourly_rate(world),
        budget_micros=scenario.budget_micros,
        ends=scenario.ends,
        projected_micros=ledger.cost(world.at(max(scenario.ends, world.now))),
        overspent_at=ledger.overspent_at(world, scenario.budget_micros, scenario.ends) if world.over is None else None,
    )


def _worked(history: Iterable[Happening]) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """Return (times, seconds, seconds outside working hours, micro-dollars) per person and task, as they went into the ledger."""
    worked: dict[tuple[str, str], tuple[int, int, int, int]] = {}
    for happening in history:
        match happening.event:
            case WorkFinished(order=order, cost_micros=cost):
                spent = (order.effort, order.outside, cost)
            case OrderCancelled(order=order, worked=seconds, outside=outside, cost_micros=cost) if seconds:
                spent = (seconds, outside, cost)
            case _:
                continue
        key = (order.person, order.command.effort_key)
        times, seconds, outside, micros = worked.get(key, (0, 0, 0, 0))
        worked[key] = (times + 1, seconds + spent[0], outside + spent[1], micros + spent[2])
    return worked


def _named(world: World, resource: str) -> str:
    instance = world.find(Instance, resource)
    if instance is not None:
        return name_of(instance)
    return short(resource) if resource.startswith("arn:") else resource
