"""Schedules of Systems Manager, `cron(...)` and `rate(...)`: whether one can be read, and when it comes round next."""

from __future__ import annotations

import re
from typing import NoReturn

from cloudlab.engine.kernel import refuse
from cloudlab.model.time import DAY, HOUR, MINUTE, Calendar, Seconds

_RATE = re.compile(r"rate\(([1-9][0-9]{0,4}) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_UNITS = {"minute": MINUTE, "hour": HOUR, "day": DAY}
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
"""As cron counts them: SUN is 1."""
_FORMS = '"cron(0 2 ? * SUN *)" (minute hour day-of-month month day-of-week year) or "rate(7 days)"'


def opens_next(schedule: str, since: Seconds, calendar: Calendar, now: Seconds) -> Seconds:
    """Return when a schedule comes round next, strictly after `now`; a rate counts from `since`. Refuse what is none."""
    rate = _RATE.fullmatch(schedule)
    if rate is not None:
        step = int(rate[1]) * _UNITS[rate[2]]
        return since + ((now - since) // step + 1) * step
    minutes, hours, days = _fields(schedule)
    for day in range(now // DAY, now // DAY + 8):
        if (day + calendar.first_weekday + 1) % 7 + 1 not in days:
            continue
        for hour in hours:
            for minute in minutes:
                at = day * DAY + hour * HOUR + minute * MINUTE
                if at > now:
                    return at
    raise AssertionError(f"{schedule} never comes round")


def _fields(schedule: str) -> tuple[list[int], list[int], list[int]]:
    found = _CRON.fullmatch(schedule)
    if found is None:
        _wrong(schedule, f"{_FORMS}.")
    minute, hour, of_month, month, of_week, year = found.groups()
    if (of_month == "?") == (of_week == "?"):
        _wrong(schedule, f"One of day-of-month and day-of-week is a question mark: {_FORMS}.")
    if of_month not in ("?", "*") or (month, year) != ("*", "*"):
        _wrong(schedule, f"Days here have a weekday and no date; name weekdays only: {_FORMS}.")
    named = of_week
    for number, name in enumerate(_DAYS, start=1):
        named = named.upper().replace(name, str(number))
    days = list(range(1, 8)) if of_week == "?" else _numbers(schedule, named, 1, 7)
    return _numbers(schedule, minute, 0, 59), _numbers(schedule, hour, 0, 23), days


def _numbers(schedule: str, field: str, least: int, most: int) -> list[int]:
    """Read `*`, `5`, `1-5`, `0/15` and lists of them."""
    values: set[int] = set()
    for part in field.split(","):
        found = re.fullmatch(r"(\*|\d{1,2})(?:-(\d{1,2}))?(?:/(\d{1,2}))?", part)
        if found is None:
            _wrong(schedule, f"'{part}' is not played: a number, 1-5, 0/15, *, or a list of them. {_FORMS}.")
        low = least if found[1] == "*" else int(found[1])
        high = int(found[2]) if found[2] else most if found[1] == "*" or found[3] else low
        step = int(found[3]) if found[3] else 1
        if not least <= low <= high <= most or step < 1:
            _wrong(schedule, f"'{part}' is not within {least} to {most}. {_FORMS}.")
        values.update(range(low, high + 1, step))
    return sorted(values)


def _wrong(schedule: str, accepted: str) -> NoReturn:
    refuse("ValidationException", f"Invalid schedule expression: '{schedule}'", accepted)
