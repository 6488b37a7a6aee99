"""What the team knows: monitored resources are known as they are, others as they were when somebody last looked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cloudlab.model.balancing import LoadBalancer, Target
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.learning import Endpoint, TrainingJob
from cloudlab.model.operations import Incident, Serving, Sighting, ZoneOutage
from cloudlab.model.scenario import Need, Scenario
from cloudlab.model.time import Seconds
from cloudlab.model.world import R, World

SHOWS = ("down", "degraded")
"""Severities of incidents that show in what a resource does: who describes it, or calls about it, speaks of them.

A hole or an open door shows in nothing: neither does its news say how the service does, nor does it turn a request away.
"""


def is_monitored(world: World, resource: str) -> bool:
    """Tell whether something reports this resource by itself: managed services do, an instance only with its agent."""
    instance = world.find(Instance, resource)
    if instance is not None:
        return instance.software.monitoring
    return any(resource in world.table(kind) for kind in (Endpoint, TrainingJob, DbInstance, LoadBalancer, Target))


@dataclass(frozen=True, slots=True)
class Known:
    """A resource as the team knows it. `age` 0 means as it is now."""

    record: object
    age: Seconds


def known(world: World, kind: type[R], key: str) -> Known | None:
    """Return what the team knows of a resource; None where it knows of none."""
    if is_monitored(world, key):
        record = world.find(kind, key)
        return Known(record, 0) if record is not None else None
    seen = world.find(Sighting, key)
    if seen is None or not isinstance(seen.record, kind):
        return None
    if isinstance(seen.record, Instance):
        return Known(seen.record, world.now - seen.at)
    # networks and settings change only by the team's own hand; machines change behind one's back
    record = world.find(kind, key)
    return Known(record, 0) if record is not None else None


def believed(world: World) -> World:
    """Return the World as the team takes it to be: machines as last seen, and only the incidents somebody has noticed.

    Once the run is over, nothing is kept from the team any more. Serving is not cut here: see `known_until`.
    """
    if world.over is not None:
        return world
    instances = {key: seen.record for key in world.table(Instance) if (seen := known(world, Instance, key)) is not None}
    incidents = {i.id: i for i in world.every(Incident) if i.detected is not None}
    outages = {zone: o for zone, o in world.table(ZoneOutage).items() if any(i.detail == zone for i in incidents.values())}
    return replace(world, tables={**world.tables, Instance: instances, Incident: incidents, ZoneOutage: outages})


def known_until(world: World, scenario: Scenario, need: Need) -> Seconds:
    """Return until when the team knows how a need was served: until now where every address is monitored, or none was given.

    An address nobody watches is known until somebody last looked at it, or a customer called because it fails.
    """
    if world.over is not None:
        return world.now
    fronts = world.get(Serving, need.id).segments[-1].fronts
    return min((_heard_of(world, scenario, front.via or front.resource) for front in fronts), default=world.now)


def _heard_of(world: World, scenario: Scenario, resource: str) -> Seconds:
    if is_monitored(world, resource):
        return world.now
    seen = world.find(Sighting, resource)
    told = [
        t
        for i in world.every(Incident)
        if i.resource == resource and i.detected is not None and scenario.catalogue.incident(i.kind).severity in SHOWS
        for t in (i.detected, i.resolved)
    ]
    return max([scenario.starts, *([seen.at] if seen is not None else []), *(t for t in told if t is not None)])
