"""Spot records: what was asked of spare capacity, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.network import Tags
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class SpotRequest:
    """A one-time request; it ends with its instance."""

    id: str
    instance: str
    type: str
    zone: str
    created: Seconds
    most_micros: int
    """Most one would pay an hour: the on-demand price where nothing was said."""
    state: str = "active"
    """active, closed, cancelled."""
    code: str = "fulfilled"
    """fulfilled, marked-for-termination, instance-terminated-no-capacity, instance-terminated-by-user."""
    updated: Seconds = 0
    leaves: Seconds | None = None
    """When the instance is taken back, once notice was given."""
    tags: Tags = ()
