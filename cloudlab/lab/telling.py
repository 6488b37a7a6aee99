"""Telling: what happened, in a sentence, for logs, timelines and reports."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.dialects.human import human
from cloudlab.engine.rules.knowledge import SHOWS
from cloudlab.engine.simulation import Happening
from cloudlab.model.catalogue import Catalogue, IncidentKind
from cloudlab.model.events import Event
from cloudlab.model.events.incidents import (
    IncidentAcknowledged,
    IncidentCameToDamage,
    IncidentDetected,
    IncidentResolved,
)
from cloudlab.model.events.run import CommitmentMade, FactLearned, NoteTaken, RunEnded
from cloudlab.model.events.work import OrderCancelled, OrderFinished, OrderQueued, OrderRefused, WorkStarted
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds, span, stamp
from cloudlab.model.training import Scored, Trained
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence about what happened. `tone`: work, good, bad, page, quiet."""

    at: Seconds
    tone: str
    text: str


def tell(happening: Happening, world: World, catalogue: Catalogue) -> Line | None:
    """Return the sentence for a happening, or None for what nobody of the team notices (a strike nobody has detected yet)."""
    told = _sentence(happening.event, world, catalogue)
    return Line(happening.at, *told) if told is not None else None


def _sentence(event: Event, world: World, catalogue: Catalogue) -> tuple[str, str] | None:
    match event:
        case WorkStarted(order=order) if order.effort and order.due is not None:
            return "work", f"{order.person}: {human(order.command)} - until {stamp(order.due)}"
        case OrderQueued(order=order):
            return "quiet", f"{order.person} is busy; queued: {human(order.command)}"
        case OrderFinished(order=order) if not order.command.reads:
            return "good", f"{order.person}: done: {human(order.command)}"
        case OrderRefused(order=order, refusal=refusal):
            return "bad", f"{order.person}: refused: {human(order.command)} - {refusal}"
        case OrderCancelled(order=order):
            return "quiet", f"{order.person}: taken back: {human(order.command)}"
        case IncidentDetected(incident=key, by=by):
            return _page(world.get(Incident, key), by, catalogue)
        case IncidentAcknowledged(incident=key):
            return "quiet", f"acknowledged {key}"
        case IncidentResolved(incident=key, resolution=resolution):
            return _resolved(world.get(Incident, key), resolution, catalogue)
        case IncidentCameToDamage(incident=key) if world.get(Incident, key).detected is None and world.over is None:
            return None
        case IncidentCameToDamage(incident=key, damage=damage):
            return "bad", f"{key}: nobody acted in time. {damage}"
        case FactLearned(fact=Trained(rounds=rounds, metrics=metrics)):
            shown = ", ".join(f"{name} {value / 1_000_000:.4f}" for name, value in metrics)
            return "good", f"really trained: {rounds} rounds, {shown}"
        case FactLearned(fact=Scored(rows=rows)):
            return "quiet", f"really scored: {rows:,} rows of the held-out stream"
        case FactLearned(fact=fact):
            return "bad", f"the training failed: {getattr(fact, 'reason', '')}"
        case CommitmentMade(commitment=commitment) if commitment.kind != "hint":
            return "quiet", f"{commitment.id.replace(':', ' ')}: {commitment.choice}"
        case NoteTaken(text=text):
            return "quiet", f"note: {text}"
        case RunEnded(outcome=outcome, because=because):
            return ("good" if outcome == "won" else "bad"), f"{outcome}: {because}"
    return _told_by_noun(event)


def _page(incident: Incident, by: str, catalogue: Catalogue) -> tuple[str, str]:
    kind = catalogue.incident(incident.kind)
    late = (
        ""
        if incident.detected is None or incident.detected == incident.struck
        else f", {span(incident.detected - incident.struck)} after it began"
    )
    if incident.holder == "provider":
        return "quiet", f"{kind.title} on {incident.resource}: AWS holds this and is on it{late}"
    story = kind.story.replace("{resource}", incident.resource or "")
    return "page", f"PAGE {incident.id}: {kind.title} on {incident.resource} ({noticed(by, kind)}{late}). {story}"


def noticed(by: str, kind: IncidentKind) -> str:
    """Say how the news of an incident came; customers notice what fails them, not a hole."""
    if by == "look":
        return "noticed when somebody looked"
    return "reported from outside" if by == "customers" and kind.severity not in SHOWS else f"noticed by {by}"


def _resolved(incident: Incident, resolution: str, catalogue: Catalogue) -> tuple[str, str] | None:
    if incident.detected is None and incident.holder == "customer":
        return None
    title = catalogue.incident(incident.kind).title
    return (
        "good",
        f"{title} on {incident.resource} is over after {span((incident.resolved or incident.struck) - incident.struck)}: {resolution}",
    )


def _told_by_noun(event: Event) -> tuple[str, str] | None:
    """Events may carry their own sentence: what the team would notice of them by itself."""
    sentence = getattr(event, "told", None)
    said = sentence() if callable(sentence) else None
    return ("quiet", said) if said else None
