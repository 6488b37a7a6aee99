"""Measures what models earn on each data set, as docs/data-thresholds.md tells it. Run: python tests/bench/thresholds.py [SEEDS]

Needs only numpy, scikit-learn, xgboost and PyYAML, so that it also runs in a bare environment with other library versions.
"""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT))

import numpy as np  # noqa: E402
import yaml  # noqa: E402

from cloudlab.jobs.recipe import load_recipe  # noqa: E402
from cloudlab.jobs.worker import data, linear_learner_container, xgboost_container  # noqa: E402
from cloudlab.jobs.worker.metrics import auc  # noqa: E402
from cloudlab.jobs.worker.serve import versions  # noqa: E402
from cloudlab.model.training import TrainingSpec  # noqa: E402

LOGISTIC = {"objective": "binary:logistic"}
MODELS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("one round", "xgboost", {**LOGISTIC, "num_round": "1"}),
    ("one round, base_score 0.25", "xgboost", {**LOGISTIC, "num_round": "1", "base_score": "0.25"}),
    ("one round, eta 1", "xgboost", {**LOGISTIC, "num_round": "1", "eta": "1"}),
    ("10 rounds", "xgboost", {**LOGISTIC, "num_round": "10"}),
    ("100 rounds", "xgboost", {**LOGISTIC, "num_round": "100"}),
    ("100 rounds, reg:squarederror", "xgboost", {"num_round": "100"}),
    *(
        (f"200 rounds, eta 0.1, depth {d}", "xgboost", {**LOGISTIC, "num_round": "200", "eta": "0.1", "max_depth": str(d)})
        for d in (4, 5, 6)
    ),
    (
        "200 rounds, eta 0.1, depth 5, subsample 0.8 (reference)",
        "xgboost",
        {**LOGISTIC, "num_round": "200", "eta": "0.1", "max_depth": "5", "subsample": "0.8"},
    ),
    ("linear, defaults", "linear-learner", {"predictor_type": "binary_classifier"}),
    ("linear, balanced", "linear-learner", {"predictor_type": "binary_classifier", "positive_example_weight_mult": "balanced"}),
    ("linear regressor", "linear-learner", {"predictor_type": "regressor"}),
)


def payoff(positive: np.ndarray, labels: np.ndarray, card: dict) -> float:
    """Return the mean payoff per row in micro-dollars."""
    worth = card["payoff_micros"]
    truth = labels > 0.5
    return float((worth["true_positive"] * (positive & truth) + worth["false_positive"] * (positive & ~truth)).mean())


def measure(dataset: str, seeds: int) -> None:
    card = yaml.safe_load((_ROOT / "assets" / "data" / f"{dataset}.yaml").read_text())
    recipe = load_recipe(_ROOT / "assets" / "data", dataset)
    rows = data.load(recipe)
    labels, threshold = rows.stream.labels, recipe.threshold_ppm / 1e6
    print(f"\n### {dataset}\n")
    print(f"Positive rows in the stream: {labels.mean():.2%}. Always yes: {payoff(labels >= 0, labels, card):,.0f} micro-dollars. ", end="")
    print(f"Best AUC to expect: {'unknown' if rows.best_auc is None else format(rows.best_auc, '.6f')}.\n")
    print("| model | payoff per request, mean of seeds (lowest to highest) | of reference | AUC |")
    print("|---|---:|---:|---:|")
    for name, container, hyperparameters in MODELS:
        earned, areas = [], []
        for seed in range(seeds):
            spec = TrainingSpec(container, dataset, ("train", "validation"), tuple(sorted(hyperparameters.items())), seed)
            if container == "xgboost":
                made = xgboost_container.train(spec, rows, 1, lambda *_: None, lambda _: None)
                scores = xgboost_container.scores(made.content, rows.stream.features, 1)
            else:
                made = linear_learner_container.train(spec, rows, 1, lambda *_: None, lambda _: None)
                scores = linear_learner_container.scores(made.content, rows.stream.features)
            earned.append(payoff(scores.astype(np.float64) >= threshold, labels, card))
            areas.append(auc(scores, labels))
        mean = float(np.mean(earned))
        spread = f"{mean:,.0f} ({min(earned):,.0f} to {max(earned):,.0f})"
        print(f"| {name} | {spread} | {mean / card['reference_micros']:.1%} | {np.mean(areas):.4f} |")


if __name__ == "__main__":
    print(", ".join(f"{name} {version}" for name, version in versions()))
    for which in ("churn", "breast-cancer"):
        measure(which, int(sys.argv[1]) if len(sys.argv) > 1 else 5)
