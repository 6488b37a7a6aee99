"""Traffic by hand: 60 requests a minute, a stream of five rows worth 100, 0, -100, 0 and 100 micro-dollars."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlab.engine.dice import mix, roll
from cloudlab.engine.rules import settling, traffic
from cloudlab.engine.rules.arrivals import Arrivals, arrivals
from cloudlab.engine.rules.settling import Tally, latency_at, worth
from cloudlab.engine.rules.traffic import busiest, by_hour, condition, tally, time_to_value
from cloudlab.engine.simulation import Simulation
from cloudlab.model.operations import Front, Segment, Serving
from cloudlab.model.scenario import Need, Scenario, Slo, Traffic
from cloudlab.model.time import HOUR, MINUTE, Calendar, Seconds, at
from cloudlab.model.training import DataCard, Payoff, Scored, TrainingSpec
from cloudlab.model.world import World, fact_key
from tests.support import MORNING, card, open_simulation

SPEC = TrainingSpec("xgboost", "tiny", ("train",), (), 7)
# rows: true positive 3, true negative 0, false positive 1, false negative 2, true positive 3; two bits each, the first lowest:
# 3 + 0 * 4 + 1 * 16 + 2 * 64 = 147, then 3
SCORED = Scored(SPEC.digest(), "tiny", 5, bytes([147, 3]))
PAYOFF = Payoff(true_negative=0, false_positive=-100, false_negative=0, true_positive=100)
STEADY = Traffic(60, (1000,) * 24, noise=0)
NEED = Need("answers", "Answers", "tiny", STEADY)
ENDS = at(1, "19:00")


def tiny(**changes: Any) -> DataCard:
    return card(payoff=PAYOFF, **({"reference_micros": 40} | changes))


def front(name: str = "i-1", capacity: int = 60, cause: str | None = None, reason: str = "") -> Front:
    return Front(name, capacity, SPEC, cause, reason)


def served(*segments: tuple[Seconds, tuple[Front, ...]], seed: int = 1, **changes: Any) -> Simulation:
    """Open ten hours from 09:00 on that were served as the segments say; before the first, callers have no address."""
    frame = {"needs": (NEED,), "ends": ENDS, "cards": {"tiny": tiny()}, "slo": Slo(990_000, MORNING)} | changes
    simulation = open_simulation(seed, **frame)
    history = (Segment(simulation.scenario.starts, ()), *(Segment(since, fronts) for since, fronts in segments))
    history = history[1:] if len(history) > 1 and history[1].since == history[0].since else history
    simulation.world = simulation.world.put(Serving("answers", history)).with_fact(fact_key(SCORED), SCORED)
    return simulation


def minute(*fronts: Front, start: Seconds = MORNING) -> Tally:
    simulation = served((MORNING, fronts))
    return tally(simulation.world, simulation.scenario, NEED, start, start + MINUTE)


def at_instant(simulation: Simulation, instant: Seconds) -> tuple[World, Scenario]:
    return simulation.world.at(instant), simulation.scenario


# arrivals ----------------------------------------------------------------------------------------------------------------


def test_a_profile_is_base_times_hour_times_weekday() -> None:
    hours = tuple(500 if h == 9 else 1000 for h in range(24))
    week = (1000, 2000, 1000, 1000, 1000, 0, 0)
    profile = Traffic(60, hours, week, noise=0)
    flow = arrivals(profile, "n", MORNING, at(3, "09:00"), 1)
    assert flow.per_minute[0] == 30  # Monday 09:00: half
    assert flow.per_minute[60] == 60
    assert flow.per_minute[24 * 60] == 60  # Tuesday 09:00: twice the half
    assert flow.total(MORNING + HOUR) == 1_800
    saturday = arrivals(profile, "n", MORNING, at(3, "10:00"), 1, 5)
    assert saturday.per_minute[0] == 0  # a run that opens on a Saturday has its first requests on Monday
    assert saturday.total(at(3, "00:00")) == 0
    assert saturday.per_minute[-1] == 30


def test_requests_within_a_minute_come_evenly() -> None:
    flow = arrivals(STEADY, "n", MORNING, ENDS, 1)
    assert [flow.total(MORNING + s) for s in (0, 1, 30, 59, 60, 90)] == [0, 1, 30, 59, 60, 90]
    assert flow.total(ENDS + HOUR) == 36_000
    assert flow.total(MORNING - HOUR) == 0


def test_noise_stays_within_its_width_and_differs_by_seed_and_need() -> None:
    noisy = replace(STEADY, base_per_minute=1000, noise=100)
    flows = {
        (seed, need): arrivals(noisy, need, MORNING, ENDS, seed).per_minute for seed in (1, 2) for need in ("purchases-a", "purchases-b")
    }
    assert len(set(flows.values())) == 4  # also where the names begin alike
    assert all(900 <= count <= 1100 for flow in flows.values() for count in flow)
    assert len(set(flows[1, "purchases-a"])) > 50


def test_the_calendar_of_the_level_decides_the_weekday() -> None:
    need = replace(NEED, traffic=replace(STEADY, weekdays=(1000, 1000, 1000, 1000, 1000, 0, 0)))
    saturday = served((MORNING, ()), needs=(need,), calendar=Calendar(first_weekday=5))
    assert tally(*at_instant(saturday, at(1, "12:00")), need).offered == 0


# what answers are worth --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "count", "micros"),
    [(0, 5, 100), (0, 0, 0), (3, 4, 200), (4, 1, 100), (0, 12, 300), (7, 1, -100), (1_000_000_000, 5, 100)],
)
def test_request_n_meets_row_n_of_the_stream(first: int, count: int, micros: int) -> None:
    assert worth(SCORED, PAYOFF, first, count) == micros


# a minute by hand --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("capacity", "served_", "slow"),
    [
        (120, 60, 0),  # half full: nobody waits
        (100, 60, 0),  # 600 permille: 1 permille of 60 is none yet
        (75, 60, 1),  # 800 permille: 22 permille of 60 is 1.32
        (64, 60, 22),  # 937 permille, so the row of 950: 379 permille of 60 is 22.7
        (60, 60, 54),  # full: 900 permille
        (50, 50, 50),  # more than full: ten fail and nobody is quick
    ],
)
def test_a_minute_meets_its_capacity(capacity: int, served_: int, slow: int) -> None:
    got = minute(front(capacity=capacity))
    assert (got.offered, got.served, got.slow) == (60, served_, slow)
    assert got.failed == ((("overload", 60 - served_),) if served_ < 60 else ())
    assert got.bad == 60 - served_ + slow


def test_the_first_requests_of_a_minute_are_answered() -> None:
    assert minute(front(capacity=50)).value_micros == 1_000  # rows 0 to 49: ten rounds of 100
    assert minute(front(capacity=53)).value_micros == 1_000  # and 100 + 0 - 100
    assert minute(front(capacity=52)).value_micros == 1_100


def test_callers_spread_over_their_addresses() -> None:
    got = minute(front("i-1", cause="timeout"), front("i-2", capacity=100))
    assert (got.offered, got.served, got.failed) == (60, 30, (("timeout", 30),))
    assert got.value_micros == 600  # requests 30 to 59
    three = minute(front("i-1"), front("i-2", cause="refused"), front("i-3", cause="refused"))
    assert (three.served, three.failed) == (20, (("refused", 40),))


def test_an_odd_request_is_lost_by_nobody() -> None:
    need = replace(NEED, traffic=replace(STEADY, base_per_minute=61))
    simulation = served((MORNING, (front("i-1", cause="timeout"), front("i-2", capacity=500))), needs=(need,))
    got = tally(simulation.world, simulation.scenario, need, MORNING, MORNING + MINUTE)
    assert (got.offered, got.served, got.failed) == (61, 31, (("timeout", 30),))


def test_without_an_address_every_request_fails() -> None:
    assert minute().failed == (("no address", 60),)


def test_a_model_nobody_has_scored_answers_nothing() -> None:
    simulation = served((MORNING, (replace(front(), model=replace(SPEC, training_seed=8)),)))
    assert tally(*at_instant(simulation, MORNING + MINUTE), NEED).failed == (("error", 60),)


def test_a_change_within_a_minute_cuts_it() -> None:
    simulation = served((MORNING + 30, (front(capacity=40),)))
    got = tally(simulation.world, simulation.scenario, NEED, MORNING, MORNING + MINUTE)
    assert (got.offered, got.served) == (60, 20)  # half a minute of capacity for half a minute of requests
    assert got.failed == (("no address", 30), ("overload", 10))


def test_beyond_the_table_its_last_row_holds() -> None:
    steps = open_simulation().scenario.catalogue.latency
    assert latency_at(steps, 0).latency_ms == 22
    assert latency_at(steps, 250).latency_ms == 22
    assert latency_at(steps, 251).latency_ms == 27
    assert latency_at(steps, 5_000).slow_permille == 1000


# sums --------------------------------------------------------------------------------------------------------------------

FRONTS = st.lists(
    st.builds(
        Front,
        st.sampled_from(["i-1", "i-2", "i-3"]),
        st.integers(0, 130),
        st.sampled_from([SPEC, None]),
        st.sampled_from([None, None, "timeout", "refused", "error"]),
        share=st.integers(1, 7),
    ),
    max_size=3,
).map(tuple)
HISTORY = st.lists(st.tuples(st.integers(MORNING + 1, ENDS - 1), FRONTS), max_size=6, unique_by=lambda s: s[0]).map(
    lambda segments: tuple(sorted(segments, key=lambda s: s[0]))
)


@given(history=HISTORY, seed=st.integers(0, 50), noise=st.integers(0, 300))
def test_offered_is_served_and_failed(history: tuple[tuple[Seconds, tuple[Front, ...]], ...], seed: int, noise: int) -> None:
    need = replace(NEED, traffic=replace(STEADY, noise=noise))
    simulation = served(*history, seed=seed, needs=(need,))
    got = tally(*at_instant(simulation, ENDS), need)
    assert got.offered == got.served + sum(n for _, n in got.failed)
    assert 0 <= got.slow <= got.served
    assert all(n > 0 for _, n in got.failed)
    assert got.offered == arrivals(need.traffic, "answers", MORNING, ENDS, seed).total(ENDS)


def one_by_one(fronts: tuple[Front, ...], flow: Arrivals, minutes: int) -> tuple[dict[str, int], int]:
    """Hand out each request by itself: to the first front at whose running share of the minute it has not come past yet."""
    came: dict[str, int] = dict.fromkeys(("served", "no address", "overload", "timeout", "refused", "error"), 0)
    worth_of_row = (100, 0, -100, 0, 100)
    number = value = 0
    whole = sum(f.share for f in fronts)
    for count in flow.per_minute[:minutes]:
        taken = [0] * len(fronts)
        phase = number % max(whole, 1)
        for j in range(count):
            edges = itertools.accumulate(f.share for f in fronts)
            to = next((i for i, edge in enumerate(edges) if j < (count * edge + phase) // whole), None)
            if to is None:
                came["no address"] += 1
            elif fronts[to].cause is not None or fronts[to].model is None:
                came[fronts[to].cause or "error"] += 1
            elif taken[to] == fronts[to].capacity:
                came["overload"] += 1
            else:
                came["served"] += 1
                value += worth_of_row[(number + j) % 5]
                taken[to] += 1
        number += count
    return came, value


@given(fronts=FRONTS, seed=st.integers(0, 50), noise=st.integers(0, 900), base=st.integers(0, 200))
def test_weighted_settling_hands_out_as_one_by_one_would(fronts: tuple[Front, ...], seed: int, noise: int, base: int) -> None:
    need = replace(NEED, traffic=replace(STEADY, base_per_minute=base, noise=noise))
    simulation = served((MORNING, fronts), seed=seed, needs=(need,))
    got = tally(*at_instant(simulation, MORNING + 90 * MINUTE), need)
    came, value = one_by_one(fronts, arrivals(need.traffic, "answers", MORNING, ENDS, seed), 90)
    assert {"served": got.served, **dict(got.failed)} == {"served": came["served"]} | {c: n for c, n in came.items() if c != "served" and n}
    assert got.value_micros == value


@given(
    ways=st.integers(1, 5),
    share=st.integers(1, 3),
    capacity=st.integers(1, 400),
    base=st.integers(0, 900),
    noise=st.integers(0, 900),
    edges=st.tuples(st.integers(MORNING, ENDS), st.integers(MORNING, ENDS)).map(sorted),
)
def test_what_went_smoothly_adds_up_as_minute_by_minute(
    ways: int, share: int, capacity: int, base: int, noise: int, edges: list[Seconds]
) -> None:
    flow = (Traffic(base, (1000,) * 24, noise=noise), "answers", MORNING, ENDS, 1, 0, ())
    frame = settling.Frame(flow, PAYOFF, open_simulation().scenario.catalogue.latency)
    fronts = tuple((Front(f"i-{n}", capacity, SPEC, share=share), SCORED) for n in range(ways))
    start, end = edges
    assert settling.settle(frame, start, end, fronts) == settling._minute_by_minute(frame, start, end, fronts)


def test_odd_requests_go_round() -> None:
    """One request a minute over shares of 1 and 3: a quarter of them, not none, go to the smaller one."""
    need = replace(NEED, traffic=replace(STEADY, base_per_minute=1))
    fronts = (replace(front("i-1", cause="timeout"), share=1), replace(front("i-2"), share=3))
    simulation = served((MORNING, fronts), needs=(need,))
    got = tally(*at_instant(simulation, ENDS), need)
    assert (got.served, dict(got.failed)) == (450, {"timeout": 150})


@given(history=HISTORY, cuts=st.lists(st.integers(9, 19), max_size=5))
def test_hours_add_up_wherever_one_cuts(history: tuple[tuple[Seconds, tuple[Front, ...]], ...], cuts: list[int]) -> None:
    simulation = served(*history)
    edges = [MORNING, *sorted(h * HOUR for h in cuts), ENDS]
    world, frame = at_instant(simulation, ENDS)
    parts = Tally()
    for start, end in itertools.pairwise(edges):
        parts += tally(world, frame, NEED, start, end)
    assert parts == tally(world, frame, NEED)
    whole = Tally()
    for _, part in by_hour(world, frame, NEED, MORNING, ENDS):
        whole += part
    assert whole == parts


@given(history=HISTORY, instants=st.lists(st.integers(MORNING, ENDS), min_size=1, max_size=6))
def test_asking_on_the_way_changes_nothing(history: tuple[tuple[Seconds, tuple[Front, ...]], ...], instants: list[Seconds]) -> None:
    simulation = served(*history)
    for instant in sorted(instants):
        tally(*at_instant(simulation, instant), NEED)
    asked = tally(*at_instant(simulation, ENDS), NEED)
    traffic._settle_and_keep.cache_clear()
    assert tally(*at_instant(simulation, ENDS), NEED) == asked


def test_settled_hours_are_kept_apart_by_seed_and_level() -> None:
    noisy = replace(NEED, traffic=replace(STEADY, noise=200))
    runs = [
        served((at(1, "10:00"), (front(),)), seed=1, needs=(noisy,)),
        served((at(1, "10:00"), (front(),)), seed=2, needs=(noisy,)),
        served((at(1, "10:00"), (front(),)), seed=1, needs=(noisy,), cards={"tiny": card(payoff=Payoff(0, -1, 0, 1))}),
        served((at(1, "10:00"), (front(),)), seed=1, needs=(noisy,), calendar=Calendar(first_weekday=1)),
        served((at(1, "11:00"), (front(),)), seed=1, needs=(noisy,)),
    ]
    together = [tally(*at_instant(run, ENDS), noisy) for run in runs]
    apart = []
    for run in runs:
        traffic._settle_and_keep.cache_clear()
        arrivals.cache_clear()
        apart.append(tally(*at_instant(run, ENDS), noisy))
    assert together == apart
    assert together[0] != together[1]
    assert together[0].value_micros != together[2].value_micros
    assert together[0] == together[3]  # every weekday is alike here
    assert together[0].served > together[4].served


# time to value -----------------------------------------------------------------------------------------------------------
# A full hour is 3,600 requests; capacity 60 answers all, worth 20 each: five rows bring 100.


def first_value(*segments: tuple[Seconds, tuple[Front, ...]], now: Seconds = ENDS, **changes: Any) -> Seconds | None:
    return time_to_value(*at_instant(served(*segments, **changes), now), NEED)


def test_the_first_whole_hour_of_worthwhile_answers() -> None:
    assert first_value((at(1, "10:00"), (front(),))) == at(1, "11:00")
    assert first_value((at(1, "10:05"), (front(),))) == at(1, "12:00")  # 5 of 60 minutes failed: 91.7 %
    assert first_value((at(1, "10:03"), (front(),))) == at(1, "11:00")  # 3 of 60: exactly 95 %
    assert first_value((at(1, "10:03") + 1, (front(),))) == at(1, "12:00")
    assert first_value() is None


@pytest.mark.parametrize(("capacity", "reached"), [(57, at(1, "10:00")), (56, None)])
def test_ninety_five_percent(capacity: int, reached: Seconds | None) -> None:
    assert first_value((MORNING, (front(capacity=capacity),)), cards={"tiny": tiny(reference_micros=10)}) == reached


@pytest.mark.parametrize(("reference", "reached"), [(40, at(1, "10:00")), (41, None), (1, at(1, "10:00"))])
def test_half_of_the_reference_payoff(reference: int, reached: Seconds | None) -> None:
    assert first_value((MORNING, (front(),)), cards={"tiny": tiny(reference_micros=reference)}) == reached


def test_an_hour_counts_once_it_is_whole() -> None:
    assert first_value((MORNING, (front(),)), now=at(1, "10:00") - 1) is None
    assert first_value((MORNING, (front(),)), now=at(1, "10:00")) == at(1, "10:00")


def test_the_rest_of_an_hour_does_not_count() -> None:
    late = at(1, "09:30")
    assert first_value((late, (front(),)), starts=late) == at(1, "11:00")


def test_an_hour_without_requests_is_no_valued_hour() -> None:
    quiet = replace(NEED, traffic=replace(STEADY, hours=tuple(0 if h == 9 else 1000 for h in range(24))))
    simulation = served((MORNING, (front(),)), needs=(quiet,))
    assert time_to_value(*at_instant(simulation, ENDS), quiet) == at(1, "11:00")


# condition and budget ----------------------------------------------------------------------------------------------------
# Ten hours of 60 a minute are 36,000 requests; 99 % leaves a budget of 360.


def state(*fronts: Front, **changes: Any) -> str:
    return condition(*at_instant(served((MORNING, fronts), **changes), at(1, "09:10")), NEED).state


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (120, "fine"),
        (100, "degraded"),  # 600 permille: 1 permille is slow, the budget allows 10
        (80, "degraded"),  # 750 permille: 9
        (75, "burning"),  # 800 permille: 22, which the budget does not last for
        (50, "burning"),
    ],
)
def test_four_readable_states(capacity: int, expected: str) -> None:
    assert state(front(capacity=capacity)) == expected


def test_down_and_half_down() -> None:
    assert state() == "down"
    assert state(front(cause="timeout")) == "down"
    assert state(front("i-1", capacity=500), front("i-2", cause="timeout")) == "burning"


def test_a_condition_says_why() -> None:
    simulation = served((MORNING, (front("i-1", 500), front("i-2", cause="timeout", reason="no route to an internet gateway"))))
    seen = condition(*at_instant(simulation, at(1, "09:10")), NEED)
    assert seen.because == "i-2: no route to an internet gateway"
    assert (seen.utilisation, seen.latency_ms) == (60, 22)  # 30 of 500 a minute
    assert condition(*at_instant(served(), at(1, "09:10")), NEED).because == "callers have been given no address yet"


def test_a_condition_is_of_its_instant_not_of_the_last_change() -> None:
    simulation = served((at(1, "10:00"), (front(capacity=500),)), (at(1, "12:00"), (front(cause="timeout"),)))
    instants = [at(1, "09:30"), at(1, "10:00"), at(1, "11:59"), at(1, "12:00"), at(1, "15:00")]
    assert [condition(*at_instant(simulation, i), NEED).state for i in instants] == ["down", "fine", "fine", "down", "down"]


def test_the_error_budget_and_when_it_is_gone() -> None:
    simulation = served((at(1, "09:02"), (front(capacity=500),)))
    at_ten = condition(*at_instant(simulation, at(1, "10:00")), NEED)
    assert at_ten.budget_left_ppm == 666_666  # 120 of 360 spent
    assert at_ten.gone_in == 7_200  # 240 left at 120 an hour
    at_half_past = condition(*at_instant(simulation, at(1, "09:30")), NEED)
    assert at_half_past.gone_in == 3_600  # 240 left at 120 in half an hour
    later = condition(*at_instant(simulation, at(1, "12:00")), NEED)
    assert (later.budget_left_ppm, later.gone_in) == (666_666, None)  # nothing failed in the last hour


def test_a_budget_that_outlasts_the_run_is_not_going() -> None:
    simulation = served((MORNING, (front(capacity=500),)), (at(1, "18:00"), ()), (at(1, "18:01"), (front(capacity=500),)))
    seen = condition(*at_instant(simulation, at(1, "18:30")), NEED)
    assert (seen.budget_left_ppm, seen.gone_in) == (833_333, None)


def test_an_overspent_budget_is_negative() -> None:
    seen = condition(*at_instant(served(), at(1, "09:12")), NEED)
    assert (seen.budget_left_ppm, seen.gone_in) == (-1_000_000, 0)  # 720 of 360


def test_before_it_counts_the_budget_is_whole() -> None:
    seen = condition(*at_instant(served(slo=Slo(990_000, at(1, "12:00"))), at(1, "11:00")), NEED)
    assert (seen.budget_left_ppm, seen.gone_in) == (1_000_000, None)


# who is busiest ----------------------------------------------------------------------------------------------------------


def most(candidates: list[str], *fronts: Front) -> str:
    simulation = served((MORNING, fronts))
    return busiest(simulation.world, simulation.scenario, candidates)


def test_the_busiest_answers_the_largest_share() -> None:
    assert most(["i-1", "i-2"], front("i-2")) == "i-2"
    assert most(["i-1", "i-2"], front("i-1", cause="timeout"), front("i-2")) == "i-2"
    assert most(["i-1", "i-2"], front("i-1", capacity=20), front("i-2", capacity=25)) == "i-2"  # both are full


def test_among_equals_the_oldest_is_struck() -> None:
    assert most(["i-2", "i-1"]) == "i-2"
    assert most(["i-2", "i-1"], front("i-1", 500), front("i-2", 90)) == "i-2"  # 30 of 60 each: a bigger box gets no more


# dice --------------------------------------------------------------------------------------------------------------------


def test_every_roll_is_named() -> None:
    assert roll(1, "boot", "i-1", sides=30) == roll(1, "boot", "i-1", sides=30)
    rolls = {roll(seed, "boot", name, sides=10**9) for seed in range(10) for name in ("i-1", "i-2")}
    assert len(rolls) == 20
    assert {roll(n, "die", sides=6) for n in range(200)} == {0, 1, 2, 3, 4, 5}


def test_mixing_spreads_neighbours() -> None:
    assert mix(0) == 0xE220A8397B1DCDAF  # the published first output of splitmix64 seeded with 0
    halves = [mix(n) >> 63 for n in range(1000)]
    assert 400 < sum(halves) < 600
