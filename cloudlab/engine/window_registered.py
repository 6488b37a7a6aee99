"""What is registered with a maintenance window: the machines it is for, and the documents it sends."""

from __future__ import annotations

from collections.abc import Sequence

from cloudlab.commands.ssm import Target
from cloudlab.commands.ssm_windows import (
    CUTOFFS,
    DeregisterTargetFromMaintenanceWindow,
    DeregisterTaskFromMaintenanceWindow,
    RegisterTargetWithMaintenanceWindow,
    RegisterTaskWithMaintenanceWindow,
)
from cloudlab.engine.delivery import share
from cloudlab.engine.documents import checked, need_document
from cloudlab.engine.kernel import Context, Events, decides, evolves, refuse
from cloudlab.engine.rules.constraints import Broken, between, constrain, no_longer_than, one_of, pattern
from cloudlab.engine.run_command import fits
from cloudlab.engine.window import need_window, room, words
from cloudlab.model.compute import Instance
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.windows import (
    WindowTargetGone,
    WindowTargetRegistered,
    WindowTaskGone,
    WindowTaskRegistered,
)
from cloudlab.model.ids import hexadecimal, uuid
from cloudlab.model.windows import MaintenanceWindow, Pairs, WindowTarget, WindowTask
from cloudlab.model.world import World

OF_WINDOW = "WindowTargetIds"


@decides(RegisterTargetWithMaintenanceWindow)
def decide_register_target(ctx: Context, command: RegisterTargetWithMaintenanceWindow) -> Events:
    checks = words(command.name, command.description, command.owner_information)
    kinds = ("INSTANCE", "RESOURCE_GROUP")
    constrain(*checks, one_of(command.resource_type, "resourceType", kinds, "INSTANCE."), *_target_checks(command.targets))
    window = need_window(ctx, command.window_id)
    if command.resource_type != "INSTANCE":
        refuse("ValidationException", "Resource groups are not modelled here.", "--resource-type INSTANCE")
    there = sum(t.window == window.id for t in ctx.world.every(WindowTarget))
    room(ctx, "ssm_targets_per_maintenance_window", there, "targets in this window")
    if not command.targets:
        refuse("ValidationException", "No target is given.", "Key=InstanceIds,Values=i-... or Key=tag:Name,Values=web")
    for target in command.targets:
        _sound(ctx, target)
    registered = WindowTarget(
        registered_id(ctx, "window-target"),
        window.id,
        _pairs(command.targets),
        command.name or "",
        command.description or "",
        command.owner_information or "",
    )
    yield WindowTargetRegistered(registered)
    yield ResourcesSeen((("WindowTarget", registered.id),))


def registered_id(ctx: Context, noun: str) -> str:
    return uuid(hexadecimal(noun, ctx.origin))


def _target_checks(targets: Sequence[Target]) -> list[Broken | None]:
    checks = [between(len(targets), "targets.length", 0, 5)]
    for target in targets:
        checks.append(pattern(target.key, "targets.member.key", r"[\w\s.:/=\-@]{1,163}", "InstanceIds, or tag: and a tag's key."))
        checks.append(between(len(target.values), "targets.member.values.length", 0, 50))
    return checks


def _sound(ctx: Context, target: Target) -> None:
    """A key Systems Manager knows; machines named one by one have to be there."""
    for instance in ctx.world.every(Instance):
        fits(instance, target.key, target.values)
    if target.key == "InstanceIds":
        for key in target.values:
            if ctx.world.find(Instance, key) is None:
                there = ", ".join(ctx.world.table(Instance)) or "none"
                refuse("ValidationException", f"The instance '{key}' does not exist.", f"There is {there}.")
    elif not target.key.startswith("tag:"):
        refuse("ValidationException", f"The target key '{target.key}' is not valid.", "Key=InstanceIds or Key=tag:<name>.")


def _pairs(targets: Sequence[Target]) -> Pairs:
    return tuple((t.key, t.values) for t in targets)


@evolves(WindowTargetRegistered)
def evolve_window_target_registered(world: World, event: WindowTargetRegistered) -> World:
    return world.put(event.target)


@decides(DeregisterTargetFromMaintenanceWindow)
def decide_deregister_target(ctx: Context, command: DeregisterTargetFromMaintenanceWindow) -> Events:
    constrain(_registered_key(command.window_target_id, "windowTargetId"))
    window = need_window(ctx, command.window_id)
    found = ctx.need(WindowTarget, command.window_target_id, "DoesNotExistException", "window target")
    used = [t.id for t in ctx.world.every(WindowTask) if t.window == window.id and found.id in _named(t)]
    if command.safe and used:
        refuse(
            "TargetInUseException",
            f"The target '{found.id}' is used by the task {used[0]}.",
            "Deregister that task first, or leave --safe out.",
        )
    yield WindowTargetGone(found.id)


