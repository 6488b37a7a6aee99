"""Events of watching: gauges that show something else, alarms put, deleted, and their states."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.time import Seconds
from cloudlab.model.watching import Alarm, Step


@dataclass(frozen=True, slots=True)
class GaugesRead(Event):
    """What the gauges that changed show from now on: (gauge, step)."""

    steps: tuple[tuple[str, Step], ...]


@dataclass(frozen=True, slots=True)
class AlarmPut(Event):
    alarm: Alarm


@dataclass(frozen=True, slots=True)
class AlarmDeleted(Event):
    alarm: str


@dataclass(frozen=True, slots=True)
class AlarmForeseen(Event):
    """When an alarm will next change its state, worked out anew."""

    alarm: str
    watched: tuple[str, ...]
    foreseen: tuple[Seconds, str, str] | None


@dataclass(frozen=True, slots=True)
class AlarmStateChanged(Event):
    alarm: str
    state: str
    reason: str
    quiet: bool
    """Its actions are off: it tells nobody."""

    def told(self) -> str | None:
        """Say it as the team hears it."""
        return None if self.quiet else f"alarm {self.alarm} is {self.state}: {self.reason}"
