"""What a built-in container says to its hyperparameters, channels and image: the real ones' messages, decided from tables.

The XGBoost messages are those of aws/sagemaker-xgboost-container, in the order its validator meets them, so the first one is what
the real job fails with. Other containers' validators aren't public: same checks, same words, low confidence for the wording.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudlab.model.containers import Container, Hyperparameter, ImageRef
from cloudlab.model.ids import REGION

_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/"
    r"(?P<repository>[a-z0-9]+(?:[._/-][a-z0-9]+)*)(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
)


# images -----------------------------------------------------------------------------------------------------------------


def parse_image(uri: str) -> ImageRef | None:
    """Take an ECR image URI apart; None for anything else."""
    found = _IMAGE.fullmatch(uri)
    return found and ImageRef(found["account"], found["region"], found["repository"], found["tag"] or "latest")


def container_of(containers: Mapping[str, Container], uri: str) -> str | None:
    """Return the id of the container an image URI names; None where there is no such image in this region."""
    image = parse_image(uri)
    if image is None or image.region != REGION:
        return None
    for container in containers.values():
        if (image.account, image.repository) == (container.account, container.repository) and image.tag in container.tags:
            return container.id
    return None


# hyperparameters --------------------------------------------------------------------------------------------------------


def resolve_aliases(container: Container, hyperparameters: Mapping[str, str]) -> dict[str, str]:
    """Return the hyperparameters under their first names; of two names for one thing the later one wins, as in the container."""
    aliases = dict(container.aliases)
    return {aliases.get(name, name): value for name, value in hyperparameters.items()}


def check(container: Container, hyperparameters: Mapping[str, str]) -> tuple[str, ...]:
    """Return everything the container objects to, in its own words; the first one is what a real job fails with."""
    given = resolve_aliases(container, hyperparameters)
    missing = [_missing(container, one.name) for one in container.hyperparameters if one.required and one.name not in given]
    unreadable: list[str] = []
    values: dict[str, Any] = {}
    for name, text in given.items():
        known = container.hyperparameter(name)
        if known is None:
            unreadable.append(f"Extraneous hyperparameter found: {name}")
            continue
        try:
            values[name] = _parsed(known, text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            unreadable.append(f"Hyperparameter {name}: could not parse value (caused by ValueError)")
    outside = [fault for name, value in values.items() if (fault := _outside(container, name, value))]
    return (*missing, *unreadable, *outside, *_RULES.get(container.id, _no_rules)(values))


def not_modelled(container: Container, hyperparameters: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of those given that the container accepts and this game doesn't model."""
    given = resolve_aliases(container, hyperparameters)
    return tuple(name for name in given if (known := container.hyperparameter(name)) is not None and not known.modelled)


def _missing(container: Container, name: str) -> str:
    if container.id == "xgboost":
        return f"Missing required hyperparameter: {name}"
    return f"No value(s) were specified for '{name}' which are required hyperparameter(s)"


def _parsed(known: Hyperparameter, text: str) -> Any:
    """Read a value as the container does. Raises ValueError or another of the errors literal_eval knows."""
    if known.kind == "list":
        return text.split(",")
    if known.kind in ("tuple", "nested"):
        value = ast.literal_eval(text.strip())
        elements = [value] if known.kind == "tuple" else value
        if not isinstance(value, list | tuple) or not all(isinstance(element, list | tuple) for element in elements):
            raise ValueError(text)
        return value
    if known.kind == "categorical" or text in known.words:
        return text
    return int(text) if known.kind == "integer" else float(text)


def _outside(container: Container, name: str, value: Any) -> str | None:
    known = container.hyperparameter(name)
    assert known is not None, "only known ones were parsed"
    if known.kind == "list":
        return _list_fault(known, value)
    if known.kind == "tuple":
        allowed = [int(choice) for choice in known.choices]
        return None if all(element in allowed for element in value) else _not_in_range(name, value, allowed)
    if known.kind == "nested":
        inside = all(isinstance(n, int) and known.span is not None and n in known.span for group in value for n in group)
        return None if inside else _not_in_range(name, value, known.span)
    if isinstance(value, str):
        allowed_words = [*known.words, *known.choices]
        return None if value in allowed_words else f"Hyperparameter {name}: {value} is not in {allowed_words}"
    return None if known.span is None or value in known.span else f"Hyperparameter {name}: {value} is not in {known.span}"


def _not_in_range(name: str, value: Any, allowed: Any) -> str:
    return f"Hyperparameter {name}: value {value} not in range {allowed}"


def _list_fault(known: Hyperparameter, words: list[str]) -> str | None:
    for word in words:
        metric, at, threshold = word.partition("@")
        if known.name == "eval_metric" and at:
            if metric.strip() not in ("error", "ndcg", "map"):
                return (
                    f"Metric '{word}' is not supported. Parameter 'eval_metric' with customized threshold should be one of these "
                    "options: 'error', 'ndcg', 'map'."
                )
            if not _is_number(threshold.strip()):
                return f"Threshold value 't' in '{metric.strip()}@t' expects float input."
        elif word not in known.choices:
            return _not_in_range(known.name, words, list(known.choices))
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _no_rules(_values: Mapping[str, Any]) -> Iterator[str]:
    return iter(())


