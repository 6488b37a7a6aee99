"""Both containers really train on both data sets, tell how they get on, and answer the stream."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cloudlab.jobs.outcome import LogText, Round, Unfinished
from cloudlab.jobs.predictor import BadRows, NoArtifact
from cloudlab.jobs.recipe import CardMissing
from cloudlab.jobs.runner import JobRunner, NotScorable
from cloudlab.levels.cards import load_cards
from cloudlab.model.training import FALSE_POSITIVE, TRUE_POSITIVE, Scored, Trained, TrainingFailed, TrainingSpec
from cloudlab.paths import assets_dir

pytestmark = pytest.mark.asyncio(loop_scope="module")

Spec = Callable[..., TrainingSpec]
CARDS = load_cards(assets_dir() / "data")
LOGISTIC = {"objective": "binary:logistic"}
GOOD = {**LOGISTIC, "num_round": 200, "eta": 0.1, "max_depth": 5, "eval_metric": "auc,logloss"}


def outcomes(scored: Scored) -> list[int]:
    """Unpack one code per row."""
    return [scored.outcomes[row // 4] >> 2 * (row % 4) & 3 for row in range(scored.rows)]


def share_of_reference(scored: Scored) -> float:
    """Return what a model earns per request, as a share of the card's reference."""
    card, codes = CARDS[scored.dataset], outcomes(scored)
    earned = codes.count(TRUE_POSITIVE) * card.payoff.true_positive + codes.count(FALSE_POSITIVE) * card.payoff.false_positive
    return earned / scored.rows / card.reference_micros


@pytest.mark.parametrize("dataset", ["churn", "breast-cancer"])
@pytest.mark.parametrize("container", ["xgboost", "linear-learner"])
async def test_each_container_trains_on_each_set_and_answers_its_stream(
    shared: JobRunner, spec: Spec, container: str, dataset: str
) -> None:
    job = shared.train(asked := spec(container, dataset))
    told = [event async for event in job.progress()]
    fact = await job.result()
    assert isinstance(fact, Trained)
    assert fact.spec_digest == asked.digest()
    rounds = [event for event in told if isinstance(event, Round)]
    assert [event.number for event in rounds] == list(range(1, fact.rounds + 1))
    assert all(value % 100 == 0 for _, value in fact.metrics)
    assert {name.partition(":")[0] for name, _ in fact.metrics} == {"train", "validation"}
    scored = await shared.score(asked)
    assert isinstance(scored, Scored)
    assert scored.rows == dict(CARDS[dataset].rows)["stream"]
    assert shared.known(asked) == fact
    assert shared.known_score(asked) == scored


async def test_a_good_model_earns_and_a_lazy_one_does_not(shared: JobRunner, spec: Spec) -> None:
    # One test, because each of these models takes a while and the next line wants the first one again.
    good = await shared.score(spec("xgboost", "churn", **GOOD))
    lazy = await shared.score(spec("xgboost", "churn", **LOGISTIC, num_round=1))
    straight = await shared.score(spec("linear-learner", "churn"))
    assert isinstance(good, Scored)
    assert isinstance(lazy, Scored)
    assert isinstance(straight, Scored)
    assert share_of_reference(good) >= 0.95
    assert share_of_reference(lazy) < 0.25
    assert 0.45 <= share_of_reference(straight) <= 0.85
    fact, best = shared.known(spec("xgboost", "churn", **GOOD)), CARDS["churn"].best_auc
    assert isinstance(fact, Trained)
    assert best is not None
    # The card's figure is an expectation; 10,000 rows may be a little luckier.
    assert 0.97 * best < dict(fact.metrics)["validation:auc"] < best + 5_000


async def test_metrics_have_their_services_names(shared: JobRunner, spec: Spec) -> None:
    boosted = await shared.train(spec("xgboost", "churn", **LOGISTIC, num_round=3, eval_metric="auc,f1_binary,error@0.4")).result()
    linear = await shared.train(spec("linear-learner", "breast-cancer")).result()
    assert isinstance(boosted, Trained)
    assert isinstance(linear, Trained)
    assert [name for name, _ in boosted.metrics if name.startswith("validation:")] == [
        "validation:auc", "validation:error@0.4", "validation:f1_binary"
    ]  # fmt: skip
    assert [name for name, _ in linear.metrics] == [
        "train:objective_loss",
        "validation:binary_classification_accuracy",
        "validation:binary_f_beta",
        "validation:objective_loss",
        "validation:precision",
        "validation:recall",
        "validation:roc_auc_score",
    ]


async def test_early_stopping_needs_a_validation_channel_and_a_metric(shared: JobRunner, spec: Spec) -> None:
    stopping = {**LOGISTIC, "num_round": 400, "early_stopping_rounds": 3}
    watched = await shared.train(spec("xgboost", "breast-cancer", **stopping, eval_metric="logloss")).result()
    assert isinstance(watched, Trained)
    assert watched.rounds < 400
    for asked in (spec(**stopping), spec(validation=False, **stopping, eval_metric="logloss")):
        job = shared.train(asked)
        fact = await job.result()
        assert isinstance(fact, Trained)
        assert fact.rounds == 400
        assert [event async for event in job.progress() if isinstance(event, LogText) and "has no effect" in event.text]


