"""The worker's own tables agree with the ones in assets/containers.yaml, so that no hyperparameter falls between them."""

from __future__ import annotations

import pytest

from cloudlab.jobs.worker import linear_learner_container as linear
from cloudlab.jobs.worker import xgboost_container as boosted
from cloudlab.levels.containers import load_containers
from cloudlab.paths import assets_dir

CONTAINERS = load_containers(assets_dir())


@pytest.mark.parametrize(
    ("container", "modelled", "not_modelled"),
    [
        ("xgboost", boosted.PASSED | {"num_round", "early_stopping_rounds", "eval_metric"}, boosted.NOT_MODELLED),
        ("linear-learner", linear.MODELLED, linear.NOT_MODELLED),
    ],
)
def test_each_hyperparameter_is_modelled_or_said_not_to_be(container: str, modelled: frozenset[str], not_modelled: frozenset[str]) -> None:
    table = CONTAINERS[container].hyperparameters
    assert {one.name for one in table if one.modelled} == modelled
    assert {one.name for one in table if not one.modelled} == not_modelled


def test_the_aliases_are_the_same() -> None:
    assert dict(CONTAINERS["xgboost"].aliases) == boosted.ALIASES
