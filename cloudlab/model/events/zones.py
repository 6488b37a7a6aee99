"""Events of zones: one goes down, and comes back."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.operations import ZoneOutage


@dataclass(frozen=True, slots=True)
class ZoneWentDown(Event):
    outage: ZoneOutage


@dataclass(frozen=True, slots=True)
class ZoneCameBack(Event):
    zone: str
