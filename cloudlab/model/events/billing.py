"""Events of money: meters started and stopped, single charges."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class MeterStarted(Event):
    line: str
    """compute, storage, public-ipv4, training, endpoint, requests, transfer."""
    resource: str
    rate: int
    """Micro-dollars per hour."""
    minimum: Seconds = 0
    step: Seconds = 1


@dataclass(frozen=True, slots=True)
class MeterStopped(Event):
    line: str
    resource: str


@dataclass(frozen=True, slots=True)
class Charged(Event):
    """A single charge, such as a PUT request or a job's billable seconds."""

    line: str
    resource: str
    micros: int


@dataclass(frozen=True, slots=True)
class OverspendingForeseen(Event):
    """At the present rates the budget will be overspent at this instant; None: not before the run ends, or it is already."""

    at: Seconds | None
