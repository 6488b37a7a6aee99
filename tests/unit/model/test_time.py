"""The calendar: where working hours lie, where work pauses, and what of it is overtime. Day 1 is a Monday, open 9 to 18."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlab.model.time import DAY, HOUR, MINUTE, Calendar, Seconds, at, span, stamp

OFFICE = Calendar()


def test_instants_count_from_day_one() -> None:
    assert at(1, "00:00") == 0
    assert at(1, "09:05") == 32_700
    assert at(3, "14:20") == 172_800 + 51_600
    assert stamp(at(3, "14:20") + 59) == "day 3 14:20"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (60, "1 min"),
        (95, "1 min 35 s"),
        (725, "12 min"),
        (3_600, "1 h 00 min"),
        (7_500, "2 h 05 min"),
        (97_200, "1 d 3 h"),
        (-90, "-1 min 30 s"),
    ],
)
def test_spans_are_said_in_two_units(seconds: Seconds, said: str) -> None:
    assert span(seconds) == said


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        (at(1, "08:59"), False),
        (at(1, "09:00"), True),
        (at(1, "17:59"), True),
        (at(1, "18:00"), False),
        (at(5, "12:00"), True),  # Friday
        (at(6, "12:00"), False),  # Saturday
        (at(7, "12:00"), False),
        (at(8, "12:00"), True),
    ],
)
def test_the_office_is_open_on_weekdays(instant: Seconds, is_open: bool) -> None:
    assert OFFICE.is_open(instant) is is_open


@pytest.mark.parametrize(
    ("instant", "opening"),
    [
        (at(1, "10:30"), at(1, "10:30")),
        (at(1, "07:00"), at(1, "09:00")),
        (at(1, "18:00"), at(2, "09:00")),
        (at(5, "18:00"), at(8, "09:00")),  # Friday evening: Monday
        (at(6, "03:00"), at(8, "09:00")),
    ],
)
def test_the_next_opening(instant: Seconds, opening: Seconds) -> None:
    assert OFFICE.next_opening(instant) == opening


def test_a_run_may_open_on_a_weekend() -> None:
    saturday = Calendar(first_weekday=5)
    assert not saturday.is_open(at(1, "10:00"))
    assert saturday.next_opening(at(1, "10:00")) == at(3, "09:00")


@pytest.mark.parametrize(
    ("start", "effort", "overtime", "end", "outside"),
    [
        (at(1, "09:00"), HOUR, False, at(1, "10:00"), 0),
        (at(1, "17:00"), HOUR, False, at(1, "18:00"), 0),  # done at the stroke, no pause
        (at(1, "17:30"), HOUR, False, at(2, "09:30"), 0),  # half an hour today, half tomorrow
        (at(1, "17:30"), HOUR, True, at(1, "18:30"), 1800),
        (at(1, "08:00"), 1800, False, at(1, "09:30"), 0),
        (at(1, "08:00"), 2 * HOUR, True, at(1, "10:00"), HOUR),
        (at(5, "17:30"), 2 * HOUR, False, at(8, "10:30"), 0),  # over the weekend
        (at(6, "12:00"), HOUR, True, at(6, "13:00"), HOUR),
        (at(7, "23:00"), 11 * HOUR, True, at(8, "10:00"), 10 * HOUR),  # Sunday night into Monday's office hours
        (at(1, "09:00"), 20 * HOUR, False, at(3, "11:00"), 0),  # 9 h, 9 h, 2 h
        (at(1, "03:00"), 0, False, at(1, "03:00"), 0),
    ],
)
def test_work_is_laid_into_the_calendar(start: Seconds, effort: Seconds, overtime: bool, end: Seconds, outside: Seconds) -> None:
    assert OFFICE.finish(start, effort, overtime=overtime) == (end, outside)


@given(start=st.integers(0, 14 * DAY), first=st.integers(0, 30 * HOUR), then=st.integers(1, 30 * HOUR))
def test_work_in_two_parts_ends_as_work_in_one(start: Seconds, first: Seconds, then: Seconds) -> None:
    middle, _ = OFFICE.finish(start, first, overtime=False)
    assert OFFICE.finish(middle, then, overtime=False) == OFFICE.finish(start, first + then, overtime=False)


@given(start=st.integers(0, 14 * DAY), effort=st.integers(0, 40 * HOUR))
def test_overtime_never_pauses(start: Seconds, effort: Seconds) -> None:
    end, outside = OFFICE.finish(start, effort, overtime=True)
    assert end == start + effort
    minutes = sum(not OFFICE.is_open(t) for t in range(start, end, MINUTE))
    assert abs(outside - minutes * MINUTE) <= 10 * MINUTE  # counted by the minute, for each edge of a day one off
