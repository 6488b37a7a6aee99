"""The plots' and the money's slices, by hand: 60 requests a minute from 09:00 on, an address that answers up to 120."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudlab.engine.rules import ledger
from cloudlab.engine.simulation import Happening
from cloudlab.lab.plain_plots import money_text, plots_text
from cloudlab.lab.view.money import money
from cloudlab.lab.view.series import SeriesBuilder, instants
from cloudlab.lab.view.slices import Chart
from cloudlab.lab.view.trainings import what_helps
from cloudlab.model.events.billing import Charged, MeterStarted, MeterStopped
from cloudlab.model.operations import Front, Meter, Segment, Serving
from cloudlab.model.scenario import Need, Slo, Traffic
from cloudlab.model.time import HOUR, at
from cloudlab.model.training import Payoff, Scored, TrainingSpec
from cloudlab.model.world import World, fact_key
from tests.runs import perform, start
from tests.small_level import small_level
from tests.support import MORNING, card, open_simulation

SPEC = TrainingSpec("xgboost", "tiny", ("train",), (), 7)
SCORED = Scored(SPEC.digest(), "tiny", 1, bytes([3]))  # every answer a true positive
NEED = Need("answers", "Answers", "tiny", Traffic(60, (1000,) * 24, noise=0))
GOOD = Front("gone", 120, SPEC)
BROKEN = Front("gone", 0, SPEC, "timeout", "security group")
ENDS = at(1, "19:00")


def served(*segments: tuple[int, tuple[Front, ...]]) -> Any:
    """Open ten hours from 09:00 on: 60 requests a minute, each answer worth 100 micro-dollars; 1 % may fail."""
    simulation = open_simulation(
        1,
        needs=(NEED,),
        ends=ENDS,
        cards={"tiny": card(payoff=Payoff(0, 0, 0, 100), reference_micros=40)},
        slo=Slo(990_000, at(1, "11:00")),
    )
    history = (Segment(MORNING, ()), *(Segment(since, fronts) for since, fronts in segments))
    simulation.world = simulation.world.put(Serving("answers", history)).with_fact(fact_key(SCORED), SCORED)
    return simulation


def over(world: World) -> World:
    """Once a run is over nothing is kept from the team: what they know is what is so."""
    return replace(world, over="won")


def chart(of: Any, name: str, instant: int, history: list[Happening] | None = None) -> Chart:
    series = SeriesBuilder(of.scenario).build(over(of.world.at(instant)), history or [])
    return next(c for c in series.charts if c.id == name)


def points(of: Chart) -> dict[str, tuple[tuple[int, int | None], ...]]:
    return {c.name: c.points for c in of.curves}


def test_each_point_tells_of_the_hour_that_ends_there() -> None:
    simulation = served((at(1, "10:00"), (GOOD,)), (at(1, "11:30"), (BROKEN,)))
    assert points(chart(simulation, "rates", at(1, "12:37"))) == {
        "in time": ((at(1, "10:00"), 0), (at(1, "11:00"), 60), (at(1, "12:00"), 30), (at(1, "12:30"), 0)),
        "slow": ((at(1, "10:00"), 0), (at(1, "11:00"), 0), (at(1, "12:00"), 0), (at(1, "12:30"), 0)),
        "failed": ((at(1, "10:00"), 60), (at(1, "11:00"), 0), (at(1, "12:00"), 30), (at(1, "12:30"), 60)),
    }


def test_who_does_not_answer_has_no_latency() -> None:
    simulation = served((at(1, "10:00"), (GOOD,)), (at(1, "11:30"), (BROKEN,)))
    busy = points(chart(simulation, "busy", at(1, "12:00")))
    assert busy == {"busy": ((at(1, "10:00"), 500), (at(1, "11:00"), 500), (at(1, "12:00"), None))}  # 60 of 120
    latency = dict(points(chart(simulation, "latency", at(1, "12:00")))["latency"])
    assert latency[at(1, "12:00")] is None
    assert isinstance(latency[at(1, "11:00")], int)


def test_the_value_adds_up() -> None:
    simulation = served((at(1, "10:00"), (GOOD,)))
    value = points(chart(simulation, "value", at(1, "12:00")))["value"]
    assert value == ((MORNING, 0), (at(1, "10:00"), 0), (at(1, "11:00"), 360_000), (at(1, "12:00"), 720_000))  # 3,600 answers an hour


def test_the_error_budget_shrinks_from_when_it_counts() -> None:
    """Eight hours of 3,600 requests count, 288 of them may fail; two minutes of 60 are 120, fifteen are 900."""
    simulation = served((at(1, "10:00"), (GOOD,)), (at(1, "12:58"), (BROKEN,)))
    assert points(chart(simulation, "budget", at(1, "11:00")))["budget left"] == ()
    left = points(chart(simulation, "budget", at(1, "13:15")))["budget left"]
    assert left == ((at(1, "11:00"), 1_000_000), (at(1, "12:00"), 1_000_000), (at(1, "13:00"), 583_333), (at(1, "13:15"), -2_541_667))


def test_money_is_folded_from_what_was_billed() -> None:
    """36 cents an hour from 09:30 to 11:30, and a charge of a dollar at 10:00 sharp."""
    simulation = served()
    history = [
        Happening(at(1, "09:30"), MeterStarted("compute", "i-1", 360_000)),
        Happening(at(1, "10:00"), Charged("requests", "b", 1_000_000)),
        Happening(at(1, "11:30"), MeterStopped("compute", "i-1")),
    ]
    spent = points(chart(simulation, "money", at(1, "12:15"), history))
    assert spent["cloud"] == (
        (MORNING, 0),
        (at(1, "10:00"), 1_180_000),
        (at(1, "11:00"), 1_540_000),
        (at(1, "12:00"), 1_720_000),
        (at(1, "12:15"), 1_720_000),
    )
    assert spent["together"] == spent["cloud"]
    assert {value for _, value in spent["people"]} == {0}


def test_hours_end_on_the_clock() -> None:
    assert instants(at(1, "09:20"), at(1, "11:00")) == [at(1, "10:00"), at(1, "11:00")]
    assert instants(at(1, "09:00"), at(1, "10:15")) == [at(1, "10:00"), at(1, "10:15")]
    assert instants(at(1, "09:00"), at(1, "09:00")) == []


def test_an_unchanged_series_is_the_same_one() -> None:
    simulation = served((at(1, "10:00"), (GOOD,)))
    builder = SeriesBuilder(simulation.scenario)
    first = builder.build(over(simulation.world.at(at(1, "10:01"))), [])
    assert builder.build(over(simulation.world.at(at(1, "10:14"))), []) is first
    assert builder.build(over(simulation.world.at(at(1, "10:15"))), []) is not first


def test_nothing_later_than_the_last_look_is_drawn() -> None:
    """Nobody watches the address, so its traffic is known until the run's start only."""
    simulation = served((MORNING, (GOOD,)))
    series = SeriesBuilder(simulation.scenario).build(simulation.world.at(at(1, "12:00")), [])
    rates = next(c for c in series.charts if c.id == "rates")
    assert rates.as_of is None


