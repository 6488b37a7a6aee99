"""Events of serving: addresses handed to callers, and every change in how they answer."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.operations import Handover, Segment


@dataclass(frozen=True, slots=True)
class AddressHandedOver(Event):
    """The callers of a need were given a resource to send requests to."""

    handover: Handover


@dataclass(frozen=True, slots=True)
class AddressWithdrawn(Event):
    handover: str


@dataclass(frozen=True, slots=True)
class ServingChanged(Event):
    """From now on the need is served otherwise than before."""

    need: str
    segment: Segment
