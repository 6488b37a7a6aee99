"""Memory leak: the model server grows hour by hour, answers more slowly, and is killed when nothing is left; a start afresh helps."""

from __future__ import annotations

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events, evolves
from cloudlab.model.compute import Instance
from cloudlab.model.events.compute import MemoryChanged
from cloudlab.model.operations import Incident
from cloudlab.model.time import HOUR, Seconds
from cloudlab.model.world import World

KIND = "memory-leak"


def candidates(world: World) -> list[str]:
    """Machines on which a model server runs."""
    return [i.id for i in world.every(Instance) if i.state == "running" and i.memory == "ok" and i.software.server_port is not None]


def strike(ctx: Context, incident: Incident) -> Events:
    assert incident.resource is not None
    yield MemoryChanged(incident.resource, "leaking")


@evolves(MemoryChanged)
def evolve_memory_changed(world: World, event: MemoryChanged) -> World:
    return world.change(Instance, event.instance, memory=event.memory)


def is_over(world: World, incident: Incident) -> str | None:
    instance = world.find(Instance, incident.resource)
    if instance is None or instance.state in ("shutting-down", "terminated"):
        return "the instance was given up"
    return "the server was started afresh" if instance.memory == "ok" else None


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """Nobody restarts your program for you."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    """There is none left: the kernel kills the server."""
    instance = ctx.world.find(Instance, incident.resource)
    if instance is not None and instance.memory == "leaking":
        yield MemoryChanged(instance.id, "out")


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    """Until the machine's memory, less what the system takes, is eaten: a larger machine buys time, and nothing else."""
    catalogue = ctx.scenario.catalogue
    hardware = catalogue.instance_type(ctx.world.get(Instance, incident.resource or "").type)
    assert hardware is not None
    free = hardware.memory_mib - catalogue.estimate("system_memory_mib")
    return free * HOUR // catalogue.estimate("memory_leak_mib_per_hour")


BEHAVIOURS[KIND] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
