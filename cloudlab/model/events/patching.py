"""Events of patching: baselines made, chosen and given up; a command handed from one machine to the next."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.patching import DefaultBaseline, PatchBaseline
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class PatchBaselineWritten(Event):
    """Made, or changed."""

    baseline: PatchBaseline


@dataclass(frozen=True, slots=True)
class PatchBaselineDeleted(Event):
    baseline: str


@dataclass(frozen=True, slots=True)
class DefaultBaselineChosen(Event):
    default: DefaultBaseline


@dataclass(frozen=True, slots=True)
class InvocationBegun(Event):
    """It is this machine's turn."""

    invocation: str
    ready: Seconds


@dataclass(frozen=True, slots=True)
class InvocationCancelled(Event):
    """It will never be this machine's turn: too many others failed."""

    invocation: str
    why: str
