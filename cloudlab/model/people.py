"""People: who is in the team, what they know, and what each is busy with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloudlab.model.time import Seconds

if TYPE_CHECKING:  # an order carries a command, but the model must not import the room above it
    from cloudlab.commands.base import Command


@dataclass(frozen=True, slots=True)
class Order:
    """A command given to a person. `id` is the stable id of the input that gave it."""

    id: str
    person: str
    command: Command
    started: Seconds | None = None
    due: Seconds | None = None
    effort: Seconds = 0
    """Attended seconds it takes, after expertise and repetition."""
    outside: Seconds = 0
    """Those of them outside working hours; they cost double."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the team; `id` is the name used in `as NAME`."""

    id: str
    title: str
    expertise: tuple[str, ...]
    hourly_micros: int
    current: Order | None = None
    queue: tuple[Order, ...] = ()
    done: tuple[tuple[str, int], ...] = ()
    """Task -> how often this person has finished it."""


@dataclass(frozen=True, slots=True)
class Toil:
    """Hours worked on one kind of task; `id` is the task (`ec2:CreateSubnet`)."""

    id: str
    seconds: Seconds = 0
    outside: Seconds = 0
    cost_micros: int = 0
    times: int = 0
