"""Zones: which are down. Everything zonal asks here instead of being changed record by record."""

from __future__ import annotations

from cloudlab.model.operations import ZoneOutage
from cloudlab.model.world import World


def is_down(world: World, zone: str) -> bool:
    """Tell whether a zone is down; it comes back when its record goes, which is the end of the outage."""
    return zone in world.table(ZoneOutage)


def down_zones(world: World) -> tuple[str, ...]:
    """Return the zones that are down, in the order they went."""
    return tuple(world.table(ZoneOutage))
