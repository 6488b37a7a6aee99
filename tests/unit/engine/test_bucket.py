"""Buckets: names, files, money, and every way S3 says no."""

from __future__ import annotations

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.s3 import BucketConfiguration, CreateBucket, DeleteBucket, DeleteObject, ListBuckets, ListObjectsV2, PutObject
from cloudlab.engine.rules.ledger import cost_by_line
from cloudlab.engine.simulation import Simulation
from cloudlab.model.operations import Meter
from cloudlab.model.scenario import ObjectFile
from cloudlab.model.storage import Bucket, StoredObject
from tests.support import open_simulation, run

GIB = 1_073_741_824
FILES = (
    ObjectFile("tiny/train.csv", "tiny", "train", 4 * GIB),
    ObjectFile("tiny/validation.csv", "tiny", "validation", GIB),
    ObjectFile("huge.csv", "tiny", "train", 6 * GIB),
)


@pytest.fixture
def simulation() -> Simulation:
    return open_simulation(files=FILES)


def code(simulation: Simulation, command: Command) -> str | None:
    refusal = run(simulation, "ben", command).refusal
    if refusal is not None:
        assert refusal.accepted
    return refusal.code if refusal is not None else None


@pytest.mark.parametrize(
    "name", ["ab", "x" * 64, "Upper", "under_score", "-dash", "dash-", "two..dots", "192.168.5.4", "xn--x", "a-s3alias"]
)
def test_names_s3_does_not_take(simulation: Simulation, name: str) -> None:
    assert code(simulation, CreateBucket(bucket=name)) == "InvalidBucketName"


@pytest.mark.parametrize("name", ["harbour-churn", "a.b.c", "123", "x" * 63])
def test_names_s3_takes(simulation: Simulation, name: str) -> None:
    assert code(simulation, CreateBucket(bucket=name)) is None
    assert simulation.world.get(Bucket, name).block_public


def test_other_ways_to_be_refused_a_bucket(simulation: Simulation) -> None:
    assert code(simulation, CreateBucket(bucket="test")) == "BucketAlreadyExists"
    abroad = CreateBucket(bucket="harbour-churn", create_bucket_configuration=BucketConfiguration(location_constraint="eu-west-1"))
    assert code(simulation, abroad) == "IllegalLocationConstraintException"
    at_home = CreateBucket(bucket="harbour-churn", create_bucket_configuration=BucketConfiguration(location_constraint="us-east-1"))
    assert code(simulation, at_home) == "InvalidLocationConstraint"


def test_ones_own_bucket_again_is_no_error_in_us_east_1(simulation: Simulation) -> None:
    assert code(simulation, CreateBucket(bucket="harbour-churn")) is None
    created = simulation.world.get(Bucket, "harbour-churn")
    assert code(simulation, CreateBucket(bucket="harbour-churn")) is None
    assert simulation.world.get(Bucket, "harbour-churn") is created
    run(simulation, "ben", ListBuckets())
    assert [b["Name"] for b in list(simulation.answers.values())[-1]["Buckets"]] == ["harbour-churn"]


def test_an_object_is_one_of_the_levels_files(simulation: Simulation) -> None:
    put = PutObject(bucket="harbour-churn", key="in/train.csv", body="tiny/train.csv")
    assert code(simulation, put) == "NoSuchBucket"
    run(simulation, "ben", CreateBucket(bucket="harbour-churn"))
    assert code(simulation, PutObject(bucket="harbour-churn", key="k", body="/etc/passwd")) == "ParamValidation"
    assert code(simulation, PutObject(bucket="harbour-churn", key="k", body="huge.csv")) == "EntityTooLarge"
    assert code(simulation, PutObject(bucket="harbour-churn", key="k" * 1025, body="tiny/train.csv")) == "KeyTooLongError"
    assert code(simulation, put) is None
    stored = simulation.world.get(StoredObject, "harbour-churn/in/train.csv")
    assert (stored.dataset, stored.channel, stored.size) == ("tiny", "train", 4 * GIB)
    run(simulation, "ben", ListObjectsV2(bucket="harbour-churn", prefix="in/"))
    assert [c["Key"] for c in list(simulation.answers.values())[-1]["Contents"]] == ["in/train.csv"]


def test_what_it_costs(simulation: Simulation) -> None:
    """4 GiB x 23,000 / 730 h = 126.03 micro-dollars per hour, 5 GiB 157.5, rounded 158; a PUT or LIST is 5,000 / 1,000 = 5."""
    run(simulation, "ben", CreateBucket(bucket="harbour-churn"))
    run(simulation, "ben", PutObject(bucket="harbour-churn", key="train.csv", body="file://tiny/train.csv"))
    stored = simulation.now
    assert simulation.world.get(Meter, "storage:harbour-churn").rate == 126
    simulation.advance(stored + 36_000)
    assert cost_by_line(simulation.world)["storage"] == 1_260
    assert cost_by_line(simulation.world)["requests"] == 5
    run(simulation, "ben", PutObject(bucket="harbour-churn", key="validation.csv", body="tiny/validation.csv"))
    assert simulation.world.get(Meter, "storage:harbour-churn").rate == 158
    run(simulation, "ben", PutObject(bucket="harbour-churn", key="validation.csv", body="tiny/validation.csv"))
    assert simulation.world.get(Meter, "storage:harbour-churn").rate == 158  # replaced, not doubled
    run(simulation, "ben", ListObjectsV2(bucket="harbour-churn"))
    assert cost_by_line(simulation.world)["requests"] == 20


def test_only_an_empty_bucket_is_deleted(simulation: Simulation) -> None:
    run(simulation, "ben", CreateBucket(bucket="harbour-churn"))
    run(simulation, "ben", PutObject(bucket="harbour-churn", key="train.csv", body="tiny/train.csv"))
    assert code(simulation, DeleteBucket(bucket="harbour-churn")) == "BucketNotEmpty"
    assert code(simulation, DeleteObject(bucket="harbour-churn", key="nothing")) is None
    assert code(simulation, DeleteObject(bucket="harbour-churn", key="train.csv")) is None
    assert simulation.world.get(Meter, "storage:harbour-churn").since is None
    assert code(simulation, DeleteBucket(bucket="harbour-churn")) is None
    assert code(simulation, DeleteBucket(bucket="harbour-churn")) == "NoSuchBucket"


def test_the_preview_tells_what_keeping_costs(simulation: Simulation) -> None:
    preview = simulation.preview("ben", PutObject(bucket="harbour-churn", key="k", body="tiny/train.csv"))
    assert [(c.line, c.micros, c.per) for c in preview.charges] == [("requests", 5, "once"), ("storage", 126, "hour")]