def _named(task: WindowTask) -> tuple[str, ...]:
    return dict(task.targets).get(OF_WINDOW, ())


def _registered_key(key: str, path: str) -> Broken | None:
    return pattern(key, path, r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", "Registering answers with it: a UUID.")


@evolves(WindowTargetGone)
def evolve_window_target_gone(world: World, event: WindowTargetGone) -> World:
    return world.drop(WindowTarget, event.target)


@decides(RegisterTaskWithMaintenanceWindow)
def decide_register_task(ctx: Context, command: RegisterTaskWithMaintenanceWindow) -> Events:
    kinds = ("RUN_COMMAND", "AUTOMATION", "STEP_FUNCTIONS", "LAMBDA")
    constrain(
        *words(command.name, command.description),
        *_target_checks(command.targets),
        between(len(command.task_arn), "taskArn.length", 1, 1600),
        one_of(command.task_type, "taskType", kinds, "RUN_COMMAND."),
        one_of(command.cutoff_behavior, "cutoffBehavior", CUTOFFS, "One of these."),
        between(command.priority, "priority", 0, 2**31 - 1),
        no_longer_than(command.task_invocation_parameters.run_command.comment, "comment", 100),
    )
    at_once, errors = _or_one(command.max_concurrency), _or_one(command.max_errors)
    share("maxConcurrency", at_once, 1, least=1)
    share("maxErrors", errors, 1, least=0)
    window = need_window(ctx, command.window_id)
    if command.task_type != "RUN_COMMAND":
        refuse("ValidationException", f"Tasks of type {command.task_type} are not modelled here.", "--task-type RUN_COMMAND")
    there = sum(t.window == window.id for t in ctx.world.every(WindowTask))
    room(ctx, "ssm_tasks_per_maintenance_window", there, "tasks in this window")
    document = need_document(command.task_arn)
    given = command.task_invocation_parameters.run_command
    parameters = checked(document, given.parameters)
    _aimed(ctx, window, command.targets)
    task = WindowTask(
        registered_id(ctx, "window-task"),
        window.id,
        document.name,
        _pairs(command.targets),
        parameters,
        at_once,
        errors,
        command.priority,
        command.cutoff_behavior == "CANCEL_TASK",
        given.comment,
        command.name or "",
        command.description or "",
    )
    yield WindowTaskRegistered(task)
    yield ResourcesSeen((("WindowTask", task.id),))


def _or_one(given: str | None) -> str:
    return "1" if given is None else given


def _aimed(ctx: Context, window: MaintenanceWindow, targets: Sequence[Target]) -> None:
    """A run command needs targets: registered ones of this window; machines by id where the window takes unregistered ones."""
    own = [t.id for t in ctx.world.every(WindowTarget) if t.window == window.id]
    hint = f"Key={OF_WINDOW},Values={own[0] if own else '<what register-target-with-maintenance-window answers with>'}"
    if not targets:
        refuse("ValidationException", "A task of type RUN_COMMAND needs targets.", hint)
    for target in targets:
        if target.key == OF_WINDOW:
            for key in target.values:
                if key not in own:
                    refuse("DoesNotExistException", f"The window target '{key}' is not registered with {window.id}.", hint)
        elif target.key != "InstanceIds":
            refuse("ValidationException", f"The target key '{target.key}' is not valid for a task.", f"{hint}, or Key=InstanceIds.")
        elif not window.unassociated and not _all_registered(ctx, window, target.values):
            refuse(
                "ValidationException",
                f"{window.id} takes no machines that are not registered with it (AllowUnassociatedTargets is false).",
                "Register them first: register-target-with-maintenance-window.",
            )
        else:
            _sound(ctx, target)


def _all_registered(ctx: Context, window: MaintenanceWindow, keys: Sequence[str]) -> bool:
    own = [t for t in ctx.world.every(WindowTarget) if t.window == window.id]
    found = [i for k in keys if (i := ctx.world.find(Instance, k)) is not None]
    return all(any(all(fits(i, *pair) for pair in t.targets) for t in own) for i in found)


@evolves(WindowTaskRegistered)
def evolve_window_task_registered(world: World, event: WindowTaskRegistered) -> World:
    return world.put(event.task)


@decides(DeregisterTaskFromMaintenanceWindow)
def decide_deregister_task(ctx: Context, command: DeregisterTaskFromMaintenanceWindow) -> Events:
    constrain(_registered_key(command.window_task_id, "windowTaskId"))
    need_window(ctx, command.window_id)
    yield WindowTaskGone(ctx.need(WindowTask, command.window_task_id, "DoesNotExistException", "window task").id)


@evolves(WindowTaskGone)
def evolve_window_task_gone(world: World, event: WindowTaskGone) -> World:
    return world.drop(WindowTask, event.task)
