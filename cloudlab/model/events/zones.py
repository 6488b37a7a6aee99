"""Events of zones: one goes down, and comes back."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.operations import ControlPlaneOutage, ZoneOutage
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class ZoneWentDown(Event):
    outage: ZoneOutage


@dataclass(frozen=True, slots=True)
class ZoneCameBack(Event):
    zone: str


@dataclass(frozen=True, slots=True)
class EndpointInstancesLost(Event):
    """A managed endpoint lost the instances it had in a zone; AWS has put others in their place at `replaced_at`."""

    endpoint: str
    count: int
    replaced_at: Seconds


@dataclass(frozen=True, slots=True)
class ControlPlaneFailed(Event):
    outage: ControlPlaneOutage


@dataclass(frozen=True, slots=True)
class ControlPlaneCameBack(Event):
    region: str
