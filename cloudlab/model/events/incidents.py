"""Events of incidents: struck, detected, acknowledged, resolved, come to damage."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class IncidentStruck(Event):
    incident: Incident
    noticed: Seconds
    """When the news reaches whoever holds the duty, unless somebody looks sooner."""
    noticed_by: str
    """monitoring, customers or provider."""
    provider_acts: Seconds | None = None
    """When the provider has dealt with it, where the duty is the provider's."""


@dataclass(frozen=True, slots=True)
class IncidentMissed(Event):
    """It was planned, but nothing stood where it would have struck."""

    incident: Incident


@dataclass(frozen=True, slots=True)
class IncidentDetected(Event):
    """The team knows. For a customer's duty this is the page."""

    incident: str
    by: str
    """monitoring, customers, look or provider."""


@dataclass(frozen=True, slots=True)
class IncidentAcknowledged(Event):
    incident: str


@dataclass(frozen=True, slots=True)
class IncidentResolved(Event):
    incident: str
    resolution: str


@dataclass(frozen=True, slots=True)
class IncidentCameToDamage(Event):
    """Nobody acted in time."""

    incident: str
    damage: str
