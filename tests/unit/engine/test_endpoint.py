"""Models, endpoint configurations and endpoints: from an artifact to answers, and what each step refuses."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.sagemaker import (
    CreateEndpoint,
    CreateEndpointConfig,
    CreateModel,
    DeleteEndpoint,
    DeleteEndpointConfig,
    DeleteModel,
    DescribeEndpoint,
    DescribeEndpointConfig,
    DescribeModel,
    ListEndpoints,
)
from cloudlab.engine.kernel import Want
from cloudlab.engine.rules.billing import Charge
from cloudlab.engine.rules.ledger import bill
from cloudlab.engine.simulation import Simulation
from cloudlab.model.identity import Role
from cloudlab.model.learning import Endpoint, EndpointConfig, SageModel
from cloudlab.model.operations import Front, Handover, Serving
from cloudlab.model.refusal import Refusal
from cloudlab.model.scenario import Need, Traffic
from cloudlab.model.storage import StoredObject
from tests.support import LINEAR_LEARNER, MORNING, SAGEMAKER_ROLE, XGBOOST, open_learning, pass_time, run, settle, training_job

ARTIFACT = "s3://sagemaker-in/models/job-1/output/model.tar.gz"
NEED = Need("answers", "Answers", "tiny", Traffic(10, (1000,) * 24))
OTHER_NEED = Need("others", "Answers of another kind", "other", Traffic(10, (1000,) * 24))


def model(name: str = "m", **changes: Any) -> CreateModel:
    container = {"Image": XGBOOST, "ModelDataUrl": ARTIFACT} | changes
    return CreateModel.model_validate({"ModelName": name, "ExecutionRoleArn": SAGEMAKER_ROLE, "PrimaryContainer": container})


def config(name: str = "c", **changes: Any) -> CreateEndpointConfig:
    variant = {"VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1} | changes
    return CreateEndpointConfig.model_validate({"EndpointConfigName": name, "ProductionVariants": [variant]})


def endpoint(name: str = "e", of: str = "c") -> CreateEndpoint:
    return CreateEndpoint(endpoint_name=name, endpoint_config_name=of)


def done(simulation: Simulation, *commands: Command) -> None:
    for command in commands:
        outcome = run(simulation, "ben", command)
        assert outcome.refusal is None, outcome.refusal


def refused(simulation: Simulation, command: Command) -> Refusal:
    no = run(simulation, "ben", command).refusal
    assert no is not None
    return no


@pytest.fixture
def simulation() -> Simulation:
    """Return a run whose one training job has completed."""
    simulation = open_learning(needs=(NEED, OTHER_NEED))
    done(simulation, training_job())
    pass_time(simulation, MORNING + 3_600)
    return simulation


def in_service(simulation: Simulation, **changes: Any) -> int:
    """Bring the endpoint `e` into service and return the instant it was created at."""
    done(simulation, model(), config(**changes), endpoint())
    created = simulation.now
    pass_time(simulation, created + 300)
    assert simulation.world.get(Endpoint, "e").status == "InService"
    return created


def test_from_artifact_to_service_in_five_minutes(simulation: Simulation) -> None:
    done(simulation, model(), config(), endpoint())
    created = simulation.now
    pass_time(simulation, created + 299)
    assert simulation.world.get(Endpoint, "e").status == "Creating"
    assert not simulation.world.table(Handover)
    pass_time(simulation, created + 300)
    assert simulation.world.get(Endpoint, "e").status == "InService"
    # callers of the need its data set is for are sent there, and nobody else
    (handover,) = simulation.world.every(Handover)
    assert handover == Handover("answers:e", "answers", "e", created + 300)
    (front,) = simulation.world.get(Serving, "answers").segments[-1].fronts
    assert (front.resource, front.capacity, front.cause) == ("e", 6_000, None)
    assert front.model == simulation.world.get(SageModel, "m").spec
    assert simulation.world.get(Serving, "others").segments[-1].fronts == ()


def test_the_clock_waits_for_what_the_real_model_answers(simulation: Simulation) -> None:
    done(simulation, model(), config(), endpoint())
    created = simulation.now
    asked = pass_time(simulation, created + 3_600)
    spec = simulation.world.get(SageModel, "m").spec
    assert asked == [Want(spec, "tiny")]
    # a second endpoint of the same model asks nobody again
    done(simulation, endpoint("e2"))
    assert pass_time(simulation, simulation.now + 3_600) == []
    assert simulation.world.get(Endpoint, "e2").status == "InService"


def test_it_bills_each_instance_from_service_to_deletion(simulation: Simulation) -> None:
    created = in_service(simulation, InitialInstanceCount=2)
    assert next(line for line in bill(simulation.world) if line.line == "endpoint").micros == 0
    pass_time(simulation, created + 300 + 7_170)
    done(simulation, DeleteEndpoint(endpoint_name="e"))  # half a minute of work: 7,200 s in service
    pass_time(simulation, simulation.now + 86_400)
    (line,) = [line for line in bill(simulation.world) if line.line == "endpoint"]
    assert (line.resource, line.micros) == ("e", 460_000)  # 2 h x 2 instances x 0.115 USD


def test_deleting_takes_the_address_away_at_once(simulation: Simulation) -> None:
    in_service(simulation)
    done(simulation, DeleteEndpoint(endpoint_name="e"))
    assert not simulation.world.table(Handover)
    assert simulation.world.get(Serving, "answers").segments[-1].fronts == ()
    assert simulation.world.get(Endpoint, "e").status == "Deleting"
    assert refused(simulation, DeleteEndpoint(endpoint_name="e")).code == "ValidationException"
    simulation.advance(simulation.now + 10)
    assert simulation.world.find(Endpoint, "e") is None
    assert refused(simulation, DescribeEndpoint(endpoint_name="e")).sentence.startswith("Could not find endpoint")


def test_an_endpoint_that_is_being_made_cannot_be_deleted(simulation: Simulation) -> None:
    done(simulation, model(), config(), endpoint())
    no = refused(simulation, DeleteEndpoint(endpoint_name="e"))
    assert no.code == "ValidationException"
    assert no.sentence == 'Cannot update in-progress endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e".'


def test_more_machines_answer_more(simulation: Simulation) -> None:
    in_service(simulation, InstanceType="ml.c5.large", InitialInstanceCount=3)  # c5.large hosts, though it doesn't train
    (front,) = simulation.world.get(Serving, "answers").segments[-1].fronts
    assert front.capacity == 19_800  # 3 x 6,600


def test_the_wrong_image_never_passes_its_ping(simulation: Simulation) -> None:
    done(simulation, model(Image=LINEAR_LEARNER), config(), endpoint())
    created = simulation.now
    assert pass_time(simulation, created + 1_439) == []
    assert simulation.world.get(Endpoint, "e").status == "Creating"
    pass_time(simulation, created + 1_440)  # 24 minutes
    failed = simulation.world.get(Endpoint, "e")
    assert failed.status == "Failed"
    assert (failed.failure or "").startswith("The primary container for production variant AllTraffic did not pass the ping health check")
    assert not simulation.world.table(Handover)
    assert not [line for line in bill(simulation.world) if line.line == "endpoint"]
    done(simulation, DeleteEndpoint(endpoint_name="e"))  # all that can be done with it


def test_an_artifact_that_went_missing_fails_it(simulation: Simulation) -> None:
    done(simulation, model(), config(), endpoint())
    simulation.world = simulation.world.drop(StoredObject, ARTIFACT.removeprefix("s3://"))
    pass_time(simulation, simulation.now + 300)
    failed = simulation.world.get(Endpoint, "e")
    assert failed.status == "Failed"
    assert (failed.failure or "").startswith('Failed to download model data for container "container_1"')


def test_an_endpoint_outlives_the_model_and_configuration_it_came_from(simulation: Simulation) -> None:
    in_service(simulation)
    done(simulation, DeleteModel(model_name="m"), DeleteEndpointConfig(endpoint_config_name="c"))
    assert not simulation.world.table(SageModel)
    assert not simulation.world.table(EndpointConfig)
    (front,) = simulation.world.get(Serving, "answers").segments[-1].fronts
    assert front.cause is None


def test_quota_counts_instances_of_endpoints(simulation: Simulation) -> None:
    in_service(simulation, InitialInstanceCount=3)
    done(simulation, config("c2", InitialInstanceCount=2))
    no = refused(simulation, endpoint("e2", "c2"))
    assert no.code == "ResourceLimitExceeded"
    assert no.sentence == (
        "The account-level service limit 'ml.m5.large for endpoint usage' is 4 Instances, with current utilization of 3 Instances and a "
        "request delta of 2 Instances."
    )


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (model(), 'Cannot create already existing model "arn:aws:sagemaker:us-east-1:123456789012:model/m".'),
        (config(), 'Cannot create already existing endpoint configuration "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/c".'),
        (endpoint(), 'Cannot create already existing endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e".'),
        (config("x", ModelName="nope"), 'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/nope".'),
        (
            endpoint("x", "nope"),
            'Could not find endpoint configuration "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/nope".',
        ),
        (DescribeModel(model_name="nope"), 'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/nope".'),
        (DeleteEndpoint(endpoint_name="nope"), 'Could not find endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/nope".'),
    ],
)
def test_names_that_exist_and_names_that_do_not(simulation: Simulation, command: Command, sentence: str) -> None:
    done(simulation, model(), config(), endpoint())
    no = refused(simulation, command)
    assert (no.code, no.sentence) == ("ValidationException", sentence)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (model("my_model"), "at 'modelName' failed to satisfy constraint: Member must satisfy regular expression"),
        (model(ModelDataUrl="model.tar.gz"), "at 'primaryContainer.modelDataUrl'"),
        (model(ModelDataUrl="s3://sagemaker-in/nope/model.tar.gz"), "Could not find model data at s3://sagemaker-in/nope/model.tar.gz."),
        (model(ModelDataUrl="s3://sagemaker-in/tiny/train.csv"), "Could not find model data at s3://sagemaker-in/tiny/train.csv."),
        (CreateModel(model_name="m"), "A model needs PrimaryContainer."),
        (config(InstanceType="ml.t3.medium"), "instanceType' failed to satisfy constraint: Member must satisfy enum"),
        (config(InitialInstanceCount=0), "at 'productionVariants.1.member.initialInstanceCount'"),
        (config(InitialVariantWeight=-1), "at 'productionVariants.1.member.initialVariantWeight'"),
        (CreateEndpointConfig(endpoint_config_name="c", production_variants=()), "0 production variants"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(simulation: Simulation, command: Command, said: str) -> None:
    done(simulation, model("there"))
    no = refused(simulation, command)
    assert no.code == "ValidationException"
    assert said in no.sentence
    assert no.accepted


def test_a_role_that_may_not_read_the_artifact(simulation: Simulation) -> None:
    simulation.world = simulation.world.change(Role, "sm", policies=())
    no = refused(simulation, model())
    assert (no.code, no.sentence) == ("ValidationException", f"Could not access model data at {ARTIFACT}.")
    simulation.world = simulation.world.change(Role, "sm", trusted=("ec2.amazonaws.com",))
    assert refused(simulation, model()).sentence.startswith("Could not assume role")


def test_two_variants_are_refused_by_name(simulation: Simulation) -> None:
    done(simulation, model())
    (variant,) = config().production_variants
    two = CreateEndpointConfig(endpoint_config_name="c", production_variants=(variant, variant.model_copy(update={"variant_name": "B"})))
    assert refused(simulation, two).code == "NotModelled"


def test_the_price_is_that_of_all_its_instances(simulation: Simulation) -> None:
    assert simulation.preview("ben", endpoint()).charges == ()
    done(simulation, model(), config(InitialInstanceCount=2))
    assert simulation.preview("ben", endpoint()).charges == (Charge("endpoint", 230_000, "hour"),)


def test_descriptions(simulation: Simulation) -> None:
    in_service(simulation, InitialVariantWeight="0.5")
    done(simulation, DescribeModel(model_name="m"))
    assert list(simulation.answers.values())[-1]["PrimaryContainer"]["ModelDataUrl"] == ARTIFACT
    done(simulation, DescribeEndpointConfig(endpoint_config_name="c"))
    assert list(simulation.answers.values())[-1]["ProductionVariants"][0]["InitialVariantWeight"] == 0.5
    done(simulation, DescribeEndpoint(endpoint_name="e"))
    answer = list(simulation.answers.values())[-1]
    assert answer["EndpointStatus"] == "InService"
    assert answer["ProductionVariants"] == [
        {
            "VariantName": "AllTraffic",
            "CurrentWeight": 0.5,
            "DesiredWeight": 0.5,
            "CurrentInstanceCount": 1,
            "DesiredInstanceCount": 1,
        }
    ]
    assert "FailureReason" not in answer
    done(simulation, ListEndpoints(name_contains="E", status_equals="InService"))
    assert [e["EndpointName"] for e in list(simulation.answers.values())[-1]["Endpoints"]] == ["e"]


def test_an_endpoint_not_in_service_answers_nothing(simulation: Simulation) -> None:
    in_service(simulation)
    simulation.world = simulation.world.change(Endpoint, "e", status="Failed")
    settle(simulation)
    assert simulation.world.get(Serving, "answers").segments[-1].fronts == (Front("e", 0, None, "error", "the endpoint is Failed"),)
