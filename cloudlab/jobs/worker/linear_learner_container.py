"""The `linear-learner` container: its hyperparameter and metric names over scikit-learn's stochastic gradient descent.

The real algorithm trains several models at once with minibatches on MXNet and keeps the best one. This stand-in trains one, row
by row. What that can't follow is said in the job's log.
"""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import SGDClassifier, SGDRegressor

from cloudlab.jobs.worker import artifacts
from cloudlab.jobs.worker.data import Dataset, Floats, Split
from cloudlab.jobs.worker.failures import AlgorithmError, ArtifactDamaged, ClientError
from cloudlab.jobs.worker.metrics import accuracy, auc, confusion, f_beta, mean_squared_error, precision, r2, recall
from cloudlab.jobs.worker.model import Log, Made, Report
from cloudlab.jobs.worker.words import Words, names
from cloudlab.model.training import TrainingSpec

NOT_MODELLED = names(
    "accuracy_top_k balance_multiclass_weights beta_1 beta_2 bias_lr_mult bias_wd_mult binary_classifier_model_selection_criteria "
    "feature_dim init_bias init_method init_scale init_sigma lr_scheduler_factor lr_scheduler_minimum_lr lr_scheduler_step margin "
    "mini_batch_size momentum normalize_label num_calibration_samples num_classes num_models optimizer quantile target_precision "
    "target_recall unbias_label"
)
"""Accepted, as the real container does, and reported in the log."""

MODELLED = names(
    "predictor_type loss epochs wd l1 learning_rate use_lr_scheduler use_bias normalize_data unbias_data num_point_for_scaler "
    "early_stopping_patience early_stopping_tolerance positive_example_weight_mult huber_delta loss_insensitivity f_beta"
)

_LOSSES = {
    "binary_classifier": {"auto": "log_loss", "logistic": "log_loss", "hinge_loss": "hinge"},
    "regressor": {
        "auto": "squared_error",
        "squared_loss": "squared_error",
        "absolute_loss": "epsilon_insensitive",
        "huber_loss": "huber",
        "eps_insensitive_squared_loss": "squared_epsilon_insensitive",
        "eps_insensitive_absolute_loss": "epsilon_insensitive",
    },
}

_GENTLE = 1e-5
"""Weight decay where `auto` is asked for: small enough not to matter on thousands of rows."""

_DIVERGED = 1e9
"""A mean loss beyond this, or none at all, is not on its way to anything: labels are 0 and 1."""

Doubles = npt.NDArray[np.float64]


def train(spec: TrainingSpec, dataset: Dataset, _threads: int, report: Report, log: Log) -> Made:
    """Train a linear model, epoch by epoch. Raises ClientError or AlgorithmError."""
    words = Words(spec.hyperparameters)
    if "predictor_type" not in words:
        raise ClientError("No value(s) were specified for 'predictor_type' which are required hyperparameter(s)")
    kind = words.required("predictor_type")
    if kind not in _LOSSES:
        known = ", ".join(_LOSSES)
        raise ClientError(f"Hyperparameter predictor_type: {kind} isn't modelled in this lab, which has {known}")
    loss = words.text("loss", "auto")
    if loss not in _LOSSES[kind]:
        raise ClientError(f"Hyperparameter loss: {loss} with {kind} isn't modelled in this lab, which has {', '.join(_LOSSES[kind])}")
    epochs = words.parsed("epochs", 15, int)
    patience = words.parsed("early_stopping_patience", 3, int)
    tolerance = words.parsed("early_stopping_tolerance", 0.001, float)
    if epochs < 1:
        raise ClientError(f"Hyperparameter epochs: {epochs} is not in [1, +inf)")
    beta = words.parsed("f_beta", 1.0, float)
    learner = _learner(words, _LOSSES[kind][loss], loss, spec.training_seed)
    mean, scale = _scaling(words, dataset.train.features)
    weights = _weights(words, dataset.train.labels) if kind == "binary_classifier" else np.ones(len(dataset.train.labels))
    for one in words.set_aside(NOT_MODELLED):
        log(f"accepted, not modelled here: {one}")
    words.passed({"positive_example_weight_mult"})  # Has no meaning for a regressor, in the real container too.
    words.refuse_the_rest()

    rows = _scaled(dataset.train.features, mean, scale)
    validation = _scaled(dataset.validation.features, mean, scale) if "validation" in spec.channels else None
    labels = dataset.train.labels.astype(np.int64) if kind == "binary_classifier" else dataset.train.labels.astype(np.float64)
    best, waited, epoch = np.inf, 0, 0
    began = time.perf_counter()
    for epoch in range(1, epochs + 1):
        if kind == "binary_classifier":
            learner.partial_fit(rows, labels, classes=np.array([0, 1]), sample_weight=weights)
        else:
            learner.partial_fit(rows, labels)
        metrics = {"train:objective_loss": _loss(learner, rows, dataset.train.labels)}
        if not metrics["train:objective_loss"] < _DIVERGED:
            raise AlgorithmError("training diverged: the loss grows without end; use a smaller learning_rate")
        if validation is not None:
            metrics["validation:objective_loss"] = _loss(learner, validation, dataset.validation.labels)
        report(epoch, epochs, metrics)
        watched = metrics["validation:objective_loss" if validation is not None else "train:objective_loss"]
        waited = 0 if watched < best * (1 - tolerance) else waited + 1
        best = min(best, watched)
        if waited >= patience:
            log(f"early stopping after epoch {epoch}: the loss has not fallen by {tolerance:g} of itself for {patience} epochs")
            break
    took = time.perf_counter() - began
    if validation is not None and kind == "binary_classifier":
        metrics |= _classifier_metrics(learner.decision_function(validation), dataset.validation, beta)
    elif validation is not None:
        metrics |= _regressor_metrics(learner.predict(validation), dataset.validation)
    arrays: artifacts.Arrays = {
        "coefficients": np.asarray(learner.coef_, dtype=np.float64).reshape(-1),
        "intercept": np.asarray(learner.intercept_, dtype=np.float64).reshape(-1),
        "mean": mean,
        "scale": scale,
        "probability": np.array([kind == "binary_classifier" and learner.loss == "log_loss"]),
    }
    return Made(artifacts.pack(arrays), ".npz", epoch, metrics, took)


