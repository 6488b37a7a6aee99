"""Meters and the bill by hand. A meter of 3,600 micro-dollars an hour runs up one micro-dollar a second."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlab.commands.ec2_network import CreateVpc
from cloudlab.engine.kernel import evolve
from cloudlab.engine.rules.ledger import bill, cost, cost_by_line, hourly_rate, overspent_at
from cloudlab.engine.simulation import Simulation
from cloudlab.model.events.billing import Charged, MeterStarted, MeterStopped
from cloudlab.model.events.run import RunEnded
from cloudlab.model.inputs import Given, Noted
from cloudlab.model.money import round_lines
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import HOUR, Seconds, at
from cloudlab.model.world import World
from tests.support import MORNING, open_simulation

SECOND = 3_600
"""Micro-dollars per hour that make one micro-dollar a second."""


def world() -> World:
    return open_simulation().world


def running(seconds: Seconds, minimum: Seconds = 0, step: Seconds = 1, rate: int = SECOND) -> World:
    started = evolve(world(), (MeterStarted("compute", "i-1", rate, minimum, step),))
    return started.at(MORNING + seconds)


def stopped(seconds: Seconds, minimum: Seconds = 0, step: Seconds = 1) -> World:
    return evolve(running(seconds, minimum, step), (MeterStopped("compute", "i-1"),))


@pytest.mark.parametrize(
    ("seconds", "minimum", "step", "micros"),
    [
        (0, 0, 1, 0),
        (10, 0, 1, 10),
        (0, 60, 1, 60),  # EC2: a minute at least, from the first instant
        (10, 60, 1, 60),
        (60, 60, 1, 60),
        (61, 60, 1, 61),
        (1, 0, 3_600, 3_600),  # by the started hour
        (3_600, 0, 3_600, 3_600),
        (3_601, 0, 3_600, 7_200),
    ],
)
def test_billed_time(seconds: Seconds, minimum: Seconds, step: Seconds, micros: int) -> None:
    assert cost(running(seconds, minimum, step)) == micros
    assert cost(stopped(seconds, minimum, step)) == micros
    assert cost(stopped(seconds, minimum, step).at(MORNING + 9 * HOUR)) == micros  # what stands still costs nothing


def test_each_start_has_its_own_minimum() -> None:
    once = stopped(10, minimum=60)
    again = evolve(once.at(MORNING + 100), (MeterStarted("compute", "i-1", SECOND, 60),))
    assert cost(again.at(MORNING + 110)) == 120
    assert cost(again.at(MORNING + 200)) == 160


def test_another_rate_from_now_on() -> None:
    cheap = running(100)
    dear = evolve(cheap, (MeterStarted("compute", "i-1", 2 * SECOND),))
    assert cost(dear.at(MORNING + 150)) == 200


def test_stopping_what_does_not_run_changes_nothing() -> None:
    assert evolve(world(), (MeterStopped("compute", "i-1"),)) == world()
    twice = stopped(10)
    assert evolve(twice.at(MORNING + 99), (MeterStopped("compute", "i-1"),)).digest() == twice.at(MORNING + 99).digest()


def test_nothing_is_lost_by_reading_in_between() -> None:
    """A third of a micro-dollar a second: read each second, or once."""
    meter = running(0, rate=1_200)
    assert [cost(meter.at(MORNING + s)) for s in range(7)] == [0, 0, 0, 1, 1, 1, 2]


def test_single_charges_add_up() -> None:
    charged = evolve(world(), (Charged("requests", "bucket", 5), Charged("requests", "bucket", 7)))
    assert [(e.line, e.resource, e.micros) for e in bill(charged)] == [("requests", "bucket", 12)]
    assert hourly_rate(charged) == 0


def test_the_hourly_rate_is_of_what_runs() -> None:
    two = evolve(running(10), (MeterStarted("storage", "i-1", 100), MeterStopped("compute", "i-1")))
    assert hourly_rate(two) == 100


def test_people_are_on_the_bill() -> None:
    simulation = open_simulation()
    simulation.submit(Given("i1", "ana", CreateVpc(cidr_block="10.0.0.0/16")))
    simulation.submit(Given("i2", "ben", CreateVpc(cidr_block="10.1.0.0/16")))
    simulation.advance(MORNING + HOUR)
    (line,) = bill(simulation.world)
    # ana a minute of 100 USD an hour, ben three: 1,666,666 and 5,000,000 micro-dollars
    assert (line.line, line.resource, line.micros) == ("people", "ec2:CreateVpc", 6_666_666)


METERS = st.lists(
    st.tuples(
        st.sampled_from(["compute", "storage", "endpoint"]),
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 5_000_000),
        st.integers(0, 40_000),
        st.integers(0, 60),
        st.sampled_from([1, 60, 3_600]),
    ),
    max_size=12,
)


@given(meters=METERS)
def test_lines_sum_to_the_cost_also_when_rounded_to_cents(meters: list[tuple[str, str, int, int, int, int]]) -> None:
    now = world()
    for line, resource, rate, wait, minimum, step in meters:
        now = evolve(now.at(now.now + wait), (MeterStarted(line, resource, rate, minimum, step),))
    now = now.at(now.now + 1_000)
    assert sum(e.micros for e in bill(now)) == cost(now) == sum(cost_by_line(now).values())
    amounts = list(cost_by_line(now).values())
    rounded = round_lines(amounts, 10_000)
    assert sum(rounded) == (cost(now) + 5_000) // 10_000 * 10_000
    assert all(abs(a - b) < 10_000 for a, b in zip(amounts, rounded, strict=True))


# the budget --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Strict:
    """Ends a run as soon as more is spent than there is."""

    def verdict(self, world: World, scenario: Scenario) -> tuple[str, str] | None:
        if cost(world) > scenario.budget_micros:
            return "lost", f"{cost(world)} of {scenario.budget_micros}"
        return ("won", "in time") if world.now >= scenario.ends else None


def spending(budget: int, rate: int = 1_000 * SECOND) -> Simulation:
    """Open a run in which a thousand micro-dollars a second run up from the start."""
    plain = open_simulation(budget_micros=budget, ends=at(1, "19:00"))
    simulation = Simulation(plain.scenario, plain.world, Strict())
    simulation._apply((MeterStarted("compute", "i-1", rate),), "test")
    return simulation


def ended(simulation: Simulation, steps: int = 1) -> tuple[Seconds, str, str]:
    for n in range(1, steps + 1):
        simulation.advance(MORNING + 10 * HOUR * n // steps)
    assert simulation.world.over is not None
    return simulation.now - MORNING, simulation.world.over, simulation.world.because


@pytest.mark.parametrize("steps", [1, 7, 600])
def test_an_overspent_budget_ends_the_run_at_its_instant(steps: int) -> None:
    assert ended(spending(4_999_999), steps) == (5_000, "lost", "5000000 of 4999999")
    assert ended(spending(5_000_000), steps) == (5_001, "lost", "5001000 of 5000000")


def test_a_budget_that_lasts_ends_nothing() -> None:
    assert ended(spending(36_000_000)) == (36_000, "won", "in time")


def test_the_instant_moves_with_the_rates() -> None:
    simulation = spending(5_000_000)
    simulation.advance(MORNING + 1_000)
    simulation._apply((MeterStarted("endpoint", "e", 3_000 * SECOND),), "test")
    assert ended(simulation) == (2_001, "lost", "5004000 of 5000000")  # 4 million left at 4,000 a second


def test_a_meter_stopped_in_time_saves_the_run() -> None:
    simulation = spending(5_000_000)
    simulation.advance(MORNING + 4_000)
    simulation._apply((MeterStopped("compute", "i-1"),), "test")
    assert ended(simulation)[1] == "won"


def test_a_note_at_any_instant_does_not_end_a_run_sooner() -> None:
    noted, plain = spending(5_000_000), spending(5_000_000)
    noted.advance(MORNING + 2_500)
    noted.submit(Noted("i1", "so far so good"))
    assert ended(noted) == ended(plain)


def test_the_end_itself_tells_the_loss_that_comes_with_it() -> None:
    happened = spending(1).advance(MORNING + HOUR).happenings
    assert [h.at - MORNING for h in happened if isinstance(h.event, RunEnded)] == [1]


def test_overspending_is_foreseen_only_between_now_and_the_end() -> None:
    meter = running(0)
    assert overspent_at(meter, 99, MORNING + HOUR) == MORNING + 100
    assert overspent_at(meter, 3_598, MORNING + HOUR) == MORNING + 3_599
    assert overspent_at(meter, 3_599, MORNING + HOUR) is None  # at the end itself the end judges
    assert overspent_at(meter, 3_600, MORNING + HOUR) is None
    assert overspent_at(meter.at(MORNING + 200), 99, MORNING + HOUR) is None  # it is so already
