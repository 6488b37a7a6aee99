"""The score by hand: a par of 100 USD of value and of cost, six hours to value, ten resource-hours of debt, an hour to recover.

Requests come at 3,600 an hour; from Monday 12:00 to Tuesday 18:00 they count: 108,000, of which 2,160 may fail.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlab.levels.loader import Level
from cloudlab.levels.score import Score, is_right, score
from cloudlab.model.operations import Commitment, Debt, Front, Incident, Meter, Segment, Serving
from cloudlab.model.scenario import Scenario, Slo
from cloudlab.model.time import HOUR, at
from cloudlab.model.training import Payoff, Scored, TrainingSpec
from cloudlab.model.world import World, fact_key
from tests.small_level import small_level

NINE, ENDS = at(1, "09:00"), at(2, "18:00")
SPEC = TrainingSpec("xgboost", "churn", ("train",), (), 0)
SCORED = Scored(SPEC.digest(), "churn", 1, bytes([3]))
FINE = Front("i-1", 500, SPEC)
OUT = Front("i-1", 500, SPEC, "timeout", "no route")


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> Level:
    """The small level, where an answer is worth 1,000 micro-dollars: 118,800 requests in all bring 118.80 USD."""
    whole = small_level(tmp_path_factory.mktemp("levels"))
    card = replace(whole.scenario.cards["churn"], payoff=Payoff(0, -1_000, 0, 1_000), reference_micros=1_000)
    return replace(whole, scenario=replace(whole.scenario, cards={"churn": card}))


def world(*segments: tuple[int, tuple[Front, ...]], over: str | None = None, records: tuple[Any, ...] = ()) -> World:
    history = (Segment(NINE, ()), *(Segment(since, fronts) for since, fronts in segments))
    served = Serving("scores", history[1:] if len(history) > 1 and history[1].since == NINE else history)
    return World(1, ENDS, over=over).put(served, *records).with_fact(fact_key(SCORED), SCORED)


def points(found: Score) -> dict[str, int]:
    return {line.id: line.points for line in found.lines}


def of(level: Level, *segments: tuple[int, tuple[Front, ...]], **more: Any) -> dict[str, int]:
    mood = more.pop("win_mood", False)
    return points(score(level.file, world(*segments, **more), level.scenario, win_mood=mood))


def spent(usd: int) -> Meter:
    return Meter("c:i", "compute", "i", 0, None, usd * 1_000_000 * HOUR)


def committed(kind: str, key: str, choice: str) -> Commitment:
    return Commitment(f"{kind}:{key}", kind, choice, NINE)


WELL = ((NINE, (FINE,)),)


def test_maxima_make_a_thousand(level: Level) -> None:
    found = score(level.file, world(*WELL), level.scenario)
    assert sum(line.max for line in found.lines) == 1_000
    assert [(line.id, line.max) for line in found.lines] == [
        ("time-to-value", 200),
        ("payoff", 200),
        ("error-budget", 150),
        ("recovery", 100),
        ("money", 150),
        ("debt", 100),
        ("insight", 100),
    ]
    assert all(line.evidence for line in found.lines)


def test_a_perfect_run_has_them_all(level: Level) -> None:
    right = (committed("predicted", "P1", "a"), committed("answered", "Q1", "b"))
    found = score(level.file, world(*WELL, over="won", records=(spent(100), *right)), level.scenario)
    assert points(found) == {
        "time-to-value": 200,
        "payoff": 200,
        "error-budget": 150,
        "recovery": 100,
        "money": 150,
        "debt": 100,
        "insight": 100,
    }
    assert (found.total, found.stars) == (1_000, 2)


def test_doing_nothing_earns_nothing(level: Level) -> None:
    answers = (committed("predicted", "P1", "b"), committed("answered", "Q1", "b"))
    for records in ((), answers, (*answers, spent(1))):
        assert score(level.file, world(over="lost", records=records), level.scenario).total == 0


@pytest.mark.parametrize("target", [1, 100_000, 500_000, 900_000, 980_000, 999_999])
def test_doing_nothing_earns_nothing_at_any_objective(level: Level, target: int) -> None:
    frame = replace(level.scenario, slo=Slo(target, at(1, "12:00")))
    assert score(level.file, world(over="lost"), frame).total == 0


def test_time_to_value(level: Level) -> None:
    assert of(level, (at(1, "14:00"), (FINE,)))["time-to-value"] == 200  # 15:00 is six hours after the start: par
    assert of(level, (at(1, "15:00"), (FINE,)))["time-to-value"] == 171  # 200 x 6 / 7
    assert of(level, (at(2, "08:00"), (FINE,)))["time-to-value"] == 50  # 24 hours
    assert of(level)["time-to-value"] == 0


def test_payoff_is_valued_traffic_against_par(level: Level) -> None:
    # 50 hours... from Tuesday 04:13:20 on 49,600 requests are worth 49.60 USD: 496 permille of par
    assert of(level, (at(2, "04:13") + 20, (FINE,)))["payoff"] == 99
    assert of(level, *WELL)["payoff"] == 200  # 118.80 USD, and no more than all


def failing(requests: int) -> tuple[tuple[int, tuple[Front, ...]], ...]:
    """Serve all but so many of the requests that count; sixty a minute, so one second each."""
    return (NINE, (FINE,)), (at(1, "13:00"), (OUT,)), (at(1, "13:00") + requests, (FINE,))


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (0, 150),
        (2_160, 150),  # the whole budget
        (2_304, 148),  # 144 of 19,440 beyond it: 150 - 1.1
        (11_880, 75),  # half way to ten budgets
        (21_599, 0),
        (21_600, 0),
        (50_000, 0),
    ],
)
def test_error_budget(level: Level, bad: int, expected: int) -> None:
    assert of(level, *failing(bad))["error-budget"] == expected


def test_a_run_without_slack_may_still_be_perfect(level: Level) -> None:
    strict = replace(level.scenario, slo=Slo(999_999, at(2, "17:00")))  # 3,600 requests, none of which may fail
    assert points(score(level.file, world(*WELL), strict))["error-budget"] == 150
    late = ((NINE, (FINE,)), (at(2, "17:30"), (OUT,)), (at(2, "17:30") + 1, (FINE,)))
    assert points(score(level.file, world(*late), strict))["error-budget"] == 0


def incident(key: str, took: int | None, *, failed: bool = False, holder: str = "customer") -> Incident:
    struck = at(1, "13:00")
    return Incident(key, "disk-full", "i-1", "capacity", holder, struck, failed=failed, resolved=None if took is None else struck + took)


@pytest.mark.parametrize(
    ("incidents", "expected"),
    [
        ((), 100),
        ((incident("a", 3_600),), 100),
        ((incident("a", 7_200),), 50),
        ((incident("a", 0),), 100),
        ((incident("a", 1_800), incident("b", 12_600)), 50),  # two hours on average
        ((incident("a", None),), 3),  # 29 hours to the end
        ((incident("a", 3_600), incident("b", 3_600, failed=True)), 50),  # half of them came to damage
        ((incident("a", None, holder="provider"),), 100),  # not yours
    ],
)
def test_recovery(level: Level, incidents: tuple[Incident, ...], expected: int) -> None:
    assert of(level, *WELL, records=incidents)["recovery"] == expected


def test_nothing_served_nothing_to_recover(level: Level) -> None:
    assert of(level, records=(incident("a", 60),))["recovery"] == 0
    assert of(level, (at(2, "03:00"), (FINE,)))["recovery"] == 50  # half of what counts


@pytest.mark.parametrize(("usd", "expected"), [(50, 150), (100, 150), (200, 75), (1_000, 15)])
def test_money_against_par(level: Level, usd: int, expected: int) -> None:
    assert of(level, *WELL, records=(spent(usd),))["money"] == expected


def debt(kind: str, hours: int, since: int | None = None) -> Debt:
    return Debt(f"{kind}:i-1", kind, "i-1", since, hours * HOUR)


@pytest.mark.parametrize(
    ("debts", "expected"),
    [
        ((), 100),
        ((debt("exposed", 10),), 100),
        ((debt("exposed", 5), debt("unpatched", 15)), 50),
        ((debt("unmonitored", 10, since=at(2, "08:00")),), 50),  # and ten hours more until now
        ((debt("unencrypted", 1_000),), 1),
    ],
)
def test_debt(level: Level, debts: tuple[Debt, ...], expected: int) -> None:
    assert of(level, *WELL, records=debts)["debt"] == expected


def test_a_par_without_debt(level: Level) -> None:
    strict = level.file.model_copy(update={"par": level.file.par.model_copy(update={"debt_hours": 0})})
    assert points(score(strict, world(*WELL), level.scenario))["debt"] == 100
    assert points(score(strict, world(*WELL, records=(debt("exposed", 1),)), level.scenario))["debt"] == 0


def test_money_debt_and_insight_count_in_proportion_to_value(level: Level) -> None:
    right = (committed("predicted", "P1", "b"), committed("answered", "Q1", "b"))
    half = of(level, (at(2, "04:06") + 40, (FINE,)), records=(spent(100), *right))  # 50,000 requests: half of par
    assert (half["payoff"], half["money"], half["debt"], half["insight"]) == (100, 75, 50, 50)


def test_insight_and_hints(level: Level) -> None:
    right, wrong = committed("answered", "Q1", "b"), committed("answered", "Q1", "a")
    hints = tuple(committed("hint", str(n), "taken") for n in range(3))
    assert of(level, *WELL, records=(right,))["insight"] == 50  # one of two
    assert of(level, *WELL, records=(wrong,))["insight"] == 0
    assert of(level, *WELL, records=(right, *hints))["insight"] == 50  # free in learn mood
    assert of(level, *WELL, records=(right, *hints), win_mood=True)["insight"] == 20
    assert of(level, *WELL, records=(wrong, *hints), win_mood=True)["insight"] == 0


def test_predictions_are_judged_by_what_happened(level: Level) -> None:
    (asked,) = level.file.predictions
    early = world((at(1, "12:00"), (FINE,)), records=(committed("predicted", "P1", "a"),))
    assert is_right("predicted", asked, early, level.scenario) is True
    late = world((at(1, "14:00"), (FINE,)), records=(committed("predicted", "P1", "a"),))
    assert is_right("predicted", asked, late, level.scenario) is False
    assert is_right("predicted", asked, world(), level.scenario) is None
    assert is_right("predicted", asked, world(records=(committed("predicted", "P1", "z"),)), level.scenario) is False


@pytest.mark.parametrize(
    ("over", "records", "since", "stars"),
    [
        ("won", (spent(100),), NINE, 2),
        ("won", (spent(101),), NINE, 1),
        ("won", (spent(100),), at(1, "15:00"), 1),  # too late for par
        ("lost", (spent(100),), NINE, 0),
        (None, (), NINE, 0),
    ],
)
def test_stars(level: Level, over: str | None, records: tuple[Any, ...], since: int, stars: int) -> None:
    assert score(level.file, world((since, (FINE,)), over=over, records=records), level.scenario).stars == stars


SERVING = st.lists(
    st.tuples(st.integers(NINE, ENDS - 1), st.sampled_from([(FINE,), (OUT,), (), (FINE, OUT), (replace(FINE, capacity=50),)])),
    max_size=5,
    unique_by=lambda s: s[0],
).map(lambda found: tuple(sorted(found, key=lambda s: s[0])))


@given(
    segments=SERVING,
    usd=st.integers(0, 1_000),
    took=st.lists(st.one_of(st.none(), st.integers(0, 100_000)), max_size=3),
    hours=st.integers(0, 500),
    target=st.integers(1, 999_999),
)
def test_points_stay_within_their_lines(
    level: Level, segments: tuple[Any, ...], usd: int, took: list[int | None], hours: int, target: int
) -> None:
    records = (spent(usd), debt("exposed", hours), *(incident(str(n), t) for n, t in enumerate(took)))
    frame: Scenario = replace(level.scenario, slo=Slo(target, at(1, "12:00")))
    found = score(level.file, world(*segments, records=records), frame, win_mood=True)
    assert all(0 <= line.points <= line.max for line in found.lines)
    assert found.total == sum(line.points for line in found.lines) <= 1_000
