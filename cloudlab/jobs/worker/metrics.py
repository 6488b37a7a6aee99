"""Metrics: how well scores fit labels, in integers that may enter the World."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cloudlab.model.training import Ppm

Numbers = npt.NDArray[np.floating]


def ppm(value: float) -> Ppm | None:
    """Return a metric in parts per million, rounded to 100; None for what is no finite number.

    Rounded because models are bit-equal only on one machine: the fourth digit is what one can rely on everywhere.
    """
    return round(float(value) * 10_000) * 100 if np.isfinite(value) else None


def named_ppm(values: dict[str, float]) -> tuple[tuple[str, Ppm], ...]:
    """Return metrics sorted by name; those that are no finite number are left out."""
    rounded = ((name, ppm(value)) for name, value in sorted(values.items()))
    return tuple((name, value) for name, value in rounded if value is not None)


def auc(scores: Numbers, labels: Numbers) -> float:
    """Return the area under the ROC curve, ties counting half; NaN where one class is missing."""
    positive = labels > 0.5
    many, few = int(positive.sum()), int((~positive).sum())
    if not many or not few:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    return float((middle[inverse][positive].sum() - many * (many + 1) / 2) / (many * few))


class Counts(NamedTuple):
    """How many rows met each outcome of a yes-or-no answer."""

    tn: int
    fp: int
    fn: int
    tp: int


def confusion(answers: npt.NDArray[np.bool_], labels: Numbers) -> Counts:
    """Count true negatives, false positives, false negatives and true positives."""
    truth = labels > 0.5
    return Counts(
        int((~answers & ~truth).sum()),
        int((answers & ~truth).sum()),
        int((~answers & truth).sum()),
        int((answers & truth).sum()),
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def precision(counts: Counts) -> float:
    """Return the share of positive answers that were right."""
    return _share(counts.tp, counts.tp + counts.fp)


def recall(counts: Counts) -> float:
    """Return the share of positive rows that were found."""
    return _share(counts.tp, counts.tp + counts.fn)


def accuracy(counts: Counts) -> float:
    """Return the share of right answers."""
    return _share(counts.tn + counts.tp, sum(counts))


def f_beta(counts: Counts, beta: float = 1.0) -> float:
    """Return the weighted harmonic mean of precision and recall."""
    found = (1 + beta * beta) * counts.tp
    return _share(found, found + beta * beta * counts.fn + counts.fp)


def _mirrored(measure: Callable[[Counts], float]) -> Callable[[Counts], float]:
    """The mean of a measure over both classes, which is what `macro` means."""
    return lambda counts: (measure(counts) + measure(Counts(counts.tp, counts.fn, counts.fp, counts.tn))) / 2


ANSWER_METRICS: dict[str, Callable[[Counts], float]] = {
    "accuracy": accuracy,
    "balanced_accuracy": _mirrored(recall),
    "f1": _mirrored(f_beta),
    "f1_binary": f_beta,
    "f1_macro": _mirrored(f_beta),
    "precision": precision,
    "precision_macro": _mirrored(precision),
    "precision_micro": accuracy,
    "recall": recall,
    "recall_macro": _mirrored(recall),
    "recall_micro": accuracy,
}
"""Metrics of yes-or-no answers, which the XGBoost container adds to the library's own."""


def mean_squared_error(values: Numbers, labels: Numbers) -> float:
    """Return the mean of the squared errors."""
    return float(np.mean(np.square(values.astype(np.float64) - labels)))


def r2(values: Numbers, labels: Numbers) -> float:
    """Return the share of the labels' variance that the values explain."""
    spread = float(np.var(labels.astype(np.float64)))
    return 1 - mean_squared_error(values, labels) / spread if spread else 0.0
