"""A turn at a stack: what it has come to and what has happened so far, while its work goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cloudlab.engine.kernel import Context
from cloudlab.engine.rules.stack_resources import least
from cloudlab.model.events import Event
from cloudlab.model.stacks import Stack, StackEvent, StackResource
from cloudlab.model.world import World

KIND = "AWS::CloudFormation::Stack"


def with_resource(stack: Stack, resource: StackResource) -> Stack:
    """Return a stack with one resource as it is now, and an event that tells so."""
    others = tuple(r for r in stack.resources if r.logical != resource.logical)
    there = [r.logical for r in stack.resources]
    at = there.index(resource.logical) if resource.logical in there else len(others)
    told = StackEvent(resource.since, resource.logical, resource.type, resource.status, resource.reason)
    return replace(stack, resources=(*others[:at], resource, *others[at:]), events=(*stack.events, told))


def with_status(stack: Stack, now: int, status: str, reason: str = "") -> Stack:
    told = StackEvent(now, stack.id, KIND, status, reason)
    return replace(stack, status=status, reason=reason, events=(*stack.events, told))


@dataclass
class Turn:
    """One turn at a stack: what has happened in it so far."""

    ctx: Context
    world: World
    stack: Stack
    events: list[Event]

    def set(self, resource: StackResource, status: str, reason: str = "", **more: str) -> None:
        changed = replace(resource, status=status, since=self.ctx.now, reason=reason)
        self.stack = with_resource(self.stack, replace(changed, **more) if more else changed)  # type: ignore[arg-type]

    @property
    def now(self) -> Context:
        return Context(self.world, self.ctx.scenario, self.ctx.origin)


def due(ctx: Context, resource: StackResource) -> int:
    """Return when a step is through at the earliest."""
    return resource.since + least(ctx.scenario, resource.type)