async def test_a_hyperparameter_that_is_not_modelled_is_said_aloud(shared: JobRunner, spec: Spec) -> None:
    job = shared.train(spec("linear-learner", "breast-cancer", predictor_type="binary_classifier", mini_batch_size=100, momentum=0.5))
    told = [event.text async for event in job.progress() if isinstance(event, LogText)]
    assert "accepted, not modelled here: mini_batch_size=100" in told
    assert "accepted, not modelled here: momentum=0.5" in told
    job = shared.train(spec(num_round=2, nthread=8, tree_method="gpu_hist"))
    told = [event.text async for event in job.progress() if isinstance(event, LogText)]
    assert told == [
        "accepted, not modelled here: nthread=8",
        "accepted, not modelled here: tree_method=gpu_hist (trained with hist on the CPU)",
    ]


@pytest.mark.parametrize(
    ("container", "words", "kind", "reason"),
    [
        ("xgboost", {"num_round": 5, "foo": 1}, "ClientError", "Extraneous hyperparameter found: foo"),
        ("xgboost", {"eta": 0.1}, "ClientError", "Missing required hyperparameter: num_round"),
        ("xgboost", {"num_round": 1.5}, "ClientError", "Hyperparameter num_round: could not parse value (caused by ValueError)"),
        ("xgboost", {"num_round": 5, "objective": "multi:softmax", "num_class": 1}, "ClientError", "[0, num_class)"),
        ("xgboost", {"num_round": 5, "subsample": 7}, "AlgorithmError", "XGB train call failed with exception"),
        ("linear-learner", {"epochs": 5}, "ClientError", "No value(s) were specified for 'predictor_type'"),
        ("linear-learner", {"predictor_type": "regressor", "learning_rate": 1e6}, "AlgorithmError", "training diverged"),
        ("knn", {"k": 5}, "ClientError", "container knn isn't modelled in this lab"),
    ],
)
async def test_what_the_library_refuses_is_a_fact_about_the_spec(
    shared: JobRunner, spec: Spec, container: str, words: dict[str, object], kind: str, reason: str
) -> None:
    fact = await shared.train(asked := spec(container, "breast-cancer", **words)).result()
    assert isinstance(fact, TrainingFailed)
    assert fact.kind == kind
    assert reason in fact.reason
    assert shared.train(asked).reused


async def test_the_same_spec_gives_the_same_fact_and_the_same_answers(shared: JobRunner, tmp_path: Path, spec: Spec) -> None:
    # Another process, started another way, with another number of threads.
    elsewhere = JobRunner(tmp_path / "store", tmp_path / "logs", assets_dir(), fork=False, threads=2, nice=0)
    try:
        for asked in (spec("xgboost", "churn", **LOGISTIC, num_round=12, subsample=0.7, seed=4), spec("linear-learner", "churn")):
            first = await shared.train(asked, reuse=False).result()
            assert await elsewhere.train(asked).result() == first
            assert await elsewhere.score(asked) == await shared.score(asked)
    finally:
        await elsewhere.close()


async def test_predictions_are_the_models_own(shared: JobRunner, spec: Spec) -> None:
    for container in ("xgboost", "linear-learner"):
        fact = await shared.train(spec(container, "churn")).result()
        assert isinstance(fact, Trained)
        loyal = "60,24,20,60,0,0,0,90,10,1,0,3,1,1,0,1"
        leaving = "3,1,0,99,30,6,90,150,-50,50,3,1,0,0,5,100"
        calm, alarm = await shared.predict(fact.artifact, f"{loyal}\n{leaving}\n")
        assert calm < 0.333 < alarm
        for rows in ("1,2,3", "tenure,contract", "1,2\n1,2,3", ""):
            with pytest.raises(BadRows):
                await shared.predict(fact.artifact, rows)
    with pytest.raises(NoArtifact):
        await shared.predict("00" * 32, "1")


async def test_a_model_answers_only_for_its_own_columns(shared: JobRunner, spec: Spec) -> None:
    with pytest.raises(NotScorable):
        await shared.score(spec("xgboost", "breast-cancer"), "churn")


@pytest.mark.parametrize("name", ["no-such-set", "../churn", ""])
async def test_an_unknown_data_set_is_said_at_once(shared: JobRunner, spec: Spec, name: str) -> None:
    with pytest.raises(CardMissing):
        shared.train(spec("xgboost", name))


async def test_observations_stand_beside_the_fact(shared: JobRunner, spec: Spec) -> None:
    job = shared.train(spec(num_round=4), reuse=False)
    await job.result()
    seen = job.observed
    assert seen is not None
    assert seen.attempts == 1
    assert seen.peak_rss_mib > 10
    assert seen.wall_seconds > 0
    assert {name for name, _ in seen.versions} == {"numpy", "python", "sklearn", "xgboost"}
    assert shared.train(spec(num_round=4)).observed is None


async def test_jobs_for_one_spec_share_one_run(shared: JobRunner, endless: TrainingSpec) -> None:
    first, second = shared.train(endless), shared.train(endless, reuse=False)
    first.cancel()
    stopped = await first.result()
    assert isinstance(stopped, Unfinished)
    assert stopped.cause == "cancelled"
    assert not second.done
    second.cancel()
    stopped = await second.result()
    assert isinstance(stopped, Unfinished)
    assert stopped.cause == "cancelled"
    assert shared.known(endless) is None
