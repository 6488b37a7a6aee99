"""Zone outage: a whole Availability Zone is gone for hours, with everything that lives in it alone."""

from __future__ import annotations

import re
from itertools import pairwise

from cloudlab.engine.dice import roll
from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events, evolves, fires
from cloudlab.engine.rules.interfaces import every_interface
from cloudlab.engine.rules.responsibility import SERVICE_OF
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.balancing import LoadBalancer
from cloudlab.model.compute import Instance
from cloudlab.model.events.learning import EndpointInstanceReplaced
from cloudlab.model.events.zones import EndpointInstancesLost, ZoneWentDown
from cloudlab.model.ids import ZONES
from cloudlab.model.learning import Endpoint
from cloudlab.model.network import Subnet
from cloudlab.model.operations import Incident, Serving, ZoneOutage
from cloudlab.model.scenario import Planned
from cloudlab.model.time import HOUR, MINUTE, Seconds
from cloudlab.model.world import Timer, World

KIND = "az-outage"
_ENDPOINT_ZONES = 3
"""Zones that a managed endpoint spreads its instances over; the one that is lost holds the largest part. An estimate."""
_DURATION = re.compile(r"(\d+)(h|m)")


def candidates(world: World) -> list[str]:
    """Everything that lives in one zone, and managed endpoints, which have an instance there."""
    zonal = [owner for zone in _lived_in(world) for owner in residents(world, zone)]
    return zonal + [e.id for e in world.every(Endpoint) if e.status == "InService"]


def told(detail: str) -> tuple[str | None, Seconds | None]:
    """Return the zone and the duration a level's detail names: `us-east-1a 5h`, `90m`, or nothing."""
    zone, duration = None, None
    for word in detail.split():
        found = _DURATION.fullmatch(word)
        assert word in ZONES or found is not None, f"'{word}' is neither a zone ({', '.join(ZONES[:3])} ...) nor a duration (5h, 90m)"
        if found is not None:
            duration = int(found[1]) * (HOUR if found[2] == "h" else MINUTE)
        else:
            zone = word
    return zone, duration


def _lived_in(world: World) -> list[str]:
    there = {world.get(Subnet, i.subnet).zone for i in every_interface(world) if i.owner not in world.table(LoadBalancer)}
    return [zone for zone in ZONES if zone in there]


def residents(world: World, zone: str) -> list[str]:
    """Return what has its only interface in a zone and carries duties: instances first."""
    found = dict.fromkeys(i.owner for i in every_interface(world) if world.get(Subnet, i.subnet).zone == zone)
    kinds = {key: kind for kind in reversed(SERVICE_OF) for key in world.table(kind)}
    lives = [key for key in found if key in kinds and kinds[key] is not LoadBalancer]
    return sorted(lives, key=lambda key: kinds[key] is not Instance)


def aims(ctx: Context, planned: Planned, found: list[str]) -> tuple[str, str]:
    """Choose the zone - the one with most of the traffic for `busiest` - and name what in it answers most."""
    zone = _zone(ctx, planned)
    load = _load(ctx)
    inside = (
        [key for key in found if key in residents(ctx.world, zone)] or [key for key in found if key in ctx.world.table(Endpoint)] or found
    )
    return max(inside, key=lambda key: load.get(key, 0)), zone


def _zone(ctx: Context, planned: Planned) -> str:
    said, _ = told(planned.detail)
    zones = _lived_in(ctx.world) or list(ZONES[:_ENDPOINT_ZONES])
    if said is not None or planned.aim == "first":
        return said or zones[0]
    if planned.aim == "any":
        return zones[roll(ctx.world.seed, "zone", planned.id, sides=len(zones))]
    load = _load(ctx)
    return max(zones, key=lambda zone: sum(load.get(key, 0) for key in residents(ctx.world, zone)))


def _load(ctx: Context) -> dict[str, int]:
    """Return how many requests a minute each resource answers now."""
    load: dict[str, int] = {}
    for need in ctx.scenario.needs:
        fronts = ctx.world.get(Serving, need.id).segments[-1].fronts
        whole = sum(f.share for f in fronts)
        for f in fronts:
            if f.cause is None:
                load[f.resource] = load.get(f.resource, 0) + min(max(need.traffic.base_per_minute * f.share // whole, 1), f.capacity)
    return load


def lasts(ctx: Context, incident: Incident, said: str) -> Seconds:
    """Return how long a zone stays down: what the level says, else by dice as in the dated outages - two hours at least, half of them
    four at most, nine of ten twelve at most, the worst two days."""
    _, fixed = told(said)
    if fixed is not None:
        return fixed
    rate = ctx.scenario.catalogue.rate
    marks = (
        (0, rate("az_outage_duration_least_s")),
        (500, rate("az_outage_duration_s")),
        (900, rate("az_outage_duration_p90_s")),
        (1000, rate("az_outage_duration_most_s")),
    )
    rolled = roll(ctx.world.seed, "zone-outage", incident.id, sides=1000)
    (low, least), (high, most) = next((a, b) for a, b in pairwise(marks) if rolled < b[0])
    return least + (most - least) * (rolled - low) // (high - low)


def strike(ctx: Context, incident: Incident) -> Events:
    """The zone goes; what managed endpoints lost there is put up in other zones by the provider, in its own time."""
    planned = next((p for p in ctx.scenario.incidents if p.id == incident.id), None)
    until = ctx.now + lasts(ctx, incident, planned.detail if planned is not None else "")
    yield ZoneWentDown(ZoneOutage(incident.detail, ctx.now, until, "lost its power"))
    provider_s = ctx.scenario.catalogue.incident(KIND).provider_s
    assert provider_s is not None
    for endpoint in ctx.world.every(Endpoint):
        running = sum(v.count for v in endpoint.variants) - endpoint.lost
        if endpoint.status == "InService" and running > 0:
            yield EndpointInstancesLost(endpoint.id, -(-running // _ENDPOINT_ZONES), ctx.now + provider_s)


@evolves(EndpointInstancesLost)
def evolve_endpoint_instances_lost(world: World, event: EndpointInstancesLost) -> World:
    world = world.change(Endpoint, event.endpoint, lost=world.get(Endpoint, event.endpoint).lost + event.count)
    return world.schedule(event.replaced_at, "endpoint-refilled", event.endpoint, count=str(event.count))


@fires("endpoint-refilled")
def fire_endpoint_refilled(ctx: Context, timer: Timer) -> Events:
    endpoint = ctx.world.find(Endpoint, timer.target)
    if endpoint is not None:
        for _ in range(min(int(dict(timer.data)["count"]), endpoint.lost)):
            yield EndpointInstanceReplaced(endpoint.id)


def is_over(world: World, incident: Incident) -> str | None:
    """Over when the zone is back; for callers sooner, once everything they use is answered from elsewhere."""
    if not is_down(world, incident.detail):
        return f"{incident.detail} is back"
    if world.now == incident.struck:
        return None
    endpoint = world.find(Endpoint, incident.resource)
    if endpoint is not None:
        return "AWS put up in other zones what was lost" if endpoint.lost == 0 else None
    fronts = [f for s in world.every(Serving) for f in s.segments[-1].fronts]
    if fronts and all(f.cause is None for f in fronts):
        return f"what stands in other zones answers; {incident.detail} is still down"
    return None


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """What the provider fails over by itself follows from the zone being down, not from this page."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    """Waiting only costs requests."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS[KIND] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience, aims)
