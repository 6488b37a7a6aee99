"""What Systems Manager answers about maintenance windows: looked at, and as each order is answered."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ssm_windows import (
    CreateMaintenanceWindow,
    DeleteMaintenanceWindow,
    DeregisterTargetFromMaintenanceWindow,
    DeregisterTaskFromMaintenanceWindow,
    DescribeMaintenanceWindowExecutions,
    DescribeMaintenanceWindows,
    DescribeMaintenanceWindowTargets,
    DescribeMaintenanceWindowTasks,
    GetMaintenanceWindow,
    RegisterTargetWithMaintenanceWindow,
    RegisterTaskWithMaintenanceWindow,
    UpdateMaintenanceWindow,
)
from cloudlab.engine.kernel import Context, Events, answers, decides
from cloudlab.engine.rules.constraints import constrain
from cloudlab.engine.window import need_window, window_key
from cloudlab.engine.window_registered import registered_id
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.time import stamp
from cloudlab.model.windows import MaintenanceWindow, Pairs, WindowExecution, WindowTarget, WindowTask


@answers(CreateMaintenanceWindow)
def answer_create_maintenance_window(ctx: Context, command: CreateMaintenanceWindow) -> dict[str, Any]:
    return {"WindowId": ctx.new_id("mw")}


@answers(UpdateMaintenanceWindow)
def answer_update_maintenance_window(ctx: Context, command: UpdateMaintenanceWindow) -> dict[str, Any]:
    told = _window(ctx.world.get(MaintenanceWindow, command.window_id))
    told.pop("NextExecutionTime", None)
    return told | {"AllowUnassociatedTargets": ctx.world.get(MaintenanceWindow, command.window_id).unassociated}


@answers(DeleteMaintenanceWindow)
def answer_delete_maintenance_window(ctx: Context, command: DeleteMaintenanceWindow) -> dict[str, Any]:
    return {"WindowId": command.window_id}


@answers(RegisterTargetWithMaintenanceWindow)
def answer_register_target(ctx: Context, command: RegisterTargetWithMaintenanceWindow) -> dict[str, Any]:
    return {"WindowTargetId": registered_id(ctx, "window-target")}


@answers(RegisterTaskWithMaintenanceWindow)
def answer_register_task(ctx: Context, command: RegisterTaskWithMaintenanceWindow) -> dict[str, Any]:
    return {"WindowTaskId": registered_id(ctx, "window-task")}


@answers(DeregisterTargetFromMaintenanceWindow)
def answer_deregister_target(ctx: Context, command: DeregisterTargetFromMaintenanceWindow) -> dict[str, Any]:
    return {"WindowId": command.window_id, "WindowTargetId": command.window_target_id}


@answers(DeregisterTaskFromMaintenanceWindow)
def answer_deregister_task(ctx: Context, command: DeregisterTaskFromMaintenanceWindow) -> dict[str, Any]:
    return {"WindowId": command.window_id, "WindowTaskId": command.window_task_id}


@decides(GetMaintenanceWindow)
def decide_get_maintenance_window(ctx: Context, command: GetMaintenanceWindow) -> Events:
    yield ResourcesSeen((("MaintenanceWindow", need_window(ctx, command.window_id).id),))


@answers(GetMaintenanceWindow)
def answer_get_maintenance_window(ctx: Context, command: GetMaintenanceWindow) -> dict[str, Any]:
    window = ctx.world.get(MaintenanceWindow, command.window_id)
    return _window(window) | {"AllowUnassociatedTargets": window.unassociated, "CreatedDate": stamp(window.created)}


def _window(window: MaintenanceWindow) -> dict[str, Any]:
    told: dict[str, Any] = {
        "WindowId": window.id,
        "Name": window.name,
        "Enabled": window.enabled,
        "Duration": window.duration,
        "Cutoff": window.cutoff,
        "Schedule": window.schedule,
    }
    if window.description:
        told["Description"] = window.description
    if window.opens is not None:
        told["NextExecutionTime"] = stamp(window.opens)
    return told


@decides(DescribeMaintenanceWindows)
def decide_describe_maintenance_windows(ctx: Context, command: DescribeMaintenanceWindows) -> Events:
    yield ResourcesSeen(tuple(("MaintenanceWindow", w.id) for w in ctx.world.every(MaintenanceWindow)))


@answers(DescribeMaintenanceWindows)
def answer_describe_maintenance_windows(ctx: Context, command: DescribeMaintenanceWindows) -> dict[str, Any]:
    return {"WindowIdentities": [_window(w) for w in ctx.world.every(MaintenanceWindow)]}


@decides(DescribeMaintenanceWindowTargets)
def decide_describe_targets(ctx: Context, command: DescribeMaintenanceWindowTargets) -> Events:
    window = need_window(ctx, command.window_id)
    yield ResourcesSeen(tuple(("WindowTarget", t.id) for t in ctx.world.every(WindowTarget) if t.window == window.id))


@answers(DescribeMaintenanceWindowTargets)
def answer_describe_targets(ctx: Context, command: DescribeMaintenanceWindowTargets) -> dict[str, Any]:
    own = [t for t in ctx.world.every(WindowTarget) if t.window == command.window_id]
    return {
        "Targets": [
            {"WindowId": t.window, "WindowTargetId": t.id, "ResourceType": "INSTANCE", "Targets": _targets(t.targets)}
            | _texts(Name=t.name, Description=t.description, OwnerInformation=t.owner)
            for t in own
        ]
    }


def _targets(pairs: Pairs) -> list[dict[str, Any]]:
    return [{"Key": key, "Values": list(values)} for key, values in pairs]


def _texts(**given: str) -> dict[str, str]:
    """AWS leaves out what nobody wrote."""
    return {name: text for name, text in given.items() if text}


@decides(DescribeMaintenanceWindowTasks)
def decide_describe_tasks(ctx: Context, command: DescribeMaintenanceWindowTasks) -> Events:
    window = need_window(ctx, command.window_id)
    yield ResourcesSeen(tuple(("WindowTask", t.id) for t in ctx.world.every(WindowTask) if t.window == window.id))


@answers(DescribeMaintenanceWindowTasks)
def answer_describe_tasks(ctx: Context, command: DescribeMaintenanceWindowTasks) -> dict[str, Any]:
    own = [t for t in ctx.world.every(WindowTask) if t.window == command.window_id]
    return {
        "Tasks": [
            {
                "WindowId": t.window,
                "WindowTaskId": t.id,
                "TaskArn": t.document,
                "Type": "RUN_COMMAND",
                "Targets": _targets(t.targets),
                "Priority": t.priority,
                "MaxConcurrency": t.at_once,
                "MaxErrors": t.errors,
                "CutoffBehavior": "CANCEL_TASK" if t.cancels else "CONTINUE_TASK",
            }
            | _texts(Name=t.name, Description=t.description)
            for t in own
        ]
    }


@decides(DescribeMaintenanceWindowExecutions)
def decide_describe_executions(ctx: Context, command: DescribeMaintenanceWindowExecutions) -> Events:
    constrain(window_key(command.window_id))
    yield ResourcesSeen(tuple(("WindowExecution", e.id) for e in _executions(ctx, command.window_id)))


@answers(DescribeMaintenanceWindowExecutions)
def answer_describe_executions(ctx: Context, command: DescribeMaintenanceWindowExecutions) -> dict[str, Any]:
    return {"WindowExecutions": [_execution(e) for e in reversed(_executions(ctx, command.window_id))]}


def _executions(ctx: Context, window: str) -> list[WindowExecution]:
    return [e for e in ctx.world.every(WindowExecution) if e.window == window]


def _execution(execution: WindowExecution) -> dict[str, Any]:
    told: dict[str, Any] = {
        "WindowId": execution.window,
        "WindowExecutionId": execution.id,
        "Status": execution.status,
        "StartTime": stamp(execution.started),
    }
    if execution.detail:
        told["StatusDetails"] = execution.detail
    if execution.ended is not None:
        told["EndTime"] = stamp(execution.ended)
    return told
