"""Events of surges: more requests than the profile has, room for them, and their end."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.operations import Surge


@dataclass(frozen=True, slots=True)
class SurgeBegan(Event):
    surge: Surge


@dataclass(frozen=True, slots=True)
class SurgeMet(Event):
    """What answers has room for all that is still to come of it."""

    surge: str


@dataclass(frozen=True, slots=True)
class SurgePassed(Event):
    surge: str
