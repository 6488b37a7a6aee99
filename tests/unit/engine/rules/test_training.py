"""How long a training takes, what it needs, and when its real result has to be known: worked by hand."""

from __future__ import annotations

import pytest

from cloudlab.engine.kernel import NeedsFact
from cloudlab.engine.rules.training import (
    data_fault,
    duration,
    earliest_end_rounds,
    ending,
    fits_memory,
    memory_needed,
    outlook,
    rounds_asked,
    training_spec,
)
from cloudlab.levels.containers import load_containers
from cloudlab.model.catalogue import InstanceType
from cloudlab.model.scenario import Scenario
from cloudlab.model.training import Trained, TrainingFailed, TrainingSpec
from cloudlab.model.world import World
from cloudlab.paths import assets_dir
from tests.support import card, catalogue, scenario


@pytest.fixture
def frame() -> Scenario:
    large = card("large", represented_rows=90_000_000, represented_bytes=4_450_000_000, features=("a", "b", "c"))
    return scenario(cards={"tiny": card(), "large": large}, containers=load_containers(assets_dir()), training_seed=7)


def machine(name: str) -> InstanceType:
    found = catalogue().hardware(name)
    assert found is not None
    return found


def spec(frame: Scenario, container: str = "xgboost", dataset: str = "tiny", **hyperparameters: str) -> TrainingSpec:
    return training_spec(frame, container, hyperparameters, {"train": dataset})


def test_a_spec_has_first_names_in_order_and_the_levels_seed(frame: Scenario) -> None:
    asked = training_spec(frame, "xgboost", {"num_round": "10", "learning_rate": "0.1"}, {"validation": "tiny", "train": "tiny"})
    assert asked == TrainingSpec("xgboost", "tiny", ("train", "validation"), (("eta", "0.1"), ("num_round", "10")), 7)


def test_the_order_of_settings_and_an_alias_make_no_other_model(frame: Scenario) -> None:
    one = training_spec(frame, "xgboost", {"eta": "0.1", "num_round": "10"}, {"train": "tiny"})
    other = training_spec(frame, "xgboost", {"num_round": "10", "learning_rate": "0.1"}, {"train": "tiny"})
    assert one.digest() == other.digest()


@pytest.mark.parametrize(
    ("container", "dataset", "type_name", "rounds", "seconds"),
    [
        ("xgboost", "tiny", "ml.m5.large", 100, 39),  # 780,000 x 100 / 2,000,000
        ("xgboost", "tiny", "ml.m5.large", 1, 1),  # 0.39 s, rounded up
        ("xgboost", "large", "ml.m5.large", 100, 4_500),  # 90,000,000 x 100 / 2,000,000
        ("xgboost", "large", "ml.m5.xlarge", 100, 2_500),  # 90,000,000 x 100 / 3,600,000
        ("xgboost", "large", "t3.small", 100, 22_500),  # 90,000,000 x 100 / 400,000: a fifth of its vCPUs, for ever
        ("linear-learner", "large", "ml.m5.large", 15, 11_250),  # 90,000,000 x 15 / 120,000
    ],
)
def test_duration(frame: Scenario, container: str, dataset: str, type_name: str, rounds: int, seconds: int) -> None:
    assert duration(frame, spec(frame, container, dataset), machine(type_name), rounds) == seconds


def test_memory_at_the_represented_size(frame: Scenario) -> None:
    # 3 x 4,450,000,000 bytes are 12,731.6 MiB, and 600 MiB for the system
    assert memory_needed(frame, spec(frame, dataset="large")) == 13_332
    # half of 4,450,000,000 bytes is 2,121.9 MiB, and 600
    assert memory_needed(frame, spec(frame, "linear-learner", "large")) == 2_722


