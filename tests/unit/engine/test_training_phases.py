"""A training job on its way: when each phase begins, what is billed, and every way it can end."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.sagemaker import DescribeTrainingJob, StopTrainingJob
from cloudlab.engine.rules.ledger import bill
from cloudlab.engine.simulation import Simulation
from cloudlab.model.identity import Role
from cloudlab.model.inputs import Learned
from cloudlab.model.learning import TrainingJob
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.training import TrainingFailed
from tests.support import MORNING, card, channel, open_learning, pass_time, run, training_job

BEGAN = MORNING + 1_200
"""Writing a CreateTrainingJob takes twenty minutes."""
READ_ALL = ("arn:aws:iam::aws:policy/AmazonSageMakerFullAccess", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")


def begun(simulation: Simulation | None = None, **changes: Any) -> Simulation:
    simulation = simulation or open_learning()
    assert run(simulation, "ben", training_job(**changes)).refusal is None
    assert simulation.now == BEGAN
    return simulation


def job(simulation: Simulation) -> TrainingJob:
    return simulation.world.get(TrainingJob, "job-1")


def billed(simulation: Simulation) -> dict[str, int]:
    return {line.line: line.micros for line in bill(simulation.world) if line.resource in ("job-1", "training-job/job-1")}


def phases(simulation: Simulation) -> list[tuple[str, int]]:
    return [(t.status, t.started - BEGAN) for t in job(simulation).transitions]


def test_each_phase_at_its_second() -> None:
    simulation = begun()
    pass_time(simulation, BEGAN + 3_600)
    assert [(t.status, t.started - BEGAN, t.message) for t in job(simulation).transitions] == [
        ("Starting", 0, "Starting the training job"),
        ("Pending", 15, "Preparing the instances for training"),
        ("Downloading", 40, "Downloading input data"),
        ("Downloading", 85, "Downloading the training image"),
        ("Training", 130, "Training image download completed. Training in progress."),
        ("Uploading", 169, "Uploading generated training model"),
        ("Completed", 184, "Training job completed"),
    ]


def test_billed_from_downloading_to_the_end() -> None:
    """A public log has the same sum: Downloading 22:18:15 to Completed 22:20:39 is 144 s, billed 144 s."""
    simulation = begun()
    pass_time(simulation, BEGAN + 39)
    assert billed(simulation) == {}
    pass_time(simulation, BEGAN + 3_600)
    # 144 s x 0.115 USD / 3600 s = 0.0046 USD; 10 GB of volume: 1.40 USD a month is 1,918 micro-dollars an hour, 144 s of it 76.72
    assert billed(simulation) == {"training": 4_600, "storage": 76}
    run(simulation, "ben", DescribeTrainingJob(training_job_name="job-1"))
    answer = list(simulation.answers.values())[-1]
    assert answer["BillableTimeInSeconds"] == 144
    assert answer["TrainingStartTime"] == "day 1 09:20:40"
    assert answer["TrainingEndTime"] == "day 1 09:23:04"


def test_the_model_lands_in_the_bucket_when_it_is_completed() -> None:
    simulation = begun()
    pass_time(simulation, BEGAN + 183)
    assert "sagemaker-in/models/job-1/output/model.tar.gz" not in simulation.world.table(StoredObject)
    pass_time(simulation, BEGAN + 184)
    stored = simulation.world.get(StoredObject, "sagemaker-in/models/job-1/output/model.tar.gz")
    spec = job(simulation).spec
    assert spec is not None
    assert stored.artifact == spec.digest()
    assert job(simulation).status == "Completed"
    run(simulation, "ben", DescribeTrainingJob(training_job_name="job-1"))
    answer = list(simulation.answers.values())[-1]
    assert answer["ModelArtifacts"] == {"S3ModelArtifacts": "s3://sagemaker-in/models/job-1/output/model.tar.gz"}
    assert answer["FinalMetricDataList"] == [{"MetricName": "validation:auc", "Value": 0.9}]


def test_the_clock_stands_at_the_end_of_training_until_the_real_result_is_there() -> None:
    simulation = begun()
    progress = simulation.advance(BEGAN + 3_600)
    assert progress.waiting is not None
    assert progress.waiting.spec == job(simulation).spec
    assert simulation.now == BEGAN + 169
    assert simulation.advance(BEGAN + 3_600).waiting == progress.waiting


def test_with_early_stopping_the_result_is_needed_sooner_and_decides_the_end() -> None:
    early = {"num_round": "100", "objective": "binary:logistic", "early_stopping_rounds": "9", "eval_metric": "auc"}
    simulation = begun(HyperParameters=early)
    assert simulation.advance(BEGAN + 3_600).waiting is not None
    assert simulation.now == BEGAN + 130 + 4  # after 10 rounds of 0.39 s
    pass_time(simulation, BEGAN + 3_600, rounds=60)
    # 60 rounds of 0.39 s are 23.4 s
    assert phases(simulation)[-2:] == [("Uploading", 130 + 24), ("Completed", 130 + 24 + 15)]
    assert job(simulation).rounds == 60


def test_a_mistaken_hyperparameter_fails_after_start_up_and_is_billed() -> None:
    simulation = begun(HyperParameters={"num_rounds": "100"})
    assert pass_time(simulation, BEGAN + 3_600) == []  # nothing was really trained for it
    assert phases(simulation)[-2:] == [("Training", 130), ("Failed", 130)]
    assert job(simulation).failure == "ClientError: Missing required hyperparameter: num_round"
    assert billed(simulation)["training"] == 2_875  # 90 s x 0.115 USD / 3600


def test_out_of_memory_at_the_represented_size() -> None:
    simulation = begun(open_learning(cards={"tiny": card(represented_rows=90_000_000, represented_bytes=4_450_000_000)}))
    assert pass_time(simulation, BEGAN + 3_600) == []
    assert phases(simulation)[-1] == ("Failed", 130 + 45)  # one pass over 90 million rows at 2 million a second
    failure = job(simulation).failure or ""
    assert failure.startswith("AlgorithmError: out of memory: xgboost needs 13,332 MiB")
    assert "choose a larger instance" in failure


def test_the_real_training_may_fail_in_the_containers_words() -> None:
    simulation = begun()
    want = simulation.advance(BEGAN + 3_600).waiting
    assert want is not None
    simulation.submit(Learned("f", TrainingFailed(want.spec.digest(), "ClientError", "label must be in [0,1] for logistic regression")))
    simulation.advance(BEGAN + 3_600)
    assert phases(simulation)[-1] == ("Failed", 169)
    assert job(simulation).failure == "ClientError: label must be in [0,1] for logistic regression"


def with_bucket_of_no_such_name() -> Simulation:
    """The data lies in `my-things`: nothing in that name says sagemaker."""
    simulation = open_learning()
    simulation.world = simulation.world.put(
        Bucket("my-things", MORNING),
        StoredObject("my-things/train.csv", "my-things", "train.csv", 39_000_000, MORNING, "tiny", "train"),
    )
    return simulation


def test_full_access_reads_only_what_has_sagemaker_in_its_name() -> None:
    """The classic trap: accepted, because listing is allowed everywhere, and failed while it downloads."""
    simulation = begun(with_bucket_of_no_such_name(), InputDataConfig=[channel("train", "s3://my-things/train.csv")])
    assert pass_time(simulation, BEGAN + 3_600) == []
    assert phases(simulation)[-2:] == [("Downloading", 40), ("Failed", 85)]
    failure = job(simulation).failure or ""
    assert failure.startswith("ClientError: Data download failed: AccessDenied (403)")
    assert "s3://my-things/train.csv" in failure
    assert billed(simulation)["training"] == 1_437  # 45 s x 0.115 USD / 3600 = 1,437.5 micro-dollars


def test_a_role_that_reads_everything_downloads_it() -> None:
    simulation = with_bucket_of_no_such_name()
    simulation.world = simulation.world.change(Role, "sm", policies=READ_ALL)
    begun(simulation, InputDataConfig=[channel("train", "s3://my-things/train.csv")])
    pass_time(simulation, BEGAN + 3_600)
    assert job(simulation).status == "Completed"


@pytest.mark.parametrize(("bucket", "reason"), [("my-things", "AccessDenied"), ("never-made", "NoSuchBucket")])
def test_an_output_it_may_not_write_is_noticed_at_the_very_end(bucket: str, reason: str) -> None:
    simulation = begun(with_bucket_of_no_such_name(), OutputDataConfig={"S3OutputPath": f"s3://{bucket}/out"})
    pass_time(simulation, BEGAN + 3_600)
    assert phases(simulation)[-2:] == [("Uploading", 169), ("Failed", 184)]
    assert (job(simulation).failure or "").startswith(f"ClientError: Artifact upload failed: {reason}")
    assert billed(simulation)["training"] == 4_600


def test_a_volume_smaller_than_the_data() -> None:
    simulation = open_learning()
    simulation.world = simulation.world.change(StoredObject, "sagemaker-in/tiny/train.csv", size=10_000_000_001)
    begun(simulation)
    pass_time(simulation, BEGAN + 3_600)
    assert phases(simulation)[-1] == ("Failed", 85)
    assert "VolumeSizeInGB" in (job(simulation).failure or "")


def test_the_time_limit_runs_from_downloading_and_gives_the_container_two_minutes() -> None:
    simulation = begun(StoppingCondition={"MaxRuntimeInSeconds": 100})
    assert pass_time(simulation, BEGAN + 3_600) == []  # it never got to a result
    # 40 + 100 = 140: ten seconds into training; 120 s of grace
    assert phases(simulation)[-2:] == [("Stopping", 140), ("MaxRuntimeExceeded", 260)]
    assert (job(simulation).status, job(simulation).artifact) == ("Stopped", None)
    assert billed(simulation)["training"] == 7_027  # 220 s x 0.115 USD / 3600 = 7,027.8 micro-dollars


def test_a_job_that_ends_within_its_limit_does() -> None:
    simulation = begun(StoppingCondition={"MaxRuntimeInSeconds": 130})  # training ends 129 s after Downloading began
    pass_time(simulation, BEGAN + 3_600)
    assert job(simulation).status == "Completed"


def test_stopping_a_training_container_takes_its_grace() -> None:
    simulation = begun()
    pass_time(simulation, BEGAN + 101)
    run(simulation, "ben", StopTrainingJob(training_job_name="job-1"))  # half a minute of work
    assert simulation.now == BEGAN + 131
    assert job(simulation).status == "Stopping"
    pass_time(simulation, BEGAN + 3_600)
    assert phases(simulation)[-3:] == [("Training", 130), ("Stopping", 131), ("Stopped", 251)]
    assert job(simulation).status == "Stopped"
    assert billed(simulation)["training"] == 6_740  # 211 s x 0.115 USD / 3600 = 6,740.3 micro-dollars


def test_stopping_before_a_container_runs_is_at_once_and_free() -> None:
    simulation = begun()
    run(simulation, "ben", StopTrainingJob(training_job_name="job-1"))
    pass_time(simulation, BEGAN + 3_600)
    assert phases(simulation)[-2:] == [("Stopping", 30), ("Stopped", 30)]
    assert billed(simulation) == {}


def test_what_has_ended_cannot_be_stopped() -> None:
    simulation = begun()
    pass_time(simulation, BEGAN + 3_600)
    no = run(simulation, "ben", StopTrainingJob(training_job_name="job-1")).refusal
    assert no is not None
    assert no.code == "ValidationException"
    assert no.sentence == "The request was rejected because the training job is in status Completed."


def test_two_runs_come_to_the_same_world() -> None:
    one, other = begun(), begun()
    pass_time(one, BEGAN + 3_600)
    for instant in range(BEGAN, BEGAN + 3_601, 100):
        pass_time(other, instant)
    assert one.digest() == other.digest()
