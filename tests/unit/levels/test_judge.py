"""The judge: hints in their order and by road, verdicts at their instant, objectives by what the team knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cloudlab.engine.simulation import Simulation
from cloudlab.levels.judge import LevelReferee, known_objectives, known_to_hold, next_hint, objectives
from cloudlab.levels.loader import Level
from cloudlab.model.compute import Instance, Software
from cloudlab.model.events.billing import MeterStarted
from cloudlab.model.events.run import RunEnded
from cloudlab.model.identity import Role
from cloudlab.model.learning import TrainingJob
from cloudlab.model.network import Vpc
from cloudlab.model.operations import Front, Handover, Segment, Serving, Sighting
from cloudlab.model.storage import StoredObject
from cloudlab.model.time import HOUR, at
from cloudlab.model.training import TrainingSpec
from cloudlab.model.world import fact_key
from tests.small_level import scored, small_level, trained
from tests.support import lay_network, put_server

NINE = at(1, "09:00")
ENDS = at(2, "18:00")
SPEC = TrainingSpec("xgboost", "churn", ("train",), (), 0)


@pytest.fixture
def level(tmp_path: Path) -> Level:
    return small_level(tmp_path)


def opened(level: Level) -> Simulation:
    return Simulation.open(level.scenario, 1, LevelReferee(level.file))


def put(simulation: Simulation, *records: Any) -> Simulation:
    simulation.world = simulation.world.put(*records)
    return simulation


def answering(simulation: Simulation, since: int = NINE) -> Simulation:
    segments = (Segment(NINE, ()), Segment(since, (Front("i-1", 500, SPEC),)))
    simulation.world = simulation.world.put(Serving("scores", segments if since > NINE else segments[1:]))
    simulation.world = simulation.world.with_fact(fact_key(scored(SPEC)), scored(SPEC))
    return simulation


# verdicts ----------------------------------------------------------------------------------------------------------------


def end(simulation: Simulation) -> tuple[int, str, str]:
    """Let all time pass; return when, how and why it ended."""
    (ended,) = [h for h in simulation.advance(ENDS + HOUR).happenings if isinstance(h.event, RunEnded)]
    assert isinstance(ended.event, RunEnded)
    assert (simulation.now, simulation.world.over, simulation.world.because) == (ended.at, ended.event.outcome, ended.event.because)
    return ended.at, ended.event.outcome, ended.event.because


def test_nothing_done_is_lost_at_the_bell(level: Level) -> None:
    when, outcome, because = end(opened(level))
    assert (when, outcome) == (ENDS, "lost")
    # 30 hours of 3,600 requests count
    assert because == "0 of 108,000 requests answered (0.00 %); 108,000 failed: no address; nothing runs that could be reached"


def test_won_is_judged_at_the_bell(level: Level) -> None:
    simulation = answering(opened(level))
    simulation.advance(ENDS - 1)
    assert simulation.world.over is None
    assert end(simulation) == (ENDS, "won", "108,000 of 108,000 requests answered (100.00 %)")


def test_a_loss_ends_the_run_at_its_instant(level: Level) -> None:
    simulation = lay_network(answering(opened(level)))
    put_server(simulation, compromised=True)
    simulation.world = simulation.world.schedule(at(1, "13:37"), "end", "a bell of no meaning")
    assert end(simulation) == (at(1, "13:37"), "lost", "i-1 was taken over")


def test_an_overspent_budget_ends_the_run_between_two_events(level: Level) -> None:
    simulation = answering(opened(level))
    simulation._apply((MeterStarted("endpoint", "e", 100_000_000),), "test")  # 100 USD an hour against 500
    # 100 USD an hour are 27,777.7 micro-dollars a second: 18,000 s make 500 USD, the next second is too much
    assert end(simulation) == (NINE + 18_001, "lost", "$500.03 spent, the budget was $500.00")


# hints -------------------------------------------------------------------------------------------------------------------


def hint(simulation: Simulation, level: Level, road: str = "any") -> str | None:
    found = next_hint(level.file, simulation.world, level.scenario, road)
    return f"{found[0]} {found[2]}" if found is not None else None


def test_hints_come_in_order_each_with_what_is_wrong(level: Level) -> None:
    simulation = opened(level)
    assert hint(simulation, level) == "0 Data first: no bucket holds the train part of 'churn'."
    put(simulation, StoredObject("b/t", "b", "t", 1, NINE, "churn", "train"))
    assert hint(simulation, level) == "1 Choose a road: neither road is begun."


def test_hints_of_a_road_are_for_who_is_on_it(level: Level) -> None:
    stored = StoredObject("b/t", "b", "t", 1, NINE, "churn", "train")
    by_hand = put(opened(level), stored, Vpc("vpc-1", "10.0.0.0/16"))
    assert hint(by_hand, level) == "2 No way out: the VPC has no subnet."
    assert hint(by_hand, level, road="managed") == "3 Train: no training has completed."
    managed = put(opened(level), stored, Role("sm", ("sagemaker.amazonaws.com",), NINE))
    assert hint(managed, level) == "3 Train: no training has completed."
    both = put(managed, Vpc("vpc-1", "10.0.0.0/16"))
    assert hint(both, level) == "2 No way out: the VPC has no subnet."


def test_where_all_is_well_there_is_no_hint(level: Level) -> None:
    job = TrainingJob("j", "sm", "", "xgboost", "ml.m5.large", 1, 1, 1, "", (), (), NINE, "Completed", spec=SPEC)
    simulation = put(
        opened(level), StoredObject("b/t", "b", "t", 1, NINE, "churn", "train"), Role("sm", ("sagemaker.amazonaws.com",), NINE)
    )
    put(simulation, job)
    simulation.world = simulation.world.with_fact(fact_key(trained(SPEC)), trained(SPEC))
    assert hint(simulation, level) is None


def test_a_hint_keeps_to_what_the_team_knows(level: Level) -> None:
    one = level.file.hints[0].model_copy(update={"unless": {"watched": {}, "exists": {"kind": "instance"}}})
    file = level.file.model_copy(update={"hints": (one,)})
    simulation = lay_network(opened(level))
    server = put_server(simulation, software=Software(monitoring=False))
    put(simulation, Sighting("i-1", NINE, replace(server, software=Software(monitoring=True))))
    assert next_hint(file, simulation.world, level.scenario) is None  # as far as anybody knows, it is watched


# objectives --------------------------------------------------------------------------------------------------------------


def test_objectives_show_their_evidence(level: Level) -> None:
    simulation = lay_network(opened(level))
    assert [(j.objective.id, j.finding.ok, j.finding.evidence) for j in objectives(level.file, simulation.world, level.scenario)] == [
        ("vpc", True, "vpc-1"),
        ("value", False, "no full hour yet in which 95 % of the requests got answers worth half the reference"),
    ]


def test_the_team_sees_figures_as_of_its_last_look(level: Level) -> None:
    simulation = lay_network(answering(opened(level)))
    server = put_server(simulation, software=Software(model=SPEC, serving=SPEC, server_port=443))
    put(simulation, Handover("scores:i-1", "scores", "i-1", NINE), Sighting("i-1", at(1, "10:30"), server))
    simulation.world = simulation.world.at(at(1, "15:00"))
    when = {"answered": {"need": "scores", "share": 0.5, "since_slo": False}}
    found = known_to_hold(when, simulation.world, level.scenario)
    assert found.evidence == "5,400 of 5,400 requests answered (100.00 %) (as of day 1 10:30)"
    put(simulation, Sighting("i-1", at(1, "15:00"), server))
    assert known_to_hold(when, simulation.world, level.scenario).evidence == "21,600 of 21,600 requests answered (100.00 %)"


def test_an_outage_nobody_noticed_changes_no_objective(level: Level) -> None:
    file = level.file.model_copy(
        update={"objectives": (level.file.objectives[0].model_copy(update={"when": {"reachable": {"need": "scores"}}}),)}
    )
    simulation = lay_network(opened(level))
    server = put_server(simulation, software=Software(model=SPEC, serving=SPEC, server_port=443))
    put(simulation, Handover("scores:i-1", "scores", "i-1", NINE), Sighting("i-1", NINE, server))
    assert [j.finding.ok for j in known_objectives(file, simulation.world, level.scenario)] == [True]
    simulation.world = simulation.world.change(Instance, "i-1", checks="failed", booted=None)
    assert [j.finding.ok for j in objectives(file, simulation.world, level.scenario)] == [False]
    assert [j.finding.ok for j in known_objectives(file, simulation.world, level.scenario)] == [True]
