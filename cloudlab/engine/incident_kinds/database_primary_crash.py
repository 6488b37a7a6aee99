"""Database primary crashed: the machine under it died. RDS sees to it, with a standby in a minute or two; by hand it is yours."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.engine.db_failover import can_fail_over, fail_over
from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events, evolves
from cloudlab.engine.rules.databases import asked_databases, machine_silence, silence
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance, PostgresServer
from cloudlab.model.events.database import DbInstanceChanged, HostFailed
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


def candidates(world: World) -> list[str]:
    """Databases that answer: those an application asks first, managed or not."""
    found = [d.id for d in world.every(DbInstance) if d.status == "available" and silence(world, d.id) is None]
    found += [s.id for s in world.every(PostgresServer) if s.role == "primary" and machine_silence(world, s) is None]
    asked = asked_databases(world)
    return sorted(found, key=lambda key: key not in asked)


def strike(ctx: Context, incident: Incident) -> Events:
    assert incident.resource is not None
    database = ctx.world.find(DbInstance, incident.resource)
    if database is None:
        yield HostFailed(incident.resource)
    elif can_fail_over(ctx.world, database):
        yield from fail_over(ctx, database, "The primary host of the RDS Multi-AZ instance is unhealthy.")
    else:
        due = ctx.now + ctx.scenario.catalogue.timing("rds_host_replacement")
        yield DbInstanceChanged(replace(database, outage="its host has failed", outage_since=ctx.now), "restarted", due)


@evolves(HostFailed)
def evolve_host_failed(world: World, event: HostFailed) -> World:
    return world.unschedule("instance-checked", event.instance).change(Instance, event.instance, system_checks="failed")


def is_over(world: World, incident: Incident) -> str | None:
    """Over when it answers again, or when nobody asks it any more and whatever is asked instead answers."""
    key = incident.resource or ""
    database = world.find(DbInstance, key)
    if database is not None:
        if silence(world, key) is None:
            return "the standby took over" if database.multi_az else "AWS brought it up on another host"
    elif (server := world.find(PostgresServer, key)) is not None and server.role == "primary" and silence(world, key) is None:
        return "its machine is back, on another host"
    asked = asked_databases(world)
    if asked and key not in asked and all(_serves(world, target) for target in asked):
        return f"the application asks {', '.join(asked)} instead"
    return None


def _serves(world: World, target: str) -> bool:
    server = world.find(PostgresServer, target)
    ready = server is None or (server.role == "primary" and server.defect != "pg-hba")
    return ready and silence(world, target) is None


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """Failover and new host come by timers of the database's own."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    """Waiting only costs requests."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS["database-primary-crash"] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