def test_what_does_not_fit_says_so_and_what_to_do(frame: Scenario) -> None:
    reason = fits_memory(frame, spec(frame, dataset="large"), machine("ml.m5.large"))
    assert reason is not None
    assert reason.startswith("out of memory: xgboost needs 13,332 MiB")
    assert "m5.large has 8,192 MiB" in reason
    assert "choose a larger instance" in reason
    assert fits_memory(frame, spec(frame, dataset="large"), machine("ml.m5.xlarge")) is None
    assert fits_memory(frame, spec(frame, "linear-learner", "large"), machine("t3.medium")) is None


@pytest.mark.parametrize(
    ("container", "settings", "rounds"),
    [
        ("xgboost", {"num_round": "100"}, 100),
        ("xgboost", {"num_round": "100", "early_stopping_rounds": "10"}, 11),  # the first round always brings something
        ("xgboost", {"num_round": "5", "early_stopping_rounds": "10"}, 5),
        ("linear-learner", {"predictor_type": "binary_classifier"}, 4),  # 15 epochs and a patience of 3 by default
        ("linear-learner", {"epochs": "40", "early_stopping_patience": "50"}, 40),
        ("linear-learner", {"epochs": "2"}, 2),
    ],
)
def test_the_earliest_end_is_where_patience_could_run_out(frame: Scenario, container: str, settings: dict[str, str], rounds: int) -> None:
    assert earliest_end_rounds(training_spec(frame, container, settings, {"train": "tiny"})) == rounds


@pytest.mark.parametrize(
    ("container", "settings", "rounds"),
    [
        ("xgboost", {"num_round": "100"}, 100),
        ("xgboost", {"num_round": " 20 "}, 20),
        ("xgboost", {"num_round": "many"}, 1),
        ("xgboost", {}, 1),
        ("linear-learner", {}, 15),
    ],
)
def test_rounds_asked(container: str, settings: dict[str, str], rounds: int) -> None:
    assert rounds_asked(container, settings) == rounds


def test_memory_runs_out_once_the_data_is_loaded(frame: Scenario) -> None:
    seen = outlook(frame, spec(frame, dataset="large", num_round="100"), machine("ml.m5.large"), 1_000)
    assert seen.at == 1_045  # one pass: 90,000,000 / 2,000,000 s
    assert str(seen.fault).startswith("AlgorithmError: out of memory")


def test_the_clock_waits_for_the_real_result(frame: Scenario) -> None:
    asked = spec(frame, num_round="100")
    world = World(seed=1, now=1_039)
    with pytest.raises(NeedsFact) as needs:
        ending(world, frame, asked, machine("ml.m5.large"), 1_000)
    assert needs.value.want.spec == asked
    assert needs.value.want.dataset is None


def test_rounds_really_run_decide_the_end(frame: Scenario) -> None:
    asked = spec(frame, num_round="100", early_stopping_rounds="10")
    fact = Trained(asked.digest(), "0" * 64, 60, ())
    world = World(seed=1, now=1_005).with_fact(f"trained/{asked.digest()}", fact)
    assert ending(world, frame, asked, machine("ml.m5.large"), 1_000) == (1_024, fact)  # 780,000 x 60 / 2,000,000 = 23.4 s


def test_a_failed_training_ends_where_it_is_known(frame: Scenario) -> None:
    asked = spec(frame, num_round="100")
    fact = TrainingFailed(asked.digest(), "AlgorithmError", "diverged")
    world = World(seed=1, now=1_039).with_fact(f"trained/{asked.digest()}", fact)
    assert ending(world, frame, asked, machine("ml.m5.large"), 1_000) == (1_039, fact)


def test_channels_of_two_data_sets_do_not_fit_together(frame: Scenario) -> None:
    fault = data_fault(frame, {"train": "tiny", "validation": "large"})
    assert fault == "feature_names mismatch: channel 'validation' has 3 columns (large), 'train' has 2 (tiny)"
    assert data_fault(frame, {"train": "tiny", "validation": "tiny"}) is None
    assert "channel 'train'" in (data_fault(frame, {"train": None}) or "")
