"""RDS databases: ordered, described, and put where their subnet group lets them be."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.rds import CreateDBInstance, DescribeDBInstances, DescribePendingMaintenanceActions
from cloudlab.engine.db_subnet_group import describe_group, need_group
from cloudlab.engine.describe import tag_list
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.removal import removed
from cloudlab.engine.rules import db_checks as check
from cloudlab.engine.rules.addressing import spare_public_address
from cloudlab.engine.rules.databases import endpoint_name, restorable
from cloudlab.engine.rules.maintenance import chosen_window, dealt_window
from cloudlab.engine.rules.sagemaker import moment
from cloudlab.model.database import DbInstance, DbSubnetGroup
from cloudlab.model.events.database import DbInstanceChanged, DbInstanceDeleted
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import arn
from cloudlab.model.world import World


@decides(CreateDBInstance)
def decide_create_db_instance(ctx: Context, command: CreateDBInstance) -> Events:
    name = check.identifier(command.db_instance_identifier, "DBInstanceIdentifier")
    engine = check.engine(command.engine)
    version = check.version(engine, command.engine_version)
    size = check.instance_class(command.db_instance_class)
    user = check.username(engine, command.master_username)
    check.password(engine, command.master_user_password, command.manage_master_user_password)
    storage = check.storage(command.allocated_storage, command.max_allocated_storage)
    if command.storage_type != "gp3":
        refuse("StorageTypeNotSupported", f"Storage type {command.storage_type} is not on offer here.", "gp3")
    retention = check.retention(ctx, command.backup_retention_period)
    port = check.port(engine, command.port)
    check.key(command.kms_key_id, command.storage_encrypted)
    check.not_too_many(ctx, name)
    window = command.preferred_maintenance_window
    window = chosen_window(window) if window is not None else dealt_window(ctx.world.seed, name)
    group = need_group(ctx, command.db_subnet_group_name)
    seat = check.seat(ctx, name, group, command.availability_zone, command.multi_az)
    standby = check.standby_seat(ctx, group, seat.zone) if command.multi_az else None
    groups = check.groups(ctx, command.vpc_security_group_ids, group.vpc)
    check.publicly(ctx, group.vpc, command.publicly_accessible)
    database = DbInstance(
        name,
        engine,
        version,
        size,
        "creating",
        group.id,
        group.vpc,
        seat.subnet,
        seat.zone,
        seat.address,
        groups,
        port,
        user,
        storage,
        ctx.now,
        standby_subnet=standby.subnet if standby is not None else None,
        standby_zone=standby.zone if standby is not None else None,
        standby_ip=standby.address if standby is not None else None,
        multi_az=command.multi_az,
        max_storage_gib=command.max_allocated_storage,
        encrypted=command.storage_encrypted,
        public=command.publicly_accessible,
        public_ip=spare_public_address(ctx.world, ctx.origin) if command.publicly_accessible else None,
        retention=retention,
        window=window,
        auto_minor=command.auto_minor_version_upgrade,
        protected=command.deletion_protection,
        name=command.db_name,
        tags=tuple(sorted((t.key, t.value) for t in command.tags)),
    )
    took = ctx.scenario.catalogue.timing("rds_create_multi_az" if command.multi_az else "rds_create_single_az")
    backup = ctx.scenario.catalogue.timing("rds_first_backup") if retention else 0
    yield DbInstanceChanged(database, "created", ctx.now + took - backup)
    yield ResourcesSeen((("DbInstance", name),))


@evolves(DbInstanceChanged)
def evolve_db_instance_changed(world: World, event: DbInstanceChanged) -> World:
    """A failover has a timer of its own: it does not disturb what else the database is in the middle of."""
    database = event.database
    world = world.put(database)
    if not event.step:
        return world
    kind = "database-failover" if event.step == "failed-over" else "database"
    return world.unschedule(kind, database.id).schedule(event.due, kind, database.id, step=event.step)


@evolves(DbInstanceDeleted)
def evolve_db_instance_deleted(world: World, event: DbInstanceDeleted) -> World:
    for kind in ("database", "database-failover", "database-window"):
        world = world.unschedule(kind, event.database)
    return removed(world, DbInstance, event.database)


def need_database(ctx: Context, name: str) -> DbInstance:
    return ctx.need(DbInstance, name.lower(), "DBInstanceNotFound", "DBInstance")


def need_state(database: DbInstance, *states: str) -> None:
    """Refuse as RDS does where a database is in none of these states."""
    if database.status not in states:
        wanted = states[0]
        refuse(
            "InvalidDBInstanceState",
            f"Instance {database.id} is not in {wanted} state.",
            f"It is {database.status}; wait: wait for db-instance {database.id} {wanted}.",
        )


# looking -------------------------------------------------------------------------------------------------------------------------


@answers(CreateDBInstance)
def answer_create_db_instance(ctx: Context, command: CreateDBInstance) -> dict[str, Any]:
    return described(ctx, command.db_instance_identifier)


def described(ctx: Context, name: str) -> dict[str, Any]:
    """Return the answer most actions give: the database as it is now."""
    return {"DBInstance": describe_database(ctx.world, ctx.world.get(DbInstance, name.lower()))}


@decides(DescribeDBInstances)
def decide_describe_db_instances(ctx: Context, command: DescribeDBInstances) -> Events:
    yield ResourcesSeen(tuple(("DbInstance", d.id) for d in _chosen(ctx, command.db_instance_identifier)))


@answers(DescribeDBInstances)
def answer_describe_db_instances(ctx: Context, command: DescribeDBInstances) -> dict[str, Any]:
    return {"DBInstances": [describe_database(ctx.world, d) for d in _chosen(ctx, command.db_instance_identifier)]}


def _chosen(ctx: Context, name: str | None) -> list[DbInstance]:
    return [need_database(ctx, name)] if name is not None else list(ctx.world.every(DbInstance))


def describe_database(world: World, database: DbInstance) -> dict[str, Any]:
    reach = restorable(world, database)
    group = world.find(DbSubnetGroup, database.subnet_group)
    waits = database.pending
    pending = {
        "DBInstanceClass": waits.instance_class,
        "AllocatedStorage": waits.storage_gib,
        "MultiAZ": waits.multi_az,
        "EngineVersion": waits.version,
        "BackupRetentionPeriod": waits.retention,
    }
    described = {
        "DBInstanceIdentifier": database.id,
        "DBInstanceClass": database.instance_class,
        "Engine": database.engine,
        "EngineVersion": database.version,
        "DBInstanceStatus": database.status,
        "MasterUsername": database.username,
        "DBName": database.name,
        "Endpoint": {"Address": endpoint_name(database), "Port": database.port} if database.ready is not None else None,
        "AllocatedStorage": database.storage_gib,
        "MaxAllocatedStorage": database.max_storage_gib,
        "StorageType": "gp3",
        "StorageEncrypted": database.encrypted,
        "InstanceCreateTime": moment(database.ready),
        "AvailabilityZone": database.zone,
        "SecondaryAvailabilityZone": database.standby_zone,
        "MultiAZ": database.multi_az,
        "DBSubnetGroup": describe_group(world, group) if group is not None else None,
        "VpcSecurityGroups": [{"VpcSecurityGroupId": key, "Status": "active"} for key in database.groups],
        "PubliclyAccessible": database.public,
        "BackupRetentionPeriod": database.retention,
        "LatestRestorableTime": moment(reach[1]) if reach is not None else None,
        "PreferredMaintenanceWindow": database.window,
        "AutoMinorVersionUpgrade": database.auto_minor,
        "DeletionProtection": database.protected,
        "PendingModifiedValues": {name: value for name, value in pending.items() if value is not None},
        "TagList": tag_list(database.tags),
        "DBInstanceArn": arn("rds", f"db:{database.id}"),
    }
    return {name: value for name, value in described.items() if value is not None}


@decides(DescribePendingMaintenanceActions)
def decide_describe_pending_maintenance_actions(ctx: Context, command: DescribePendingMaintenanceActions) -> Events:
    yield ResourcesSeen(tuple(("DbInstance", d.id) for d in ctx.world.every(DbInstance) if d.patch))


@answers(DescribePendingMaintenanceActions)
def answer_describe_pending_maintenance_actions(ctx: Context, command: DescribePendingMaintenanceActions) -> dict[str, Any]:
    return {
        "PendingMaintenanceActions": [
            {
                "ResourceIdentifier": arn("rds", f"db:{d.id}"),
                "PendingMaintenanceActionDetails": [{"Action": "system-update", "Description": d.patch, "MaintenanceWindow": d.window}],
            }
            for d in ctx.world.every(DbInstance)
            if d.patch
        ]
    }
