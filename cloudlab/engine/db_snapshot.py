"""DB snapshots: a database as it was at one moment, kept until somebody deletes it."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.rds import CopyDBSnapshot, CreateDBSnapshot, DeleteDBSnapshot, DescribeDBSnapshots
from cloudlab.engine.db_instance import need_database, need_state
from cloudlab.engine.db_log import log
from cloudlab.engine.describe import tag_list
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, refuse
from cloudlab.engine.removal import removed
from cloudlab.engine.rules import db_checks as check
from cloudlab.engine.rules.sagemaker import moment
from cloudlab.model.database import DbInstance, DbSnapshot
from cloudlab.model.events.database import DbSnapshotDeleted, DbSnapshotPut, DbSnapshotTaken
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import arn
from cloudlab.model.network import Tags
from cloudlab.model.world import Timer, World


@decides(CreateDBSnapshot)
def decide_create_db_snapshot(ctx: Context, command: CreateDBSnapshot) -> Events:
    database = need_database(ctx, command.db_instance_identifier)
    need_state(database, "available")
    tags = tuple(sorted((t.key, t.value) for t in command.tags))
    yield from begin_snapshot(ctx, database, command.db_snapshot_identifier, tags)


def begin_snapshot(ctx: Context, database: DbInstance, name: str, tags: Tags = ()) -> Events:
    """Begin a snapshot: it holds the database as it is now, and can be used once it is there."""
    key = _free(ctx, name)
    snapshot = DbSnapshot(
        key,
        database.id,
        database.engine,
        database.version,
        database.username,
        database.port,
        database.storage_gib,
        database.encrypted,
        database.vpc,
        ctx.now,
        database.content,
        tags=tags,
    )
    yield DbSnapshotPut(snapshot, ctx.now + ctx.scenario.catalogue.timing("rds_snapshot"))
    yield ResourcesSeen((("DbSnapshot", key),))


def _free(ctx: Context, name: str) -> str:
    key = check.identifier(name, "DBSnapshotIdentifier")
    if ctx.world.find(DbSnapshot, key) is not None:
        refuse("DBSnapshotAlreadyExists", f"A snapshot with the identifier {key} already exists.", "Another name.")
    limit = ctx.quota("rds_manual_snapshots_per_region")
    if len(ctx.world.table(DbSnapshot)) >= limit:
        refuse("SnapshotQuotaExceeded", "There are too many manual snapshots.", f"This account may have {limit}: delete one first.")
    return key


@decides(CopyDBSnapshot)
def decide_copy_db_snapshot(ctx: Context, command: CopyDBSnapshot) -> Events:
    """A copy made with a key is encrypted: restored from it, so is the database."""
    source = need_snapshot(ctx, command.source_db_snapshot_identifier)
    check.key(command.kms_key_id, encrypted=True)
    key = _free(ctx, command.target_db_snapshot_identifier)
    copy = DbSnapshot(
        key,
        source.source,
        source.engine,
        source.version,
        source.username,
        source.port,
        source.storage_gib,
        source.encrypted or command.kms_key_id is not None,
        source.vpc,
        source.taken,
        source.content,
        tags=tuple(sorted((t.key, t.value) for t in command.tags)),
    )
    yield DbSnapshotPut(copy, ctx.now + ctx.scenario.catalogue.timing("rds_snapshot"))
    yield ResourcesSeen((("DbSnapshot", key),))


@evolves(DbSnapshotPut)
def evolve_db_snapshot_put(world: World, event: DbSnapshotPut) -> World:
    return world.put(event.snapshot).schedule(event.due, "database-snapshot", event.snapshot.id)


@fires("database-snapshot")
def fire_database_snapshot(ctx: Context, timer: Timer) -> Events:
    """A snapshot is there, unless it was deleted meanwhile."""
    if ctx.world.find(DbSnapshot, timer.target) is not None:
        yield DbSnapshotTaken(timer.target)
        yield log(ctx, timer.target, "Manual snapshot created", "creation", source_type="db-snapshot")
        yield ResourcesSeen((("DbSnapshot", timer.target),))


@evolves(DbSnapshotTaken)
def evolve_db_snapshot_taken(world: World, event: DbSnapshotTaken) -> World:
    return world.change(DbSnapshot, event.snapshot, status="available")


@decides(DeleteDBSnapshot)
def decide_delete_db_snapshot(ctx: Context, command: DeleteDBSnapshot) -> Events:
    yield DbSnapshotDeleted(need_snapshot(ctx, command.db_snapshot_identifier).id)


@evolves(DbSnapshotDeleted)
def evolve_db_snapshot_deleted(world: World, event: DbSnapshotDeleted) -> World:
    return removed(world, DbSnapshot, event.snapshot)


def need_snapshot(ctx: Context, name: str) -> DbSnapshot:
    """Return a snapshot that is there, or refuse."""
    snapshot = ctx.need(DbSnapshot, name.lower(), "DBSnapshotNotFound", "DBSnapshot")
    if snapshot.status != "available":
        refuse("InvalidDBSnapshotState", f"The snapshot {snapshot.id} is {snapshot.status}.", "Wait until it is available.")
    return snapshot


@answers(CreateDBSnapshot)
def answer_create_db_snapshot(ctx: Context, command: CreateDBSnapshot) -> dict[str, Any]:
    return {"DBSnapshot": describe_snapshot(ctx.world.get(DbSnapshot, command.db_snapshot_identifier.lower()))}


@answers(CopyDBSnapshot)
def answer_copy_db_snapshot(ctx: Context, command: CopyDBSnapshot) -> dict[str, Any]:
    return {"DBSnapshot": describe_snapshot(ctx.world.get(DbSnapshot, command.target_db_snapshot_identifier.lower()))}


@decides(DescribeDBSnapshots)
def decide_describe_db_snapshots(ctx: Context, command: DescribeDBSnapshots) -> Events:
    yield ResourcesSeen(tuple(("DbSnapshot", s.id) for s in _chosen(ctx, command)))


@answers(DescribeDBSnapshots)
def answer_describe_db_snapshots(ctx: Context, command: DescribeDBSnapshots) -> dict[str, Any]:
    return {"DBSnapshots": [describe_snapshot(s) for s in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeDBSnapshots) -> list[DbSnapshot]:
    if command.db_snapshot_identifier is not None:
        return [ctx.need(DbSnapshot, command.db_snapshot_identifier.lower(), "DBSnapshotNotFound", "DBSnapshot")]
    source = command.db_instance_identifier
    return [s for s in ctx.world.every(DbSnapshot) if source is None or s.source == source.lower()]


def describe_snapshot(snapshot: DbSnapshot) -> dict[str, Any]:
    return {
        "DBSnapshotIdentifier": snapshot.id,
        "DBInstanceIdentifier": snapshot.source,
        "SnapshotCreateTime": moment(snapshot.taken),
        "Engine": snapshot.engine,
        "EngineVersion": snapshot.version,
        "AllocatedStorage": snapshot.storage_gib,
        "Status": snapshot.status,
        "Port": snapshot.port,
        "VpcId": snapshot.vpc,
        "MasterUsername": snapshot.username,
        "SnapshotType": "manual",
        "Encrypted": snapshot.encrypted,
        "TagList": tag_list(snapshot.tags),
        "DBSnapshotArn": arn("rds", f"snapshot:{snapshot.id}"),
    }
