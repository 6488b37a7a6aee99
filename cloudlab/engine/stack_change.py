"""Updates of stacks asked for: at once, or thought through as a change set first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.cloudformation import (
    CreateChangeSet,
    DeleteChangeSet,
    DescribeChangeSet,
    ExecuteChangeSet,
    ListChangeSets,
    UpdateStack,
)
from cloudlab.commands.templates.functions import values_of
from cloudlab.commands.templates.language import Template, TemplateError
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.rules.constraints import constrain, pattern
from cloudlab.engine.stack import acknowledged, checked, need_stack, wrong
from cloudlab.engine.stack_orders import parse
from cloudlab.engine.stack_plan import planned, same_types
from cloudlab.engine.stack_turn import with_status
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.stacks import ChangeSetDropped, ChangeSetMade, StackChanged
from cloudlab.model.ids import arn, hexadecimal
from cloudlab.model.stacks import ChangeSet, Given, ResourceChange, Stack
from cloudlab.model.time import stamp
from cloudlab.model.world import World

_STANDS = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
NOTHING = "The submitted information didn't contain changes. Submit different information to create a change set."


def _wanted(ctx: Context, command: UpdateStack | CreateChangeSet) -> tuple[Stack, str, Given, tuple[ResourceChange, ...], bool]:
    """Return (stack, template, parameters, what would change, whether outputs would); refuse what CloudFormation refuses."""
    stack = need_stack(ctx, command.stack_name)
    if stack.status not in _STANDS:
        hint = "Wait until it is through." if stack.busy else "It can only be deleted."
        refuse("ValidationError", f"Stack:{stack.arn} is in {stack.status} state and can not be updated.", hint)
    if (command.template_body is None) is not command.use_previous_template:
        refuse(
            "ValidationError",
            "Either Template URL or Template Body must be specified."
            if command.template_body is None
            else "You cannot specify both usePreviousTemplate and Template Body/Template URL.",
            "--template-body file://NAME, or --use-previous-template with other --parameters.",
        )
    body = stack.template if command.template_body is None else command.template_body
    template = checked(body)
    given = _given(stack, command)
    try:
        values_of(template, dict(given))
        same_types(stack, template)
        changes = planned(ctx.world, stack, template, dict(given))
    except TemplateError as no:
        wrong(no)
    acknowledged(template, command.capabilities)
    return stack, body, given, changes, _says(template) != _says(parse(stack.template))


def _says(template: Template) -> tuple[object, ...]:
    return (template.description, template.outputs)


def _given(stack: Stack, command: UpdateStack | CreateChangeSet) -> Given:
    before, given = dict(stack.given), {}
    for parameter in command.parameters:
        name = parameter.parameter_key
        if not parameter.use_previous_value:
            given[name] = parameter.parameter_value
        elif name in before:
            given[name] = before[name]
    return tuple(sorted(given.items()))


def _begun(ctx: Context, stack: Stack, body: str, given: Given) -> Events:
    """Begin an update; whatever else was thought through for the stack is overtaken."""
    changed = replace(stack, template=body, given=given, previous=(stack.template, stack.given), round=stack.round + 1, updated=ctx.now)
    yield StackChanged(with_status(changed, ctx.now, "UPDATE_IN_PROGRESS", "User Initiated"))
    for change_set in _of(ctx.world, stack):
        yield ChangeSetDropped(change_set.id)


@decides(UpdateStack)
def decide_update_stack(ctx: Context, command: UpdateStack) -> Events:
    stack, body, given, changes, says_more = _wanted(ctx, command)
    if not changes and not says_more:
        refuse("ValidationError", "No updates are to be performed.", "A template or parameters that differ from what stands.")
    yield from _begun(ctx, stack, body, given)
    yield ResourcesSeen((("Stack", stack.id),))


@answers(UpdateStack)
def answer_update_stack(ctx: Context, command: UpdateStack) -> dict[str, Any]:
    return {"StackId": need_stack(ctx, command.stack_name).arn}


# change sets -------------------------------------------------------------------------------------------------------------


def _of(world: World, stack: Stack) -> list[ChangeSet]:
    return [c for c in world.every(ChangeSet) if c.stack == stack.id]


def _need(ctx: Context, stack_name: str, name: str) -> ChangeSet:
    stack = need_stack(ctx, stack_name)
    there = _of(ctx.world, stack)
    found = next((c for c in there if name in (c.name, c.arn)), None)
    if found is None:
        hint = f"There is {', '.join(c.name for c in there)}." if there else "There is none: create-change-set makes one."
        refuse("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", hint)
    return found


@decides(CreateChangeSet)
def decide_create_change_set(ctx: Context, command: CreateChangeSet) -> Events:
    name = command.change_set_name
    constrain(pattern(name, "changeSetName", r"[a-zA-Z][-a-zA-Z0-9]*", "A letter, then letters, digits and hyphens."))
    stack, body, given, changes, says_more = _wanted(ctx, command)
    if any(c.name == name for c in _of(ctx.world, stack)):
        refuse("AlreadyExistsException", f"ChangeSet [{name}] already exists", "Choose another name, or delete-change-set first.")
    made = bool(changes) or says_more
    key = arn("cloudformation", f"changeSet/{name}/{hexadecimal('change-set', ctx.origin)[:32]}")
    status, reason = ("CREATE_COMPLETE", "") if made else ("FAILED", NOTHING)
    yield ChangeSetMade(ChangeSet(f"{stack.id}/{name}", key, stack.id, name, body, given, ctx.now, status, reason, changes))


@answers(CreateChangeSet)
def answer_create_change_set(ctx: Context, command: CreateChangeSet) -> dict[str, Any]:
    found = _need(ctx, command.stack_name, command.change_set_name)
    return {"Id": found.arn, "StackId": need_stack(ctx, command.stack_name).arn}


@decides(DescribeChangeSet)
def decide_describe_change_set(ctx: Context, command: DescribeChangeSet) -> Events:
    _need(ctx, command.stack_name, command.change_set_name)
    return ()


@answers(DescribeChangeSet)
def answer_describe_change_set(ctx: Context, command: DescribeChangeSet) -> dict[str, Any]:
    found = _need(ctx, command.stack_name, command.change_set_name)
    return _summary(ctx, found) | {"Changes": [_told(change) for change in found.changes]}


def _summary(ctx: Context, found: ChangeSet) -> dict[str, Any]:
    return {
        "ChangeSetName": found.name,
        "ChangeSetId": found.arn,
        "StackName": found.stack,
        "StackId": ctx.world.get(Stack, found.stack).arn,
        "CreationTime": stamp(found.created),
        "ExecutionStatus": "AVAILABLE" if found.status == "CREATE_COMPLETE" else "UNAVAILABLE",
        "Status": found.status,
        "StatusReason": found.reason,
    }


def _told(change: ResourceChange) -> dict[str, Any]:
    whole: dict[str, Any] = {"Action": change.action, "LogicalResourceId": change.logical, "ResourceType": change.type}
    if change.physical:
        whole["PhysicalResourceId"] = change.physical
    if change.action == "Modify":
        whole |= {
            "Replacement": change.replacement,
            "Scope": ["Properties"],
            "Details": [{"Target": {"Attribute": "Properties", "Name": name}} for name in change.properties],
        }
    return {"Type": "Resource", "ResourceChange": whole}


@decides(ExecuteChangeSet)
def decide_execute_change_set(ctx: Context, command: ExecuteChangeSet) -> Events:
    found = _need(ctx, command.stack_name, command.change_set_name)
    stack = need_stack(ctx, command.stack_name)
    if found.status != "CREATE_COMPLETE":
        refuse(
            "InvalidChangeSetStatus",
            f"ChangeSet [{found.arn}] cannot be executed in its current status of [{found.status}]",
            f"{found.reason} delete-change-set drops it.",
        )
    if stack.status not in _STANDS:
        refuse("ValidationError", f"Stack:{stack.arn} is in {stack.status} state and can not be updated.", "Wait until it is through.")
    yield from _begun(ctx, stack, found.template, found.given)


@decides(DeleteChangeSet)
def decide_delete_change_set(ctx: Context, command: DeleteChangeSet) -> Events:
    """Deleting what is not there succeeds, as in AWS."""
    for found in _of(ctx.world, need_stack(ctx, command.stack_name)):
        if command.change_set_name in (found.name, found.arn):
            yield ChangeSetDropped(found.id)


@decides(ListChangeSets)
def decide_list_change_sets(ctx: Context, command: ListChangeSets) -> Events:
    need_stack(ctx, command.stack_name)
    return ()


@answers(ListChangeSets)
def answer_list_change_sets(ctx: Context, command: ListChangeSets) -> dict[str, Any]:
    return {"Summaries": [_summary(ctx, c) for c in _of(ctx.world, need_stack(ctx, command.stack_name))]}


@evolves(ChangeSetMade)
def evolve_change_set_made(world: World, event: ChangeSetMade) -> World:
    return world.put(event.change_set)


@evolves(ChangeSetDropped)
def evolve_change_set_dropped(world: World, event: ChangeSetDropped) -> World:
    return world.drop(ChangeSet, event.change_set)
