"""Scarcity: others in the account hold the rest of a quota for a while; AWS brings machines up late for a while."""

from __future__ import annotations

from cloudlab.engine.kernel import Context, Events, evolves, fires, reacts_to
from cloudlab.engine.rules.fleets import members
from cloudlab.engine.rules.quotas import vcpus_in_use
from cloudlab.model.compute import Instance
from cloudlab.model.events.quotas import QuotaEased, QuotaReleased, QuotaReserved, StartsSlowed, StartsUsual
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.quotas import RaisedQuota, Reservation, SlowStarts
from cloudlab.model.world import Timer, World

RELEASED, USUAL = "quota-released", "starts-usual"


@evolves(QuotaReserved)
def evolve_quota_reserved(world: World, event: QuotaReserved) -> World:
    return world.put(event.reservation).schedule(event.reservation.until, RELEASED, event.reservation.id)


@fires(RELEASED)
def fire_quota_released(ctx: Context, timer: Timer) -> Events:
    yield QuotaReleased(timer.target)


@evolves(QuotaReleased)
def evolve_quota_released(world: World, event: QuotaReleased) -> World:
    return world.drop(Reservation, event.reservation)


@reacts_to(Reservation, RaisedQuota, Instance, AutoScalingGroup)
def react_room_again(before: World, ctx: Context) -> Events:
    """Room for one more counts once every group has what it wants: a machine that is just being replaced leaves room for a moment only."""
    waiting = [r for r in ctx.world.every(Reservation) if not r.eased]
    if not waiting or any(len(members(ctx.world, g.id)) < g.desired for g in ctx.world.every(AutoScalingGroup)):
        return
    for reservation in waiting:
        if vcpus_in_use(ctx.world, ctx.scenario, reservation.key) + reservation.each <= ctx.quota(reservation.key):
            raised = reservation.key in ctx.world.table(RaisedQuota)
            yield QuotaEased(reservation.id, "the quota was raised" if raised else "something of your own was stopped")


@evolves(QuotaEased)
def evolve_quota_eased(world: World, event: QuotaEased) -> World:
    return world.change(Reservation, event.reservation, eased=event.how)


@evolves(StartsSlowed)
def evolve_starts_slowed(world: World, event: StartsSlowed) -> World:
    return world.put(event.slowness).schedule(event.slowness.until, USUAL, event.slowness.id)


@fires(USUAL)
def fire_starts_usual(ctx: Context, timer: Timer) -> Events:
    yield StartsUsual(timer.target)


@evolves(StartsUsual)
def evolve_starts_usual(world: World, event: StartsUsual) -> World:
    return world.drop(SlowStarts, event.slowness)
