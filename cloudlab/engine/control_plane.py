"""The control plane: while it is down, nothing can be made or changed in the region; what runs keeps running, and can be looked at."""

from __future__ import annotations

from cloudlab.commands.base import Command
from cloudlab.engine.kernel import Context, Events, evolves, fires, guards, refuse
from cloudlab.engine.rules.control_plane import DATA_PLANES, is_out
from cloudlab.model.events.zones import ControlPlaneCameBack, ControlPlaneFailed
from cloudlab.model.operations import ControlPlaneOutage
from cloudlab.model.world import Timer, World


@guards
def guard_control_plane(ctx: Context, command: Command) -> None:
    """Refuse as the service does when its own back is gone. Calls of the data planes (objects, predictions, documents) get through."""
    if command.reads or command.service in DATA_PLANES or not is_out(ctx.world):
        return
    hint = "Nobody of yours can mend that. What runs keeps running; wait, and change nothing that works."
    if command.service == "ec2":
        refuse("InternalError", "An internal error has occurred.", hint)
    refuse("ServiceUnavailable", "The request has failed due to a temporary failure of the server.", hint)


@evolves(ControlPlaneFailed)
def evolve_control_plane_failed(world: World, event: ControlPlaneFailed) -> World:
    region = event.outage.id
    return world.unschedule("control-plane-back", region).put(event.outage).schedule(event.outage.until, "control-plane-back", region)


@fires("control-plane-back")
def fire_control_plane_back(ctx: Context, timer: Timer) -> Events:
    yield ControlPlaneCameBack(timer.target)


@evolves(ControlPlaneCameBack)
def evolve_control_plane_came_back(world: World, event: ControlPlaneCameBack) -> World:
    return world.drop(ControlPlaneOutage, event.region)
