"""CloudFormation stacks: asked for, looked at, taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, NoReturn

from cloudlab.commands.cloudformation import (
    CreateStack,
    DeleteStack,
    DescribeStackEvents,
    DescribeStackResources,
    DescribeStacks,
    GetTemplate,
    ValidateTemplate,
)
from cloudlab.commands.templates.functions import values_of
from cloudlab.commands.templates.kinds import KINDS, kind_of
from cloudlab.commands.templates.language import Template, TemplateError
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.engine.stack_orders import Failed, parse, resolved
from cloudlab.engine.stack_turn import with_status
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.stacks import StackChanged
from cloudlab.model.ids import arn, hexadecimal
from cloudlab.model.stacks import Stack
from cloudlab.model.time import stamp

_STANDS = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")


def wrong(no: TemplateError) -> NoReturn:
    refuse("ValidationError", no.sentence, no.accepted)


def checked(body: str) -> Template:
    """Return a template whose form is right and whose types and properties are known; refuse as CloudFormation does."""
    try:
        template = parse(body)
        for resource in template.resources:
            kind_of(resource)
    except TemplateError as no:
        wrong(no)
    return template


@decides(CreateStack)
def decide_create_stack(ctx: Context, command: CreateStack) -> Events:
    name = command.stack_name
    if _NAME.fullmatch(name) is None:
        refuse(
            "ValidationError",
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular "
            "expression pattern: [a-zA-Z][-a-zA-Z0-9]*",
            "A letter, then letters, digits and hyphens.",
        )
    there = ctx.world.find(Stack, name)
    if there is not None and there.status != "DELETE_COMPLETE":
        refuse("AlreadyExistsException", f"Stack [{name}] already exists", _next_step(there))
    template = checked(command.template_body)
    given = {p.parameter_key: p.parameter_value for p in command.parameters}
    try:
        values_of(template, given)
    except TemplateError as no:
        wrong(no)
    acknowledged(template, command.capabilities)
    stack = Stack(
        name,
        arn("cloudformation", f"stack/{name}/{_uuid(ctx.origin)}"),
        ctx.origin,
        command.template_body,
        tuple(sorted(given.items())),
        ctx.now,
        "",
        on_failure=command.on_failure,
    )
    yield StackChanged(with_status(stack, ctx.now, "CREATE_IN_PROGRESS", "User Initiated"))
    yield ResourcesSeen((("Stack", name),))


def _next_step(stack: Stack) -> str:
    if stack.status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"):
        return f"It is {stack.status} and can only be deleted: cloudformation delete-stack --stack-name {stack.id}"
    return f"It is {stack.status}. Choose another name, update it (update-stack), or delete it first."


def acknowledged(template: Template, given: tuple[str, ...]) -> None:
    """Whoever makes roles has to say so; roles with names of their own ask for the larger word."""
    made = [r for r in template.resources if KINDS[r.type].capability]
    if not made:
        return
    named = any(KINDS[r.type].named in r.properties for r in made)
    needed = ("CAPABILITY_NAMED_IAM",) if named else ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")
    if not any(word in given for word in needed):
        refuse(
            "InsufficientCapabilitiesException",
            f"Requires capabilities : [{needed[0]}]",
            f"{made[0].logical} lets somebody do things. Say that you know: --capabilities {needed[0]}",
        )


def _uuid(origin: str) -> str:
    digits = hexadecimal("stack", origin)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))


@answers(CreateStack)
def answer_create_stack(ctx: Context, command: CreateStack) -> dict[str, Any]:
    return {"StackId": ctx.world.get(Stack, command.stack_name).arn}


def need_stack(ctx: Context, name: str) -> Stack:
    """Return a stack by name or ARN; a deleted one is gone."""
    found = next((s for s in ctx.world.every(Stack) if name in (s.id, s.arn)), None)
    if found is None or (found.status == "DELETE_COMPLETE" and name != found.arn):
        there = ", ".join(s.id for s in ctx.world.every(Stack) if s.status != "DELETE_COMPLETE")
        refuse("ValidationError", f"Stack with id {name} does not exist", f"There is {there}." if there else "There is no stack yet.")
    return found


@decides(DeleteStack)
def decide_delete_stack(ctx: Context, command: DeleteStack) -> Events:
    """Deleting what is not there succeeds, as in AWS; what could not be deleted is tried again."""
    stack = next((s for s in ctx.world.every(Stack) if command.stack_name in (s.id, s.arn)), None)
    if stack is None or stack.status in ("DELETE_COMPLETE", "DELETE_IN_PROGRESS"):
        return
    if stack.status.endswith("_IN_PROGRESS") and not stack.status.startswith("CREATE"):
        refuse("ValidationError", f"Stack {stack.arn} is in {stack.status} state and can not be deleted.", "Wait until it is through.")
    again = tuple(replace(r, status="CREATE_COMPLETE") if r.status == "DELETE_FAILED" else r for r in stack.resources)
    yield StackChanged(with_status(replace(stack, resources=again), ctx.now, "DELETE_IN_PROGRESS", "User Initiated"))


# looking -----------------------------------------------------------------------------------------------------------------


@decides(DescribeStacks)
def decide_describe_stacks(ctx: Context, command: DescribeStacks) -> Events:
    yield ResourcesSeen(tuple(("Stack", s.id) for s in _described(ctx, command)))


def _described(ctx: Context, command: DescribeStacks) -> list[Stack]:
    if command.stack_name is not None:
        return [need_stack(ctx, command.stack_name)]
    return [s for s in ctx.world.every(Stack) if s.status != "DELETE_COMPLETE"]


@answers(DescribeStacks)
def answer_describe_stacks(ctx: Context, command: DescribeStacks) -> dict[str, Any]:
    return {"Stacks": [describe_stack(ctx, stack) for stack in _described(ctx, command)]}


def describe_stack(ctx: Context, stack: Stack) -> dict[str, Any]:
    template = parse(stack.template)
    secret = {p.name for p in template.parameters if p.secret}
    return {
        "StackId": stack.arn,
        "StackName": stack.id,
        "Description": template.description,
        "CreationTime": stamp(stack.created),
        **({"LastUpdatedTime": stamp(stack.updated)} if stack.updated is not None else {}),
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": "****" if name in secret else str(value)}
            for name, value in values_of(template, dict(stack.given)).items()
        ],
        "Outputs": outputs(ctx, stack),
    }


def outputs(ctx: Context, stack: Stack) -> list[dict[str, Any]]:
    """Return what the outputs of a stack come to, once it is complete."""
    if not stack.status.startswith(_STANDS):
        return []
    template = parse(stack.template)
    found = []
    for output in template.outputs:
        try:
            value = str(resolved(ctx.world, stack, template, output.value))
        except (Failed, AssertionError):
            value = "(gone)"  # somebody deleted the resource beside the stack
        found.append({"OutputKey": output.name, "OutputValue": value, "Description": output.description})
    return found


@decides(DescribeStackEvents)
def decide_describe_stack_events(ctx: Context, command: DescribeStackEvents) -> Events:
    yield ResourcesSeen((("Stack", need_stack(ctx, command.stack_name).id),))


@answers(DescribeStackEvents)
def answer_describe_stack_events(ctx: Context, command: DescribeStackEvents) -> dict[str, Any]:
    stack = need_stack(ctx, command.stack_name)
    return {
        "StackEvents": [
            {
                "StackName": stack.id,
                "LogicalResourceId": event.logical,
                "ResourceType": event.type,
                "Timestamp": stamp(event.at),
                "ResourceStatus": event.status,
                "ResourceStatusReason": event.reason,
            }
            for event in reversed(stack.events)
        ]
    }


@decides(DescribeStackResources)
def decide_describe_stack_resources(ctx: Context, command: DescribeStackResources) -> Events:
    yield ResourcesSeen((("Stack", need_stack(ctx, command.stack_name).id),))


@answers(DescribeStackResources)
def answer_describe_stack_resources(ctx: Context, command: DescribeStackResources) -> dict[str, Any]:
    stack = need_stack(ctx, command.stack_name)
    return {
        "StackResources": [
            {
                "StackName": stack.id,
                "LogicalResourceId": r.logical,
                "PhysicalResourceId": r.physical,
                "ResourceType": r.type,
                "Timestamp": stamp(r.since),
                "ResourceStatus": r.status,
                "ResourceStatusReason": r.reason,
            }
            for r in stack.resources
        ]
    }


@decides(GetTemplate)
def decide_get_template(ctx: Context, command: GetTemplate) -> Events:
    yield ResourcesSeen((("Stack", need_stack(ctx, command.stack_name).id),))


@answers(GetTemplate)
def answer_get_template(ctx: Context, command: GetTemplate) -> dict[str, Any]:
    return {"TemplateBody": need_stack(ctx, command.stack_name).template, "StagesAvailable": ["Original", "Processed"]}


@decides(ValidateTemplate)
def decide_validate_template(ctx: Context, command: ValidateTemplate) -> Events:
    checked(command.template_body)
    return ()


@answers(ValidateTemplate)
def answer_validate_template(ctx: Context, command: ValidateTemplate) -> dict[str, Any]:
    template = checked(command.template_body)
    roles = any(KINDS[r.type].capability for r in template.resources)
    return {
        "Description": template.description,
        "Parameters": [
            {"ParameterKey": p.name, "DefaultValue": p.default or "", "NoEcho": p.secret, "Description": ""} for p in template.parameters
        ],
        "Capabilities": ["CAPABILITY_IAM"] if roles else [],
    }
