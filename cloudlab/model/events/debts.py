"""Events of debt: a weakness opened or closed on a resource."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event


@dataclass(frozen=True, slots=True)
class DebtOpened(Event):
    kind: str
    resource: str


@dataclass(frozen=True, slots=True)
class DebtClosed(Event):
    kind: str
    resource: str
