"""InvokeEndpoint: what stands between a caller and the real model."""

from __future__ import annotations

import pytest

from cloudlab.commands.sagemaker_runtime import InvokeEndpoint
from cloudlab.engine.rules.wanted import predictions_wanted
from cloudlab.engine.simulation import Simulation
from cloudlab.model.learning import Endpoint, Variant
from cloudlab.model.refusal import Refusal
from cloudlab.model.training import TrainingSpec
from tests.support import open_learning, run

SPEC = TrainingSpec("xgboost", "tiny", ("train",), (("num_round", "100"),), 7)


@pytest.fixture
def simulation() -> Simulation:
    simulation = open_learning()
    variants = (Variant("AllTraffic", "m", "ml.m5.large", 1, 1000),)
    simulation.world = simulation.world.put(
        Endpoint("e", "c", "InService", simulation.now, variants, SPEC), Endpoint("young", "c", "Creating", simulation.now, variants, SPEC)
    )
    return simulation


def invoke(body: str = "1,2", name: str = "e", content_type: str | None = "text/csv", accept: str | None = None) -> InvokeEndpoint:
    return InvokeEndpoint(endpoint_name=name, body=body, content_type=content_type, accept=accept)


def refused(simulation: Simulation, command: InvokeEndpoint) -> Refusal:
    no = run(simulation, "ben", command).refusal
    assert no is not None
    return no


def test_the_answer_leaves_its_body_to_the_real_model(simulation: Simulation) -> None:
    before = simulation.world.facts
    run(simulation, "ben", invoke("1,2\n3,4"))
    (answer,) = simulation.answers.values()
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert answer["Body"] is None
    assert predictions_wanted(simulation.world, answer) == (SPEC, "1,2\n3,4")
    assert simulation.world.facts is before


@pytest.mark.parametrize("name", ["nope", "young"])
def test_what_is_not_in_service_is_not_found(simulation: Simulation, name: str) -> None:
    no = refused(simulation, invoke(name=name))
    assert (no.code, no.sentence) == ("ValidationError", f"Endpoint {name} of account 123456789012 not found.")
    assert "In service: e." in no.accepted


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        (invoke("1,2,3"), 400, "feature size of csv inference data 3 is not consistent with feature size of trained model 2"),
        (invoke("a,b"), 415, "the rows are no comma-separated numbers"),
        (invoke(""), 400, "there are no rows in the body"),
        (invoke(content_type="application/json"), 415, "content type application/json is not supported"),
        (invoke(content_type=None), 415, "content type application/octet-stream is not supported"),
        (invoke(accept="application/json"), 406, "accept type application/json is not played here"),
    ],
)
def test_the_container_objects(simulation: Simulation, command: InvokeEndpoint, status: int, message: str) -> None:
    no = refused(simulation, command)
    assert no.code == "ModelError"
    assert no.sentence == f'Received client error ({status}) from AllTraffic with message "{message}".'
    assert no.accepted


def test_a_body_has_at_most_six_mebibytes(simulation: Simulation) -> None:
    assert refused(simulation, invoke("1,2\n" * 1_572_865)).code == "ValidationError"  # 6,291,460 bytes


def test_without_an_instance_it_is_unavailable(simulation: Simulation) -> None:
    simulation.world = simulation.world.change(Endpoint, "e", lost=1)
    assert refused(simulation, invoke()).code == "ServiceUnavailable"
