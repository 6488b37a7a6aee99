"""Disk full: a model server's log has filled the root volume, and every answer ends in an error."""

from __future__ import annotations

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events, evolves
from cloudlab.model.compute import Instance
from cloudlab.model.events.compute import DiskCleaned, DiskFilled
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


def candidates(world: World) -> list[str]:
    """Instances whose model server writes a log."""
    return [i.id for i in world.every(Instance) if i.state == "running" and i.software.server_port is not None and i.disk == "ok"]


def strike(ctx: Context, incident: Incident) -> Events:
    assert incident.resource is not None
    yield DiskFilled(incident.resource)


@evolves(DiskFilled)
def evolve_disk_filled(world: World, event: DiskFilled) -> World:
    return world.change(Instance, event.instance, disk="full")


@evolves(DiskCleaned)
def evolve_disk_cleaned(world: World, event: DiskCleaned) -> World:
    return world.change(Instance, event.instance, disk="ok")


def is_over(world: World, incident: Incident) -> str | None:
    """A reboot does not empty a disk."""
    instance = world.get(Instance, incident.resource or "")
    if instance.state in ("shutting-down", "terminated"):
        return "the instance was given up"
    return "the disk was cleaned" if instance.disk == "ok" else None


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """Where the provider held this duty of an instance, it would make room."""
    assert incident.resource is not None
    yield DiskCleaned(incident.resource)


def damage(ctx: Context, incident: Incident) -> Events:
    """Waiting only costs requests."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS["disk-full"] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
