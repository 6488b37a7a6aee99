"""Stack work: resources are made as soon as what they wait for is there, and deleted once nothing waits for them any more."""

from __future__ import annotations

from cloudlab.commands.templates.language import Template, needs
from cloudlab.engine.kernel import Context, Events, evolves, fires, reacts
from cloudlab.engine.rules.stack_resources import is_gone, state
from cloudlab.engine.stack_orders import Failed, make, parse, unmake
from cloudlab.engine.stack_turn import Turn, due, with_status
from cloudlab.engine.stack_update import go_on_updating
from cloudlab.model.events.stacks import StackChanged
from cloudlab.model.stacks import Stack, StackResource
from cloudlab.model.world import Timer, World


def go_on(ctx: Context, stack: Stack) -> Events:
    """Take a stack as far as it gets at this instant."""
    work = Turn(ctx, ctx.world, stack, [])
    while True:
        before, template = work.stack, parse(work.stack.template)
        if work.stack.status == "CREATE_IN_PROGRESS":
            _create(work, template)
        elif work.stack.status.startswith("UPDATE_") and work.stack.busy:
            go_on_updating(work, template)
        elif work.stack.busy:
            _delete(work, template)
        if work.stack is before:
            break
    if work.stack is stack:
        return
    yield from work.events
    under_way = [r for r in (*work.stack.resources, *work.stack.leftovers) if r.status.endswith("_IN_PROGRESS")]
    waits = [due(ctx, r) for r in under_way if due(ctx, r) > ctx.now]
    yield StackChanged(work.stack, min(waits, default=None) if work.stack.busy else None)


def _create(work: Turn, template: Template) -> None:
    now, stack = work.ctx.now, work.stack
    failed = next((r for r in stack.resources if r.status == "CREATE_FAILED"), None)
    for resource in stack.resources:
        if resource.status != "CREATE_IN_PROGRESS":
            continue
        if failed is not None:
            work.set(resource, "CREATE_FAILED", "Resource creation cancelled")
        elif now >= due(work.ctx, resource) and (found := state(work.world, resource.type, resource.physical)):
            work.set(resource, "CREATE_COMPLETE" if found == "there" else "CREATE_FAILED", "" if found == "there" else found)
    stack = work.stack
    if failed is not None:
        _give_up(work, failed)
        return
    done = {r.logical for r in stack.resources if r.status == "CREATE_COMPLETE"}
    for wanted in template.resources:
        if stack.resource(wanted.logical) is not None or not done.issuperset(needs(template, wanted)):
            continue
        begun = StackResource(wanted.logical, wanted.type, "CREATE_IN_PROGRESS", now)
        try:
            happens, work.world, physical, properties = make(work.now, work.stack, template, wanted)
        except Failed as no:
            work.set(begun, "CREATE_FAILED", str(no))
            return
        work.events += happens
        work.set(begun, "CREATE_IN_PROGRESS", physical=physical, properties=properties)
    if len(done) == len(template.resources):
        work.stack = with_status(work.stack, now, "CREATE_COMPLETE")


def _give_up(work: Turn, failed: StackResource) -> None:
    """What AWS does with a stack that could not be made depends on what was asked for."""
    reason = f"The following resource(s) failed to create: [{failed.logical}]."
    if work.stack.on_failure == "DO_NOTHING":
        work.stack = with_status(work.stack, work.ctx.now, "CREATE_FAILED", reason)
    elif work.stack.on_failure == "DELETE":
        work.stack = with_status(work.stack, work.ctx.now, "DELETE_IN_PROGRESS", reason)
    else:
        work.stack = with_status(work.stack, work.ctx.now, "ROLLBACK_IN_PROGRESS", f"{reason} Rollback requested by user.")


def _delete(work: Turn, template: Template) -> None:
    now = work.ctx.now
    for resource in work.stack.resources:
        through = resource.status == "DELETE_IN_PROGRESS" and now >= due(work.ctx, resource)
        if through and is_gone(work.world, resource.type, resource.physical):
            work.set(resource, "DELETE_COMPLETE")
    left = {r.logical: r for r in work.stack.resources if not r.status.startswith("DELETE_") or r.status == "DELETE_IN_PROGRESS"}
    wanted_by = {r.logical: [w.logical for w in template.resources if r.logical in needs(template, w)] for r in template.resources}
    for logical, resource in reversed(left.items()):
        if resource.status == "DELETE_IN_PROGRESS" or any(other in left for other in wanted_by[logical]):
            continue
        declared = template.resource(logical)
        if not resource.physical:
            work.set(resource, "DELETE_COMPLETE")
        elif declared is not None and declared.keep == "Retain" and work.stack.status == "DELETE_IN_PROGRESS":
            work.set(resource, "DELETE_SKIPPED")
        else:
            try:
                happens, work.world = unmake(work.now, work.stack, resource)
            except Failed as no:
                work.set(resource, "DELETE_FAILED", str(no))
                continue
            work.events += happens
            work.set(resource, "DELETE_IN_PROGRESS")
    failed = [r.logical for r in work.stack.resources if r.status == "DELETE_FAILED"]
    under_way = any(r.status == "DELETE_IN_PROGRESS" for r in work.stack.resources)
    waiting = any(not r.status.startswith("DELETE_") for r in work.stack.resources)
    if under_way or (waiting and not failed):
        return
    word = work.stack.status.removesuffix("_IN_PROGRESS")
    if failed:
        work.stack = with_status(work.stack, now, f"{word}_FAILED", f"The following resource(s) failed to delete: [{', '.join(failed)}].")
    else:
        work.stack = with_status(work.stack, now, f"{word}_COMPLETE", work.stack.reason if word == "ROLLBACK" else "")


@evolves(StackChanged)
def evolve_stack_changed(world: World, event: StackChanged) -> World:
    world = world.put(event.stack).unschedule("stack", event.stack.id)
    return world if event.awake is None else world.schedule(event.awake, "stack", event.stack.id)


@fires("stack")
def fire_stack(ctx: Context, timer: Timer) -> Events:
    stack = ctx.world.find(Stack, timer.target)
    if stack is not None and stack.busy:
        yield from go_on(ctx, stack)


@reacts
def react_stacks(before: World, ctx: Context) -> Events:
    """A stack goes on when anything it waits for has come about."""
    for stack in ctx.world.every(Stack):
        if stack.busy:
            yield from go_on(ctx, stack)
            return
