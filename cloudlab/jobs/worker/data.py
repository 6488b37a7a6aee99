"""The data sets: which rows a card stands for, split into train, validation and the held-out stream."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cloudlab.jobs.recipe import Recipe
from cloudlab.jobs.worker import churn

Floats = npt.NDArray[np.float32]


class UnknownDataset(LookupError):
    """No generator of this name is known: the card is newer than the game, or misspelt."""


@dataclass(frozen=True, slots=True)
class Split:
    """Some rows of a data set."""

    features: Floats
    """Shape (rows, columns)."""
    labels: Floats
    """Shape (rows,): 0.0 or 1.0."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A whole data set."""

    columns: tuple[str, ...]
    train: Split
    validation: Split
    stream: Split
    best_auc: float | None
    """Expected area under the ROC curve of ranking every row by its true probability; None where nobody knows it."""

    def split(self, name: str) -> Split:
        """Return the split called `train`, `validation` or `stream`."""
        return {"train": self.train, "validation": self.validation, "stream": self.stream}[name]


@lru_cache(maxsize=2)
def load(recipe: Recipe) -> Dataset:
    """Return the data set of a recipe: the same rows in every process, on every machine.

    Raises UnknownDataset for a generator that doesn't exist.
    """
    if recipe.generator == "churn":
        return _churn(recipe)
    if recipe.generator == "sklearn:breast_cancer":
        return _breast_cancer(recipe)
    raise UnknownDataset(recipe.generator)


def _churn(recipe: Recipe) -> Dataset:
    sizes = dict(recipe.rows)
    rows = churn.generate(recipe.seed, sum(sizes.values()))
    labels = rows.labels.astype(np.float32)
    cuts = (sizes["train"], sizes["train"] + sizes["validation"])
    train, validation, stream = map(Split, np.split(rows.features, cuts), np.split(labels, cuts))
    return Dataset(churn.FEATURES, train, validation, stream, expected_auc(rows.probability_ppm))


def _breast_cancer(recipe: Recipe) -> Dataset:
    # Late: scikit-learn's data sets cost 100 ms, and the other sets don't need them.
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    features = np.ascontiguousarray(bunch.data, dtype=np.float32)
    # scikit-learn's label 0 is malignant; ours is 1, because the positive answer is the one that asks for action.
    labels = (bunch.target == 0).astype(np.float32)
    # The order of a hash depends on nothing but the row's number, so the split can't drift with a library's shuffle.
    order = sorted(range(len(labels)), key=lambda row: hashlib.sha256(f"{recipe.seed}:{row}".encode()).digest())
    sizes = dict(recipe.rows)
    cuts = (sizes["train"], sizes["train"] + sizes["validation"])
    numbers = np.array(order[: sum(sizes.values())])
    train, validation, stream = (Split(features[part], labels[part]) for part in np.split(numbers, cuts))
    columns = tuple(str(name).replace(" ", "_") for name in bunch.feature_names)
    return Dataset(columns, train, validation, stream, None)


def expected_auc(probability_ppm: npt.NDArray[np.int64]) -> float:
    """Return the AUC to expect when rows are ranked by the very probabilities their labels are drawn from.

    No model can do better than this, luck aside: it is the chance that a random leaver had a higher probability than a
    random stayer, ties counting half.
    """
    values, inverse = np.unique(probability_ppm, return_inverse=True)
    leave = np.bincount(inverse, weights=probability_ppm / 1_000_000, minlength=len(values))
    stay = np.bincount(inverse, weights=1 - probability_ppm / 1_000_000, minlength=len(values))
    below = np.cumsum(stay) - stay
    return float((leave * (below + stay / 2)).sum() / (leave.sum() * stay.sum()))
