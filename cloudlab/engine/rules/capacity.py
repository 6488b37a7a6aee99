"""Capacity: whether AWS has machines to give in a zone - none in one that is down, few in the others while everybody moves there."""

from __future__ import annotations

from cloudlab.engine.dice import roll
from cloudlab.engine.kernel import Context, refuse
from cloudlab.engine.rules.control_plane import is_out
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.ids import ZONES
from cloudlab.model.network import Subnet
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.quotas import SlowStarts
from cloudlab.model.time import MINUTE, Seconds
from cloudlab.model.world import World

_HALF_HOUR = 30 * MINUTE
"""What is sold out stays so for a while: asked again at once, the answer is the same."""


def is_short(ctx: Context, zone: str, instance_type: str) -> bool:
    """Tell whether no instance of this type can be had in a zone right now. The dice are keyed: asking twice changes nothing."""
    world = ctx.world
    if is_down(world, zone) or is_out(world):
        return True
    share = ctx.scenario.catalogue.estimate("capacity_shortage_after_az_loss_permille")
    return any(
        roll(world.seed, "capacity", outage.id, outage.since, zone, instance_type, (ctx.now - outage.since) // _HALF_HOUR, sides=1000)
        < share
        for outage in world.every(ZoneOutage)
    )


def check_capacity(ctx: Context, zone: str, instance_type: str) -> None:
    """Refuse as EC2 does where it has no machine of this type to give in a zone."""
    if not is_short(ctx, zone, instance_type):
        return
    if is_out(ctx.world):
        refuse(
            "InternalError",
            "An internal error has occurred.",
            "The control plane of the region is down; nothing is launched until it is back.",
        )
    others = [z for z in _zones_in_use(ctx.world) if z != zone and not is_short(ctx, z, instance_type)]
    hint = f"There is some in {', '.join(others)} now." if others else "Try another type, another zone, or again in half an hour."
    refuse("InsufficientInstanceCapacity", f"There is not enough {instance_type} capacity in {zone} right now.", hint)


def start_delay(world: World) -> Seconds:
    """Return by how much machines that are launched now come up later than usual."""
    return max((s.delay for s in world.every(SlowStarts)), default=0)


def _zones_in_use(world: World) -> list[str]:
    there = {subnet.zone for subnet in world.every(Subnet)}
    return [zone for zone in ZONES if zone in there]
