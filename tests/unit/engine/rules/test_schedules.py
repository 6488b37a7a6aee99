"""Schedules: when cron and rate come round next, by the weekday the run began on."""

from __future__ import annotations

import pytest

from cloudlab.engine.rules.schedules import opens_next
from cloudlab.model.time import Calendar, at, stamp

TUESDAY_FIRST = Calendar(first_weekday=1)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("cron(0 2 ? * SUN *)", "day 6 02:00"),
        ("cron(0 2 ? * 1 *)", "day 6 02:00"),
        ("cron(0 2 ? * tue *)", "day 8 02:00"),
        ("cron(30 14 ? * MON-FRI *)", "day 1 14:30"),
        ("cron(0/15 * * * ? *)", "day 1 10:15"),
        ("cron(0 10 * * ? *)", "day 2 10:00"),
        ("cron(0 1,23 ? * TUE,WED *)", "day 1 23:00"),
        ("rate(7 days)", "day 8 09:00"),
        ("rate(1 hour)", "day 1 11:00"),
        ("rate(45 minutes)", "day 1 10:30"),
    ],
)
def test_the_next_time(schedule: str, expected: str) -> None:
    assert stamp(opens_next(schedule, at(1, "09:00"), TUESDAY_FIRST, at(1, "10:00"))) == expected
