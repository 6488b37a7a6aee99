"""What RDS bills: the class while it runs, its storage for as long as there is a database, both twice with Multi-AZ."""

from __future__ import annotations

from cloudlab.commands.rds import CreateDBInstance, ModifyDBInstance, RestoreDBInstanceFromDBSnapshot, RestoreDBInstanceToPointInTime
from cloudlab.engine.kernel import Context, Events
from cloudlab.engine.rules.billing import Charge, prices, prices_in_world
from cloudlab.engine.rules.databases import PORTS
from cloudlab.engine.rules.db_checks import CLASSES, class_rate
from cloudlab.model.database import DbInstance, DbSnapshot
from cloudlab.model.events.billing import MeterStarted, MeterStopped
from cloudlab.model.money import hourly_from_monthly
from cloudlab.model.scenario import Scenario
from cloudlab.model.world import World

LINE = "database"


def rates(scenario: Scenario, engine: str, name: str, gib: int, multi_az: bool) -> tuple[int, int]:
    """Return micro-dollars per hour of instance and storage."""
    catalogue = scenario.catalogue
    factor = catalogue.price("rds_multi_az_factor") if multi_az else 1000
    storage = hourly_from_monthly(catalogue.price("rds_gp3_storage_gb_month") * gib)
    return class_rate(catalogue, engine, name) * factor // 1000, storage * factor // 1000


def bill(ctx: Context, database: DbInstance) -> Events:
    """Run the meters at the database's present size; each billable change starts a new interval of at least ten minutes."""
    compute, storage = rates(ctx.scenario, database.engine, database.instance_class, database.storage_gib, database.multi_az)
    least = ctx.scenario.catalogue.price("rds_minimum_seconds")
    yield MeterStarted(LINE, database.id, compute, least)
    yield MeterStarted("storage", database.id, storage)


def stop_billing(database: DbInstance, *, storage: bool) -> Events:
    yield MeterStopped(LINE, database.id)
    if storage:
        yield MeterStopped("storage", database.id)


def _charges(scenario: Scenario, engine: str, name: str, gib: int, multi_az: bool) -> tuple[Charge, ...]:
    if name not in CLASSES or engine not in PORTS:
        return ()
    compute, storage = rates(scenario, engine, name, gib, multi_az)
    return Charge(LINE, compute, "hour"), Charge("storage", storage, "hour")


@prices(CreateDBInstance)
def price_create(command: CreateDBInstance, scenario: Scenario) -> tuple[Charge, ...]:
    return _charges(scenario, command.engine, command.db_instance_class, command.allocated_storage or 0, command.multi_az)


@prices_in_world(RestoreDBInstanceToPointInTime)
def price_restore(command: RestoreDBInstanceToPointInTime, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    source = world.find(DbInstance, (command.source_db_instance_identifier or "").lower())
    if source is None:
        return ()
    name = command.db_instance_class or source.instance_class
    return _charges(scenario, source.engine, name, source.storage_gib, command.multi_az)


@prices_in_world(RestoreDBInstanceFromDBSnapshot)
def price_restore_snapshot(command: RestoreDBInstanceFromDBSnapshot, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    snapshot = world.find(DbSnapshot, command.db_snapshot_identifier.lower())
    if snapshot is None:
        return ()
    return _charges(scenario, snapshot.engine, command.db_instance_class or "db.t3.medium", snapshot.storage_gib, command.multi_az)


@prices_in_world(ModifyDBInstance)
def price_modify(command: ModifyDBInstance, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    """What it would cost more per hour than it does now; nothing where it gets cheaper."""
    before = world.find(DbInstance, command.db_instance_identifier.lower())
    if before is None:
        return ()
    name = command.db_instance_class or before.instance_class
    gib = command.allocated_storage or before.storage_gib
    multi_az = before.multi_az if command.multi_az is None else command.multi_az
    now = _charges(scenario, before.engine, before.instance_class, before.storage_gib, before.multi_az)
    then = _charges(scenario, before.engine, name, gib, multi_az)
    return tuple(Charge(t.line, t.micros - n.micros, "hour") for n, t in zip(now, then, strict=False) if t.micros > n.micros)
