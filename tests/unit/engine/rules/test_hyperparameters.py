"""What the built-in containers say to hyperparameters, channels and image URIs."""

from __future__ import annotations

import pytest

from cloudlab.engine.rules.hyperparameters import (
    check,
    check_channels,
    container_of,
    content_format,
    format_fault,
    not_modelled,
    parse_image,
    resolve_aliases,
)
from cloudlab.levels.containers import load_containers
from cloudlab.model.containers import ImageRef
from cloudlab.paths import assets_dir

CONTAINERS = load_containers(assets_dir(), everything=True)
XGBOOST, LINEAR, KNN = CONTAINERS["xgboost"], CONTAINERS["linear-learner"], CONTAINERS["knn"]
BINARY = {"predictor_type": "binary_classifier"}


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ({}, "Missing required hyperparameter: num_round"),
        ({"foo": "1"}, "Missing required hyperparameter: num_round"),
        ({"num_round": "10", "foo": "1"}, "Extraneous hyperparameter found: foo"),
        ({"num_round": "10", "max_depth": "deep"}, "Hyperparameter max_depth: could not parse value (caused by ValueError)"),
        ({"num_round": "10.0"}, "Hyperparameter num_round: could not parse value (caused by ValueError)"),
        ({"num_round": "10", "eta": "5"}, "Hyperparameter eta: 5.0 is not in [0, 1]"),
        ({"num_round": "10", "learning_rate": "5"}, "Hyperparameter eta: 5.0 is not in [0, 1]"),
        ({"num_round": "10", "eta": "nan"}, "Hyperparameter eta: nan is not in [0, 1]"),
        ({"num_round": "0"}, "Hyperparameter num_round: 0 is not in [1, +inf)"),
        ({"num_round": "10", "subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
        ({"num_round": "10", "booster": "tree"}, "Hyperparameter booster: tree is not in ['gbtree', 'gblinear', 'dart']"),
        (
            {"num_round": "10", "objective": "multi:softmax"},
            "Require input for parameter 'num_class' for multi-classification",
        ),
        (
            {"num_round": "10", "eval_metric": "rmse,auc"},
            "Metric 'auc' can only be applied for classification and ranking problems.",
        ),
        ({"num_round": "10", "eval_metric": "error@x"}, "Threshold value 't' in 'error@t' expects float input."),
        (
            {"num_round": "10", "eval_metric": "auc@3"},
            "Metric 'auc@3' is not supported. Parameter 'eval_metric' with customized threshold should be one of these options: "
            "'error', 'ndcg', 'map'.",
        ),
        (
            {"num_round": "10", "monotone_constraints": "(1, 2)", "tree_method": "hist"},
            "Hyperparameter monotone_constraints: value (1, 2) not in range [-1, 0, 1]",
        ),
        (
            {"num_round": "10", "monotone_constraints": "(1, 0)"},
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'.",
        ),
        (
            {"num_round": "10", "monotone_constraints": "__import__('os')"},
            "Hyperparameter monotone_constraints: could not parse value (caused by ValueError)",
        ),
        (
            {"num_round": "10", "interaction_constraints": "[1]", "tree_method": "hist"},
            "Hyperparameter interaction_constraints: could not parse value (caused by ValueError)",
        ),
        (
            {"num_round": "10", "booster": "gblinear", "updater": "prune"},
            "Linear updater should be one of these options: 'shotgun', 'coord_descent'.",
        ),
    ],
)
def test_xgboost_says_what_the_real_container_says(given: dict[str, str], first: str) -> None:
    assert check(XGBOOST, given)[0] == first


@pytest.mark.parametrize(
    "given",
    [
        {"num_round": "200", "eta": "0.1", "max_depth": "5", "objective": "binary:logistic", "eval_metric": "auc,logloss,error@0.3"},
        {"num_round": "1", "learning_rate": "1", "reg_lambda": "0", "min_split_loss": "0", "reg_alpha": "2"},
        {"num_round": "5", "objective": "multi:softprob", "num_class": "2"},
        {"num_round": "5", "tree_method": "hist", "monotone_constraints": "(1,-1,0)", "interaction_constraints": "[[1,2],[3]]"},
        {"num_round": "5", "booster": "gblinear", "updater": "coord_descent"},
    ],
)
def test_xgboost_accepts_what_is_right(given: dict[str, str]) -> None:
    assert check(XGBOOST, given) == ()


