"""Changing a database: at once or in its maintenance window, with or without an outage, as each change has it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.rds import ModifyDBInstance
from cloudlab.engine.db_billing import bill
from cloudlab.engine.db_failover import UNDER_WAY, can_fail_over, fail_over
from cloudlab.engine.db_instance import described, need_database, need_state
from cloudlab.engine.db_life import step
from cloudlab.engine.db_log import log
from cloudlab.engine.db_subnet_group import need_group
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires
from cloudlab.engine.rules import db_checks as check
from cloudlab.engine.rules.addressing import spare_public_address
from cloudlab.engine.rules.databases import VERSIONS, major, newest_minor
from cloudlab.engine.rules.maintenance import chosen_window, opens_next
from cloudlab.model.database import DbInstance, Pending
from cloudlab.model.events.database import DbInstanceChanged, DbStepAwaited, DbWindowAwaited
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.world import Timer, World

NOTHING = Pending()


@decides(ModifyDBInstance)
def decide_modify_db_instance(ctx: Context, command: ModifyDBInstance) -> Events:
    """Settings take effect at once; class, storage, version and Multi-AZ wait for the window unless told not to."""
    database = need_database(ctx, command.db_instance_identifier)
    pending = _pending(ctx, database, command)
    need_state(database, "available", "storage-full")
    changed = replace(_settings(ctx, database, command), pending=pending)
    now = pending != NOTHING and (command.apply_immediately or database.status == "storage-full")
    if now and pending.multi_az:
        check.standby_seat(ctx, need_group(ctx, database.subnet_group), database.zone)
    if now:
        yield from apply(ctx, changed)
    else:
        yield DbInstanceChanged(changed)
    if (changed.pending != NOTHING and not now) or changed.patch:
        yield DbWindowAwaited(database.id, opens_next(changed.window, ctx.scenario.calendar, ctx.now))
    yield ResourcesSeen((("DbInstance", database.id),))


def _settings(ctx: Context, database: DbInstance, command: ModifyDBInstance) -> DbInstance:
    """Return the database with everything changed that needs no work on it."""
    if command.vpc_security_group_ids:
        database = replace(database, groups=check.groups(ctx, command.vpc_security_group_ids, database.vpc))
    if command.publicly_accessible is not None and command.publicly_accessible != database.public:
        check.publicly(ctx, database.vpc, command.publicly_accessible)
        address = spare_public_address(ctx.world, ctx.origin) if command.publicly_accessible else None
        database = replace(database, public=command.publicly_accessible, public_ip=address)
    if command.preferred_maintenance_window is not None:
        database = replace(database, window=chosen_window(command.preferred_maintenance_window))
    if command.master_user_password is not None:
        check.password(database.engine, command.master_user_password, managed=False)
    if command.max_allocated_storage is not None:
        check.storage(command.allocated_storage or database.storage_gib, command.max_allocated_storage)
        database = replace(database, max_storage_gib=command.max_allocated_storage)
    days = command.backup_retention_period
    if days is not None and (days == 0) == (database.retention == 0):
        database = replace(database, retention=check.retention(ctx, days))
    auto, protected = command.auto_minor_version_upgrade, command.deletion_protection
    return replace(
        database,
        auto_minor=database.auto_minor if auto is None else auto,
        protected=database.protected if protected is None else protected,
    )


def _pending(ctx: Context, database: DbInstance, command: ModifyDBInstance) -> Pending:
    """Return what waits with this order added; asking for what is there already takes a waiting change back."""
    pending, size, gib = database.pending, command.db_instance_class, command.allocated_storage
    if size is not None:
        pending = replace(pending, instance_class=None if check.instance_class(size) == database.instance_class else size)
    if gib is not None:
        if gib < database.storage_gib:
            check.bad_combination(
                f"Invalid storage size for {database.id}: {gib} GiB is less than the {database.storage_gib} GiB there are.",
                "Storage only grows; smaller takes a new database and a copy of the data.",
            )
        if database.storage_gib < gib < -(-database.storage_gib * 11 // 10):
            check.bad_combination(
                "The allocated storage must grow by at least 10 percent.", f"{-(-database.storage_gib * 11 // 10)} GiB or more."
            )
        pending = replace(pending, storage_gib=None if gib == database.storage_gib else check.storage(gib, None))
    if command.multi_az is not None:
        pending = replace(pending, multi_az=None if command.multi_az == database.multi_az else command.multi_az)
    if command.engine_version is not None:
        pending = replace(pending, version=_version(database, command.engine_version, command.allow_major_version_upgrade))
    days = command.backup_retention_period
    if days is not None:
        turned = (check.retention(ctx, days) == 0) != (database.retention == 0)
        pending = replace(pending, retention=days if turned else None)
    return pending


def _version(database: DbInstance, text: str, major_allowed: bool) -> str | None:
    wanted = check.version(database.engine, text)
    offered = VERSIONS[database.engine]
    if offered.index(wanted) < offered.index(database.version):
        check.bad_combination(f"Cannot upgrade {database.engine} from {database.version} to {wanted}", "A version never goes back.")
    if major(database.engine, wanted) != major(database.engine, database.version) and not major_allowed:
        check.bad_combination(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.", "--allow-major-version-upgrade"
        )
    return None if wanted == database.version else wanted


# at work -------------------------------------------------------------------------------------------------------------------------


def apply(ctx: Context, database: DbInstance) -> Events:
    """Begin the pending changes. The longest of them says how long it takes; only some of them interrupt."""
    timing, waits = ctx.scenario.catalogue.timing, database.pending
    took = max(
        timing("rds_modify_to_multi_az") if waits.multi_az else 0,
        timing("rds_class_change") if waits.instance_class is not None else 0,
        timing("rds_storage_growth") if waits.storage_gib is not None else 0,
        timing("rds_minor_upgrade") if waits.version is not None else 0,
        timing("rds_first_backup"),
    )
    status = "upgrading" if waits.version is not None else "modifying"
    rest = _interruption(ctx, database)
    if rest:
        yield DbInstanceChanged(replace(database, status=status), "interrupted", ctx.now + took - rest)
    else:
        yield DbInstanceChanged(replace(database, status=status), "modified", ctx.now + took)
    yield log(ctx, database.id, "Applying modification to " + _told(waits), "configuration change")


def _told(waits: Pending) -> str:
    parts = {
        "database instance class": waits.instance_class is not None,
        "allocated storage": waits.storage_gib is not None,
        "a Multi-AZ DB instance": bool(waits.multi_az),
        "a Single-AZ DB instance": waits.multi_az is False,
        "engine version": waits.version is not None,
        "backup retention": waits.retention is not None,
    }
    return ", ".join(name for name, there in parts.items() if there)


def _interruption(ctx: Context, database: DbInstance) -> int:
    """Return how long the end of the changes keeps callers out, besides a failover."""
    timing, waits = ctx.scenario.catalogue.timing, database.pending
    upgrade = timing("rds_upgrade_outage") if waits.version is not None else 0
    resize = timing("rds_class_change_outage") if waits.instance_class is not None and not database.multi_az else 0
    return max(upgrade, resize)


def restored(database: DbInstance) -> DbInstance:
    """Return the database available again; a failover under way goes on."""
    if database.outage == UNDER_WAY:
        return replace(database, status="available")
    return replace(database, status="available", outage="", outage_since=None)


@step("interrupted")
def interrupted(ctx: Context, database: DbInstance) -> Events:
    what = f"it is being upgraded to {database.pending.version}" if database.pending.version is not None else "it moves to another class"
    due = ctx.now + _interruption(ctx, database)
    yield DbInstanceChanged(replace(database, outage=what, outage_since=ctx.now), "modified", due)


@step("modified")
def modified(ctx: Context, database: DbInstance) -> Events:
    """The changes are in force. A Multi-AZ database that changes its class does so by failing over to the changed standby."""
    waits, resized_pair = database.pending, database.multi_az and database.pending.instance_class is not None
    changed = replace(
        restored(database),
        pending=NOTHING,
        instance_class=waits.instance_class or database.instance_class,
        storage_gib=waits.storage_gib or database.storage_gib,
        version=waits.version or database.version,
        retention=database.retention if waits.retention is None else waits.retention,
    )
    if waits.multi_az:
        seat = next(
            (s for s in check.seats_of(ctx.world, need_group(ctx, changed.subnet_group)) if s.zone != changed.zone),
            None,
        )
        if seat is not None:
            changed = replace(changed, multi_az=True, standby_subnet=seat.subnet, standby_zone=seat.zone, standby_ip=seat.address)
            yield log(ctx, database.id, "Finished applying modification to convert to a Multi-AZ DB instance", "configuration change")
    elif waits.multi_az is False:
        changed = replace(changed, multi_az=False, standby_subnet=None, standby_zone=None, standby_ip=None)
        yield log(ctx, database.id, "Finished applying modification to convert to a Single-AZ DB instance", "configuration change")
    if waits.instance_class is not None:
        yield log(ctx, database.id, "Finished applying modification to DB instance class", "configuration change")
    if waits.storage_gib is not None:
        yield log(ctx, database.id, "Finished applying modification to allocated storage", "configuration change")
    if waits.version is not None:
        yield log(ctx, database.id, f"Database engine version upgraded to {waits.version}", "maintenance")
    yield from bill(ctx, changed)
    if resized_pair and can_fail_over(ctx.world, changed):
        yield from fail_over(ctx, changed, "The RDS Multi-AZ instance was modified by customer.")
    else:
        yield DbInstanceChanged(changed)


# the window ----------------------------------------------------------------------------------------------------------------------


@evolves(DbWindowAwaited)
def evolve_db_window_awaited(world: World, event: DbWindowAwaited) -> World:
    return world.unschedule("database-window", event.database).schedule(event.opens, "database-window", event.database)


@fires("database-window")
def fire_database_window(ctx: Context, timer: Timer) -> Events:
    """The window opens: the provider's patch first, else what the team left waiting. A database that is off waits a week more."""
    database = ctx.world.find(DbInstance, timer.target)
    if database is None or not (database.patch or database.pending != NOTHING):
        return
    if database.status != "available" or database.outage:
        yield DbWindowAwaited(database.id, opens_next(database.window, ctx.scenario.calendar, ctx.now))
    elif database.patch:
        yield log(ctx, database.id, f"Maintenance started: {database.patch}", "maintenance")
        due = ctx.now + ctx.scenario.catalogue.timing("rds_maintenance_standby")
        yield DbInstanceChanged(replace(database, status="maintenance"), "primary-patched", due)
    else:
        yield from apply(ctx, database)


