"""Incidents: each strikes a duty of a resource; whoever holds the duty handles it, and the team may or may not know yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cloudlab.engine.dice import roll
from cloudlab.engine.kernel import Context, Events, evolves, fires, reacts
from cloudlab.engine.rules.knowledge import SHOWS, is_monitored
from cloudlab.engine.rules.responsibility import holding
from cloudlab.engine.rules.traffic import busiest
from cloudlab.model.events.incidents import (
    IncidentAcknowledged,
    IncidentCameToDamage,
    IncidentDetected,
    IncidentMissed,
    IncidentResolved,
    IncidentStruck,
)
from cloudlab.model.operations import Incident, Sighting
from cloudlab.model.scenario import Planned
from cloudlab.model.time import Seconds
from cloudlab.model.world import Timer, World


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one kind of incident behaves. Texts, duty and timings are the catalogue's; this is what it does to the World."""

    candidates: Callable[[World], list[str]]
    """Resources it could strike now, in order of age."""
    strike: Callable[[Context, Incident], Events]
    """What becomes of the struck resource at once."""
    is_over: Callable[[World, Incident], str | None]
    """How it was resolved, once it is; None while it lasts."""
    provider_acts: Callable[[Context, Incident], Events]
    """What the provider does after its own time, where the duty is the provider's."""
    damage: Callable[[Context, Incident], Events]
    """What waiting too long leads to; called at `due`."""
    patience: Callable[[Context, Incident], Seconds | None]
    """Seconds from the strike to the damage; None where waiting only costs."""
    aims: Callable[[Context, Planned, list[str]], tuple[str, str]] | None = None
    """(resource, detail) it strikes of the candidates, where the common aims don't do."""


BEHAVIOURS: dict[str, Behaviour] = {}
"""Incident kind -> how it behaves. Filled by the modules of `engine/incident_kinds`."""


@fires("incident")
def fire_incident(ctx: Context, timer: Timer) -> Events:
    """A planned incident strikes what it is aimed at, or finds nothing there."""
    planned = next(p for p in ctx.scenario.incidents if p.id == timer.target)
    kind = ctx.scenario.catalogue.incident(planned.kind)
    behaviour = BEHAVIOURS[planned.kind]
    candidates = behaviour.candidates(ctx.world)
    if not candidates:
        yield IncidentMissed(Incident(planned.id, planned.kind, None, kind.duty, "nobody", ctx.now, resolved=ctx.now))
        return
    resource, detail = (
        (_aim(ctx, planned, candidates), planned.detail) if behaviour.aims is None else behaviour.aims(ctx, planned, candidates)
    )
    holder = holding(ctx.scenario.catalogue, ctx.world, resource, kind.duty).handler
    incident = Incident(planned.id, planned.kind, resource, kind.duty, holder, ctx.now, detail=detail)
    patience = behaviour.patience(ctx, incident) if planned.patience is None else planned.patience
    if holder == "customer" and patience is not None:
        incident = replace(incident, due=ctx.now + patience)
    yield _struck(ctx, incident)
    yield from behaviour.strike(ctx, incident)


def _struck(ctx: Context, incident: Incident) -> IncidentStruck:
    """Work out when the news arrives: at once where the provider watches, soon with monitoring, late through customers."""
    kind = ctx.scenario.catalogue.incident(incident.kind)
    assert incident.resource is not None
    if incident.holder == "provider":
        assert kind.provider_s is not None, f"{kind.id} can be the provider's, but no time is known"
        return IncidentStruck(incident, ctx.now + kind.detect_monitored_s, "provider", ctx.now + kind.provider_s)
    if is_monitored(ctx.world, incident.resource):
        return IncidentStruck(incident, ctx.now + kind.detect_monitored_s, "monitoring")
    return IncidentStruck(incident, ctx.now + kind.detect_customer_s, "customers")


def _aim(ctx: Context, planned: Planned, candidates: list[str]) -> str:
    if planned.aim == "busiest":
        return busiest(ctx.world, ctx.scenario, candidates)
    if planned.aim == "any":
        return candidates[roll(ctx.world.seed, "aim", planned.id, sides=len(candidates))]
    return candidates[0]


@evolves(IncidentStruck)
def evolve_incident_struck(world: World, event: IncidentStruck) -> World:
    incident = event.incident
    world = world.put(incident).schedule(event.noticed, "incident-detected", incident.id, by=event.noticed_by)
    if event.provider_acts is not None:
        world = world.schedule(event.provider_acts, "provider-acts", incident.id)
    if incident.due is not None:
        world = world.schedule(incident.due, "incident-due", incident.id)
    return world


@evolves(IncidentMissed)
def evolve_incident_missed(world: World, event: IncidentMissed) -> World:
    return world.put(event.incident)


@fires("incident-detected")
def fire_incident_detected(ctx: Context, timer: Timer) -> Events:
    """The news arrives, unless it is old or the trouble is over."""
    incident = ctx.world.get(Incident, timer.target)
    if incident.is_open and incident.detected is None:
        yield IncidentDetected(incident.id, dict(timer.data)["by"])


@fires("provider-acts")
def fire_provider_acts(ctx: Context, timer: Timer) -> Events:
    """The provider has dealt with what it holds; nobody of the team lifted a finger."""
    incident = ctx.world.get(Incident, timer.target)
    if incident.is_open:
        yield from BEHAVIOURS[incident.kind].provider_acts(ctx, incident)


@fires("incident-due")
def fire_incident_due(ctx: Context, timer: Timer) -> Events:
    """Waiting has turned into damage, where there is something to damage: who can't be reached is not broken into."""
    incident = ctx.world.get(Incident, timer.target)
    if incident.is_open and not incident.failed:
        done = tuple(BEHAVIOURS[incident.kind].damage(ctx, incident))
        if done:
            yield IncidentCameToDamage(incident.id, ctx.scenario.catalogue.incident(incident.kind).if_ignored)
        yield from done


@evolves(IncidentDetected)
def evolve_incident_detected(world: World, event: IncidentDetected) -> World:
    return world.change(Incident, event.incident, detected=world.now)


@evolves(IncidentAcknowledged)
def evolve_incident_acknowledged(world: World, event: IncidentAcknowledged) -> World:
    return world.change(Incident, event.incident, acknowledged=world.now)


@evolves(IncidentResolved)
def evolve_incident_resolved(world: World, event: IncidentResolved) -> World:
    return world.change(Incident, event.incident, resolved=world.now, resolution=event.resolution)


@evolves(IncidentCameToDamage)
def evolve_incident_came_to_damage(world: World, event: IncidentCameToDamage) -> World:
    return world.change(Incident, event.incident, failed=True)


@reacts
def react_resolve(before: World, ctx: Context) -> Events:
    """An incident is over when the state of the World says so, whoever brought that about."""
    for incident in ctx.world.every(Incident):
        if incident.is_open and (how := BEHAVIOURS[incident.kind].is_over(ctx.world, incident)) is not None:
            yield IncidentResolved(incident.id, how)


@reacts
def react_look(before: World, ctx: Context) -> Events:
    """Somebody who looks at a struck resource sees what no longer works; holes and open doors do not show in a description."""
    if before.table(Sighting) is ctx.world.table(Sighting):
        return
    for incident in ctx.world.every(Incident):
        if incident.is_open and incident.detected is None and incident.resource is not None:
            if ctx.scenario.catalogue.incident(incident.kind).severity not in SHOWS:
                continue
            seen = ctx.world.find(Sighting, incident.resource)
            if seen is not None and seen.at == ctx.now and seen is not before.find(Sighting, incident.resource):
                yield IncidentDetected(incident.id, "look")
