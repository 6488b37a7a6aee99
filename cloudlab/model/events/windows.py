"""Events of maintenance windows: made, changed, given up; opened, at their tasks, past the cutoff, through."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.time import Seconds
from cloudlab.model.windows import MaintenanceWindow, WindowExecution, WindowTarget, WindowTask


@dataclass(frozen=True, slots=True)
class WindowWritten(Event):
    """Made, or changed; it opens at the instant it carries."""

    window: MaintenanceWindow


@dataclass(frozen=True, slots=True)
class WindowDeleted(Event):
    """With all that was registered with it."""

    window: str


@dataclass(frozen=True, slots=True)
class WindowTargetRegistered(Event):
    target: WindowTarget


@dataclass(frozen=True, slots=True)
class WindowTargetGone(Event):
    target: str


@dataclass(frozen=True, slots=True)
class WindowTaskRegistered(Event):
    task: WindowTask


@dataclass(frozen=True, slots=True)
class WindowTaskGone(Event):
    task: str


@dataclass(frozen=True, slots=True)
class WindowOpened(Event):
    """It is open now; no other task is begun after `cutoff`, and it opens again at `opens`."""

    execution: WindowExecution
    cutoff: Seconds
    opens: Seconds


@dataclass(frozen=True, slots=True)
class WindowTasksBegun(Event):
    """These tasks' turn has come, each with the command it sent."""

    execution: str
    commands: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WindowCutOff(Event):
    """What has not begun will not."""

    execution: str
    why: str


@dataclass(frozen=True, slots=True)
class WindowThrough(Event):
    execution: str
    status: str
    detail: str
