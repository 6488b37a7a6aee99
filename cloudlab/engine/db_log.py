"""The events RDS writes down: what it did to a database, when, line by line."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.rds import DescribeEvents
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.rules.sagemaker import moment
from cloudlab.model.database import DbEvent
from cloudlab.model.events.database import DbEventLogged
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import arn
from cloudlab.model.time import MINUTE, Seconds
from cloudlab.model.world import World

_SOURCES = (
    "db-instance",
    "db-snapshot",
    "db-parameter-group",
    "db-security-group",
    "db-cluster",
    "db-cluster-snapshot",
    "custom-engine-version",
    "db-proxy",
    "blue-green-deployment",
    "db-shard-group",
    "zero-etl",
)
"""What RDS writes events of; here, of the first two."""


def log(
    ctx: Context, source: str, message: str, category: str, at: Seconds | None = None, source_type: str = "db-instance"
) -> DbEventLogged:
    """Return a line; `at` is now where it is left out."""
    when = ctx.now if at is None else at
    return DbEventLogged(DbEvent(f"{source}/{when}/{message}", source, source_type, when, message, category))


@evolves(DbEventLogged)
def evolve_db_event_logged(world: World, event: DbEventLogged) -> World:
    return world.put(event.event)


@decides(DescribeEvents)
def decide_describe_events(ctx: Context, command: DescribeEvents) -> Events:
    yield ResourcesSeen(tuple(("DbEvent", e.id) for e in _chosen(ctx, command)))


@answers(DescribeEvents)
def answer_describe_events(ctx: Context, command: DescribeEvents) -> dict[str, Any]:
    return {
        "Events": [
            {
                "SourceIdentifier": e.source,
                "SourceType": e.source_type,
                "Message": e.message,
                "EventCategories": [e.category],
                "Date": moment(e.at),
                "SourceArn": arn("rds", f"{'db' if e.source_type == 'db-instance' else 'snapshot'}:{e.source}"),
            }
            for e in _chosen(ctx, command)
        ]
    }


def _chosen(ctx: Context, command: DescribeEvents) -> list[DbEvent]:
    """Return the lines of the last `Duration` minutes, oldest first, and of one instant in the order they were written."""
    if command.source_type is not None and command.source_type not in _SOURCES:
        refuse("InvalidParameterValue", f"Invalid source type: {command.source_type}", f"{' or '.join(_SOURCES[:2])}.")
    since = ctx.now - command.duration * MINUTE
    wanted = command.source_identifier.lower() if command.source_identifier is not None else None
    found = [
        e
        for e in ctx.world.every(DbEvent)
        if since <= e.at <= ctx.now and wanted in (None, e.source) and command.source_type in (None, e.source_type)
    ]
    return sorted(found, key=lambda e: e.at)
