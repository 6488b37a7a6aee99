"""Maintenance windows: set up, changed, and given up."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.commands.ssm_windows import (
    CreateMaintenanceWindow,
    DeleteMaintenanceWindow,
    UpdateMaintenanceWindow,
)
from cloudlab.engine.kernel import Context, Events, decides, evolves, refuse
from cloudlab.engine.rules.constraints import Broken, between, constrain, pattern
from cloudlab.engine.rules.schedules import opens_next
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.windows import (
    WindowDeleted,
    WindowWritten,
)
from cloudlab.model.windows import MaintenanceWindow, WindowTarget, WindowTask
from cloudlab.model.world import World

OPENS = "window-opens"
_NAME = r"[a-zA-Z0-9_\-.]{3,128}"


def window_key(window: str) -> Broken | None:
    return pattern(window, "windowId", r"mw-[0-9a-f]{17}", "create-maintenance-window answers with it: mw- and 17 hex digits.")


def need_window(ctx: Context, key: str) -> MaintenanceWindow:
    constrain(window_key(key))
    return ctx.need(MaintenanceWindow, key, "DoesNotExistException", "maintenance window")


@decides(CreateMaintenanceWindow)
def decide_create_maintenance_window(ctx: Context, command: CreateMaintenanceWindow) -> Events:
    _check_window(command)
    room(ctx, "ssm_maintenance_windows_per_account", len(ctx.world.table(MaintenanceWindow)), "maintenance windows in this account")
    window = MaintenanceWindow(
        ctx.new_id("mw"),
        command.name,
        command.schedule,
        command.duration,
        command.cutoff,
        command.allow_unassociated_targets,
        ctx.now,
        command.description or "",
    )
    yield from _written(ctx, window)


@decides(UpdateMaintenanceWindow)
def decide_update_maintenance_window(ctx: Context, command: UpdateMaintenanceWindow) -> Events:
    window = need_window(ctx, command.window_id)
    _check_window(command)
    given = {
        "name": command.name,
        "description": command.description,
        "schedule": command.schedule,
        "duration": command.duration,
        "cutoff": command.cutoff,
        "unassociated": command.allow_unassociated_targets,
        "enabled": command.enabled,
    }
    yield from _written(ctx, replace(window, **{name: value for name, value in given.items() if value is not None}))  # type: ignore[arg-type]


def _written(ctx: Context, window: MaintenanceWindow) -> Events:
    if window.cutoff >= window.duration:
        refuse(
            "ValidationException",
            f"Cutoff of {window.cutoff} hours is not less than the duration of {window.duration} hours.",
            f"0 to {window.duration - 1}: so many hours before its end nothing else is begun.",
        )
    opens = opens_next(window.schedule, window.created, ctx.scenario.calendar, ctx.now)
    yield WindowWritten(replace(window, opens=opens if window.enabled else None))
    yield ResourcesSeen((("MaintenanceWindow", window.id),))


def _check_window(command: CreateMaintenanceWindow | UpdateMaintenanceWindow) -> None:
    checks = [*words(command.name, command.description)]
    if command.schedule is not None:
        checks.append(between(len(command.schedule), "schedule.length", 1, 256))
    if command.duration is not None:
        checks.append(between(command.duration, "duration", 1, 24))
    if command.cutoff is not None:
        checks.append(between(command.cutoff, "cutoff", 0, 23))
    constrain(*checks)


def words(name: str | None, description: str | None, owner: str | None = None) -> list[Broken | None]:
    checks: list[Broken | None] = []
    if name is not None:
        checks.append(pattern(name, "name", _NAME, "3 to 128 letters, digits and any of _ - ."))
    for path, text in (("description", description), ("ownerInformation", owner)):
        if text is not None:
            checks.append(between(len(text), f"{path}.length", 1, 128))
    return checks


def room(ctx: Context, quota: str, there: int, noun: str) -> None:
    most = ctx.quota(quota)
    if there >= most:
        refuse("ResourceLimitExceededException", f"There are {there} {noun} already.", f"At most {most}; delete one first.")


@evolves(WindowWritten)
def evolve_window_written(world: World, event: WindowWritten) -> World:
    window = event.window
    world = world.unschedule(OPENS, window.id).put(window)
    return world if window.opens is None else world.schedule(window.opens, OPENS, window.id)


@decides(DeleteMaintenanceWindow)
def decide_delete_maintenance_window(ctx: Context, command: DeleteMaintenanceWindow) -> Events:
    """Deleting what is not there succeeds, as in AWS."""
    constrain(window_key(command.window_id))
    if ctx.world.find(MaintenanceWindow, command.window_id) is not None:
        yield WindowDeleted(command.window_id)


@evolves(WindowDeleted)
def evolve_window_deleted(world: World, event: WindowDeleted) -> World:
    """What it has sent goes on; how it went is kept."""
    for target in [t for t in world.every(WindowTarget) if t.window == event.window]:
        world = world.drop(WindowTarget, target.id)
    for task in [t for t in world.every(WindowTask) if t.window == event.window]:
        world = world.drop(WindowTask, task.id)
    return world.unschedule(OPENS, event.window).drop(MaintenanceWindow, event.window)
