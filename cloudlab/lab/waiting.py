"""The cost of waiting: what an open incident takes from the callers, and so from the business, every hour it lasts."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.engine.rules import traffic
from cloudlab.engine.rules.knowledge import SHOWS, known_until
from cloudlab.model.operations import Incident, Serving, Surge
from cloudlab.model.scenario import Need, Scenario
from cloudlab.model.time import HOUR, MINUTE, Seconds
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class WaitingCost:
    """What another hour of waiting costs; zeros where nobody is turned away by it."""

    failing: int
    """Requests per hour that are not answered because of it, at this hour's usual traffic."""
    micros: int
    """Micro-dollars per hour: those requests times the reference payoff of an answer."""


def cost_of_waiting(world: World, scenario: Scenario, incident: Incident) -> WaitingCost:
    """Return what an hour of waiting costs as far as the team knows; nothing for an incident that is over or unnoticed.

    Counted are the requests that go to the struck resource and fail, or find no room there - unless what struck turns nobody away,
    as a hole or an open port does: then something else does, and that has, or will have, a page of its own. Traffic is the level's
    profile for this hour without its noise, which nobody can know; worth is the payoff of a competent model's answer.
    """
    if not incident.is_open or incident.detected is None:
        return WaitingCost(0, 0)
    if not turns_away(scenario, incident):
        return WaitingCost(0, 0)
    failing = micros = 0
    for need in scenario.needs:
        surge = world.find(Surge, incident.id)
        lost = _failing(world, scenario, need, incident.resource or "", rush=surge is not None and surge.need == need.id)
        failing += lost
        micros += lost * scenario.cards[need.dataset].reference_micros
    return WaitingCost(failing, micros)


def turns_away(scenario: Scenario, incident: Incident) -> bool:
    """Tell whether requests may fail because of an incident: it shows in what the resource does, or it came to damage."""
    return incident.failed or scenario.catalogue.incident(incident.kind).severity in SHOWS


def outage(world: World, scenario: Scenario) -> str:
    """Return why nothing answers a need that was answered before, as of the last instant the team knows of; empty where all is well."""
    for need in scenario.needs:
        then = world.at(known_until(world, scenario, need))
        if traffic.fronts_at(then, need, then.now):
            condition = traffic.condition(then, scenario, need)
            if condition.state == "down":
                return condition.because
    return ""


def expected_per_hour(world: World, scenario: Scenario, need: Need) -> int:
    """Return the usual requests of an hour, as many times as a rush that goes on now has them."""
    usual = usual_per_hour(scenario, need, world.now)
    for surge in world.every(Surge):
        if surge.need == need.id and surge.since <= world.now < surge.until:
            usual = usual * surge.permille // 1000
    return usual


def usual_per_hour(scenario: Scenario, need: Need, now: Seconds) -> int:
    """Return the requests of a whole hour at the profile of this hour of the day and day of the week, without noise."""
    traffic, minute = need.traffic, now // MINUTE
    weekday = (scenario.calendar.first_weekday + minute // 1440) % 7
    return traffic.base_per_minute * traffic.hours[minute // 60 % 24] * traffic.weekdays[weekday] * (HOUR // MINUTE) // 1_000_000


def _failing(world: World, scenario: Scenario, need: Need, resource: str, *, rush: bool) -> int:
    """Return the requests per hour that fail at a resource, or, in a rush, wherever they go."""
    as_of = known_until(world, scenario, need)
    segments = world.get(Serving, need.id).segments
    fronts = next((s.fronts for s in reversed(segments) if s.since <= as_of), ())
    if not fronts:
        return 0
    usual, whole = expected_per_hour(world, scenario, need), sum(f.share for f in fronts)
    struck = [(usual * f.share // whole, f) for f in fronts if rush or f.resource == resource]
    return sum(share if f.cause is not None else max(0, share - f.capacity * (HOUR // MINUTE)) for share, f in struck)
