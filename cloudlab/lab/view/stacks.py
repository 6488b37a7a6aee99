"""The stacks' slice: every stack with its resources, what it gives back, and what was thought through for it."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.engine.kernel import Context
from cloudlab.engine.stack import outputs
from cloudlab.lab.plain_stacks import change_line
from cloudlab.model.scenario import Scenario
from cloudlab.model.stacks import ChangeSet, Stack
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class PartSeen:
    """One resource of a stack."""

    logical: str
    type: str
    status: str
    physical: str
    reason: str


@dataclass(frozen=True, slots=True)
class StackSeen:
    name: str
    status: str
    reason: str
    moved: Seconds
    """When something last happened to it."""
    parts: tuple[PartSeen, ...]
    outputs: tuple[tuple[str, str], ...]
    change_sets: tuple[tuple[str, str, tuple[str, ...]], ...]
    """(name, status or reason, what it would do) each."""


def stacks(world: World, scenario: Scenario) -> tuple[StackSeen, ...]:
    """Return the stacks there are, the newest first; deleted ones are gone."""
    there = [s for s in world.every(Stack) if s.status != "DELETE_COMPLETE"]
    return tuple(_seen(world, scenario, stack) for stack in sorted(there, key=lambda s: s.created, reverse=True))


def _seen(world: World, scenario: Scenario, stack: Stack) -> StackSeen:
    parts = [*stack.resources, *stack.leftovers]
    return StackSeen(
        stack.id,
        stack.status,
        stack.reason,
        stack.events[-1].at,
        tuple(PartSeen(r.logical, r.type, r.status, r.physical, r.reason) for r in parts),
        tuple((o["OutputKey"], o["OutputValue"]) for o in outputs(Context(world, scenario, "look"), stack)),
        tuple(
            (c.name, c.reason or c.status, tuple(change_line(each).strip() for each in c.changes))
            for c in world.every(ChangeSet)
            if c.stack == stack.id
        ),
    )
