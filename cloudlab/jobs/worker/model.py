"""What every container takes and gives, so that the worker needn't know which one it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Report = Callable[[int, int, Mapping[str, float]], None]
"""Called after each round or epoch with its number (from 1), the number asked for, and its metrics."""

Log = Callable[[str], None]
"""Takes one line of the job's log."""


@dataclass(frozen=True, slots=True)
class Made:
    """A trained model."""

    content: bytes
    suffix: str
    """Of the artifact's file name: says which container reads it."""
    rounds: int
    metrics: Mapping[str, float]
    train_seconds: float
    """Wall time inside the library's own training call."""
