"""What a training run is asked, what it yields, and what its data stands for.

These are the only values that cross between the simulated cloud and the real worker processes. Rates and metrics are
integers in ppm (parts per million), money in micro-dollars, so that they may enter the integer World unchanged.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

Ppm = int

TRUE_NEGATIVE, FALSE_POSITIVE, FALSE_NEGATIVE, TRUE_POSITIVE = 0, 1, 2, 3
"""Outcome codes of one answered row, two bits each (`Scored.outcomes`)."""


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """Everything that decides which model comes out of a training run; nothing about how or where it runs.

    The seed belongs to the level, never to the run, so the same spec always asks for the same model.
    """

    container: str
    """Built-in algorithm: `xgboost` or `linear-learner`."""
    dataset: str
    """Id of the data card (`assets/data/<id>.yaml`)."""
    channels: tuple[str, ...]
    """Input channels in alphabetical order: `("train",)` or `("train", "validation")`."""
    hyperparameters: tuple[tuple[str, str], ...]
    """AWS hyperparameter names and string values, sorted by name; aliases already resolved."""
    training_seed: int

    def digest(self) -> str:
        """Return 32 hex digits that name this spec; equal specs give equal digests in every process."""
        body = [self.container, self.dataset, list(self.channels), [list(p) for p in self.hyperparameters], self.training_seed]
        return blake2b(json.dumps(body, separators=(",", ":")).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Trained:
    """The fact that a spec was really trained."""

    spec_digest: str
    artifact: str
    """sha256 of the stored artifact file, hex; names it in the store. An observation for finding the file, never graded."""
    rounds: int
    """Boosting rounds or epochs really run (early stopping may end before the asked number)."""
    metrics: tuple[tuple[str, Ppm], ...]
    """Final metrics such as `("validation:auc", 842_100)`, sorted by name, rounded to 100 ppm."""


@dataclass(frozen=True, slots=True)
class TrainingFailed:
    """The fact that a spec cannot be trained, in the real container's words."""

    spec_digest: str
    kind: Literal["ClientError", "AlgorithmError", "InternalServerError"]
    reason: str


@dataclass(frozen=True, slots=True)
class Scored:
    """The fact of what a trained model answers, row by row, on the data set's held-out stream."""

    spec_digest: str
    dataset: str
    rows: int
    outcomes: bytes
    """Two bits per row, four rows per byte, row 0 in the lowest bits; codes as above."""


TrainingFact = Trained | TrainingFailed
Fact = Trained | TrainingFailed | Scored


@dataclass(frozen=True, slots=True)
class Payoff:
    """What one answered request is worth, in micro-dollars per outcome. The best constant answer earns exactly zero."""

    true_negative: int
    false_positive: int
    false_negative: int
    true_positive: int


@dataclass(frozen=True, slots=True)
class DataCard:
    """A data set as the player is told about it."""

    id: str
    title: str
    story: str
    source: str
    licence: str
    features: tuple[str, ...]
    label: str
    rows: tuple[tuple[str, int], ...]
    """Rows per split: train, validation, stream."""
    represented_rows: int
    """How many rows the job is modelled to read in the simulated cloud."""
    represented_bytes: int
    payoff: Payoff
    threshold: Ppm
    """A score at or above this counts as the positive answer."""
    best_auc: Ppm | None
    """The best ranking any model could reach, known for generated sets; None where nobody knows."""
    reference_micros: int
    """Payoff per answered request, in micro-dollars, of a competent model (the yardstick of time-to-value)."""
    files: tuple[tuple[str, str], ...]
    """Object file name -> channel it holds, e.g. `("churn/train.csv", "train")`."""
