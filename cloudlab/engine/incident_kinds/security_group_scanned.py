"""Open port found: scanners sweep the whole internet, and a port nobody needs to reach stands open on a machine of yours."""

from __future__ import annotations

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events
from cloudlab.engine.rules.exposure import open_to_world
from cloudlab.model.compute import Instance
from cloudlab.model.events.compute import InstanceCompromised
from cloudlab.model.operations import Incident
from cloudlab.model.time import DAY, Seconds
from cloudlab.model.world import World

_PATIENCE = 2 * DAY
"""Until a guess or a hole fits; an estimate. The news itself takes a day where nothing watches."""


def candidates(world: World) -> list[str]:
    """Instances that hold a port other than 80 and 443 open to the world, and can be reached there."""
    return [i.id for i in world.every(Instance) if open_to_world(world, i.id)]


def strike(ctx: Context, incident: Incident) -> Events:
    """A scan does nothing yet."""
    return ()


def is_over(world: World, incident: Incident) -> str | None:
    """A machine that is switched off or restarting proves nothing: its door is where it was."""
    instance = world.get(Instance, incident.resource or "")
    if instance.state in ("shutting-down", "terminated"):
        return "the instance was given up"
    if instance.state != "running":
        return None
    return None if open_to_world(world, instance.id) else "the port is closed to the world"


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """No provider closes a port its customer opened."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    instance = ctx.world.get(Instance, incident.resource or "")
    if not instance.compromised and open_to_world(ctx.world, instance.id):
        yield InstanceCompromised(instance.id)


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return _PATIENCE


BEHAVIOURS["security-group-scanned"] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
