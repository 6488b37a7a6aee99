"""Stacks: what a template was made into, resource by resource, with what happened on the way; change sets not carried out yet."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.time import Seconds

Given = tuple[tuple[str, str], ...]
"""Parameters of a template, by name."""


@dataclass(frozen=True, slots=True)
class StackResource:
    logical: str
    type: str
    status: str
    """CREATE_IN_PROGRESS, CREATE_COMPLETE, CREATE_FAILED, DELETE_IN_PROGRESS, DELETE_COMPLETE, DELETE_FAILED, DELETE_SKIPPED."""
    since: Seconds
    physical: str = ""
    reason: str = ""
    properties: str = "{}"
    """What its properties came to, as JSON."""


@dataclass(frozen=True, slots=True)
class StackEvent:
    at: Seconds
    logical: str
    type: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """`id` is its name; a deleted stack is kept until another takes its name."""

    id: str
    arn: str
    origin: str
    """Of the input that made it; ids of its resources derive from it."""
    template: str
    given: Given
    created: Seconds
    status: str
    resources: tuple[StackResource, ...] = ()
    events: tuple[StackEvent, ...] = ()
    reason: str = ""
    on_failure: str = "ROLLBACK"
    """ROLLBACK, DELETE or DO_NOTHING."""
    updated: Seconds | None = None
    round: int = 0
    """How often its template was carried out; what an update makes anew gets ids of its own."""

    @property
    def busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS")

    def resource(self, logical: str) -> StackResource | None:
        return next((r for r in self.resources if r.logical == logical), None)
