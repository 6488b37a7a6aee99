"""Instance status check failed: the operating system of a machine hangs, and answers neither callers nor its agent."""

from __future__ import annotations

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events, evolves
from cloudlab.model.compute import Instance
from cloudlab.model.events.compute import InstanceChecked, InstanceCheckFailed
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


def candidates(world: World) -> list[str]:
    """Instances that are up."""
    return [i.id for i in world.every(Instance) if i.state == "running" and i.booted is not None and i.checks != "failed"]


def strike(ctx: Context, incident: Incident) -> Events:
    assert incident.resource is not None
    yield InstanceCheckFailed(incident.resource)


@evolves(InstanceCheckFailed)
def evolve_instance_check_failed(world: World, event: InstanceCheckFailed) -> World:
    return world.unschedule("instance-checked", event.instance).change(Instance, event.instance, checks="failed")


def is_over(world: World, incident: Incident) -> str | None:
    """A new boot ends it, by reboot or by stop and start; or the instance is given up."""
    instance = world.get(Instance, incident.resource or "")
    if instance.state in ("shutting-down", "terminated"):
        return "the instance was given up"
    if instance.booted is None or instance.checks == "failed":
        return None
    return "it was stopped and started, on another host" if instance.started > incident.struck else "it was rebooted"


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """Where the provider held this duty of an instance, it would bring the check back."""
    assert incident.resource is not None
    yield InstanceChecked(incident.resource)


def damage(ctx: Context, incident: Incident) -> Events:
    """Waiting only costs requests."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS["instance-status-check"] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