def scores(content: bytes, rows: Floats) -> Floats:
    """Return one score per row: a probability for logistic loss, the margin for hinge loss, the value for a regressor."""
    arrays = artifacts.unpack(content)
    try:
        coefficients, intercept, mean, scale = (arrays[name] for name in ("coefficients", "intercept", "mean", "scale"))
        probability = bool(arrays["probability"][0])
    except (KeyError, IndexError) as error:
        raise ArtifactDamaged(f"an array is missing: {error}") from error
    if len(coefficients) != rows.shape[1]:
        raise ClientError(f"the model was trained on {len(coefficients)} columns, not {rows.shape[1]}")
    # A plain sum in a fixed order: a matrix product would round differently with another processor's BLAS kernel.
    margins = (_scaled(rows, mean, scale) * coefficients).sum(axis=1) + intercept[0]
    return np.asarray(1 / (1 + np.exp(-np.clip(margins, -500, 500))) if probability else margins, dtype=np.float32)


def _learner(words: Words, library_loss: str, loss: str, seed: int) -> SGDClassifier | SGDRegressor:
    def number(name: str) -> float | None:
        return None if words.text(name, "auto") == "auto" else words.parsed(name, 0.0, float)

    wd, l1, rate = number("wd"), number("l1"), number("learning_rate")
    alpha = (wd or 0.0) + (l1 or 0.0) if wd is not None or l1 is not None else _GENTLE
    schedule = "invscaling" if words.flag("use_lr_scheduler", True) else "constant"
    epsilon = {"huber_loss": words.parsed("huber_delta", 1.0, float), "absolute_loss": 0.0}.get(
        loss, words.parsed("loss_insensitivity", 0.01, float)
    )
    learner = SGDClassifier if library_loss in ("log_loss", "hinge") else SGDRegressor
    return learner(
        loss=library_loss,
        penalty="elasticnet" if l1 else "l2",
        alpha=alpha,
        l1_ratio=(l1 or 0.0) / alpha if alpha else 0.0,
        fit_intercept=words.flag("use_bias", True),
        learning_rate=schedule,
        eta0=0.005 if rate is None else rate,
        power_t=0.25,
        epsilon=epsilon,
        random_state=seed % 2**32,
    )


def _scaling(words: Words, features: Floats) -> tuple[Doubles, Doubles]:
    """Return mean and scale per column, from as many leading rows as the real container looks at."""
    sample = features[: words.parsed("num_point_for_scaler", 10_000, int)].astype(np.float64)
    normalise = words.flag("normalize_data", True)
    mean = sample.mean(axis=0) if words.flag("unbias_data", normalise) else np.zeros(sample.shape[1])
    spread = sample.std(axis=0)
    return mean, np.where(spread > 0, spread, 1.0) if normalise else np.ones(sample.shape[1])


def _scaled(features: Floats, mean: Doubles, scale: Doubles) -> Doubles:
    return np.ascontiguousarray((features - mean) / scale)


def _weights(words: Words, labels: Floats) -> Doubles:
    given = words.text("positive_example_weight_mult", "1.0")
    positive = max(float((labels > 0.5).sum()), 1.0)
    if given == "balanced":
        factor = (len(labels) - positive) / positive
    else:
        factor = 1.0 if given == "auto" else words.parsed("positive_example_weight_mult", 1.0, float)
    return np.where(labels > 0.5, factor, 1.0)


def _loss(learner: SGDClassifier | SGDRegressor, rows: Doubles, labels: Floats) -> float:
    """Return the mean of the loss that is being minimised, without the penalty."""
    if isinstance(learner, SGDClassifier):
        margins = learner.decision_function(rows) * np.where(labels > 0.5, 1.0, -1.0)
        losses = np.logaddexp(0.0, -margins) if learner.loss == "log_loss" else np.maximum(0.0, 1 - margins)
        return float(losses.mean())
    errors = np.abs(learner.predict(rows) - labels)
    if learner.loss == "squared_error":
        return float(np.square(errors).mean())
    if learner.loss == "huber":
        inside = np.minimum(errors, learner.epsilon)
        return float((inside * (errors - inside / 2)).mean())
    beyond = np.maximum(0.0, errors - learner.epsilon)
    return float((np.square(beyond) if learner.loss == "squared_epsilon_insensitive" else beyond).mean())


def _classifier_metrics(margins: Doubles, split: Split, beta: float) -> dict[str, float]:
    counts = confusion(margins >= 0, split.labels)
    return {
        "validation:binary_classification_accuracy": accuracy(counts),
        "validation:binary_f_beta": f_beta(counts, beta),
        "validation:precision": precision(counts),
        "validation:recall": recall(counts),
        "validation:roc_auc_score": auc(margins, split.labels),
    }


def _regressor_metrics(values: Doubles, split: Split) -> dict[str, float]:
    mse = mean_squared_error(values, split.labels)
    return {
        "validation:mse": mse,
        "validation:rmse": mse**0.5,
        "validation:absolute_loss": float(np.abs(values - split.labels).mean()),
        "validation:r2": r2(values, split.labels),
    }
