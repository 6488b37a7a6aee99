"""Events of the run itself: facts arriving, commitments, looks, notes, the end."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.operations import Commitment
from cloudlab.model.training import Fact


@dataclass(frozen=True, slots=True)
class FactLearned(Event):
    """A real result reached the simulation."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class CommitmentMade(Event):
    commitment: Commitment


@dataclass(frozen=True, slots=True)
class ResourcesSeen(Event):
    """The team looked at these resources (kind name, id) and now knows how they are."""

    seen: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NoteTaken(Event):
    text: str


@dataclass(frozen=True, slots=True)
class RunEnded(Event):
    outcome: str
    """won or lost."""
    because: str
