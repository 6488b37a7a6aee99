"""Spot instances: rented from what AWS has over, told two minutes before they go, taken back."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_spot import CancelSpotInstanceRequests, DescribeSpotInstanceRequests, DescribeSpotPriceHistory
from cloudlab.engine.describe import chosen, tag_list
from cloudlab.engine.instance_life import termination
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, reacts_to, refuse
from cloudlab.engine.launch import need_type
from cloudlab.engine.rules.spot import spot_rate
from cloudlab.model.compute import Instance
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.spot import SpotCancelled, SpotClosed, SpotFulfilled, SpotNoticed
from cloudlab.model.ids import ZONES
from cloudlab.model.money import format_usd
from cloudlab.model.spot import SpotRequest
from cloudlab.model.time import stamp
from cloudlab.model.world import Timer, World

TAKEN = "spot-taken-back"
_MESSAGES = {
    "fulfilled": "Your Spot request is fulfilled.",
    "marked-for-termination": "Your Spot instance is marked for termination: it is taken back in two minutes.",
    "instance-terminated-no-capacity": "Your Spot instance was terminated because there is no Spot capacity available.",
    "instance-terminated-by-user": "You terminated your Spot instance.",
}


@evolves(SpotFulfilled)
def evolve_spot_fulfilled(world: World, event: SpotFulfilled) -> World:
    return world.put(event.request)


def notice(ctx: Context, request: SpotRequest) -> Events:
    """AWS wants the capacity back, and says so."""
    yield SpotNoticed(request.id, ctx.now + ctx.scenario.catalogue.rate("spot_interruption_notice_s"))


@evolves(SpotNoticed)
def evolve_spot_noticed(world: World, event: SpotNoticed) -> World:
    world = world.change(SpotRequest, event.request, code="marked-for-termination", leaves=event.leaves, updated=world.now)
    return world.schedule(event.leaves, TAKEN, event.request)


@fires(TAKEN)
def fire_taken_back(ctx: Context, timer: Timer) -> Events:
    """Two minutes are over. What runs there ends with it: a training starts anew elsewhere, callers are answered by what is left."""
    request = ctx.world.get(SpotRequest, timer.target)
    instance = ctx.world.get(Instance, request.instance)
    if instance.state not in ("shutting-down", "terminated"):
        yield SpotClosed(request.id, "instance-terminated-no-capacity")
        yield from termination(ctx, instance)
        yield ResourcesSeen((("SpotRequest", request.id),))


@reacts_to(Instance)
def react_spot_ended(before: World, ctx: Context) -> Events:
    """A request ends with its instance, whoever ended that."""
    for request in ctx.world.every(SpotRequest):
        if request.state != "closed" and ctx.world.get(Instance, request.instance).state in ("shutting-down", "terminated"):
            yield SpotClosed(request.id, "instance-terminated-by-user")


@evolves(SpotClosed)
def evolve_spot_closed(world: World, event: SpotClosed) -> World:
    return world.change(SpotRequest, event.request, state="closed", code=event.code, updated=world.now)


@decides(CancelSpotInstanceRequests)
def decide_cancel_spot_requests(ctx: Context, command: CancelSpotInstanceRequests) -> Events:
    for key in command.spot_instance_request_ids:
        request = _need_request(ctx, key)
        if request.state == "active":
            yield SpotCancelled(request.id)
    yield ResourcesSeen(tuple(("SpotRequest", key) for key in command.spot_instance_request_ids))


@evolves(SpotCancelled)
def evolve_spot_cancelled(world: World, event: SpotCancelled) -> World:
    return world.change(SpotRequest, event.request, state="cancelled", code="request-canceled-and-instance-running", updated=world.now)


@answers(CancelSpotInstanceRequests)
def answer_cancel_spot_requests(ctx: Context, command: CancelSpotInstanceRequests) -> dict[str, Any]:
    found = [ctx.world.get(SpotRequest, key) for key in command.spot_instance_request_ids]
    return {"CancelledSpotInstanceRequests": [{"SpotInstanceRequestId": r.id, "State": r.state} for r in found]}


def _need_request(ctx: Context, key: str) -> SpotRequest:
    return ctx.need(SpotRequest, key, "InvalidSpotInstanceRequestID.NotFound", "spot instance request ID")


# looking --------------------------------------------------------------------------------------------------------------------


@decides(DescribeSpotInstanceRequests)
def decide_describe_spot_requests(ctx: Context, command: DescribeSpotInstanceRequests) -> Events:
    yield ResourcesSeen(tuple(("SpotRequest", r.id) for r in _chosen(ctx, command)))


@answers(DescribeSpotInstanceRequests)
def answer_describe_spot_requests(ctx: Context, command: DescribeSpotInstanceRequests) -> dict[str, Any]:
    return {"SpotInstanceRequests": [_described(r) for r in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeSpotInstanceRequests) -> list[SpotRequest]:
    noun, code = "spot instance request ID", "InvalidSpotInstanceRequestID.NotFound"
    return chosen(ctx, SpotRequest, command.spot_instance_request_ids, command.filters, code, noun, _described)


def _described(request: SpotRequest) -> dict[str, Any]:
    return {
        "SpotInstanceRequestId": request.id,
        "InstanceId": request.instance,
        "State": request.state,
        "Status": {
            "Code": request.code,
            "Message": _MESSAGES.get(request.code, "The request is cancelled; its instance runs on."),
            "UpdateTime": stamp(request.updated or request.created),
        },
        "Type": "one-time",
        "LaunchedAvailabilityZone": request.zone,
        "LaunchSpecification": {"InstanceType": request.type},
        "SpotPrice": format_usd(request.most_micros, 4).removeprefix("$"),
        "InstanceInterruptionBehavior": "terminate",
        "CreateTime": stamp(request.created),
        "Tags": tag_list(request.tags),
    }


@decides(DescribeSpotPriceHistory)
def decide_describe_spot_prices(ctx: Context, command: DescribeSpotPriceHistory) -> Events:
    for name in command.instance_types:
        need_type(ctx.scenario, name)
    if command.availability_zone is not None and command.availability_zone not in ZONES:
        refuse("InvalidParameterValue", f"Invalid availability zone: [{command.availability_zone}]", f"There is {', '.join(ZONES)}.")
    return ()


@answers(DescribeSpotPriceHistory)
def answer_describe_spot_prices(ctx: Context, command: DescribeSpotPriceHistory) -> dict[str, Any]:
    known = ctx.scenario.catalogue.instance_types
    types = [t for t in known if t.name in command.instance_types] if command.instance_types else list(known)
    zones = (command.availability_zone,) if command.availability_zone is not None else ZONES[:3]
    return {
        "SpotPriceHistory": [
            {
                "AvailabilityZone": zone,
                "InstanceType": hardware.name,
                "ProductDescription": "Linux/UNIX",
                "SpotPrice": format_usd(spot_rate(ctx.scenario, hardware), 6).removeprefix("$"),
                "Timestamp": stamp(ctx.now),
            }
            for hardware in types
            for zone in zones
        ]
    }
