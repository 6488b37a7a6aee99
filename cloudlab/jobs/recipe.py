"""The part of a data card that decides rows and answers: what a worker needs to know, and what names a stored fact."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml

# libyaml's loader is eight times faster; the pure one is the fallback where PyYAML was built without it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CardMissing(LookupError):
    """There is no data card of this id, or it lacks the keys a worker needs."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make a data set's rows, and when a score counts as a positive answer."""

    dataset: str
    generator: str
    """`churn`, or `sklearn:breast_cancer`."""
    revision: int
    """Raised on the card and in the generator together, whenever a row would come out differently."""
    seed: int
    rows: tuple[tuple[str, int], ...]
    """Rows per split, in the order train, validation, stream."""
    threshold_ppm: int

    def data_edition(self) -> str:
        """Return 16 hex digits that name the rows: a model trained on one edition is no fact about another one."""
        return _digest({key: value for key, value in asdict(self).items() if key != "threshold_ppm"})

    def answer_edition(self) -> str:
        """Return 16 hex digits that name rows and threshold together: what scored answers depend on."""
        return _digest(asdict(self))


def _digest(body: dict[str, Any]) -> str:
    return blake2b(json.dumps(body, sort_keys=True, separators=(",", ":")).encode(), digest_size=8).hexdigest()


def load_recipe(data_dir: Path, dataset: str) -> Recipe:
    """Return the recipe on the card `<data_dir>/<dataset>.yaml`.

    Raises CardMissing when there is no such card or a key is missing or of the wrong kind.
    """
    # An id is a file's stem: nothing that could climb out of the folder.
    if not dataset or not all(c.isascii() and (c.isalnum() or c in "-_") for c in dataset):
        raise CardMissing(f"{dataset!r} is no data set's id")
    path = data_dir / f"{dataset}.yaml"
    try:
        card = yaml.load(path.read_bytes(), Loader=_Loader)
        made = card["generator"]
        rows = tuple((split, int(card["rows"][split])) for split in ("train", "validation", "stream"))
        return Recipe(dataset, str(made["name"]), int(made["revision"]), int(made["seed"]), rows, int(card["threshold_ppm"]))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise CardMissing(f"data card {path}: {error!r}") from error
