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
    """CREATE_, UPDATE_ or DELETE_ with IN_PROGRESS, COMPLETE or FAILED; DELETE_SKIPPED for what is kept."""
    since: Seconds
    physical: str = ""
    reason: str = ""
    properties: str = "{}"
    """What its properties came to, as JSON."""
    round: int = 0
    """The round of its stack in which it was last seen to."""


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
    previous: tuple[str, Given] | None = None
    """During an update, template and parameters from before it; on the way back, those that were given up."""
    leftovers: tuple[StackResource, ...] = ()
    """During an update, what another one took the place of, and what the template does not name any more."""

    @property
    def busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS")

    def resource(self, logical: str) -> StackResource | None:
        return next((r for r in self.resources if r.logical == logical), None)


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What an update would do to one resource."""

    action: str
    """Add, Modify or Remove."""
    logical: str
    type: str
    physical: str = ""
    replacement: str = ""
    """For Modify: True, False, or Conditional where it depends on what another resource comes to."""
    properties: tuple[str, ...] = ()
    """Which properties differ."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """An update thought through and not carried out; `id` is `stack/name`."""

    id: str
    arn: str
    stack: str
    name: str
    template: str
    given: Given
    created: Seconds
    status: str
    """CREATE_COMPLETE, or FAILED where nothing would change."""
    reason: str
    changes: tuple[ResourceChange, ...] = ()
