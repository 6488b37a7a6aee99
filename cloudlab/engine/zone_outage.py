"""Zone outages: what becomes of a zone that goes down, and of what lives there when it comes back."""

from __future__ import annotations

from cloudlab.engine.instance_life import reboot
from cloudlab.engine.kernel import Context, Events, evolves, fires
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.compute import Instance
from cloudlab.model.events.zones import ZoneCameBack, ZoneWentDown
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.world import Timer, World


@evolves(ZoneWentDown)
def evolve_zone_went_down(world: World, event: ZoneWentDown) -> World:
    zone = event.outage.id
    return world.unschedule("zone-back", zone).put(event.outage).schedule(event.outage.until, "zone-back", zone)


@fires("zone-back")
def fire_zone_back(ctx: Context, timer: Timer) -> Events:
    """Power is back: machines that were on boot again by themselves, and their checks begin anew."""
    yield ZoneCameBack(timer.target)
    for instance in ctx.world.every(Instance):
        if instance.zone == timer.target and instance.state == "running":
            yield reboot(ctx, instance.id)


@evolves(ZoneCameBack)
def evolve_zone_came_back(world: World, event: ZoneCameBack) -> World:
    if not is_down(world, event.zone):
        return world
    return world.unschedule("zone-back", event.zone).drop(ZoneOutage, event.zone)
