"""Inputs: what enters a run from outside - orders, facts, commitments. Replaying them is replaying the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloudlab.model.training import Fact

if TYPE_CHECKING:  # an input carries a command, but the model must not import the room above it
    from cloudlab.commands.base import Command


@dataclass(frozen=True, slots=True)
class Given:
    """A command given to a person."""

    id: str
    person: str
    command: Command


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An order cancelled before it took effect."""

    id: str
    order: str


@dataclass(frozen=True, slots=True)
class Learned:
    """A real result, arriving at the instant the simulated clock waits for it."""

    id: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The player took note of a page."""

    id: str
    incident: str


@dataclass(frozen=True, slots=True)
class Committed:
    """A prediction, an answer, a go/no-go decision or a hint taken. `key` names which, `choice` what."""

    id: str
    kind: str
    key: str
    choice: str


@dataclass(frozen=True, slots=True)
class Noted:
    id: str
    text: str


Input = Given | TakenBack | Learned | Acknowledged | Committed | Noted
