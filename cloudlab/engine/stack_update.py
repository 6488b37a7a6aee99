"""Stack updates: what is new is made, what differs changed or replaced, what nothing names any more deleted at last; or all is put back.

The way back is the same walk towards the template from before: template and `previous` change places. What was replaced is still there
until the very end, so it only takes its place again.
"""

from __future__ import annotations

import json
from dataclasses import replace

from cloudlab.commands.templates.changes import CHANGES
from cloudlab.commands.templates.kinds import KINDS
from cloudlab.commands.templates.language import Resource, Template, needs
from cloudlab.engine.rules.stack_resources import is_gone, state
from cloudlab.engine.stack_orders import Failed, alter, make, parse, resolved, unmake
from cloudlab.engine.stack_turn import Turn, due, with_status
from cloudlab.model.stacks import StackEvent, StackResource

_FAILED = ("CREATE_FAILED", "UPDATE_FAILED")
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def go_on_updating(turn: Turn, template: Template) -> None:
    """Take an update, or the way back from one, as far as it gets at this instant."""
    if turn.stack.status.endswith("_CLEANUP_IN_PROGRESS"):
        _clean_up(turn, template)
        return
    _settle(turn)
    failed = next((r for r in turn.stack.resources if r.status in _FAILED and r.round == turn.stack.round), None)
    if failed is not None:
        _turn_back(turn, failed)
        return
    for wanted in template.resources:
        done = {r.logical for r in turn.stack.resources if r.round == turn.stack.round and r.status in _DONE}
        current = turn.stack.resource(wanted.logical)
        seen_to = current is not None and current.round == turn.stack.round
        if not seen_to and done.issuperset(needs(template, wanted)):
            _see_to(turn, template, wanted)
    if all((r := turn.stack.resource(w.logical)) and r.round == turn.stack.round and r.status in _DONE for w in template.resources):
        _done(turn, template)


def _settle(turn: Turn) -> None:
    """Note what is through, and what did not stabilise."""
    for resource in turn.stack.resources:
        word = resource.status.removesuffix("_IN_PROGRESS")
        if word != resource.status and turn.ctx.now >= due(turn.ctx, resource):
            found = state(turn.world, resource.type, resource.physical)
            if found:
                turn.set(resource, f"{word}_COMPLETE" if found == "there" else f"{word}_FAILED", "" if found == "there" else found)


def _see_to(turn: Turn, template: Template, wanted: Resource) -> None:
    """Make a resource what the template says it is to be."""
    current = _back_in_place(turn, wanted.logical)
    here = turn.stack.round
    if current is None:
        _make(turn, template, wanted, StackResource(wanted.logical, wanted.type, "CREATE_IN_PROGRESS", turn.ctx.now, round=here))
        return
    if current.status not in _FAILED and not state(turn.world, current.type, current.physical):
        return  # somebody else's change of it is under way: it is waited for, as AWS does
    try:
        properties = resolved(turn.world, turn.stack, template, dict(wanted.properties))
    except Failed as no:
        turn.set(replace(current, round=here), "UPDATE_FAILED", str(no))
        return
    old = json.loads(current.properties)
    different = [name for name in dict.fromkeys((*old, *properties)) if old.get(name) != properties.get(name)]
    if not different:
        _as_it_is(turn, current)
    elif (change := CHANGES.get(wanted.type)) is not None and all(name in change.properties for name in different):
        try:
            happens, turn.world, physical = alter(turn.now, turn.stack, current, properties)
        except Failed as no:
            turn.set(replace(current, round=here), "UPDATE_FAILED", str(no))
            return
        turn.events += happens
        said = json.dumps(properties, sort_keys=True)
        turn.set(replace(current, round=here), "UPDATE_IN_PROGRESS", physical=physical, properties=said)
    else:
        _replace(turn, template, wanted, current, properties)


def _as_it_is(turn: Turn, current: StackResource) -> None:
    """What stays needs no event, but for one whose change had failed and is none any more."""
    if current.status not in _DONE:
        turn.set(replace(current, round=turn.stack.round), "UPDATE_COMPLETE")
        return
    same = replace(current, round=turn.stack.round)
    turn.stack = replace(turn.stack, resources=tuple(same if r is current else r for r in turn.stack.resources))


def _back_in_place(turn: Turn, logical: str) -> StackResource | None:
    """Return the resource as it is now; on the way back, what was replaced takes its place again."""
    stack, current = turn.stack, turn.stack.resource(logical)
    before = next((r for r in stack.leftovers if r.logical == logical), None)
    if before is None or current is None or not stack.status.startswith("UPDATE_ROLLBACK"):
        return current
    turn.stack = replace(
        stack,
        resources=tuple(before if r is current else r for r in stack.resources),
        leftovers=tuple(current if r is before else r for r in stack.leftovers),
    )
    return before


