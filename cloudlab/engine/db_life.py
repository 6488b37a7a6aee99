"""The life of an RDS database step by step: created, rebooted, stopped, started, deleted, and what its timers bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cloudlab.commands.rds import DeleteDBInstance, RebootDBInstance, StartDBInstance, StopDBInstance
from cloudlab.engine.db_billing import bill, stop_billing
from cloudlab.engine.db_failover import can_fail_over, fail_over, switched
from cloudlab.engine.db_instance import described, need_database, need_state
from cloudlab.engine.db_log import log
from cloudlab.engine.db_snapshot import begin_snapshot
from cloudlab.engine.kernel import Context, Events, answers, decides, fires
from cloudlab.engine.rules.db_checks import bad_combination
from cloudlab.model.database import Content, DbInstance
from cloudlab.model.events.database import DbInstanceChanged, DbInstanceDeleted
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.world import Timer

Step = Callable[[Context, DbInstance], Events]
STEPS: dict[str, Step] = {}
"""Step of a database -> what it brings. Modification and maintenance add theirs."""


def step(name: str) -> Callable[[Step], Step]:
    """Register what a step brings."""

    def register(handler: Step) -> Step:
        assert name not in STEPS, f"two steps called {name}"
        STEPS[name] = handler
        return handler

    return register


@fires("database")
def fire_database(ctx: Context, timer: Timer) -> Events:
    """A database comes to its next step."""
    return STEPS[dict(timer.data)["step"]](ctx, ctx.world.get(DbInstance, timer.target))


@fires("database-failover")
def fire_database_failover(ctx: Context, timer: Timer) -> Events:
    """The standby has taken over."""
    return switched(ctx, ctx.world.get(DbInstance, timer.target))


@step("created")
def created(ctx: Context, database: DbInstance) -> Events:
    """It can be used from now on and is billed; the first backup runs beside that."""
    database = replace(database, ready=ctx.now, chapters=database.chapters or ((ctx.now, Content()),))
    yield log(ctx, database.id, "DB instance created", "creation")
    if database.retention:
        due = ctx.now + ctx.scenario.catalogue.timing("rds_first_backup")
        yield log(ctx, database.id, "Backing up DB instance", "backup")
        yield DbInstanceChanged(replace(database, status="backing-up"), "backed-up", due)
    else:
        yield DbInstanceChanged(replace(database, status="available"))
    yield from bill(ctx, database)


@step("backed-up")
def backed_up(ctx: Context, database: DbInstance) -> Events:
    yield log(ctx, database.id, "Finished DB Instance backup", "backup")
    yield DbInstanceChanged(replace(database, status="available"))


@decides(RebootDBInstance)
def decide_reboot_db_instance(ctx: Context, command: RebootDBInstance) -> Events:
    """A plain reboot is an outage of about a minute; onto the standby it is a failover, asked for."""
    database = need_database(ctx, command.db_instance_identifier)
    if command.force_failover and not database.multi_az:
        bad_combination(
            f"Cannot reboot {database.id} with failover: it is not a Multi-AZ instance.",
            "Leave --force-failover out, or make it Multi-AZ first: rds modify-db-instance --multi-az.",
        )
    need_state(database, "available", "storage-full")
    if command.force_failover and not can_fail_over(ctx.world, database):
        bad_combination(f"Cannot reboot {database.id} with failover: its standby is out of reach.", "Wait until its zone is back.")
    database = replace(database, status="rebooting")
    if command.force_failover:
        yield from fail_over(ctx, database, "The user requested a failover of the DB instance.")
    else:
        due = ctx.now + ctx.scenario.catalogue.timing("rds_single_az_reboot")
        yield DbInstanceChanged(replace(database, outage="it is rebooting", outage_since=ctx.now), "restarted", due)
    yield ResourcesSeen((("DbInstance", database.id),))


@step("restarted")
def restarted(ctx: Context, database: DbInstance) -> Events:
    """Back after a reboot, or on other hardware after its host failed."""
    yield log(ctx, database.id, "DB instance restarted", "availability")
    yield DbInstanceChanged(replace(database, status="available", outage="", outage_since=None))


# off and on ----------------------------------------------------------------------------------------------------------------------


@decides(StopDBInstance)
def decide_stop_db_instance(ctx: Context, command: StopDBInstance) -> Events:
    database = need_database(ctx, command.db_instance_identifier)
    need_state(database, "available")
    yield DbInstanceChanged(replace(database, status="stopping"), "stopped", ctx.now + ctx.scenario.catalogue.timing("rds_stop"))
    yield ResourcesSeen((("DbInstance", database.id),))


@step("stopped")
def stopped(ctx: Context, database: DbInstance) -> Events:
    """The storage is billed on; after seven days it starts by itself, so that it does not miss its maintenance."""
    yield log(ctx, database.id, "DB instance stopped", "notification")
    due = ctx.now + ctx.scenario.catalogue.timing("rds_stopped_at_most")
    yield DbInstanceChanged(replace(database, status="stopped"), "start", due)
    yield from stop_billing(database, storage=False)


@decides(StartDBInstance)
def decide_start_db_instance(ctx: Context, command: StartDBInstance) -> Events:
    database = need_database(ctx, command.db_instance_identifier)
    need_state(database, "stopped")
    yield from start(ctx, database)
    yield ResourcesSeen((("DbInstance", database.id),))


@step("start")
def start(ctx: Context, database: DbInstance) -> Events:
    due = ctx.now + ctx.scenario.catalogue.timing("rds_start")
    yield DbInstanceChanged(replace(database, status="starting"), "started", due)


@step("started")
def started(ctx: Context, database: DbInstance) -> Events:
    yield log(ctx, database.id, "DB instance started", "notification")
    yield DbInstanceChanged(replace(database, status="available"))
    yield from bill(ctx, database)


# the end -------------------------------------------------------------------------------------------------------------------------


@decides(DeleteDBInstance)
def decide_delete_db_instance(ctx: Context, command: DeleteDBInstance) -> Events:
    database = need_database(ctx, command.db_instance_identifier)
    final = command.final_db_snapshot_identifier
    if final is None and not command.skip_final_snapshot:
        bad_combination(
            "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
            "--final-db-snapshot-identifier NAME to keep what it holds, or --skip-final-snapshot: then it is gone, backups and all.",
        )
    if final is not None and command.skip_final_snapshot:
        bad_combination("FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot.", "One of the two.")
    if database.protected:
        bad_combination(
            "Cannot delete protected DB Instance, please disable deletion protection and try again.",
            f"rds modify-db-instance --db-instance-identifier {database.id} --no-deletion-protection",
        )
    need_state(database, "available", "stopped", "storage-full", "creating", "backing-up")
    if final is not None:
        need_state(database, "available", "stopped")
        yield from begin_snapshot(ctx, database, final)
    due = ctx.now + ctx.scenario.catalogue.timing("rds_delete")
    yield DbInstanceChanged(replace(database, status="deleting"), "deleted", due)
    yield from stop_billing(database, storage=True)
    yield ResourcesSeen((("DbInstance", database.id),))


@step("deleted")
def deleted(ctx: Context, database: DbInstance) -> Events:
    yield log(ctx, database.id, "DB instance deleted", "deletion")
    yield DbInstanceDeleted(database.id)


@answers(RebootDBInstance)
def answer_reboot(ctx: Context, command: RebootDBInstance) -> dict[str, Any]:
    return described(ctx, command.db_instance_identifier)


@answers(StopDBInstance)
def answer_stop(ctx: Context, command: StopDBInstance) -> dict[str, Any]:
    return described(ctx, command.db_instance_identifier)


@answers(StartDBInstance)
def answer_start(ctx: Context, command: StartDBInstance) -> dict[str, Any]:
    return described(ctx, command.db_instance_identifier)


@answers(DeleteDBInstance)
def answer_delete(ctx: Context, command: DeleteDBInstance) -> dict[str, Any]:
    return described(ctx, command.db_instance_identifier)
