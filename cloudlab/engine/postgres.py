"""PostgreSQL by hand on one's own instances: installed, followed by a replica, backed up, restored, and told to the application."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cloudlab.engine.bucket import objects_under
from cloudlab.engine.db_restore import an_instant
from cloudlab.engine.document_runs import failed, no_space, one, runs, succeeded
from cloudlab.engine.kernel import Context, Events, evolves
from cloudlab.engine.naming import label
from cloudlab.engine.rules.databases import (
    LOG_INTERVAL,
    POSTGRES_PORT,
    as_of,
    content_of,
    port_of,
    resolve,
    silence,
)
from cloudlab.engine.rules.permissions import may, may_read, role_of, without_role
from cloudlab.engine.rules.reachability import between
from cloudlab.engine.rules.service_ways import to_service
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.database import Content, DatabaseBackup, DatabaseName, DbInstance, PostgresServer
from cloudlab.model.events.compute import SoftwareChanged
from cloudlab.model.events.database import DatabaseBackupPut, DatabaseNameSet, DbInstanceChanged, PostgresChanged
from cloudlab.model.storage import Bucket
from cloudlab.model.time import Seconds, span, stamp
from cloudlab.model.world import World

NOTHING = "empty"


@evolves(PostgresChanged)
def evolve_postgres_changed(world: World, event: PostgresChanged) -> World:
    return world.put(event.server)


@evolves(DatabaseNameSet)
def evolve_database_name_set(world: World, event: DatabaseNameSet) -> World:
    return world.put(event.name)


@evolves(DatabaseBackupPut)
def evolve_database_backup_put(world: World, event: DatabaseBackupPut) -> World:
    return world.put(event.backup)


# install -------------------------------------------------------------------------------------------------------------------------


@runs("cloudlab-InstallPostgres")
def run_install_postgres(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """A primary of its own; the private name leads to it unless it leads to another server already."""
    if instance.disk == "full":
        yield no_space(invocation)
        return
    there = ctx.world.find(PostgresServer, instance.id)
    if there is not None:
        yield failed(invocation, f"PostgreSQL is installed here already, as {there.role}.")
        return
    source, name = one(invocation, "From"), one(invocation, "Name")
    datasets: tuple[str, ...] = ()
    if source != NOTHING:
        fault = next(_unreadable(ctx, instance, source), None)
        if fault is not None:
            yield failed(invocation, fault)
            return
        datasets = _datasets(ctx.world, source)
    yield PostgresChanged(PostgresServer(instance.id, "primary", name, ((ctx.now, Content(datasets)),)))
    taken = ctx.world.find(DatabaseName, name)
    if taken is None:
        yield DatabaseNameSet(DatabaseName(name, instance.id))
    leads = instance.id if taken is None else f"{taken.target} still"
    held = f"It holds the customers of {', '.join(datasets)}." if datasets else "It is empty."
    yield succeeded(invocation, f"PostgreSQL listens on tcp/{POSTGRES_PORT}. {held} The name {name} leads to {leads}.")


def _datasets(world: World, uri: str) -> tuple[str, ...]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    return tuple(dict.fromkeys(o.dataset for o in objects_under(world, bucket, prefix) if o.dataset is not None))


def _unreadable(ctx: Context, instance: Instance, uri: str) -> Iterator[str]:
    """Yield what keeps an instance from reading data in S3."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    yield from _no_way_to_s3(ctx.world, instance)
    if ctx.world.find(Bucket, bucket) is None:
        yield f"NoSuchBucket: there is no bucket {bucket}."
    role = role_of(ctx.world, instance)
    permit = may_read(ctx.world, role.id, bucket, prefix) if role is not None else None
    if not permit:
        yield f"AccessDenied: {permit.reason if permit is not None else without_role(ctx.world, instance)}."
    if uri not in ctx.world.table(DatabaseBackup) and not _datasets(ctx.world, uri):
        yield f"There is neither a backup nor data under {uri}."