def _xgboost_rules(values: Mapping[str, Any]) -> Iterator[str]:
    """What depends on two hyperparameters at once."""
    objective = values.get("objective", "reg:squarederror")
    method = values.get("tree_method")
    metrics = values.get("eval_metric", [])
    if objective in ("multi:softmax", "multi:softprob") and "num_class" not in values:
        yield "Require input for parameter 'num_class' for multi-classification"
    if "auc" in metrics and not objective.startswith(("binary:", "rank:")):
        yield "Metric 'auc' can only be applied for classification and ranking problems."
    if "aft-nloglik" in metrics and objective != "survival:aft":
        yield "Metric 'aft-nloglik' can only be applied for 'survival:aft' objective."
    if "monotone_constraints" in values and method not in ("exact", "hist"):
        yield "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'."
    if "interaction_constraints" in values and method not in ("exact", "hist", "approx"):
        yield "interaction_constraints can be used only when the tree_method parameter is set to either 'exact', 'hist' or 'approx'."
    if "updater" in values:
        yield from _updater_rules(values["updater"], values)


_LINEAR_UPDATERS = ("shotgun", "coord_descent")
_GROWERS = ("grow_colmaker", "distcol", "grow_histmaker")


def _updater_rules(updaters: list[str], values: Mapping[str, Any]) -> Iterator[str]:
    if values.get("booster") == "gblinear":
        if len(updaters) != 1 or updaters[0] not in _LINEAR_UPDATERS:
            yield "Linear updater should be one of these options: 'shotgun', 'coord_descent'."
    elif values.get("process_type") == "update":
        if any(updater not in ("refresh", "prune") for updater in updaters):
            yield "process_type 'update' can only be used with updater 'refresh' and 'prune'"
    elif any(updater in _LINEAR_UPDATERS for updater in updaters):
        yield (
            "Tree updater should be selected from these options: 'grow_colmaker', 'distcol', 'grow_histmaker', 'grow_skmaker', "
            "'sync', 'refresh', 'prune'."
        )
    elif sum(updater in _GROWERS for updater in updaters) > 1:
        yield "Only one tree grow plugin can be selected. Choose one from 'grow_colmaker', 'distcol', 'grow_histmaker'."


_LINEAR_LOSSES = {
    "binary_classifier": ("auto", "logistic", "hinge_loss"),
    "regressor": (
        "auto",
        "squared_loss",
        "absolute_loss",
        "huber_loss",
        "eps_insensitive_squared_loss",
        "eps_insensitive_absolute_loss",
    ),
}
"""What this lab models of linear-learner, by predictor type; the real one has more (multiclass, quantile_loss)."""


def _linear_learner_rules(values: Mapping[str, Any]) -> Iterator[str]:
    kind = values.get("predictor_type")
    loss = values.get("loss", "auto")
    if kind == "multiclass_classifier":
        if "num_classes" not in values:
            yield "No value(s) were specified for 'num_classes' which are required hyperparameter(s)"
        known = ", ".join(_LINEAR_LOSSES)
        yield f"Hyperparameter predictor_type: {kind} isn't modelled in this lab, which has {known}"
    elif kind in _LINEAR_LOSSES and loss not in _LINEAR_LOSSES[kind]:
        known = ", ".join(_LINEAR_LOSSES[kind])
        yield f"Hyperparameter loss: {loss} with {kind} isn't modelled in this lab, which has {known}"


def _knn_rules(values: Mapping[str, Any]) -> Iterator[str]:
    if ("dimension_reduction_type" in values) != ("dimension_reduction_target" in values):
        yield "dimension_reduction_type and dimension_reduction_target are required together"
    target, columns = values.get("dimension_reduction_target", 0), values.get("feature_dim", 0)
    if target and columns and target >= columns:
        yield f"Hyperparameter dimension_reduction_target: {target} is not in [1, {columns})"


_RULES = {"xgboost": _xgboost_rules, "linear-learner": _linear_learner_rules, "knn": _knn_rules}


# channels ---------------------------------------------------------------------------------------------------------------


def check_channels(container: Container, channels: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return what the container objects to about its input channels (name -> content type, None where none was given)."""
    faults = [f"Missing required channel: {name}" for name in container.required_channels if name not in channels]
    known = (*container.required_channels, *container.optional_channels)
    for name, content_type in channels.items():
        if name not in known:
            faults.append(f"Extraneous channel found: {name}")
        elif content_type is None and container.default_content_type is None:
            faults.append(f"Missing content type for channel: {name}")
        elif content_format(container, content_type) is None:
            faults.append(f"Channel configuration for '{name}' channel is not supported: ContentType {content_type}")
    return tuple(faults)


def content_format(container: Container, content_type: str | None) -> str | None:
    """Return the format a content type stands for (`csv`, `libsvm`, ...); None for one the container doesn't take.

    Parameters behind a semicolon don't count: `text/csv; label_size=1` is CSV.
    """
    wanted = (content_type or container.default_content_type or "").partition(";")[0].strip().lower()
    return next((form for form, accepted in container.content_types if wanted in accepted), None)


def format_fault(container: Container, content_type: str | None, file: str) -> str | None:
    """Return what the container says when it opens a CSV file that it was told, or left to assume, is something else."""
    form = content_format(container, content_type)
    if form is None or form == "csv" or not file.endswith(".csv"):
        return None
    name = file.rsplit("/", 1)[-1]
    return f"First line of file '{name}' is not '{form.upper()}' format. Please ensure the file is in '{form.upper()}' format."
