"""Simulated time: whole seconds since day 1, 00:00, and how people's working hours lie in it."""

from __future__ import annotations

from dataclasses import dataclass

Seconds = int

MINUTE: Seconds = 60
HOUR: Seconds = 3_600
DAY: Seconds = 86_400

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def at(day: int, clock: str) -> Seconds:
    """Return the instant of `clock` ("14:20") on day `day` (counted from 1)."""
    hours, minutes = clock.split(":")
    return (day - 1) * DAY + int(hours) * HOUR + int(minutes) * MINUTE


def stamp(instant: Seconds) -> str:
    """Write an instant as players read it: `day 2 14:20`."""
    day, rest = divmod(instant, DAY)
    return f"day {day + 1} {rest // HOUR:02d}:{rest % HOUR // MINUTE:02d}"


def span(duration: Seconds) -> str:
    """Write a duration in its two largest units: `1 d 3 h`, `2 h 05 min`, `45 s`."""
    if duration < 0:
        return "-" + span(-duration)
    if duration >= DAY:
        return f"{duration // DAY} d {duration % DAY // HOUR} h"
    if duration >= HOUR:
        return f"{duration // HOUR} h {duration % HOUR // MINUTE:02d} min"
    if duration >= MINUTE:
        minutes, seconds = divmod(duration, MINUTE)
        return f"{minutes} min" if not seconds or minutes >= 10 else f"{minutes} min {seconds:02d} s"
    return f"{duration} s"


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people work: the weekday of day 1 and the daily hours, Monday to Friday."""

    first_weekday: int = 0
    opens: Seconds = 9 * HOUR
    closes: Seconds = 18 * HOUR

    def is_working_day(self, day_index: int) -> bool:
        return (self.first_weekday + day_index) % 7 < 5

    def is_open(self, instant: Seconds) -> bool:
        return self.is_working_day(instant // DAY) and self.opens <= instant % DAY < self.closes

    def next_opening(self, instant: Seconds) -> Seconds:
        """Return `instant` itself within working hours, else the start of the next working day."""
        if self.is_open(instant):
            return instant
        day = instant // DAY
        if instant % DAY >= self.opens:
            day += 1
        while not self.is_working_day(day):
            day += 1
        return day * DAY + self.opens

    def finish(self, start: Seconds, effort: Seconds, *, overtime: bool) -> tuple[Seconds, Seconds]:
        """Lay `effort` seconds of attended work from `start` on; return (end, seconds outside working hours).

        With `overtime` the work runs straight through; without it, it pauses at closing time and goes on next morning.
        """
        now, left, outside = start, effort, 0
        while left > 0:
            if not self.is_open(now):
                if overtime:
                    step = min(left, self.next_opening(now) - now)
                    now, left, outside = now + step, left - step, outside + step
                else:
                    now = self.next_opening(now)
                continue
            step = min(left, self.closes - now % DAY)
            now, left = now + step, left - step
        return now, outside
