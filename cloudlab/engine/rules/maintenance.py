"""Maintenance windows of databases: `ddd:hh24:mi-ddd:hh24:mi`, once a week; when the next one opens."""

from __future__ import annotations

import re

from cloudlab.engine.dice import roll
from cloudlab.engine.kernel import refuse
from cloudlab.model.time import DAY, HOUR, MINUTE, Calendar, Seconds

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(r"([a-z]{3}):([01]\d|2[0-3]):([0-5]\d)-([a-z]{3}):([01]\d|2[0-3]):([0-5]\d)")
_WEEK = 7 * DAY
_SHORTEST = 30 * MINUTE
_BLOCK = (3 * HOUR, 8 * HOUR)
"""Where nobody chose, AWS puts the window somewhere into an 8-hour block of the region: from 03:00 on in us-east-1."""


def chosen_window(text: str) -> str:
    """Return a window in its canonical form, or refuse as RDS does."""
    found = _FORM.fullmatch(text.lower())
    if found is None or found[1] not in DAYS or found[4] not in DAYS:
        refuse(
            "InvalidParameterValue",
            f"The maintenance window '{text}' is not valid.",
            "ddd:hh24:mi-ddd:hh24:mi, such as sun:05:00-sun:06:00.",
        )
    first, last = _bounds(found[0])
    if (last - first) % _WEEK < _SHORTEST:
        refuse("InvalidParameterValue", "The maintenance window must be at least 30 minutes.", "For example sun:05:00-sun:05:30.")
    return found[0]


def dealt_window(seed: int, name: str) -> str:
    """Return the window AWS picks for a database that names none: half an hour at night, on some day of the week."""
    slot = roll(seed, "maintenance-window", name, sides=7 * (_BLOCK[1] // _SHORTEST))
    day, half = divmod(slot, _BLOCK[1] // _SHORTEST)
    begin = _BLOCK[0] + half * _SHORTEST
    end = begin + _SHORTEST
    clock = [f"{DAYS[day]}:{at // HOUR:02d}:{at % HOUR // MINUTE:02d}" for at in (begin, end)]
    return "-".join(clock)


def opens_next(window: str, calendar: Calendar, now: Seconds) -> Seconds:
    """Return when a window opens next, strictly after `now`."""
    first, _ = _bounds(window)
    begin = (first - calendar.first_weekday * DAY) % _WEEK
    weeks = max(0, (now - begin) // _WEEK)
    at = begin + weeks * _WEEK
    return at if at > now else at + _WEEK


def _bounds(window: str) -> tuple[Seconds, Seconds]:
    found = _FORM.fullmatch(window)
    assert found is not None, window
    return (
        DAYS.index(found[1]) * DAY + int(found[2]) * HOUR + int(found[3]) * MINUTE,
        DAYS.index(found[4]) * DAY + int(found[5]) * HOUR + int(found[6]) * MINUTE,
    )
