"""An endpoint loses a machine: nobody is paged, AWS replaces it, and a second machine is what makes that painless."""

from __future__ import annotations

import pytest

from cloudlab.engine.simulation import Simulation
from cloudlab.model.learning import Endpoint, TrainingJob, Variant
from cloudlab.model.operations import Handover, Incident, Serving
from cloudlab.model.scenario import Need, Planned, Traffic
from cloudlab.model.training import Scored, TrainingSpec
from tests.support import MORNING, XGBOOST, open_learning

SPEC = TrainingSpec("xgboost", "tiny", ("train",), (("num_round", "100"),), 7)
NEED = Need("answers", "Answers", "tiny", Traffic(10, (1000,) * 24))
STRIKES = MORNING + 600


def serving(count: int) -> Simulation:
    planned = Planned("loss", "endpoint-instance-replaced", STRIKES, STRIKES, "first")
    simulation = open_learning(needs=(NEED,), incidents=(planned,))
    variants = (Variant("AllTraffic", "m", "ml.m5.large", count, 1000),)
    simulation.world = simulation.world.put(
        Endpoint("e", "c", "InService", MORNING, variants, SPEC), Handover("answers:e", "answers", "e", MORNING)
    ).with_fact(f"scored/{SPEC.digest()}/tiny", Scored(SPEC.digest(), "tiny", 4, bytes([0b11100100])))
    return simulation


def front(simulation: Simulation) -> tuple[int, str | None]:
    (found,) = simulation.world.get(Serving, "answers").segments[-1].fronts
    return found.capacity, found.cause


@pytest.mark.parametrize(("count", "meanwhile"), [(1, (0, "error")), (2, (6_000, None)), (3, (12_000, None))])
def test_it_is_replaced_in_five_minutes_by_nobody_of_the_team(count: int, meanwhile: tuple[int, str | None]) -> None:
    simulation = serving(count)
    simulation.advance(STRIKES)
    incident = simulation.world.get(Incident, "loss")
    assert (incident.resource, incident.duty, incident.holder, incident.due) == ("e", "failover", "provider", None)
    assert front(simulation) == meanwhile
    simulation.advance(STRIKES + 60)
    assert simulation.world.get(Incident, "loss").detected == STRIKES + 60
    simulation.advance(STRIKES + 299)
    assert front(simulation) == meanwhile
    simulation.advance(STRIKES + 300)
    over = simulation.world.get(Incident, "loss")
    assert (over.resolved, over.resolution, over.failed) == (STRIKES + 300, "AWS put another instance in its place", False)
    assert front(simulation) == (6_000 * count, None)
    assert simulation.world.get(Endpoint, "e").lost == 0


def test_without_an_endpoint_it_strikes_nothing() -> None:
    simulation = serving(1)
    simulation.world = simulation.world.drop(Endpoint, "e")
    simulation.advance(STRIKES + 600)
    missed = simulation.world.get(Incident, "loss")
    assert (missed.resource, missed.is_open) == (None, False)


def test_it_is_over_when_the_endpoint_is_gone() -> None:
    simulation = serving(1)
    simulation.advance(STRIKES)
    simulation.world = simulation.world.change(Endpoint, "e", status="Deleting")
    simulation.advance(STRIKES + 60)  # the news of it is the next thing that happens
    assert simulation.world.get(Incident, "loss").resolution == "the endpoint was deleted"
    simulation.advance(STRIKES + 600)
    assert simulation.world.get(Endpoint, "e").lost == 1


def test_a_training_job_of_the_same_name_takes_no_blame() -> None:
    simulation = serving(1)
    job = TrainingJob("e", "", XGBOOST, "xgboost", "ml.m5.large", 1, 10, 60, "s3://x", (), (), MORNING, status="Completed")
    simulation.world = simulation.world.put(job)
    simulation.advance(STRIKES)
    assert simulation.world.get(Incident, "loss").holder == "provider"
