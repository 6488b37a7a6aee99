"""The `xgboost` container: the real one's hyperparameters, channels, metric names and messages over the same library.

What it does with them follows aws/sagemaker-xgboost-container (June 2026); where it does not, the job's log says so.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import xgboost

from cloudlab.jobs.worker.data import Dataset, Floats, Split
from cloudlab.jobs.worker.failures import AlgorithmError, ArtifactDamaged, ClientError, is_out_of_memory
from cloudlab.jobs.worker.metrics import ANSWER_METRICS, auc, confusion, mean_squared_error, r2
from cloudlab.jobs.worker.model import Log, Made, Report
from cloudlab.jobs.worker.words import Words, names
from cloudlab.model.training import TrainingSpec

ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}

PASSED = names(
    "booster eta gamma max_depth min_child_weight max_delta_step subsample colsample_bytree colsample_bylevel colsample_bynode "
    "lambda alpha tree_method scale_pos_weight refresh_leaf process_type grow_policy max_leaves max_bin monotone_constraints "
    "interaction_constraints sample_type normalize_type rate_drop one_drop skip_drop tweedie_variance_power objective num_class "
    "base_score seed num_parallel_tree aft_loss_distribution aft_loss_distribution_scale"
)
"""Given to the library as they are."""

NOT_MODELLED = names(
    "csv_weights verbosity nthread sketch_eps updater dsplit predictor lambda_bias save_model_on_termination sampling_method "
    "deterministic_histogram prob_buffer_row use_dask_gpu_training"
)
"""Accepted, as the real container does, and reported in the log."""

MAXIMISED = frozenset({*ANSWER_METRICS, "auc", "aucpr", "map", "ndcg", "r2"})

_CUSTOMER_ERRORS = (
    "label must be in [0,1] for logistic regression",
    "label must be in [0, num_class)",
    "label must be discrete values in the range of [0, num_class)",
    "label must be positive",
    "feature_names mismatch",
    "Check failed: preds.size() == info.labels_.size()",
    "the dataset only contains pos or neg samples",
    "base_score must be in (0,1)",
    "label must be nonnegative",
    "should be greater equal to 0",
)
"""Library messages which the real container blames on the customer, with those that replaced them since."""

_UBJ_MODEL = b"{L\0\0\0\0\0\0\0\x07learner"
"""How every model begins: an object whose first key is `learner`."""

_SOURCE_LINE = re.compile(r"\[\d\d:\d\d:\d\d\] \S+:\d+: ")


def train(spec: TrainingSpec, dataset: Dataset, threads: int, report: Report, log: Log) -> Made:
    """Train a booster. Raises ClientError or AlgorithmError in the real container's words."""
    words = Words(spec.hyperparameters, ALIASES)
    asked = words.parsed("num_round", 0, int) if words.required("num_round") else 0
    if asked < 1:
        raise ClientError(f"Hyperparameter num_round: {asked} is not in [1, +inf)")
    patience = words.parsed("early_stopping_rounds", 0, int)
    metrics = [name.strip() for name in words.text("eval_metric", "").split(",") if name.strip()]
    settings = _settings(words, spec, threads, log)
    words.refuse_the_rest()

    matrices = [(_matrix(dataset.train, threads), "train")]
    if "validation" in spec.channels:
        matrices.append((_matrix(dataset.validation, threads), "validation"))
    own = [name for name in metrics if name in ANSWER_METRICS or name in ("mse", "r2")]
    if theirs := [name for name in metrics if name not in own]:
        settings["eval_metric"] = theirs
    elif own:
        settings["disable_default_eval_metric"] = True
    callbacks: list[Any] = [_Progress(asked, report)]
    if patience and len(matrices) > 1 and metrics:
        callbacks.append(
            xgboost.callback.EarlyStopping(
                rounds=patience,
                metric_name=metrics[-1],
                data_name="validation",
                maximize=metrics[-1] in MAXIMISED,
                save_best=True,
            )
        )
    elif patience:
        log("early_stopping_rounds has no effect: it needs a validation channel and an eval_metric to watch")
    history: dict[str, dict[str, list[float]]] = {}
    began = time.perf_counter()
    try:
        booster = xgboost.train(
            settings,
            matrices[0][0],
            asked,
            evals=matrices,
            custom_metric=_own_metrics(own) if own else None,
            callbacks=callbacks,
            evals_result=history,
            verbose_eval=False,
        )
    except (xgboost.core.XGBoostError, ValueError, TypeError) as error:
        if is_out_of_memory(error):
            raise MemoryError(str(error)) from error
        raise _blamed(error) from error
    took = time.perf_counter() - began

    ran = len(next(iter(history["train"].values()), ())) or asked
    kept = booster.best_iteration if len(callbacks) > 1 else ran - 1
    final = {f"{where}:{name}": values[kept] for where, names in history.items() for name, values in names.items()}
    if len(matrices) > 1 and "validation:auc" not in final and settings.get("objective", "").startswith("binary:"):
        final["validation:auc"] = auc(booster.predict(matrices[1][0]), dataset.validation.labels)
        log("validation:auc was not asked for; worked out once at the end, to compare with the best that is possible")
    if kept != ran - 1:
        log(f"early stopping: kept round {kept + 1} of {ran}")
    return Made(bytes(booster.save_raw("ubj")), ".ubj", ran, final, took)