def _make(turn: Turn, template: Template, wanted: Resource, begun: StackResource) -> None:
    try:
        happens, turn.world, physical, properties = make(turn.now, turn.stack, template, wanted)
    except Failed as no:
        turn.set(begun, f"{begun.status.removesuffix('_IN_PROGRESS')}_FAILED", str(no))
        return
    turn.events += happens
    if begun.physical:
        old = turn.stack.resource(begun.logical)
        assert old is not None
        turn.stack = replace(turn.stack, leftovers=(*turn.stack.leftovers, old))
    turn.set(begun, begun.status, begun.reason, physical=physical, properties=properties)


def _replace(turn: Turn, template: Template, wanted: Resource, current: StackResource, properties: dict[str, object]) -> None:
    named = KINDS[wanted.type].named
    begun = replace(current, status="UPDATE_IN_PROGRESS", since=turn.ctx.now, round=turn.stack.round)
    if named and named in properties and json.loads(current.properties).get(named) == properties[named]:
        sentence = "CloudFormation cannot update a stack when a custom-named resource requires replacing."
        turn.set(begun, "UPDATE_FAILED", f"{sentence} Rename {current.physical} and update the stack again.")
        return
    reason = "Requested update requires the creation of a new physical resource; hence creating one."
    _make(turn, template, wanted, replace(begun, reason=reason))


def _turn_back(turn: Turn, failed: StackResource) -> None:
    """What is under way is given up, and the template from before is walked towards; a way back that fails ends there."""
    for resource in turn.stack.resources:
        if resource.status.endswith("_IN_PROGRESS"):
            turn.set(resource, f"{resource.status.removesuffix('_IN_PROGRESS')}_FAILED", "Resource update cancelled")
    stack, now = turn.stack, turn.ctx.now
    verb = "create" if failed.status == "CREATE_FAILED" else "update"
    reason = f"The following resource(s) failed to {verb}: [{failed.logical}]."
    if stack.status == "UPDATE_ROLLBACK_IN_PROGRESS":
        turn.stack = with_status(replace(stack, leftovers=()), now, "UPDATE_ROLLBACK_FAILED", reason)
        return
    assert stack.previous is not None
    template, given = stack.previous
    back = replace(stack, template=template, given=given, previous=(stack.template, stack.given), round=stack.round + 1)
    turn.stack = with_status(back, now, "UPDATE_ROLLBACK_IN_PROGRESS", reason)


def _done(turn: Turn, template: Template) -> None:
    """Everything is as the template says; what it does not name is left over."""
    stack = turn.stack
    unnamed = tuple(r for r in stack.resources if template.resource(r.logical) is None)
    rest = replace(stack, resources=tuple(r for r in stack.resources if r not in unnamed), leftovers=(*stack.leftovers, *unnamed))
    word = stack.status.removesuffix("_IN_PROGRESS")
    turn.stack = with_status(rest, turn.ctx.now, f"{word}_COMPLETE_CLEANUP_IN_PROGRESS", stack.reason)


def _clean_up(turn: Turn, template: Template) -> None:
    """Delete what is left over, dependents first. What can't be deleted stays, outside the stack, and the update is none the worse."""
    assert turn.stack.previous is not None
    before = parse(turn.stack.previous[0])
    for resource in reversed(turn.stack.leftovers):
        others = [r.logical for r in turn.stack.leftovers if r is not resource]
        if resource.status == "DELETE_IN_PROGRESS":
            if turn.ctx.now >= due(turn.ctx, resource) and is_gone(turn.world, resource.type, resource.physical):
                _tell(turn, resource, "DELETE_COMPLETE")
            continue
        declared = before.resource(resource.logical)
        if any(resource.logical in needs(before, w) for w in before.resources if w.logical in others):
            continue
        policy = "" if declared is None else declared.keep_replaced if template.resource(resource.logical) else declared.keep
        if not resource.physical:
            _tell(turn, resource, "DELETE_COMPLETE")
        elif policy == "Retain":
            _tell(turn, resource, "DELETE_SKIPPED")
        else:
            try:
                happens, turn.world = unmake(turn.now, turn.stack, resource)
            except Failed as no:
                _tell(turn, resource, "DELETE_FAILED", str(no))
                continue
            turn.events += happens
            _tell(turn, resource, "DELETE_IN_PROGRESS")
    if not turn.stack.leftovers:
        word = turn.stack.status.removesuffix("_CLEANUP_IN_PROGRESS")
        reason = turn.stack.reason if word == "UPDATE_ROLLBACK_COMPLETE" else ""
        turn.stack = with_status(replace(turn.stack, previous=None), turn.ctx.now, word, reason)


def _tell(turn: Turn, resource: StackResource, status: str, reason: str = "") -> None:
    """Note what becomes of something left over; what is through is none any more."""
    now, stack = turn.ctx.now, turn.stack
    told = StackEvent(now, resource.logical, resource.type, status, reason)
    under_way = replace(resource, status=status, since=now, reason=reason)
    left = [under_way if r is resource else r for r in stack.leftovers if r is not resource or status == "DELETE_IN_PROGRESS"]
    turn.stack = replace(stack, leftovers=tuple(left), events=(*stack.events, told))
