"""Removal: a resource that the team itself took away is gone from the World and from what the team knows."""

from __future__ import annotations

from cloudlab.model.operations import Sighting
from cloudlab.model.world import R, World


def removed(world: World, kind: type[R], key: str) -> World:
    """Return the World without this record and without any memory of it."""
    world = world.drop(kind, key)
    return world.drop(Sighting, key) if world.find(Sighting, key) is not None else world
