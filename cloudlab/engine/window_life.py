"""A maintenance window's hours: it opens by itself, sends its tasks in turn, begins nothing after the cutoff, and is through."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.engine.kernel import Context, Events, evolves, fires, reacts_to
from cloudlab.engine.rules.managed import missing_piece
from cloudlab.engine.rules.schedules import opens_next
from cloudlab.engine.run_command import command_id, fits, sending
from cloudlab.engine.window import OPENS
from cloudlab.engine.window_registered import OF_WINDOW
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.events.patching import InvocationCancelled
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.windows import WindowCutOff, WindowOpened, WindowTasksBegun, WindowThrough
from cloudlab.model.ids import hexadecimal, uuid
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import HOUR
from cloudlab.model.windows import MaintenanceWindow, WindowExecution, WindowTarget, WindowTask
from cloudlab.model.world import Timer, World

CUTOFF = "window-cutoff"
_RUNS = ("Pending", "InProgress")


def ahead(world: World, scenario: Scenario) -> World:
    """Return a World in which every window is due when it opens next: for a design put into another run."""
    for window in list(world.every(MaintenanceWindow)):
        if window.enabled:
            created = min(window.created, world.now)
            opens = opens_next(window.schedule, created, scenario.calendar, world.now)
            world = world.unschedule(OPENS, window.id).put(replace(window, created=created, opens=opens))
            world = world.schedule(opens, OPENS, window.id)
    return world


@fires(OPENS)
def fire_window_opens(ctx: Context, timer: Timer) -> Events:
    """It opens, unless it is still at what it began the last time."""
    window = ctx.world.get(MaintenanceWindow, timer.target)
    again = opens_next(window.schedule, window.created, ctx.scenario.calendar, ctx.now)
    tasks = sorted((t for t in ctx.world.every(WindowTask) if t.window == window.id), key=lambda t: t.priority)
    key = uuid(hexadecimal("window-execution", window.id, ctx.now))
    execution = WindowExecution(key, window.id, ctx.now, tuple(t.id for t in tasks))
    if any(e.window == window.id and e.status == "IN_PROGRESS" for e in ctx.world.every(WindowExecution)):
        why = "The execution before it is still at work."
        execution = replace(execution, waiting=(), status="SKIPPED_OVERLAPPING", detail=why, ended=ctx.now)
    yield WindowOpened(execution, ctx.now + (window.duration - window.cutoff) * HOUR, again)
    yield ResourcesSeen((("MaintenanceWindow", window.id), ("WindowExecution", key)))


@evolves(WindowOpened)
def evolve_window_opened(world: World, event: WindowOpened) -> World:
    execution = event.execution
    world = world.put(execution).change(MaintenanceWindow, execution.window, opens=event.opens)
    world = world.schedule(event.opens, OPENS, execution.window)
    return world.schedule(event.cutoff, CUTOFF, execution.id) if execution.status == "IN_PROGRESS" else world


@reacts_to(WindowExecution, Invocation)
def react_window(before: World, ctx: Context) -> Events:
    """When what a window has sent is through, the tasks next in turn are sent; when nothing waits any more, it is through itself."""
    for execution in ctx.world.every(WindowExecution):
        if execution.status != "IN_PROGRESS":
            continue
        sent = _sent(ctx.world, execution)
        if any(i.status in _RUNS for i in sent):
            continue
        waiting = [t for key in execution.waiting if (t := ctx.world.find(WindowTask, key)) is not None]
        if waiting:
            now = [t for t in waiting if t.priority == waiting[0].priority]
            yield WindowTasksBegun(execution.id, tuple((t.id, command_id(f"{execution.id}/{t.id}")) for t in now))
            for task in now:
                machines = _machines(ctx, task)
                if machines:
                    name = command_id(f"{execution.id}/{task.id}")
                    yield from sending(ctx, name, task.document, task.parameters, machines, task.at_once, task.errors)
        else:
            yield WindowThrough(execution.id, *_outcome(execution, sent))
            yield ResourcesSeen((("WindowExecution", execution.id),))


def _sent(world: World, execution: WindowExecution) -> list[Invocation]:
    commands = {command for _, command in execution.commands}
    return [i for i in world.every(Invocation) if i.command in commands]


def _machines(ctx: Context, task: WindowTask) -> list[Instance]:
    """The managed machines a task is for now: what is registered may have come and gone since."""
    return [
        i
        for i in ctx.world.every(Instance)
        if any(_meant(ctx.world, i, *target) for target in task.targets) and missing_piece(ctx.world, ctx.scenario, i) is None
    ]


def _meant(world: World, instance: Instance, key: str, values: tuple[str, ...]) -> bool:
    if key != OF_WINDOW:
        return fits(instance, key, values)
    registered = (t for v in values if (t := world.find(WindowTarget, v)) is not None)
    return any(all(fits(instance, *pair) for pair in t.targets) for t in registered)


def _outcome(execution: WindowExecution, sent: list[Invocation]) -> tuple[str, str]:
    """Return how it went, and a sentence."""
    if execution.detail:
        return "TIMED_OUT", execution.detail
    if not sent:
        return "FAILED", "No invocations to execute."
    bad = [i.instance for i in sent if i.status in ("Failed", "TimedOut")]
    if bad:
        return "FAILED", f"{len(bad)} of {len(sent)} failed: {', '.join(bad[:3])}."
    if any(i.status == "Cancelled" for i in sent):
        return "CANCELLED", "Some were taken away at the cutoff."
    return "SUCCESS", f"{len(sent)} of {len(sent)}."


@evolves(WindowTasksBegun)
def evolve_window_tasks_begun(world: World, event: WindowTasksBegun) -> World:
    execution = world.get(WindowExecution, event.execution)
    begun = {task for task, _ in event.commands}
    waiting = tuple(t for t in execution.waiting if t not in begun and world.find(WindowTask, t) is not None)
    return world.put(replace(execution, waiting=waiting, commands=(*execution.commands, *event.commands)))


@fires(CUTOFF)
def fire_window_cutoff(ctx: Context, timer: Timer) -> Events:
    """Nothing else is begun; where a task says so, it is taken away from machines whose turn has not come."""
    execution = ctx.world.get(WindowExecution, timer.target)
    if execution.status != "IN_PROGRESS":
        return
    tasks = {command: ctx.world.find(WindowTask, task) for task, command in execution.commands}
    for invocation in _sent(ctx.world, execution):
        task = tasks[invocation.command]
        if invocation.status == "Pending" and task is not None and task.cancels:
            yield InvocationCancelled(invocation.id, "The cutoff of the maintenance window has come (CANCEL_TASK).")
    if execution.waiting:
        yield WindowCutOff(execution.id, f"{len(execution.waiting)} of its tasks had not begun at the cutoff.")


@evolves(WindowCutOff)
def evolve_window_cut_off(world: World, event: WindowCutOff) -> World:
    return world.change(WindowExecution, event.execution, waiting=(), detail=event.why)


@evolves(WindowThrough)
def evolve_window_through(world: World, event: WindowThrough) -> World:
    world = world.unschedule(CUTOFF, event.execution)
    return world.change(WindowExecution, event.execution, status=event.status, detail=event.detail, ended=world.now)
