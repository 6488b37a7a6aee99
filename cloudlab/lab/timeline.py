"""The timeline of one incident: when it struck, who noticed, what was done about the resource since, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cloudlab.dialects.human import human
from cloudlab.engine.simulation import Happening
from cloudlab.lab.telling import Line, noticed
from cloudlab.model.catalogue import Catalogue, IncidentKind
from cloudlab.model.events.incidents import IncidentAcknowledged, IncidentCameToDamage, IncidentDetected, IncidentResolved
from cloudlab.model.events.work import OrderFinished, OrderRefused, WorkStarted
from cloudlab.model.operations import Incident
from cloudlab.model.people import Order
from cloudlab.model.time import span
from cloudlab.model.world import World


def timeline(world: World, history: Sequence[Happening], incident: str, catalogue: Catalogue) -> tuple[Line, ...]:
    """Return what happened about an incident, oldest first; nothing for one that the team does not know of."""
    found = world.find(Incident, incident)
    if found is None or found.detected is None:
        return ()
    return (
        Line(found.struck, "bad", "it began; nobody knew yet" if found.detected > found.struck else "it began"),
        *_since(history, found, catalogue.incident(found.kind)),
    )


def _since(history: Sequence[Happening], incident: Incident, kind: IncidentKind) -> Iterator[Line]:
    for happening in history:
        if happening.at < incident.struck or (incident.resolved is not None and happening.at > incident.resolved):
            continue
        told = _told(happening, incident, kind)
        if told is not None:
            yield Line(happening.at, *told)


def _told(happening: Happening, incident: Incident, kind: IncidentKind) -> tuple[str, str] | None:
    match happening.event:
        case IncidentDetected(incident=key, by=by) if key == incident.id:
            return "page", f"{noticed(by, kind)}, {span(happening.at - incident.struck)} after it began"
        case IncidentAcknowledged(incident=key) if key == incident.id:
            return "quiet", "acknowledged"
        case IncidentCameToDamage(incident=key, damage=damage) if key == incident.id:
            return "bad", f"nobody acted in time. {damage}"
        case IncidentResolved(incident=key, resolution=how) if key == incident.id:
            return "good", f"over after {span(happening.at - incident.struck)}: {how}"
        case WorkStarted(order=order) if _about(order, incident) and order.effort:
            return "work", f"{order.person} begins: {human(order.command)}"
        case OrderFinished(order=order) if _about(order, incident):
            return "good", f"{order.person} is done: {human(order.command)}"
        case OrderRefused(order=order, refusal=refusal) if _about(order, incident):
            return "bad", f"{order.person} was refused: {human(order.command)} - {refusal.sentence}"
    return None


def _about(order: Order, incident: Incident) -> bool:
    """Tell whether an order names the struck resource."""
    return incident.resource is not None and incident.resource in str(order.command.model_dump())