@pytest.mark.parametrize("now", [at(1, "09:59"), at(1, "12:34"), at(1, "18:01")])
async def test_money_adds_up_to_the_cent(tmp_path: Any, now: int) -> None:
    session = start(small_level(tmp_path), tmp_path)
    await perform(session, "ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc\nec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24")
    world = session.world
    rates = (20_833, 5_001, 133_337)
    for i, rate in enumerate(rates):
        world = world.put(Meter(f"compute:i-{i}", "compute", f"i-{i}", rate, world.now))
    world = world.at(max(now, world.now))
    told = money(world, session.level.scenario, session.history)
    exact = ledger.cost(world)
    assert told.total_micros % 10_000 == 0
    assert abs(told.total_micros - exact) <= 5_000
    assert sum(micros for _, micros in told.lines) == told.total_micros
    assert sum(s.micros for s in told.resources) + sum(h.micros for h in told.hours) == told.total_micros
    assert {h.task: h.times for h in told.hours} == {"ec2:CreateVpc": 1, "ec2:CreateSubnet": 1}
    assert told.hourly_micros == 159_171
    assert abs(told.projected_micros - exact - 159_171 * (told.ends - world.now) // HOUR) <= len(rates)
    assert "by whose hours:" in money_text(told)


def test_a_rewind_takes_back_what_was_billed() -> None:
    simulation = served()
    builder = SeriesBuilder(simulation.scenario)
    history = [Happening(at(1, "09:30"), MeterStarted("compute", "i-1", 360_000))]
    builder.build(over(simulation.world.at(at(1, "11:00"))), history)
    after = builder.build(over(simulation.world.at(at(1, "10:00"))), [])
    assert points(next(c for c in after.charts if c.id == "money"))["cloud"] == ((MORNING, 0), (at(1, "10:00"), 0))


def test_plots_can_be_read() -> None:
    simulation = served((at(1, "10:00"), (GOOD,)))
    series = SeriesBuilder(simulation.scenario).build(over(simulation.world.at(at(1, "12:00"))), [])
    assert plots_text(series, "rates").splitlines() == [
        "rates of answers: requests a minute, as of day 1 12:00",
        "  day 1 10:00: in time 0, slow 0, failed 60",
        "  day 1 11:00: in time 60, slow 0, failed 0",
        "  day 1 12:00: in time 60, slow 0, failed 0",
    ]
    assert plots_text(series, "nothing").startswith("There is no plot called 'nothing'. Plots: rates, latency, busy")
    assert "On the time axis:" in plots_text(series)


def test_what_helps_follows_the_reason() -> None:
    assert "s3api list-objects-v2" in what_helps("ClientError: Data download failed: no object under s3://b/x")
    assert what_helps("AlgorithmError: training diverged: the loss grows without end") == "Make learning_rate smaller."
    assert what_helps("") == ""
