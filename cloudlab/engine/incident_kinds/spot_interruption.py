"""Spot interruption: AWS needs the capacity itself and takes an instance back, two minutes after it has said so."""

from __future__ import annotations

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events
from cloudlab.engine.rules.fleets import in_service
from cloudlab.engine.rules.spot import request_of
from cloudlab.engine.spot import notice
from cloudlab.model.compute import Instance
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


def candidates(world: World) -> list[str]:
    """Running spot instances nobody has been told about yet."""
    running = [i.id for i in world.every(Instance) if i.spot and i.state == "running"]
    return [key for key in running if (request := request_of(world, key)) is not None and request.leaves is None]


def strike(ctx: Context, incident: Incident) -> Events:
    request = request_of(ctx.world, incident.resource or "")
    assert request is not None, f"{incident.resource} came from no spot request"
    yield from notice(ctx, request)


def is_over(world: World, incident: Incident) -> str | None:
    """Over once it is gone; for a group, once another one is in its place."""
    instance = world.get(Instance, incident.resource or "")
    if instance.state not in ("shutting-down", "terminated"):
        return None
    request = request_of(world, instance.id)
    if request is not None and request.code == "instance-terminated-by-user":
        return "it was given up before it was taken"
    group = world.find(AutoScalingGroup, instance.fleet)
    if group is None:
        return "it was taken back"
    return "its group has another one in service" if len(in_service(world, group.id)) >= group.desired else None


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """It is the provider who takes it."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    """What ran there is lost with it; nothing more comes of waiting."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS["spot-interruption"] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