def _no_way_to_s3(world: World, instance: Instance) -> Iterator[str]:
    path = to_service(world, instance.id, "s3")
    if not path.ok:
        yield f"Could not connect to S3: {path.sentence()}."


# replica -------------------------------------------------------------------------------------------------------------------------


@runs("cloudlab-ConfigureReplica")
def run_configure_replica(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """Take a copy of the primary and follow it from then on; what the server held before is gone."""
    server = ctx.world.find(PostgresServer, instance.id)
    primary = _primary(ctx.world, one(invocation, "Primary"))
    if server is None:
        yield failed(invocation, "psql: command not found. Run cloudlab-InstallPostgres first.")
    elif instance.disk == "full":
        yield no_space(invocation)
    elif primary is None or primary.id == server.id:
        yield failed(invocation, f"{one(invocation, 'Primary')} is no PostgreSQL primary that this server could follow.")
    elif any(s.upstream == server.id and s.role == "standby" for s in ctx.world.every(PostgresServer)):
        yield failed(invocation, "Another standby follows this server; it cannot follow itself.")
    elif (fault := _no_way(ctx.world, instance, primary.id)) is not None:
        yield failed(invocation, f"pg_basebackup: {fault}")
    else:
        followed = replace(
            server,
            role="standby",
            name=primary.name,
            chapters=(),
            upstream=primary.id,
            stalled=None,
            watches=False,
            defect="",
            revealed=False,
        )
        yield PostgresChanged(replace(followed, tested=None, backup=None))
        yield succeeded(invocation, f"It follows {label(ctx.world, primary.id)}: every write there arrives here within a second.")


def _primary(world: World, host: str) -> PostgresServer | None:
    server = world.find(PostgresServer, resolve(world, host))
    return server if server is not None and server.role == "primary" else None


def _no_way(world: World, instance: Instance, target: str) -> str | None:
    """Return why an instance cannot talk to a database; None where it can."""
    quiet = silence(world, target)
    if quiet is not None:
        return f"{label(world, target)} does not answer: {quiet}."
    path = between(world, instance.id, target, port_of(world, target))
    return None if path.ok else f"could not connect: {path.sentence()}. {path.hint}"


# backups -------------------------------------------------------------------------------------------------------------------------


@runs("cloudlab-ConfigureBackup")
def run_configure_backup(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """A dump every night and the log every five minutes, to a bucket of one's own."""
    server, uri = ctx.world.find(PostgresServer, instance.id), one(invocation, "To").rstrip("/")
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    if server is None or server.role != "primary":
        yield failed(invocation, "There is no PostgreSQL primary here whose log could be kept.")
        return
    role = role_of(ctx.world, instance)
    permit = may(ctx.world, role.id, "s3:PutObject", f"arn:aws:s3:::{bucket}/{prefix}/x") if role is not None else None
    fault = next(_no_way_to_s3(ctx.world, instance), None)
    if fault is not None:
        yield failed(invocation, fault)
    elif ctx.world.find(Bucket, bucket) is None:
        yield failed(invocation, f"NoSuchBucket: there is no bucket {bucket}.")
    elif not permit:
        yield failed(invocation, f"AccessDenied: {permit.reason if permit is not None else without_role(ctx.world, instance)}.")
    elif uri in ctx.world.table(DatabaseBackup):
        yield failed(invocation, f"{uri} holds a backup already; choose another prefix.")
    else:
        yield from closed_backup(ctx, server)
        yield DatabaseBackupPut(DatabaseBackup(uri, server.id, ctx.now))
        yield PostgresChanged(replace(server, backup=uri))
        yield succeeded(invocation, f"The first dump is in {uri}; from now on the log follows every five minutes.")


def closed_backup(ctx: Context, server: PostgresServer) -> Events:
    """Close the book on what a server has written to its backup until now."""
    backup = ctx.world.find(DatabaseBackup, server.backup)
    if backup is not None and backup.until is None:
        until = ctx.now if server.down_since is None else server.down_since
        yield DatabaseBackupPut(replace(backup, chapters=server.chapters, until=until))


def reach(world: World, backup: DatabaseBackup) -> tuple[Seconds, Seconds]:
    """Return the earliest and the latest instant a backup of one's own can bring back, and no later than its server wrote."""
    server = world.get(PostgresServer, backup.server)
    down = server.down_since if server.down_since is not None else world.now
    until = backup.until if backup.until is not None else down
    return backup.since, max(backup.since, until - until % LOG_INTERVAL)


@runs("cloudlab-RestoreBackup")
def run_restore_backup(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """Load a backup, data from S3 or another database into a database; what that one held before is overwritten."""
    host = one(invocation, "To")
    target = instance.id if host == "localhost" else resolve(ctx.world, host)
    server, managed = ctx.world.find(PostgresServer, target), ctx.world.find(DbInstance, target)
    if target is None or (server is None and managed is None):
        yield failed(invocation, f"Nothing answers to {host}: install PostgreSQL first, or name another database.")
        return
    if server is not None and server.role != "primary":
        yield failed(invocation, f"{label(ctx.world, target)} is {server.role}; only a primary takes writes.")
        return
    fault = _no_way(ctx.world, instance, target) if target != instance.id else silence(ctx.world, target)
    found = fault if fault is not None else _loaded(ctx, invocation, instance)
    if isinstance(found, str):
        yield failed(invocation, found)
        return
    content, told = found
    if managed is not None:
        yield DbInstanceChanged(replace(managed, chapters=(*managed.chapters, (ctx.now, content))))
    if server is not None:
        yield PostgresChanged(replace(server, chapters=(*server.chapters, (ctx.now, content))))
    yield succeeded(invocation, f"{label(ctx.world, target)} holds {told}.")


def _loaded(ctx: Context, invocation: Invocation, instance: Instance) -> tuple[Content, str] | str:
    """Return what is loaded and how to tell it, or why nothing is."""
    source, when = one(invocation, "From"), one(invocation, "Time")
    if not source.startswith("s3://"):
        return _copied(ctx, instance, source)
    source = source.rstrip("/")
    fault = next(_unreadable(ctx, instance, source), None)
    if fault is not None:
        return fault
    backup = ctx.world.find(DatabaseBackup, source)
    if backup is None:
        datasets = _datasets(ctx.world, source)
        return Content(datasets), f"the customers of {', '.join(datasets)} as they lie in {source}"
    earliest, latest = reach(ctx.world, backup)
    instant = latest if when == "latest" else an_instant(when)
    if instant is None or not earliest <= instant <= latest:
        return f"This backup reaches from {stamp(earliest)} to {stamp(latest)}; {when} is none of that."
    server = ctx.world.get(PostgresServer, backup.server)
    chapters = server.chapters if backup.until is None else backup.chapters
    content = as_of(chapters, instant, max(instant, backup.until or server.down_since or ctx.now))
    return content, f"what was there at {stamp(instant)}; the writes of {span(content.lost)} are lost in all"


def _copied(ctx: Context, instance: Instance, host: str) -> tuple[Content, str] | str:
    source = resolve(ctx.world, host)
    if source is None:
        return f"Nothing answers to {host}."
    fault = _no_way(ctx.world, instance, source)
    if fault is not None:
        return fault
    return content_of(ctx.world, source), f"a copy of what is in {label(ctx.world, source)} now"


# the application -----------------------------------------------------------------------------------------------------------------


@runs("cloudlab-ConnectDatabase")
def run_connect_database(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """Write the address into the model server's settings, and try it."""
    host = one(invocation, "Host")
    target = resolve(ctx.world, host)
    if target is None:
        yield failed(invocation, f"could not translate host name {host} to an address; nothing was changed.")
        return
    yield SoftwareChanged(instance.id, replace(instance.software, database=host))
    fault = _no_way(ctx.world, instance, target)
    if fault is not None:
        yield failed(invocation, f"The address is written down, but {fault}")
    else:
        yield succeeded(invocation, f"The model server looks its customers up in {label(ctx.world, target)} ({host}).")
