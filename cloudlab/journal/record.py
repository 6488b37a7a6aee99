"""What a journal holds: one header that pins the frame of the run, then one record per thing that entered it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloudlab.model.time import Seconds

FORMAT = 1
"""How lines are written. Raised when their shape changes; older formats are lifted by `lines.UPCASTS`."""

INPUT_KINDS = ("given", "taken-back", "learned", "acknowledged", "committed", "noted")
"""Records that enter the simulation: one kind for each class of `model.inputs`."""

KINDS = (*INPUT_KINDS, "clock", "rewound", "observed")
"""`clock`: the clock stopped, went on or changed its pace. `rewound`: back to after record `to`, at this
record's instant. `observed`: what a clock on
the wall or a worker's own stopwatch said; no part of the World."""


@dataclass(frozen=True, slots=True)
class Header:
    """The frame of a run. A journal is replayed only in exactly this frame."""

    level: str
    level_digest: str
    catalogue_digest: str
    seed: int
    rules: int
    """`engine.simulation.RULES` when the run was played."""
    mood: str
    """learn or win."""
    started: str
    """Wall-clock text given by the caller (ISO 8601): an observation, never read by the simulation."""
    player: str = ""
    road: str | None = None
    """What the player said they would build, where they said it."""
    version: str = ""
    """The game's own version, for bug reports."""
    start: str = ""
    """Which of the level's starts it opened with; empty for an empty account."""
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Record:
    """One line after the header."""

    n: int
    """Place in the file, from 1."""
    at: Seconds
    """Simulated seconds."""
    kind: str
    """One of KINDS."""
    id: str
    """Stable id of the input, from which ids and dice derive; empty for what is no input."""
    body: Mapping[str, Any]
    """JSON-ready."""
    refusal: str | None
    """AWS's error code, where the input was refused on the spot."""
    chain: str
    """32 hex digits over this line and all lines before it."""
