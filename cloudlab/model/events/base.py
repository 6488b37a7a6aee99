"""Event: the base of everything that can happen to a World."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """A fact of the simulation. Each concrete event has exactly one evolver."""
