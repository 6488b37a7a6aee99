"""The budget: the instant at which running meters will have overspent it, foreseen so that a run can end right then."""

from __future__ import annotations

from cloudlab.engine.kernel import Context, Events, evolves, fires, reacts_to
from cloudlab.engine.rules.ledger import overspent_at
from cloudlab.model.events.billing import OverspendingForeseen
from cloudlab.model.operations import Meter
from cloudlab.model.people import Toil
from cloudlab.model.world import Timer, World

TIMER = "overspent"


@reacts_to(Meter, Toil)
def react_budget(before: World, ctx: Context) -> Events:
    """Work the instant out anew whenever a meter or the hours of people changed."""
    foreseen = next((t.due for t in ctx.world.timers if t.kind == TIMER), None)
    at = overspent_at(ctx.world, ctx.scenario.budget_micros, ctx.scenario.ends)
    if at != foreseen:
        yield OverspendingForeseen(at)


@evolves(OverspendingForeseen)
def evolve_overspending_foreseen(world: World, event: OverspendingForeseen) -> World:
    world = world.unschedule(TIMER, "")
    return world.schedule(event.at, TIMER, "") if event.at is not None else world


@fires(TIMER)
def fire_overspent(ctx: Context, timer: Timer) -> Events:
    """Nothing changes of itself; whoever judges the run is asked."""
    return ()
