"""Takeovers: who is the primary once every standby that acts by itself has acted; for questions about a World that is not so (yet)."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.engine.rules.databases import machine_silence
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.database import DatabaseName, DbInstance, PostgresServer
from cloudlab.model.world import World


def swapped(database: DbInstance) -> DbInstance:
    """Return a Multi-AZ database with its two sides exchanged, and answering."""
    assert database.standby_subnet is not None
    assert database.standby_zone is not None
    assert database.standby_ip is not None
    return replace(
        database,
        subnet=database.standby_subnet,
        zone=database.standby_zone,
        private_ip=database.standby_ip,
        standby_subnet=database.subnet,
        standby_zone=database.zone,
        standby_ip=database.private_ip,
        outage="",
        outage_since=None,
        reason="",
    )


def taken_over(world: World) -> World:
    """Return a World in which Multi-AZ databases have left zones that are down, and scripts without a defect have promoted their standby.

    A failover by hand that was never tested carries its defect, and promotes nothing here.
    """
    for database in tuple(world.every(DbInstance)):
        if is_down(world, database.zone) and database.standby_zone is not None and not is_down(world, database.standby_zone):
            world = world.put(swapped(database))
    for standby in tuple(world.every(PostgresServer)):
        primary = world.find(PostgresServer, standby.upstream)
        if standby.role != "standby" or not standby.watches or standby.defect or primary is None:
            continue
        if machine_silence(world, primary) is not None and machine_silence(world, standby) is None:
            promoted = replace(standby, role="primary", chapters=primary.chapters, upstream=None)
            world = world.put(replace(primary, role="fenced"), promoted, DatabaseName(standby.name, standby.id))
    return world