@step("primary-patched")
def primary_patched(ctx: Context, database: DbInstance) -> Events:
    """The standby has its patch; it takes over, and the old primary follows. Without a standby the database restarts under its callers."""
    timing = ctx.scenario.catalogue.timing
    if can_fail_over(ctx.world, database):
        yield from fail_over(ctx, database, "The operating system of the RDS Multi-AZ instance was patched.")
        yield DbStepAwaited(database.id, "maintained", ctx.now + timing("rds_maintenance_standby"))
    else:
        due = ctx.now + timing("rds_maintenance_outage")
        yield DbInstanceChanged(replace(database, outage="it restarts with its patch", outage_since=ctx.now), "maintained", due)


@evolves(DbStepAwaited)
def evolve_db_step_awaited(world: World, event: DbStepAwaited) -> World:
    return world.unschedule("database", event.database).schedule(event.due, "database", event.database, step=event.step)


@step("maintained")
def maintained(ctx: Context, database: DbInstance) -> Events:
    """The patch is in, a newer minor version with it where the team did not refuse it; what it left waiting comes next."""
    newest = newest_minor(database.engine, database.version)
    upgraded = database.auto_minor and newest != database.version
    done = replace(restored(database), patch="", version=newest if upgraded else database.version)
    yield log(ctx, database.id, f"Maintenance finished: {database.patch}", "maintenance")
    if upgraded:
        yield log(ctx, database.id, f"Database engine version upgraded to {newest}", "maintenance")
    yield DbInstanceChanged(done)
    if done.pending != NOTHING:
        yield DbWindowAwaited(done.id, opens_next(done.window, ctx.scenario.calendar, ctx.now))


@answers(ModifyDBInstance)
def answer_modify_db_instance(ctx: Context, command: ModifyDBInstance) -> dict[str, Any]:
    return described(ctx, command.db_instance_identifier)


# storage -------------------------------------------------------------------------------------------------------------------------


def fill_storage(ctx: Context, database: DbInstance) -> Events:
    """The data has outgrown the storage: it grows by itself where that was allowed, else nothing can be written any more."""
    wanted = max(database.storage_gib + 10, -(-database.storage_gib * 11 // 10))
    if database.max_storage_gib is not None and wanted <= database.max_storage_gib:
        grown = replace(database, storage_gib=wanted)
        yield log(ctx, database.id, f"Storage autoscaling grew the allocated storage to {wanted} GiB", "notification")
        yield DbInstanceChanged(grown)
        yield from bill(ctx, grown)
    else:
        yield log(ctx, database.id, "Allocated storage has been exhausted", "low storage")
        yield DbInstanceChanged(
            replace(database, status="storage-full", outage="its storage is full: make it larger", outage_since=ctx.now)
        )
