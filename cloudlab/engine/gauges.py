"""Gauges: read whenever the thing they are of has changed, and never in between."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.kernel import Context, Events, evolves, reacts_to
from cloudlab.engine.rules.metrics import EC2, RDS, gauge_key, gauges_of_database, gauges_of_group, gauges_of_instance
from cloudlab.model.balancing import Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.events.watching import GaugesRead
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.watching import Alarm, Gauge, Step
from cloudlab.model.world import World

_OF_GROUPS = (Target, TargetGroup, Listener, LoadBalancer)


@reacts_to(Instance, DbInstance, ZoneOutage, Alarm, *_OF_GROUPS)
def react_gauges(before: World, ctx: Context) -> Events:
    new = tuple((key, step) for key, step in _read(before, ctx) if _says_more(ctx.world, key, step))
    if new:
        yield GaugesRead(new)


def _read(before: World, ctx: Context) -> Iterator[tuple[str, Step]]:
    world = ctx.world
    dark = before.tables.get(ZoneOutage) is not world.tables.get(ZoneOutage)
    for instance in world.every(Instance):
        known = gauge_key(EC2, "StatusCheckFailed", instance.id) in world.table(Gauge)
        if dark or not known or before.find(Instance, instance.id) is not instance:
            yield from gauges_of_instance(world, ctx.scenario, instance)
    for database in world.every(DbInstance):
        known = gauge_key(RDS, "FreeStorageSpace", database.id) in world.table(Gauge)
        if not known or before.find(DbInstance, database.id) is not database:
            yield from gauges_of_database(world, ctx.scenario, database)
    if any(before.tables.get(kind) is not world.tables.get(kind) for kind in (*_OF_GROUPS, Alarm)):
        for group in world.every(TargetGroup):
            yield from gauges_of_group(world, group)


def _says_more(world: World, key: str, step: Step) -> bool:
    gauge = world.find(Gauge, key)
    if gauge is None:
        return step.value is not None
    return not gauge.steps[-1].shows(step)


@evolves(GaugesRead)
def evolve_gauges_read(world: World, event: GaugesRead) -> World:
    for key, step in event.steps:
        gauge = world.find(Gauge, key)
        steps = tuple(s for s in gauge.steps if s.since < step.since) if gauge is not None else ()
        world = world.put(Gauge(key, (*steps, step)))
    return world
