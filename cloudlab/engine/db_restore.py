"""Restoring databases: always a new instance with a new endpoint, from a snapshot or from any moment the backups reach."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cloudlab.commands.rds import RestoreDBInstanceFromDBSnapshot, RestoreDBInstanceToPointInTime
from cloudlab.engine.db_instance import described, need_database
from cloudlab.engine.db_snapshot import need_snapshot
from cloudlab.engine.db_subnet_group import need_group
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.engine.rules import db_checks as check
from cloudlab.engine.rules.addressing import spare_public_address
from cloudlab.engine.rules.databases import as_of, restorable, written_until
from cloudlab.engine.rules.maintenance import dealt_window
from cloudlab.model.database import Content, DbInstance
from cloudlab.model.events.database import DbInstanceChanged
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.time import DAY, HOUR, MINUTE, Seconds, stamp

_TIME = re.compile(r"day (\d+) (\d\d):(\d\d)(?::(\d\d))?")
Restore = RestoreDBInstanceToPointInTime | RestoreDBInstanceFromDBSnapshot


@decides(RestoreDBInstanceToPointInTime)
def decide_restore_to_point_in_time(ctx: Context, command: RestoreDBInstanceToPointInTime) -> Events:
    name = check.identifier(command.target_db_instance_identifier, "TargetDBInstanceIdentifier")
    if command.source_db_instance_identifier is None:
        check.bad_combination("A source is required.", "--source-db-instance-identifier NAME")
    source = need_database(ctx, command.source_db_instance_identifier)
    check.not_too_many(ctx, name)
    reach = restorable(ctx.world, source)
    if reach is None:
        refuse(
            "PointInTimeRestoreNotEnabled",
            f"Point in time restore is not enabled for {source.id}.",
            "Only a database with BackupRetentionPeriod of 1 or more can be restored to a point in time.",
        )
    instant = restore_time(command.restore_time, command.use_latest_restorable_time, reach)
    content = as_of(source.chapters, instant, written_until(ctx.world, source))
    group = command.db_subnet_group_name or source.subnet_group
    like = replace(source, subnet_group=group, instance_class=command.db_instance_class or source.instance_class)
    yield from _new(ctx, command, name, like, content, "rds_single_az_restore_other_az")


def restore_time(text: str | None, latest: bool, reach: tuple[Seconds, Seconds]) -> Seconds:
    """Return the instant asked for, within what the backups reach."""
    if (text is None) != latest:
        check.bad_combination("Specify either RestoreTime or UseLatestRestorableTime.", "One of the two.")
    if text is None:
        return reach[1]
    instant = an_instant(text)
    if instant is None:
        check.bad_value(f"RestoreTime '{text}' is no time.", 'Written as everywhere here: "day 2 14:20" or "day 2 14:20:30".')
    if not reach[0] <= instant <= reach[1]:
        check.bad_value(
            f"The specified RestoreTime {text} is outside what can be restored.",
            f"From {stamp(reach[0])} to {stamp(reach[1])}.",
        )
    return instant


def an_instant(text: str) -> Seconds | None:
    """Return the instant a text names, such as `day 2 14:20`; None where it names none."""
    found = _TIME.fullmatch(text.strip())
    if found is None or int(found[1]) < 1:
        return None
    return (int(found[1]) - 1) * DAY + int(found[2]) * HOUR + int(found[3]) * MINUTE + int(found[4] or 0)


@decides(RestoreDBInstanceFromDBSnapshot)
def decide_restore_from_snapshot(ctx: Context, command: RestoreDBInstanceFromDBSnapshot) -> Events:
    """It needs a subnet group of its own: a snapshot remembers none."""
    name = check.identifier(command.db_instance_identifier, "DBInstanceIdentifier")
    snapshot = need_snapshot(ctx, command.db_snapshot_identifier)
    check.not_too_many(ctx, name)
    content = replace(snapshot.content, lost=snapshot.content.lost + ctx.now - snapshot.taken)
    like = DbInstance(
        name,
        snapshot.engine,
        snapshot.version,
        command.db_instance_class or "db.t3.medium",
        "creating",
        command.db_subnet_group_name or "default",
        snapshot.vpc,
        "",
        "",
        "",
        (),
        snapshot.port,
        snapshot.username,
        snapshot.storage_gib,
        ctx.now,
        encrypted=snapshot.encrypted,
    )
    yield from _new(ctx, command, name, like, content, "rds_restore_from_snapshot")


def _new(ctx: Context, command: Restore, name: str, like: DbInstance, content: Content, timing: str) -> Events:
    """Order the new instance. It wears the VPC's default security group unless others are named, as with AWS."""
    size = check.instance_class(like.instance_class)
    group = need_group(ctx, like.subnet_group)
    seat = check.seat(ctx, name, group, command.availability_zone, command.multi_az)
    standby = check.standby_seat(ctx, group, seat.zone) if command.multi_az else None
    groups = check.groups(ctx, command.vpc_security_group_ids, group.vpc)
    check.publicly(ctx, group.vpc, command.publicly_accessible)
    database = DbInstance(
        name,
        like.engine,
        like.version,
        size,
        "creating",
        group.id,
        group.vpc,
        seat.subnet,
        seat.zone,
        seat.address,
        groups,
        like.port,
        like.username,
        like.storage_gib,
        ctx.now,
        standby_subnet=standby.subnet if standby is not None else None,
        standby_zone=standby.zone if standby is not None else None,
        standby_ip=standby.address if standby is not None else None,
        multi_az=command.multi_az,
        max_storage_gib=like.max_storage_gib,
        encrypted=like.encrypted,
        public=command.publicly_accessible,
        public_ip=spare_public_address(ctx.world, ctx.origin) if command.publicly_accessible else None,
        retention=like.retention,
        window=dealt_window(ctx.world.seed, name),
        auto_minor=like.auto_minor,
        protected=command.deletion_protection,
        name=like.name,
        chapters=((ctx.now, content),),
        tags=tuple(sorted((t.key, t.value) for t in command.tags)),
    )
    backup = ctx.scenario.catalogue.timing("rds_first_backup") if database.retention else 0
    yield DbInstanceChanged(database, "created", ctx.now + ctx.scenario.catalogue.timing(timing) - backup)
    yield ResourcesSeen((("DbInstance", name),))


@answers(RestoreDBInstanceToPointInTime)
def answer_restore_to_point_in_time(ctx: Context, command: RestoreDBInstanceToPointInTime) -> dict[str, Any]:
    return described(ctx, command.target_db_instance_identifier)


@answers(RestoreDBInstanceFromDBSnapshot)
def answer_restore_from_snapshot(ctx: Context, command: RestoreDBInstanceFromDBSnapshot) -> dict[str, Any]:
    return described(ctx, command.db_instance_identifier)
