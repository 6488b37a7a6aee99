"""Maintenance window: the provider has a patch for a managed database and installs it in the window the team chose, or was dealt."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events
from cloudlab.engine.rules.maintenance import opens_next
from cloudlab.model.database import DbInstance
from cloudlab.model.events.database import DbInstanceChanged, DbWindowAwaited
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds
from cloudlab.model.world import World

PATCH = "New Operating System update is available"


def candidates(world: World) -> list[str]:
    return [d.id for d in world.every(DbInstance) if d.ready is not None and d.status != "deleting" and not d.patch]


def strike(ctx: Context, incident: Incident) -> Events:
    """The update is announced; it waits for the next window."""
    database = ctx.world.get(DbInstance, incident.resource or "")
    yield DbInstanceChanged(replace(database, patch=incident.detail or PATCH))
    yield DbWindowAwaited(database.id, opens_next(database.window, ctx.scenario.calendar, ctx.now))


def is_over(world: World, incident: Incident) -> str | None:
    database = world.find(DbInstance, incident.resource)
    if database is None:
        return "the database was deleted"
    return None if database.patch else "AWS patched it in its maintenance window; nobody of the team did anything"


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """What happens, happens when the window opens."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS["maintenance-window"] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
