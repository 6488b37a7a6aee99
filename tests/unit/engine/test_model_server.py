"""The hand-built road from data to answers: train on the machine, start the server, and how it answers in every state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudlab.commands.ec2_compute import RebootInstances
from cloudlab.commands.ssm import SendCommand
from cloudlab.engine.simulation import Simulation
from cloudlab.model.compute import Instance, Invocation, Software
from cloudlab.model.events.compute import SoftwareChanged
from cloudlab.model.identity import Role
from cloudlab.model.inputs import Learned
from cloudlab.model.network import SecurityGroup
from cloudlab.model.operations import Front, Handover, Serving
from cloudlab.model.scenario import Need, Traffic
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.training import Scored, TrainingFailed, TrainingSpec
from tests.support import card, lay_network, open_learning, pass_time, put_server, run

SPEC = TrainingSpec("xgboost", "tiny", ("train", "validation"), (("num_round", "100"), ("objective", "binary:logistic")), 7)
NEED = Need("answers", "Answers", "tiny", Traffic(10, (1000,) * 24))
SCORED = Scored(SPEC.digest(), "tiny", 4, bytes([0b11100100]))


def learning(**changes: Any) -> Simulation:
    simulation = lay_network(open_learning(**({"needs": (NEED,)} | changes)))
    put_server(simulation, software=Software(runtime=True))
    return simulation


def train(**changes: Any) -> SendCommand:
    parameters = {
        "Container": "xgboost",
        "HyperParameters": ["num_round=100", "objective=binary:logistic"],
        "Data": "s3://sagemaker-in/tiny/",
    } | changes
    return SendCommand.model_validate({"DocumentName": "cloudlab-TrainModel", "InstanceIds": ["i-1"], "Parameters": parameters})


def serve(name: str = "Start", **parameters: str) -> SendCommand:
    return SendCommand.model_validate({"DocumentName": f"cloudlab-{name}ModelServer", "InstanceIds": ["i-1"], "Parameters": parameters})


def last(simulation: Simulation) -> Invocation:
    return list(simulation.world.every(Invocation))[-1]


def server(simulation: Simulation) -> Instance:
    return simulation.world.get(Instance, "i-1")


def front(simulation: Simulation) -> Front:
    (found,) = simulation.world.get(Serving, "answers").segments[-1].fronts
    return found


def test_trained_by_the_very_same_spec_as_a_sagemaker_job() -> None:
    """A minute of copying, then 780,000 rows x 100 rounds at 600,000 a second on a t3.large: 130 s."""
    simulation = learning()
    run(simulation, "ben", train())
    sent = simulation.now
    (want,) = pass_time(simulation, sent + 60 + 129 + 1)
    assert (want.spec, want.dataset) == (SPEC, None)
    assert server(simulation).software.model == SPEC
    assert last(simulation).ended == sent + 190
    assert last(simulation).detail.startswith("Trained 100 rounds: validation:auc 0.9000.")


def test_the_clock_waits_for_the_real_result_at_the_instant_it_is_needed() -> None:
    simulation = learning()
    run(simulation, "ben", train())
    sent = simulation.now
    progress = simulation.advance(sent + 3_600)
    assert progress.waiting is not None
    assert simulation.now == sent + 190
    simulation.submit(Learned("f", TrainingFailed(SPEC.digest(), "AlgorithmError", "it broke")))
    assert simulation.advance(sent + 3_600).waiting is None
    assert (last(simulation).status, last(simulation).detail) == ("Failed", "AlgorithmError: it broke")


def test_early_stopping_asks_early_and_ends_when_the_rounds_say() -> None:
    """Ten rounds of patience: the fact is needed after 11 rounds (780,000 x 11 / 600,000 = 14.3, so 15 s); 40 rounds end after 52 s."""
    simulation = learning()
    run(simulation, "ben", train(HyperParameters=["num_round=100", "objective=binary:logistic", "early_stopping_rounds=10"]))
    sent = simulation.now
    simulation.advance(sent + 3_600)
    assert simulation.now == sent + 60 + 15
    pass_time(simulation, sent + 60 + 51, rounds=40)
    assert last(simulation).status == "InProgress"
    pass_time(simulation, sent + 60 + 52, rounds=40)
    assert last(simulation).status == "Success"


@pytest.mark.parametrize(
    ("kind", "key", "changes", "why"),
    [
        (Instance, "i-1", {"software": Software()}, "cloudlab-InstallRuntime"),
        (Instance, "i-1", {"disk": "full"}, "No space left on device"),
        (Role, "server", {"policies": ("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",)}, "AmazonS3ReadOnlyAccess"),
        (SecurityGroup, "sg-web", {"egress": ()}, "Could not connect to the endpoint of S3"),
        (StoredObject, "sagemaker-in/tiny/train.csv", {"size": 7 * 1_073_741_824}, "its largest volume has 6 GiB left"),
        (StoredObject, "sagemaker-in/tiny/train.csv", {"dataset": None}, "ClientError: the files of channel 'train'"),
    ],
)
def test_what_keeps_it_from_training(kind: type, key: str, changes: dict[str, Any], why: str) -> None:
    simulation = learning()
    run(simulation, "ben", train())
    simulation.world = simulation.world.change(kind, key, **changes)
    assert pass_time(simulation, simulation.now + 3_600) == []
    assert last(simulation).status == "Failed"
    assert why in last(simulation).detail


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"Data": "s3://nowhere/tiny/"}, "NoSuchBucket"),
        ({"Data": "s3://sagemaker-in/none/"}, "NoSuchKey"),
        ({"HyperParameters": ["objective=binary:logistic"]}, "ClientError: Missing required hyperparameter: num_round"),
        ({"HyperParameters": ["num_rounds=1", "num_round=1"]}, "ClientError: Extraneous hyperparameter found: num_rounds"),
        ({"Data": "s3://sagemaker-in/tiny/validation"}, "ClientError: Missing required channel: train"),
    ],
)
def test_what_the_container_objects_to(changes: dict[str, Any], why: str) -> None:
    simulation = learning()
    run(simulation, "ben", train(**changes))
    assert pass_time(simulation, simulation.now + 3_600) == []
    assert last(simulation).detail.startswith(why)


def test_too_little_memory_fails_after_loading() -> None:
    """4 GB of text are three times that in memory: 11,445 MiB and 600 for the system, of 8,192."""
    simulation = learning(cards={"tiny": card(represented_bytes=4_000_000_000)})
    run(simulation, "ben", train())
    assert pass_time(simulation, simulation.now + 3_600) == []
    assert "out of memory: xgboost needs 12,045 MiB" in last(simulation).detail


def served() -> Simulation:
    simulation = learning()
    simulation.world = simulation.world.change(Instance, "i-1", software=Software(runtime=True, model=SPEC)).with_fact(
        f"scored/{SPEC.digest()}/tiny", SCORED
    )
    run(simulation, "ana", serve())
    simulation.advance(simulation.now + 30)
    return simulation


def test_starting_the_server_needs_the_real_answers_and_hands_the_address_over() -> None:
    simulation = learning()
    simulation.world = simulation.world.change(Instance, "i-1", software=Software(runtime=True, model=SPEC))
    run(simulation, "ana", serve())
    started = simulation.now
    simulation.advance(started + 29)
    assert not simulation.world.table(Handover)
    (want,) = pass_time(simulation, started + 30)
    assert (want.spec, want.dataset) == (SPEC, "tiny")
    assert server(simulation).software.server_port == 443
    assert [(h.need, h.resource, h.at) for h in simulation.world.every(Handover)] == [("answers", "i-1", started + 30)]
    assert front(simulation) == Front("i-1", 1_800, SPEC)  # t3.large: two vCPUs at 30 %, 3,000 answers a minute each


@pytest.mark.parametrize(("software", "why"), [(Software(), "InstallRuntime"), (Software(runtime=True), "TrainModel")])
def test_starting_the_server_too_early(software: Software, why: str) -> None:
    simulation = learning()
    simulation.world = simulation.world.change(Instance, "i-1", software=software)
    run(simulation, "ana", serve())
    simulation.advance(simulation.now + 30)
    assert last(simulation).status == "Failed"
    assert why in last(simulation).detail
    assert not simulation.world.table(Handover)


@pytest.mark.parametrize(
    ("changes", "cause", "why"),
    [
        ({"state": "stopped", "public_ip": None, "booted": None}, "timeout", "it is stopped"),
        ({"checks": "failed"}, "timeout", "status check has failed"),
        ({"disk": "full"}, "error", "the disk is full"),
        ({"compromised": True}, "error", "somebody else controls"),
        ({"groups": ("sg-default",)}, "timeout", "no rule lets tcp/443 in"),
        ({"software": Software(runtime=True, model=SPEC)}, "refused", "nothing listens on tcp/443"),
        (
            {"software": Software(runtime=True, serving=replace(SPEC, dataset="other"), server_port=443)},
            "error",
            "no model of tiny is loaded",
        ),
        ({"state": "terminated"}, "timeout", "no such instance"),
    ],
)
def test_how_it_answers_when_something_is_wrong(changes: dict[str, Any], cause: str, why: str) -> None:
    simulation = served()
    simulation.world = simulation.world.change(Instance, "i-1", **changes)
    simulation._apply((SoftwareChanged("i-1", server(simulation).software),), "test")  # any event on it makes the engine look again
    assert front(simulation).cause == cause
    assert why in front(simulation).reason


def test_a_reboot_interrupts_for_a_minute_and_the_server_comes_back_by_itself() -> None:
    simulation = served()
    run(simulation, "ana", RebootInstances(instance_ids=("i-1",)))
    rebooted = simulation.now
    assert (front(simulation).cause, front(simulation).model) == ("timeout", SPEC)
    simulation.advance(rebooted + 59)
    assert front(simulation).cause == "timeout"
    simulation.advance(rebooted + 60)
    assert front(simulation) == Front("i-1", 1_800, SPEC)


def test_a_newer_model_waits_for_the_next_start_of_the_server() -> None:
    simulation = served()
    run(simulation, "ben", train(HyperParameters=["num_round=50", "objective=binary:logistic"]))
    pass_time(simulation, simulation.now + 3_600)
    assert server(simulation).software.model != SPEC
    assert front(simulation).model == SPEC
    run(simulation, "ana", serve())
    pass_time(simulation, simulation.now + 3_600)
    assert front(simulation).model == server(simulation).software.model


def test_stopping_the_server_takes_its_address_back() -> None:
    simulation = served()
    run(simulation, "ana", serve("Stop"))
    simulation.advance(simulation.now + 10)
    assert not simulation.world.table(Handover)
    assert simulation.world.get(Serving, "answers").segments[-1].fronts == ()
    assert server(simulation).software.server_port is None
    assert simulation.world.table(Bucket)
