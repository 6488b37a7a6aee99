"""CreateTrainingJob: what is refused at once, with which code, and what would be accepted."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.sagemaker import DescribeTrainingJob, ListTrainingJobs, StopTrainingJob
from cloudlab.engine.rules.billing import Charge
from cloudlab.engine.simulation import Simulation
from cloudlab.model.identity import Role
from cloudlab.model.learning import TrainingJob
from cloudlab.model.operations import Sighting
from cloudlab.model.refusal import Refusal
from cloudlab.model.storage import StoredObject
from tests.support import LINEAR_LEARNER, MORNING, SAGEMAKER_ROLE, XGBOOST, card, channel, open_learning, pass_time, run, training_job

RESOURCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10}


def refusal(simulation: Simulation, **changes: Any) -> Refusal:
    outcome = run(simulation, "ben", training_job(**changes))
    assert outcome.refusal is not None
    assert not simulation.world.table(TrainingJob)
    return outcome.refusal


@pytest.fixture
def simulation() -> Simulation:
    return open_learning()


def test_it_is_accepted_and_answers_with_its_arn(simulation: Simulation) -> None:
    run(simulation, "ben", training_job())
    (answer,) = simulation.answers.values()
    assert answer == {"TrainingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/job-1"}
    assert simulation.world.get(Sighting, "job-1").at == MORNING + 1_200  # twenty minutes of work


def test_a_misspelt_name_and_type_are_told_in_one_sentence(simulation: Simulation) -> None:
    no = refusal(simulation, name="my_job", ResourceConfig=RESOURCES | {"InstanceType": "ml.m5.huge"})
    assert no.code == "ValidationException"
    assert no.sentence.startswith(
        "2 validation errors detected: Value 'my_job' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular "
        "expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}; Value 'ml.m5.huge' at 'resourceConfig.instanceType' failed to satisfy "
        "constraint: Member must satisfy enum value set: [ml."
    )


@pytest.mark.parametrize("name", ["-job", "job-", "j" * 64, ""])
def test_names_that_are_none(simulation: Simulation, name: str) -> None:
    no = refusal(simulation, name=name)
    assert no.code == "ValidationException"
    assert "at 'trainingJobName'" in no.sentence


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"ResourceConfig": RESOURCES | {"InstanceType": "ml.c5.large"}}, "resourceConfig.instanceType"),  # it hosts, it doesn't train
        ({"ResourceConfig": RESOURCES | {"InstanceType": "m5.large"}}, "resourceConfig.instanceType"),
        ({"ResourceConfig": RESOURCES | {"InstanceCount": 0}}, "resourceConfig.instanceCount"),
        ({"ResourceConfig": RESOURCES | {"VolumeSizeInGB": 0}}, "resourceConfig.volumeSizeInGB"),
        ({"StoppingCondition": {"MaxRuntimeInSeconds": 2_419_201}}, "stoppingCondition.maxRuntimeInSeconds"),  # 28 days and a second
        ({"RoleArn": "sm"}, "roleArn"),
        ({"OutputDataConfig": {"S3OutputPath": "sagemaker-in/models"}}, "outputDataConfig.s3OutputPath"),
        ({"InputDataConfig": [channel("train", "sagemaker-in/tiny")]}, "inputDataConfig.1.member.dataSource.s3DataSource.s3Uri"),
        (
            {"AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "Files"}},
            "algorithmSpecification.trainingInputMode",
        ),
        ({"HyperParameters": {"num_round": "1" * 2501}}, "hyperParameters.num_round"),
    ],
)
def test_constraints_name_their_path(simulation: Simulation, changes: dict[str, Any], path: str) -> None:
    no = refusal(simulation, **changes)
    assert no.code == "ValidationException"
    assert f"at '{path}' failed to satisfy constraint" in no.sentence
    assert no.accepted


@pytest.mark.parametrize("missing", ["AlgorithmSpecification", "ResourceConfig", "StoppingCondition"])
def test_what_a_job_needs(simulation: Simulation, missing: str) -> None:
    no = refusal(simulation, **{missing: None})
    assert (no.code, no.sentence) == ("ValidationException", f"A training job needs {missing}.")


def test_a_name_is_used_up_for_ever(simulation: Simulation) -> None:
    run(simulation, "ben", training_job())
    pass_time(simulation, simulation.now + 3_600)
    no = run(simulation, "ben", training_job()).refusal
    assert no is not None
    assert no.code == "ResourceInUse"
    assert "arn:aws:sagemaker:us-east-1:123456789012:training-job/job-1" in no.sentence


def test_a_role_that_does_not_exist_looks_like_one_that_does_not_trust(simulation: Simulation) -> None:
    missing = refusal(simulation, RoleArn="arn:aws:iam::123456789012:role/nobody")
    simulation.world = simulation.world.change(Role, "sm", trusted=("ec2.amazonaws.com",))
    distrusting = refusal(simulation)
    for no, role in ((missing, "nobody"), (distrusting, "sm")):
        assert no.code == "ValidationException"
        assert no.sentence.startswith(f"Could not assume role arn:aws:iam::123456789012:role/{role}.")
    assert "ec2.amazonaws.com" in distrusting.accepted


def test_a_role_made_this_second_is_not_known_yet(simulation: Simulation) -> None:
    simulation.world = simulation.world.change(Role, "sm", created=simulation.now - 9)
    assert refusal(simulation).sentence.startswith("Could not assume role")


@pytest.mark.parametrize("uri", ["s3://no-such-bucket/tiny", "s3://sagemaker-in/nothing"])
def test_no_objects_no_bucket(simulation: Simulation, uri: str) -> None:
    no = refusal(simulation, InputDataConfig=[channel("train", uri)])
    assert no.code == "ValidationException"
    assert no.sentence == f'No S3 objects found under S3 URL "{uri}" given in input data source.'


def test_a_role_that_may_not_list_finds_nothing_either(simulation: Simulation) -> None:
    simulation.world = simulation.world.change(Role, "sm", policies=())
    no = refusal(simulation)
    assert no.code == "ValidationException"
    assert no.sentence.startswith('No S3 objects found under S3 URL "s3://sagemaker-in/tiny/train.csv"')
    assert "s3:ListBucket" in no.accepted


def test_an_image_that_is_none(simulation: Simulation) -> None:
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgbost:1.7-1"
    no = refusal(simulation, AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"})
    assert no.code == "ValidationException"
    assert no.sentence.startswith("Cannot find repository: sagemaker-xgbost in registry ID: 683313688378.")
    assert XGBOOST in no.accepted


def test_quota_of_cpu_instances_counts_running_jobs() -> None:
    simulation = open_learning(quotas={"sagemaker_training_cpu": 1}, cards={"tiny": card(represented_rows=900_000_000)})
    run(simulation, "ben", training_job())
    no = run(simulation, "ana", training_job("job-2")).refusal
    assert no is not None
    assert no.code == "ResourceLimitExceeded"
    assert no.sentence == (
        "The account-level service limit 'ml.m5.large for training job usage' is 1 Instances, with current utilization of 1 Instances and "
        "a request delta of 1 Instances."
    )
    # another type has a quota of its own, and a job that has ended holds nothing
    assert run(simulation, "ana", training_job("job-3", ResourceConfig=RESOURCES | {"InstanceType": "ml.c5.xlarge"})).refusal is None
    pass_time(simulation, simulation.now + 86_400)
    assert run(simulation, "ben", training_job("job-2")).refusal is None


def test_an_established_account_has_no_gpus_and_fifteen_of_each_cpu_type(simulation: Simulation) -> None:
    no = refusal(simulation, ResourceConfig=RESOURCES | {"InstanceType": "ml.g5.xlarge"})
    assert no.code == "ResourceLimitExceeded"
    assert "'ml.g5.xlarge for training job usage' is 0 Instances" in no.sentence
    assert simulation.scenario.quota("sagemaker_training_cpu") == 15


@pytest.mark.parametrize(
    "changes",
    [
        {"ResourceConfig": RESOURCES | {"InstanceCount": 2}},
        {"AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "Pipe"}},
        {"InputDataConfig": [channel("train"), channel("code")]},
        {"InputDataConfig": [channel("train", "s3://sagemaker-in/tiny/")]},  # both parts at once
        {"InputDataConfig": [channel("train"), channel("validation", "s3://sagemaker-in/tiny/train.csv")]},  # its own exam
    ],
)
def test_real_options_that_are_not_played_are_refused_by_name(simulation: Simulation, changes: dict[str, Any]) -> None:
    assert refusal(simulation, **changes).code == "NotModelled"


def test_a_channel_twice(simulation: Simulation) -> None:
    no = refusal(simulation, InputDataConfig=[channel("train"), channel("train")])
    assert no.code == "ValidationException"
    assert "twice" in no.sentence


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"HyperParameters": {"num_rounds": "100"}}, "ClientError: Missing required hyperparameter: num_round"),
        ({"HyperParameters": {"num_round": "100", "foo": "1"}}, "ClientError: Extraneous hyperparameter found: foo"),
        ({"HyperParameters": {"num_round": "100", "eta": "5"}}, "ClientError: Hyperparameter eta: 5.0 is not in [0, 1]"),
        ({"InputDataConfig": []}, "ClientError: Missing required channel: train"),
        ({"InputDataConfig": [channel("train"), channel("exam", "s3://sagemaker-in/tiny")]}, "ClientError: Extraneous channel found: exam"),
        ({"InputDataConfig": [channel("train", content_type=None)]}, "ClientError: First line of file 'train.csv' is not 'LIBSVM' format."),
    ],
)
def test_what_only_the_container_notices_is_accepted_now(simulation: Simulation, changes: dict[str, Any], flaw: str) -> None:
    assert run(simulation, "ben", training_job(**changes)).refusal is None
    job = simulation.world.get(TrainingJob, "job-1")
    assert job.status == "InProgress"
    assert job.flaw is not None
    assert job.flaw.startswith(flaw)
    assert job.spec is None


def test_validation_of_another_data_set_is_noticed_by_the_container_too() -> None:
    simulation = open_learning(cards={"tiny": card(), "other": card("other", features=("a", "b", "c"))})
    simulation.world = simulation.world.put(
        StoredObject("sagemaker-in/other/validation.csv", "sagemaker-in", "other/validation.csv", 1, 0, "other", "validation")
    )
    inputs = [channel("train"), channel("validation", "s3://sagemaker-in/other/validation.csv")]
    run(simulation, "ben", training_job(InputDataConfig=inputs))
    assert (simulation.world.get(TrainingJob, "job-1").flaw or "").startswith("ClientError: feature_names mismatch")


def test_describe_leaves_out_what_is_not_there_yet(simulation: Simulation) -> None:
    run(simulation, "ben", training_job())
    run(simulation, "ben", DescribeTrainingJob(training_job_name="job-1"))
    answer = list(simulation.answers.values())[-1]
    assert answer["TrainingJobStatus"] == "InProgress"
    assert answer["ResourceConfig"] == RESOURCES
    assert answer["HyperParameters"] == {"num_round": "100", "objective": "binary:logistic"}
    assert answer["RoleArn"] == SAGEMAKER_ROLE
    assert answer["CreationTime"] == "day 1 09:20:00"
    assert not {"FailureReason", "ModelArtifacts", "TrainingEndTime", "BillableTimeInSeconds", "FinalMetricDataList"} & set(answer)


def test_describing_and_stopping_what_is_not_there(simulation: Simulation) -> None:
    asked = ((DescribeTrainingJob, "ValidationException"), (StopTrainingJob, "ResourceNotFound"))
    for command, code in asked:
        no = run(simulation, "ben", command(training_job_name="nope")).refusal
        assert no is not None
        assert no.code == code


def test_listing_shows_the_newest_first_and_filters() -> None:
    simulation = open_learning(cards={"tiny": card(represented_rows=900_000_000)})
    run(simulation, "ben", training_job("churn-1"))
    run(simulation, "ben", training_job("other-2"))
    run(simulation, "ben", ListTrainingJobs())
    assert [s["TrainingJobName"] for s in list(simulation.answers.values())[-1]["TrainingJobSummaries"]] == ["other-2", "churn-1"]
    run(simulation, "ben", ListTrainingJobs(name_contains="CHURN", status_equals="InProgress"))
    assert [s["TrainingJobName"] for s in list(simulation.answers.values())[-1]["TrainingJobSummaries"]] == ["churn-1"]
    no = run(simulation, "ben", ListTrainingJobs(status_equals="Done")).refusal
    assert no is not None
    assert "enum value set: [InProgress, Completed, Failed, Stopping, Stopped]" in no.sentence


def test_the_price_is_an_estimate_by_the_modelled_duration(simulation: Simulation) -> None:
    # 45 + 45 + 39 + 15 = 144 s at 0.115 USD an hour: 0.0046 USD
    assert simulation.preview("ben", training_job()).charges == (Charge("training", 4_600, "once", estimated=True),)
    # 15 epochs of linear-learner: 780,000 x 15 / 120,000 = 97.5 s; 45 + 45 + 98 + 15 = 203 s; 0.115 x 203 / 3600 = 0.006484...
    linear = training_job(
        AlgorithmSpecification={"TrainingImage": LINEAR_LEARNER, "TrainingInputMode": "File"},
        HyperParameters={"predictor_type": "binary_classifier"},
    )
    assert simulation.preview("ben", linear).charges == (Charge("training", 6_484, "once", estimated=True),)


def test_the_estimate_ends_where_the_job_is_stopped(simulation: Simulation) -> None:
    # all rounds would take 144 s; stopped after 10 s, with two minutes of grace, 130 s are billed: 0.115 x 130 / 3600 = 0.004152...
    short = training_job(StoppingCondition={"MaxRuntimeInSeconds": 10})
    assert simulation.preview("ben", short).charges == (Charge("training", 4_152, "once", estimated=True),)


def test_without_data_the_price_is_per_hour(simulation: Simulation) -> None:
    asked = training_job(InputDataConfig=[channel("train", "s3://sagemaker-in/nothing")])
    assert simulation.preview("ben", asked).charges == (Charge("training", 115_000, "hour"),)
