"""Failover of Multi-AZ databases: the standby takes over, the name stays, a minute or two without answers."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.engine.db_log import log
from cloudlab.engine.dice import roll
from cloudlab.engine.kernel import Context, Events, reacts
from cloudlab.engine.rules.takeover import swapped
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.database import DbInstance
from cloudlab.model.events.database import DbInstanceChanged
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.time import Seconds
from cloudlab.model.world import World

UNDER_WAY = "its standby is taking over"
_SWITCH_LINE = 10
"""Seconds before the end at which the new primary has restarted; the rest is the name."""


def can_fail_over(world: World, database: DbInstance) -> bool:
    """Tell whether there is a standby in a zone that is up, and nothing of the kind under way."""
    standby = database.standby_zone
    return (
        database.multi_az
        and database.ready is not None
        and standby is not None
        and not is_down(world, standby)
        and database.outage != UNDER_WAY
        and database.status not in ("creating", "stopping", "stopped", "deleting")
    )


def fail_over(ctx: Context, database: DbInstance, reason: str) -> Events:
    """Begin a failover: 60 to 120 seconds by keyed dice, and what the name's time to live adds for callers."""
    timing = ctx.scenario.catalogue.timing
    least, most = timing("rds_multi_az_failover"), timing("rds_multi_az_failover_longest")
    took = least + roll(ctx.world.seed, "failover", database.id, ctx.now, sides=most - least + 1)
    due = ctx.now + took + timing("rds_client_dns_ttl_extra")
    yield log(ctx, database.id, "Multi-AZ instance failover started.", "failover")
    yield DbInstanceChanged(replace(database, outage=UNDER_WAY, outage_since=ctx.now, reason=reason), "failed-over", due)


def switched(ctx: Context, database: DbInstance) -> Events:
    """The standby is the primary now; a new standby comes up where the old primary was, or once its zone is back."""
    restarted: Seconds = max(database.outage_since or ctx.now, ctx.now - _SWITCH_LINE)
    yield log(ctx, database.id, "DB instance restarted", "availability", restarted)
    yield log(ctx, database.id, "Multi-AZ instance failover completed", "failover")
    yield log(ctx, database.id, database.reason, "notification")
    status = "available" if database.status == "rebooting" else database.status
    yield DbInstanceChanged(replace(swapped(database), status=status))


@reacts
def react_zone_lost(before: World, ctx: Context) -> Events:
    """A Multi-AZ database leaves a zone that goes down by itself; one in a single zone waits until the zone is back."""
    if not ctx.world.table(ZoneOutage):
        return
    for database in ctx.world.every(DbInstance):
        if is_down(ctx.world, database.zone) and can_fail_over(ctx.world, database):
            yield from fail_over(ctx, database, f"The primary host of the RDS Multi-AZ instance is unreachable: {database.zone} is down.")
