"""Surges: requests come at a multiple of the profile for a while; whether what answers has room for them, and when they are over."""

from __future__ import annotations

from cloudlab.engine.kernel import Context, Events, evolves, fires, reacts_to
from cloudlab.engine.rules.arrivals import flow_of
from cloudlab.model.events.surges import SurgeBegan, SurgeMet, SurgePassed
from cloudlab.model.operations import Serving, Surge
from cloudlab.model.time import MINUTE
from cloudlab.model.world import Timer, World

PASSES = "surge-passes"


@evolves(SurgeBegan)
def evolve_surge_began(world: World, event: SurgeBegan) -> World:
    return world.put(event.surge).schedule(event.surge.until, PASSES, event.surge.id)


@fires(PASSES)
def fire_surge_passes(ctx: Context, timer: Timer) -> Events:
    yield SurgePassed(timer.target)


@evolves(SurgePassed)
def evolve_surge_passed(world: World, event: SurgePassed) -> World:
    return world.change(Surge, event.surge, over=True)


@evolves(SurgeMet)
def evolve_surge_met(world: World, event: SurgeMet) -> World:
    return world.change(Surge, event.surge, met=True)


@reacts_to(Surge, Serving)
def react_room_for_it(before: World, ctx: Context) -> Events:
    """Look whether the busiest minute still to come is answered by what answers now."""
    for surge in ctx.world.every(Surge):
        if not surge.met and not surge.over and _has_room(ctx, surge):
            yield SurgeMet(surge.id)


def _has_room(ctx: Context, surge: Surge) -> bool:
    fronts = ctx.world.get(Serving, surge.need).segments[-1].fronts
    flow = flow_of(ctx.world, ctx.scenario, ctx.scenario.need(surge.need))
    peak = max(flow.minutes(max(surge.since, ctx.now // MINUTE * MINUTE), surge.until), default=0)
    whole = sum(f.share for f in fronts)
    return bool(fronts) and all(f.cause is None and -(-peak * f.share // whole) <= f.capacity for f in fronts)