def test_everything_wrong_is_told_in_the_containers_order() -> None:
    assert check(XGBOOST, {"foo": "1", "eta": "5", "max_depth": "x", "eval_metric": "auc"}) == (
        "Missing required hyperparameter: num_round",
        "Extraneous hyperparameter found: foo",
        "Hyperparameter max_depth: could not parse value (caused by ValueError)",
        "Hyperparameter eta: 5.0 is not in [0, 1]",
        "Metric 'auc' can only be applied for classification and ranking problems.",
    )


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({}, ("No value(s) were specified for 'predictor_type' which are required hyperparameter(s)",)),
        (BINARY, ()),
        ({**BINARY, "wd": "auto", "l1": "0.1", "positive_example_weight_mult": "balanced", "normalize_data": "true"}, ()),
        ({**BINARY, "l1": "-1"}, ("Hyperparameter l1: -1.0 is not in [0, +inf)",)),
        ({**BINARY, "use_bias": "yes"}, ("Hyperparameter use_bias: yes is not in ['true', 'false']",)),
        (
            {**BINARY, "loss": "huber_loss"},
            ("Hyperparameter loss: huber_loss with binary_classifier isn't modelled in this lab, which has auto, logistic, hinge_loss",),
        ),
        (
            {"predictor_type": "multiclass_classifier", "num_classes": "3"},
            ("Hyperparameter predictor_type: multiclass_classifier isn't modelled in this lab, which has binary_classifier, regressor",),
        ),
    ],
)
def test_linear_learner_checks_as_thoroughly(given: dict[str, str], faults: tuple[str, ...]) -> None:
    assert check(LINEAR, given) == faults


def test_knn_wants_its_four_and_its_pairs() -> None:
    assert len(check(KNN, {})) == 4
    whole = {"k": "5", "sample_size": "100", "feature_dim": "16", "predictor_type": "classifier"}
    assert check(KNN, whole) == ()
    assert check(KNN, {**whole, "dimension_reduction_type": "sign"}) != ()
    assert check(KNN, {**whole, "dimension_reduction_type": "sign", "dimension_reduction_target": "16"}) != ()


def test_aliases_come_to_their_first_names() -> None:
    assert resolve_aliases(XGBOOST, {"learning_rate": "0.1", "num_round": "5"}) == {"eta": "0.1", "num_round": "5"}
    assert resolve_aliases(LINEAR, {"learning_rate": "0.1"}) == {"learning_rate": "0.1"}


def test_what_is_not_modelled_is_known_by_name() -> None:
    assert not_modelled(XGBOOST, {"num_round": "5", "nthread": "4", "csv_weights": "0"}) == ("nthread", "csv_weights")
    assert not_modelled(LINEAR, {**BINARY, "mini_batch_size": "10"}) == ("mini_batch_size",)


def test_channels() -> None:
    assert check_channels(XGBOOST, {"train": "text/csv", "validation": "csv"}) == ()
    assert check_channels(XGBOOST, {"train": None}) == ()
    assert check_channels(XGBOOST, {"validation": "text/csv", "test": "text/csv"}) == (
        "Missing required channel: train",
        "Extraneous channel found: test",
    )
    assert check_channels(LINEAR, {"train": None}) == ("Missing content type for channel: train",)
    assert check_channels(LINEAR, {"train": "text/libsvm"}) == (
        "Channel configuration for 'train' channel is not supported: ContentType text/libsvm",
    )


def test_csv_left_without_a_content_type_is_read_as_libsvm() -> None:
    assert content_format(XGBOOST, None) == "libsvm"
    assert content_format(XGBOOST, "text/csv; label_size=1") == "csv"
    assert content_format(LINEAR, None) is None
    assert format_fault(XGBOOST, "text/csv", "churn/train.csv") is None
    assert format_fault(XGBOOST, None, "churn/train.csv") == (
        "First line of file 'train.csv' is not 'LIBSVM' format. Please ensure the file is in 'LIBSVM' format."
    )


def test_an_image_uri_names_its_container() -> None:
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
    assert XGBOOST.images[0] == image
    assert parse_image(image) == ImageRef("683313688378", "us-east-1", "sagemaker-xgboost", "1.7-1")
    for container in CONTAINERS.values():
        assert {container_of(CONTAINERS, each) for each in container.images} == {container.id}


@pytest.mark.parametrize(
    "uri",
    [
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:latest",
        "683313688378.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1",
        "382416733822.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
        "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1",
        "xgboost",
        "",
    ],
)
def test_any_other_image_is_none(uri: str) -> None:
    assert container_of(CONTAINERS, uri) is None


def test_only_what_is_modelled_is_offered_to_levels() -> None:
    assert list(load_containers(assets_dir())) == ["xgboost", "linear-learner"]


def test_every_default_that_is_a_value_is_accepted() -> None:
    described = {"nthread", "updater", "eval_metric", "interaction_constraints", "monotone_constraints", "faiss_index_ivf_nlists"}
    for container in CONTAINERS.values():
        required = {"num_round": "5", "predictor_type": container.id} if container is XGBOOST else dict(BINARY)
        for one in container.hyperparameters:
            if one.default is None or one.name in described:
                continue
            mine = [fault for fault in check(container, {**required, one.name: one.default}) if f"{one.name}:" in fault]
            assert mine == [], one.name
