"""Disk full: a log or a database has filled the disk, and every answer ends in an error; managed storage may grow by itself."""

from __future__ import annotations

from cloudlab.engine.db_modify import fill_storage
from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events, evolves
from cloudlab.engine.rules.volumes import root_of
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance, PostgresServer
from cloudlab.model.events.compute import DiskCleaned, DiskFilled
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


def candidates(world: World) -> list[str]:
    """Instances whose model server or PostgreSQL writes to their disk, and managed databases."""
    running = [i for i in world.every(Instance) if i.state == "running" and i.disk == "ok"]
    found = [i.id for i in running if i.software.server_port is not None or i.id in world.table(PostgresServer)]
    return found + [d.id for d in world.every(DbInstance) if d.status == "available"]


def strike(ctx: Context, incident: Incident) -> Events:
    assert incident.resource is not None
    database = ctx.world.find(DbInstance, incident.resource)
    if database is not None:
        yield from fill_storage(ctx, database)
    else:
        yield DiskFilled(incident.resource)


@evolves(DiskFilled)
def evolve_disk_filled(world: World, event: DiskFilled) -> World:
    return world.change(Instance, event.instance, disk="full")


@evolves(DiskCleaned)
def evolve_disk_cleaned(world: World, event: DiskCleaned) -> World:
    return world.change(Instance, event.instance, disk="ok")


def is_over(world: World, incident: Incident) -> str | None:
    """A reboot does not empty a disk."""
    if incident.resource not in world.table(Instance):
        return _storage_is_over(world, incident)
    instance = world.get(Instance, incident.resource or "")
    if instance.state in ("shutting-down", "terminated"):
        return "the instance was given up"
    if instance.disk == "full":
        return None
    root = root_of(world, instance.id)
    grown = root is not None and root.change is not None and root.change.started >= incident.struck
    return "its volume was grown" if grown else "the disk was cleaned"


def _storage_is_over(world: World, incident: Incident) -> str | None:
    database = world.find(DbInstance, incident.resource)
    if database is None or database.status == "deleting":
        return "the database was given up"
    if database.status == "storage-full" or database.outage:
        return None
    return "its storage grew by itself" if world.now == incident.struck else "it was given more storage"


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
