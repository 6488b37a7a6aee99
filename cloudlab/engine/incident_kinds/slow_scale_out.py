"""Slow scale-out: AWS brings machines up late for some hours; a group that grows only when the load is there grows too late."""

from __future__ import annotations

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events
from cloudlab.model.compute import Instance
from cloudlab.model.events.quotas import StartsSlowed
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.operations import Incident
from cloudlab.model.quotas import SlowStarts
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


def candidates(world: World) -> list[str]:
    """Machines of groups: who launches nothing notices nothing."""
    groups = world.table(AutoScalingGroup)
    return [i.id for i in world.every(Instance) if i.state == "running" and i.fleet in groups]


def strike(ctx: Context, incident: Incident) -> Events:
    estimate = ctx.scenario.catalogue.estimate
    yield StartsSlowed(SlowStarts(incident.id, estimate("slow_start_delay_s"), ctx.now + estimate("slow_start_lasts_s")))


def is_over(world: World, incident: Incident) -> str | None:
    return None if incident.id in world.table(SlowStarts) else "machines come up as fast as ever again"


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """It is AWS's own doing, and it ends when it ends."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    """Waiting only costs requests."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS["slow-scale-out"] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
