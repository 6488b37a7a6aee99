"""What real work a World asks for: trainings under way, predictions an answer still lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudlab.model.compute import Invocation
from cloudlab.model.learning import Endpoint, TrainingJob
from cloudlab.model.training import TrainingSpec
from cloudlab.model.world import World

PREDICTION = "_prediction"
"""Key under which an answer asks for a real prediction: (endpoint name, body)."""


def trainings_under_way(world: World) -> Iterator[TrainingSpec]:
    """Yield the specs that jobs and SSM documents are training now and whose result is not known yet."""
    specs = [j.spec for j in world.every(TrainingJob) if j.status == "InProgress" and j.secondary != "Starting"]
    specs += [i.training for i in world.every(Invocation) if i.status == "InProgress"]
    for spec in specs:
        if spec is not None and world.trained(spec.digest()) is None:
            yield spec


def predictions_wanted(world: World, answer: dict[str, Any] | None) -> tuple[TrainingSpec, str] | None:
    """Return (model, rows of CSV) where an answer asks for a real prediction."""
    if answer is None or PREDICTION not in answer:
        return None
    endpoint, body = answer[PREDICTION]
    return world.get(Endpoint, endpoint).spec, body
