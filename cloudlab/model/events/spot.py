"""Events of spot instances: requested and given, told that they are wanted back, taken back."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.spot import SpotRequest
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class SpotFulfilled(Event):
    request: SpotRequest


@dataclass(frozen=True, slots=True)
class SpotNoticed(Event):
    """AWS wants an instance back, and says so two minutes before."""

    request: str
    leaves: Seconds


@dataclass(frozen=True, slots=True)
class SpotClosed(Event):
    request: str
    code: str


@dataclass(frozen=True, slots=True)
class SpotCancelled(Event):
    """The request is over; its instance goes on."""

    request: str