def scores(content: bytes, rows: Floats, threads: int) -> Floats:
    """Return one score per row: what the objective yields; for several classes, that of class 1."""
    if not content.startswith(_UBJ_MODEL):  # The library's own parser crashes on an empty file.
        raise ArtifactDamaged("not a model in UBJ")
    booster = xgboost.Booster({"nthread": threads})
    booster.load_model(bytearray(content))
    if booster.num_features() != rows.shape[1]:
        raise ClientError(f"feature_names mismatch: the model was trained on {booster.num_features()} columns, not {rows.shape[1]}")
    answers = booster.predict(xgboost.DMatrix(rows, nthread=threads))
    return np.asarray(answers[:, 1] if answers.ndim == 2 else answers, dtype=np.float32)


def _settings(words: Words, spec: TrainingSpec, threads: int, log: Log) -> dict[str, Any]:
    settings: dict[str, Any] = dict(words.passed(PASSED))
    aside = words.set_aside(NOT_MODELLED)
    if settings.get("tree_method") == "gpu_hist":
        aside.append("tree_method=gpu_hist (trained with hist on the CPU)")
        settings["tree_method"] = "hist"
    for one in aside:
        log(f"accepted, not modelled here: {one}")
    if settings.get("objective") == "reg:linear":
        log("reg:linear is an old name of reg:squarederror")
        settings["objective"] = "reg:squarederror"
    if settings.get("booster") == "gblinear":
        settings["updater"] = "coord_descent"  # The default, shotgun, gives another model each time.
    # Newer libraries estimate it from the labels; the container's documented default is a plain one half.
    settings.setdefault("base_score", "0.5")
    settings.setdefault("seed", str(spec.training_seed))
    settings.update(nthread=threads, verbosity=1)
    return settings


def _matrix(split: Split, threads: int) -> Any:
    return xgboost.DMatrix(split.features, split.labels, nthread=threads)


class _Progress(xgboost.callback.TrainingCallback):  # type: ignore[misc]  # The library has no strict types.
    """Tells the metrics of each round as soon as it is done."""

    def __init__(self, asked: int, report: Report) -> None:
        super().__init__()
        self._asked = asked
        self._report = report

    def after_iteration(self, model: Any, epoch: int, evals_log: dict[str, dict[str, list[float]]]) -> bool:  # noqa: ARG002
        metrics = {f"{where}:{name}": values[-1] for where, names in evals_log.items() for name, values in names.items()}
        self._report(epoch + 1, self._asked, metrics)
        return False


def _own_metrics(names: list[str]) -> Callable[[Any, Any], list[tuple[str, float]]]:
    def measure(predictions: Any, matrix: Any) -> list[tuple[str, float]]:
        labels = matrix.get_label()
        answers = predictions.argmax(axis=1) > 0 if predictions.ndim == 2 else predictions >= 0.5
        counts = confusion(answers, labels)
        values = predictions[:, 1] if predictions.ndim == 2 else predictions
        numbers = {"mse": mean_squared_error, "r2": r2}
        return [(n, numbers[n](values, labels) if n in numbers else ANSWER_METRICS[n](counts)) for n in names]

    return measure


def _blamed(error: Exception) -> ClientError | AlgorithmError:
    """Return the error in one line, blamed on whom the real container blames.

    Without the library's time of day, source line and stack trace: a fact reads the same whenever it is made.
    """
    text = _SOURCE_LINE.sub("", " ".join(str(error).split("Stack trace:")[0].split()))[:400].strip()
    customer = any(words in text for words in _CUSTOMER_ERRORS)
    return ClientError(text) if customer else AlgorithmError(f"XGB train call failed with exception: {text}")
