"""Serving: which addresses callers were given, and every change in how these answer."""

from __future__ import annotations

from cloudlab.engine.kernel import Context, Events, evolves, reacts_but_to
from cloudlab.engine.rules.fronts import fronts
from cloudlab.model.compute import Image
from cloudlab.model.events.serving import AddressHandedOver, AddressWithdrawn, ServingChanged
from cloudlab.model.fleet import AutoScalingGroup, LaunchTemplate, ScalingActivity, ScalingPolicy
from cloudlab.model.operations import Commitment, Debt, Handover, Meter, Segment, Serving, Sighting, Surge
from cloudlab.model.people import Person, Toil
from cloudlab.model.quotas import QuotaRequest, RaisedQuota, Reservation, SlowStarts
from cloudlab.model.spot import SpotRequest
from cloudlab.model.volumes import Snapshot, Volume
from cloudlab.model.watching import Alarm, Gauge
from cloudlab.model.world import World

_BOOKS = frozenset(
    (
        *(
            Person,
            Toil,
            Meter,
            Debt,
            Sighting,
            Serving,
            Commitment,
            Surge,
            AutoScalingGroup,
            ScalingPolicy,
            ScalingActivity,
            LaunchTemplate,
        ),
        *(Image, Volume, Snapshot, QuotaRequest, RaisedQuota, Reservation, SlowStarts, SpotRequest, Alarm, Gauge),
    )
)
"""Tables that say nothing of how requests are answered: hours, money, memories, plans."""


@reacts_but_to(*_BOOKS)
def react_serving(before: World, ctx: Context) -> Events:
    """Note every change in how a need is served; between two changes, traffic is settled at once."""
    for need in ctx.scenario.needs:
        now = fronts(ctx.world, ctx.scenario, need)
        if ctx.world.get(Serving, need.id).segments[-1].fronts != now:
            yield ServingChanged(need.id, Segment(ctx.now, now))


@evolves(ServingChanged)
def evolve_serving_changed(world: World, event: ServingChanged) -> World:
    segments = world.get(Serving, event.need).segments
    if segments[-1].since == event.segment.since:
        segments = segments[:-1]
    return world.put(Serving(event.need, (*segments, event.segment)))


@evolves(AddressHandedOver)
def evolve_address_handed_over(world: World, event: AddressHandedOver) -> World:
    return world.put(event.handover)


@evolves(AddressWithdrawn)
def evolve_address_withdrawn(world: World, event: AddressWithdrawn) -> World:
    return world.drop(Handover, event.handover)
