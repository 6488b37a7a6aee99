"""How work ends beside its fact: what was observed, what was told on the way, and why nothing came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cloudlab.model.training import Ppm, Scored, TrainingFact

Cause = Literal["cancelled", "out of memory", "over time", "worker lost"]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The work ended without a fact, for a reason of this machine or of the player, never of the spec.

    It is not stored: the same spec may well succeed the next time.
    """

    spec_digest: str
    cause: Cause
    reason: str
    """One sentence for the player, with what helps."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What this machine really did. Shown beside the modelled job; never part of World, fact or digest."""

    wall_seconds: float
    """From the request to the answer, the wait for a worker included."""
    train_seconds: float
    """Inside the library's own training call."""
    cpu_seconds: float
    """Processor time of the worker."""
    peak_rss_mib: int
    threads: int
    versions: tuple[tuple[str, str], ...]
    """Library name -> version."""
    attempts: int
    """Workers it took: 2 when the first one was lost."""
    log: Path
    """The worker's log file."""


@dataclass(frozen=True, slots=True)
class Round:
    """A boosting round or an epoch is done."""

    number: int
    """From 1."""
    asked: int
    metrics: tuple[tuple[str, Ppm], ...]
    """By name, such as `("validation:auc", 842_100)`, in ppm rounded to 100."""


@dataclass(frozen=True, slots=True)
class LogText:
    """A line of the job's log."""

    text: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The worker was lost and another one begins again; rounds told so far are void."""

    reason: str


Progress = Round | LogText | Restarted
TrainingOutcome = TrainingFact | Unfinished
ScoringOutcome = Scored | Unfinished
