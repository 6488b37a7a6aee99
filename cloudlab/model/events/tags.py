"""Event of tags: something that is there already is called otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.network import Tags


@dataclass(frozen=True, slots=True)
class TagsChanged(Event):
    kind: str
    """Name of the record's type."""
    resource: str
    tags: Tags
    """All it has from now on."""
