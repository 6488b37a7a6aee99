"""Shipped models: trained before the game was packed, so that a level can open with a model that really answers.

`assets/models` is a store of facts like the player's own (`cloudlab.jobs.store` writes both); here only its results are read.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from cloudlab.levels.schema import ShippedPart
from cloudlab.model.training import Fact, Scored, Trained, TrainingSpec

CHANNELS = ("train", "validation")


class NotShipped(LookupError):
    """The store of shipped models does not hold what a level says it ships."""


def spec_of(part: ShippedPart, training_seed: int) -> TrainingSpec:
    """Return what the shipped model was trained from."""
    return TrainingSpec(part.container, part.dataset, CHANNELS, tuple(sorted(part.hyperparameters.items())), training_seed)


def shipped_facts(assets_dir: Path, spec: TrainingSpec) -> tuple[Fact, ...]:
    """Return how the model of `spec` ranked and what it answers on its own data set's stream; raises NotShipped."""
    digest, store = spec.digest(), assets_dir / "models"
    trained = _body(store / "trained", f"{digest}.*.json")
    scored = _body(store / "scored", f"{digest}.{spec.dataset}.*.json")
    metrics = tuple(sorted((str(name), int(value)) for name, value in trained["metrics"].items()))
    return (
        Trained(digest, str(trained["artifact"]), int(trained["rounds"]), metrics),
        Scored(digest, spec.dataset, int(scored["rows"]), base64.b64decode(scored["outcomes"], validate=True)),
    )


def artifact_bytes(assets_dir: Path, spec: TrainingSpec) -> int:
    """Return the size of the model's file; raises NotShipped."""
    sha = str(_body(assets_dir / "models" / "trained", f"{spec.digest()}.*.json")["artifact"])
    found = next((assets_dir / "models" / "artifacts").glob(f"{sha}.*"), None)
    if found is None:
        raise NotShipped(f"no model file {sha[:12]} in {assets_dir / 'models' / 'artifacts'}")
    return found.stat().st_size


def _body(folder: Path, pattern: str) -> dict[str, Any]:
    found = sorted(folder.glob(pattern))
    if not found:
        raise NotShipped(f"no {pattern} in {folder}")
    body: dict[str, Any] = json.loads(found[-1].read_bytes())["body"]
    return body
