"""Events of people's work: orders queued, started, finished, refused, cancelled."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.people import Order
from cloudlab.model.refusal import Refusal
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class OrderQueued(Event):
    """The person is busy; the order waits and is checked when it starts."""

    order: Order


@dataclass(frozen=True, slots=True)
class WorkStarted(Event):
    order: Order


@dataclass(frozen=True, slots=True)
class WorkFinished(Event):
    """The person's hands are free and the hours are on the ledger; the effect follows in the same instant."""

    order: Order
    task: str
    cost_micros: int


@dataclass(frozen=True, slots=True)
class OrderFinished(Event):
    """The command took effect."""

    order: Order


@dataclass(frozen=True, slots=True)
class OrderRefused(Event):
    """The service refused a queued or finished order; nothing changed but the hours spent."""

    order: Order
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class OrderCancelled(Event):
    """Taken back before it took effect; hours already worked stay on the ledger."""

    order: Order
    worked: Seconds
    outside: Seconds
    cost_micros: int
