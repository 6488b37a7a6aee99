"""Run Command of Systems Manager: which instances it manages, documents sent to them, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloudlab.commands.ssm import (
    DescribeInstanceInformation,
    DescribeInstancePatchStates,
    GetCommandInvocation,
    ListCommandInvocations,
    SendCommand,
)
from cloudlab.engine.delivery import share
from cloudlab.engine.documents import checked, need_document
from cloudlab.engine.instance import is_shown, need_instance
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.rules.approval import baseline_in_force
from cloudlab.engine.rules.constraints import between, constrain, no_longer_than
from cloudlab.engine.rules.managed import missing_piece
from cloudlab.engine.rules.vulnerabilities import lacking
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.events.compute import CommandSent, InvocationAdvanced, InvocationEnded, InvocationTraining
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT, hexadecimal, uuid
from cloudlab.model.patching import Delivery
from cloudlab.model.time import stamp
from cloudlab.model.windows import Pairs
from cloudlab.model.world import World

_MOST_INSTANCES = 50
"""Named one by one in an order; targets may match more."""


def command_id(origin: str) -> str:
    """Return a command's id in AWS's shape (a UUID)."""
    digits = hexadecimal("command", origin)
    return uuid(digits)


@decides(SendCommand)
def decide_send_command(ctx: Context, command: SendCommand) -> Events:
    """Every instance named has to be a managed node that can be reached now; what the document needs besides, it finds out itself."""
    document = need_document(command.document_name)
    constrain(
        no_longer_than(command.comment, "comment", 100),
        between(len(command.instance_ids), "instanceIds.length", 0, _MOST_INSTANCES),
        between(len(command.targets), "targets.length", 0, 5),
    )
    parameters = checked(document, command.parameters)
    instances = _addressed(ctx, command)
    name = command_id(ctx.origin)
    yield from sending(ctx, name, document.name, parameters, instances, command.max_concurrency, command.max_errors)


def sending(
    ctx: Context, name: str, document: str, parameters: Pairs, instances: Sequence[Instance], concurrency: str, errors: str
) -> Events:
    """Send a document to machines, some at a time, whoever asked for it."""
    work = ctx.scenario.catalogue.effort(f"ssm:SendCommand/{document}").machine_seconds
    at_once = share("maxConcurrency", concurrency, len(instances), least=1)
    failing = share("maxErrors", errors, len(instances), least=0)
    invocations = tuple(
        Invocation(f"{name}/{i.id}", name, i.id, document, parameters, ctx.now, "InProgress" if n < at_once else "Pending")
        for n, i in enumerate(instances)
    )
    delivery = Delivery(name, at_once, failing, work) if at_once < len(instances) else None
    yield CommandSent(invocations, (ctx.now + work,) * len(invocations), delivery)
    yield ResourcesSeen(tuple(("Invocation", i.id) for i in invocations))


def _addressed(ctx: Context, command: SendCommand) -> list[Instance]:
    if bool(command.instance_ids) == bool(command.targets):
        refuse(
            "InvalidTarget",
            "The target is not valid: name either instance ids or targets.",
            "--instance-ids i-... or --targets Key=tag:Name,Values=web",
        )
    if command.targets:
        found = [i for i in ctx.world.every(Instance) if all(fits(i, t.key, t.values) for t in command.targets)]
        managed = [i for i in found if missing_piece(ctx.world, ctx.scenario, i) is None]
        if not managed:
            why = f"{found[0].id}: {missing_piece(ctx.world, ctx.scenario, found[0])}" if found else "No instance has that tag or id"
            refuse("InvalidTarget", "The targets match no managed instance.", f"{why}.")
        return managed
    instances = []
    for key in dict.fromkeys(command.instance_ids):
        instance = ctx.world.find(Instance, key)
        missing = missing_piece(ctx.world, ctx.scenario, instance) if instance is not None else "there is no such instance"
        if instance is None or missing is not None:
            refuse(
                "InvalidInstanceId",
                f"Instances [[{key}]] not in a valid state for account {ACCOUNT}",
                f"{key} is no managed node: {missing}.",
            )
        instances.append(instance)
    return instances


def fits(instance: Instance, key: str, values: Sequence[str]) -> bool:
    """Tell whether a target means this machine, or refuse what is no target."""
    if key in ("InstanceIds", "instanceids"):
        return instance.id in values
    if not key.startswith("tag:"):
        refuse("InvalidTarget", f"The target key '{key}' is not valid.", "Key=InstanceIds or Key=tag:<name>.")
    return dict(instance.tags).get(key[4:]) in values


@evolves(CommandSent)
def evolve_command_sent(world: World, event: CommandSent) -> World:
    for invocation, ready in zip(event.invocations, event.ready, strict=True):
        world = world.put(invocation)
        if invocation.status == "InProgress":
            world = world.schedule(ready, "invocation", invocation.id, stage="worked")
    return world if event.delivery is None else world.put(event.delivery)


@evolves(InvocationAdvanced)
def evolve_invocation_advanced(world: World, event: InvocationAdvanced) -> World:
    world = world.change(Invocation, event.invocation, detail=event.detail)
    return world.schedule(event.ready, "invocation", event.invocation, stage=event.stage)


@evolves(InvocationTraining)
def evolve_invocation_training(world: World, event: InvocationTraining) -> World:
    world = world.change(Invocation, event.invocation, training=event.spec, training_from=world.now)
    return world.schedule(event.ready, "invocation", event.invocation, stage="result")


@evolves(InvocationEnded)
def evolve_invocation_ended(world: World, event: InvocationEnded) -> World:
    return world.change(Invocation, event.invocation, status=event.status, detail=event.detail, ended=world.now)


# answers and looks ---------------------------------------------------------------------------------------------------------------


@answers(SendCommand)
def answer_send_command(ctx: Context, command: SendCommand) -> dict[str, Any]:
    name = command_id(ctx.origin)
    sent = [i for i in ctx.world.every(Invocation) if i.command == name]
    return {
        "Command": {
            "CommandId": name,
            "DocumentName": command.document_name,
            "Parameters": {key: list(value) for key, value in sent[0].parameters},
            "InstanceIds": [i.instance for i in sent],
            "TargetCount": len(sent),
            "RequestedDateTime": stamp(sent[0].requested),
            "Status": "InProgress",
            "Comment": command.comment,
            "MaxConcurrency": command.max_concurrency,
            "MaxErrors": command.max_errors,
        }
    }


@decides(ListCommandInvocations)
def decide_list_command_invocations(ctx: Context, command: ListCommandInvocations) -> Events:
    yield ResourcesSeen(tuple(("Invocation", i.id) for i in _listed(ctx, command)))


@answers(ListCommandInvocations)
def answer_list_command_invocations(ctx: Context, command: ListCommandInvocations) -> dict[str, Any]:
    return {"CommandInvocations": [_describe(i) for i in reversed(_listed(ctx, command))]}


def _listed(ctx: Context, command: ListCommandInvocations) -> list[Invocation]:
    if command.command_id is not None and len(command.command_id) != 36:
        refuse("InvalidCommandId", f"'{command.command_id}' is no command id.", "send-command answers with it: 36 characters.")
    return [i for i in ctx.world.every(Invocation) if command.command_id in (None, i.command) and command.instance_id in (None, i.instance)]


@decides(GetCommandInvocation)
def decide_get_command_invocation(ctx: Context, command: GetCommandInvocation) -> Events:
    key = f"{command.command_id}/{command.instance_id}"
    if ctx.world.find(Invocation, key) is None:
        sent = [f"{i.command} on {i.instance}" for i in ctx.world.every(Invocation)][-2:]
        refuse(
            "InvocationDoesNotExist",
            f"Command {command.command_id} was not sent to {command.instance_id}.",
            f"The last ones: {', '.join(sent)}." if sent else "No document has been sent yet.",
        )
    yield ResourcesSeen((("Invocation", key),))


@answers(GetCommandInvocation)
def answer_get_command_invocation(ctx: Context, command: GetCommandInvocation) -> dict[str, Any]:
    invocation = ctx.world.get(Invocation, f"{command.command_id}/{command.instance_id}")
    failed = invocation.status == "Failed"
    return _describe(invocation) | {
        "ResponseCode": {"Pending": -1, "InProgress": -1, "Success": 0}.get(invocation.status, 1),
        "StandardOutputContent": "" if failed else invocation.detail,
        "StandardErrorContent": invocation.detail if failed else "",
    }


def _describe(invocation: Invocation) -> dict[str, Any]:
    return {
        "CommandId": invocation.command,
        "InstanceId": invocation.instance,
        "DocumentName": invocation.document,
        "RequestedDateTime": stamp(invocation.requested),
        "Status": invocation.status,
        "StatusDetails": invocation.detail or invocation.status,
    }


@decides(DescribeInstanceInformation)
def decide_describe_instance_information(ctx: Context, command: DescribeInstanceInformation) -> Events:
    yield ResourcesSeen(tuple(("Instance", i.id) for i in _managed(ctx)))


@answers(DescribeInstanceInformation)
def answer_describe_instance_information(ctx: Context, command: DescribeInstanceInformation) -> dict[str, Any]:
    return {
        "InstanceInformationList": [
            {"InstanceId": i.id, "PingStatus": "Online", "PlatformType": "Linux", "PlatformName": "Amazon Linux", "IPAddress": i.private_ip}
            for i in _managed(ctx)
        ]
    }


def _managed(ctx: Context) -> list[Instance]:
    return [i for i in ctx.world.every(Instance) if is_shown(ctx.world, i) and missing_piece(ctx.world, ctx.scenario, i) is None]


@decides(DescribeInstancePatchStates)
def decide_describe_instance_patch_states(ctx: Context, command: DescribeInstancePatchStates) -> Events:
    constrain(between(len(command.instance_ids), "instanceIds.length", 0, _MOST_INSTANCES))
    for key in command.instance_ids:
        need_instance(ctx, key)
    yield ResourcesSeen(tuple(("Instance", key) for key in command.instance_ids))


@answers(DescribeInstancePatchStates)
def answer_describe_instance_patch_states(ctx: Context, command: DescribeInstancePatchStates) -> dict[str, Any]:
    states = []
    for instance in (ctx.world.get(Instance, key) for key in command.instance_ids):
        pending = instance.software.pending_reboot
        missing = [f for f in lacking(ctx.world, instance) if f.vulnerability.id not in pending]
        states.append(
            {
                "InstanceId": instance.id,
                "BaselineId": baseline_in_force(ctx.world, ctx.scenario).id,
                "InstalledCount": len(instance.software.patched),
                "InstalledPendingRebootCount": len(pending),
                "MissingCount": len(missing),
                "FailedCount": 0,
                "CriticalNonCompliantCount": len(missing) + len(pending),
            }
        )
    return {"InstancePatchStates": states}
