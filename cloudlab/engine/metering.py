"""Meters: charges that run with time, and single ones; held undivided, so that they add up exactly."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.engine.kernel import evolves
from cloudlab.model.events.billing import Charged, MeterStarted, MeterStopped
from cloudlab.model.operations import Meter
from cloudlab.model.time import HOUR
from cloudlab.model.world import World


def billed_seconds(meter: Meter, until: int) -> int:
    """Return the seconds billed for the running interval, with the service's minimum and granularity."""
    assert meter.since is not None
    elapsed = max(until - meter.since, meter.minimum)
    return -(-elapsed // meter.step) * meter.step


def accrued(meter: Meter, now: int) -> int:
    """Return micro-dollar-seconds per hour up to `now`; divide by 3,600 to read micro-dollars."""
    if meter.since is None:
        return meter.accrued
    return meter.accrued + meter.rate * billed_seconds(meter, now)


@evolves(MeterStarted)
def evolve_meter_started(world: World, event: MeterStarted) -> World:
    key = f"{event.line}:{event.resource}"
    before = world.find(Meter, key)
    kept = accrued(before, world.now) if before is not None else 0
    return world.put(Meter(key, event.line, event.resource, event.rate, world.now, kept, event.minimum, event.step))


@evolves(MeterStopped)
def evolve_meter_stopped(world: World, event: MeterStopped) -> World:
    meter = world.find(Meter, f"{event.line}:{event.resource}")
    if meter is None or meter.since is None:
        return world
    return world.put(replace(meter, accrued=accrued(meter, world.now), since=None))


@evolves(Charged)
def evolve_charged(world: World, event: Charged) -> World:
    key = f"{event.line}:{event.resource}"
    before = world.find(Meter, key) or Meter(key, event.line, event.resource, 0, None)
    return world.put(replace(before, accrued=before.accrued + event.micros * HOUR))
