"""Deliveries: a command sent to several machines reaches so many at a time, and nobody else once too many have failed."""

from __future__ import annotations

import re
from dataclasses import replace

from cloudlab.engine.kernel import Context, Events, evolves, reacts_to, refuse
from cloudlab.model.compute import Invocation
from cloudlab.model.events.patching import InvocationBegun, InvocationCancelled
from cloudlab.model.patching import Delivery
from cloudlab.model.world import World

_PERCENT = re.compile(r"([1-9][0-9]?|100)%")


def share(name: str, given: str, of: int, *, least: int) -> int:
    """Return how many of `of` machines `--max-concurrency` or `--max-errors` means: a number, or a percentage (at least one)."""
    found = _PERCENT.fullmatch(given)
    if found is None and not (given.isdecimal() and int(given) >= least):
        refuse(
            "ValidationException",
            f"1 validation error detected: Value '{given}' at '{name}' failed to satisfy constraint: Member must satisfy regular "
            rf"expression pattern: ^([1-9][0-9]*|{'[0]|' if least == 0 else ''}[1-9][0-9]%|[0-9]%|100%)$",
            "A number of machines, or a percentage such as 50%.",
        )
    return max(of * int(found[1]) // 100, 1) if found is not None else int(given)


@reacts_to(Invocation)
def react_delivery(before: World, ctx: Context) -> Events:
    """When a machine is through, the next one's turn comes; when too many have failed, nobody else's does."""
    for delivery in ctx.world.every(Delivery):
        sent = [i for i in ctx.world.every(Invocation) if i.command == delivery.id]
        waiting = [i for i in sent if i.status == "Pending"]
        if not waiting:
            continue
        failed = sum(i.status in ("Failed", "TimedOut") for i in sent)
        if failed > delivery.errors:
            for invocation in waiting:
                yield InvocationCancelled(invocation.id, f"Terminated: {failed} failed, and {delivery.errors} may (--max-errors).")
            continue
        free = delivery.at_once - sum(i.status == "InProgress" for i in sent)
        for invocation in waiting[:free]:
            yield InvocationBegun(invocation.id, ctx.now + delivery.work)


@evolves(InvocationBegun)
def evolve_invocation_begun(world: World, event: InvocationBegun) -> World:
    world = world.put(replace(world.get(Invocation, event.invocation), status="InProgress", requested=world.now))
    return world.schedule(event.ready, "invocation", event.invocation, stage="worked")


@evolves(InvocationCancelled)
def evolve_invocation_cancelled(world: World, event: InvocationCancelled) -> World:
    return world.change(Invocation, event.invocation, status="Cancelled", detail=event.why, ended=world.now)
