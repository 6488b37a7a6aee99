"""Events of stacks: a template is carried out, resource by resource, or taken back."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.stacks import ChangeSet, Stack


@dataclass(frozen=True, slots=True)
class StackChanged(Event):
    """A stack was made, went on or came to an end; `awake` is when it has to be looked at again, if time alone decides."""

    stack: Stack
    awake: int | None = None

    def told(self) -> str:
        reason = f": {self.stack.reason}" if self.stack.reason else ""
        return f"stack {self.stack.id} {self.stack.status}{reason}"


@dataclass(frozen=True, slots=True)
class ChangeSetMade(Event):
    """An update was thought through."""

    change_set: ChangeSet


@dataclass(frozen=True, slots=True)
class ChangeSetDropped(Event):
    """A change set is gone: deleted, or overtaken by an update of its stack."""

    change_set: str
