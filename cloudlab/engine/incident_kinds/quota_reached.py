"""Quota reached: quotas are the account's, and another team of it has used up the vCPUs; nothing more can be launched."""

from __future__ import annotations

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events
from cloudlab.engine.rules.fleets import members
from cloudlab.engine.rules.quotas import vcpu_key, vcpus_in_use
from cloudlab.model.compute import Instance
from cloudlab.model.events.quotas import QuotaReserved
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.operations import Incident
from cloudlab.model.quotas import Reservation
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


def candidates(world: World) -> list[str]:
    """Machines on demand: first those whose group may still grow."""
    growing = [g.id for g in world.every(AutoScalingGroup) if len(members(world, g.id)) < g.most]
    running = [i for i in world.every(Instance) if i.state == "running" and not i.spot]
    return [i.id for i in sorted(running, key=lambda i: i.fleet not in growing)]


def strike(ctx: Context, incident: Incident) -> Events:
    """The others take what is left of it, for days."""
    instance = ctx.world.get(Instance, incident.resource or "")
    hardware = ctx.scenario.catalogue.instance_type(instance.type)
    assert hardware is not None, f"{instance.type} runs and is in no catalogue"
    key = vcpu_key(instance.type)
    left = max(ctx.quota(key) - vcpus_in_use(ctx.world, ctx.scenario, key), 0)
    until = ctx.now + ctx.scenario.catalogue.estimate("quota_taken_by_others_s")
    yield QuotaReserved(Reservation(incident.id, key, left, hardware.vcpu, until))


def is_over(world: World, incident: Incident) -> str | None:
    """Over when there is room for one more, or the others have given back what they took."""
    reservation = world.find(Reservation, incident.id)
    if reservation is None:
        return "the other team is done and gave back what it had"
    return reservation.eased or None


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """A quota is raised for whoever asks."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    """Waiting only costs requests."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS["quota-reached"] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
