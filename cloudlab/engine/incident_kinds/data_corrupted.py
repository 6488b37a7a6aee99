"""Data corrupted: an UPDATE without a WHERE. Every copy that follows has it too; only a backup of the minute before has not."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events
from cloudlab.engine.rules.databases import asked_databases, content_of, silence
from cloudlab.model.database import DbInstance, PostgresServer
from cloudlab.model.events.database import DbInstanceChanged, PostgresChanged
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


def candidates(world: World) -> list[str]:
    """Databases that answer and hold something worth damaging; those an application asks first."""
    found = [d.id for d in world.every(DbInstance)] + [s.id for s in world.every(PostgresServer) if s.role == "primary"]
    asked = asked_databases(world)
    whole = [key for key in found if silence(world, key) is None and (held := content_of(world, key)).datasets and not held.damaged]
    return sorted(whole, key=lambda key: key not in asked)


def strike(ctx: Context, incident: Incident) -> Events:
    """The damage goes into the log like any other write, and with it to every standby."""
    assert incident.resource is not None
    database, server = ctx.world.find(DbInstance, incident.resource), ctx.world.find(PostgresServer, incident.resource)
    hurt = (ctx.now, replace(content_of(ctx.world, incident.resource), damaged=True))
    if database is not None:
        yield DbInstanceChanged(replace(database, chapters=(*database.chapters, hurt)))
    if server is not None:
        yield PostgresChanged(replace(server, chapters=(*server.chapters, hurt)))


def is_over(world: World, incident: Incident) -> str | None:
    """Over when its rows are good again, or when the application asks a database whose rows are."""
    key = incident.resource or ""
    there = world.find(DbInstance, key) or world.find(PostgresServer, key)
    asked = asked_databases(world)
    if there is not None and not there.content.damaged:
        return "good rows were put back"
    if asked and key not in asked and all(silence(world, t) is None and not content_of(world, t).damaged for t in asked):
        return f"the application asks {', '.join(asked)}, restored to before the damage"
    return "the database was given up" if there is None and not asked else None


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """No provider knows which of your rows are wrong."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    """Waiting only costs requests, and writes."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS["data-corrupted"] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
