"""Maintenance windows: when they open, on which machines, what is run in them, and how each time went."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.time import Seconds

Pairs = tuple[tuple[str, tuple[str, ...]], ...]
"""Keys with their values: targets, or a document's parameters."""


@dataclass(frozen=True, slots=True)
class MaintenanceWindow:
    """A stretch of hours that comes again and again, in which tasks run by themselves."""

    id: str
    name: str
    schedule: str
    duration: int
    """Hours it is open."""
    cutoff: int
    """So many hours before it closes, no other task is begun."""
    unassociated: bool
    """Tasks may run on machines that are not registered with the window."""
    created: Seconds
    description: str = ""
    enabled: bool = True
    opens: Seconds | None = None
    """When it opens next, worked out ahead."""


@dataclass(frozen=True, slots=True)
class WindowTarget:
    """Machines registered with a window."""

    id: str
    window: str
    targets: Pairs
    name: str = ""
    description: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class WindowTask:
    """A document the window sends, as `send-command` would."""

    id: str
    window: str
    document: str
    targets: Pairs
    parameters: Pairs
    at_once: str
    errors: str
    priority: int = 1
    """Low numbers first; equal ones together."""
    cancels: bool = False
    """At the cutoff it is taken away from the machines whose turn has not come."""
    comment: str = ""
    name: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class WindowExecution:
    """One time a window was open."""

    id: str
    window: str
    started: Seconds
    waiting: tuple[str, ...]
    """Tasks whose turn has not come."""
    commands: tuple[tuple[str, str], ...] = ()
    """(task, command it sent)."""
    status: str = "IN_PROGRESS"
    detail: str = ""
    ended: Seconds | None = None
