"""Availability: who would still be answered if a zone, or one single thing, were gone. Asked of a World that is not so.

The question is put to the very rules that serve requests: the thing is taken away, health checks and failovers that act by themselves
come to their end, and the fronts callers would meet then are looked at. People do nothing meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cloudlab.engine.naming import label
from cloudlab.engine.rules.balancing import found_out
from cloudlab.engine.rules.fronts import fronts
from cloudlab.engine.rules.interfaces import every_interface
from cloudlab.engine.rules.takeover import taken_over
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.ids import ZONES
from cloudlab.model.learning import Endpoint
from cloudlab.model.network import NatGateway, Subnet
from cloudlab.model.operations import Front, ZoneOutage
from cloudlab.model.scenario import Need, Scenario
from cloudlab.model.time import HOUR
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Loss:
    """What would become of a need if something were gone."""

    what: str
    """A zone's name or a resource's id."""
    name: str
    answered_permille: int
    """The share of requests still answered, once what acts by itself has acted."""
    because: str
    """Why it is so, in words."""

    @property
    def fatal(self) -> bool:
        return self.answered_permille == 0


def lived_in(world: World) -> tuple[str, ...]:
    """Return the zones in which anything stands that has an address there."""
    there = {world.get(Subnet, i.subnet).zone for i in every_interface(world)}
    return tuple(zone for zone in ZONES if zone in there)


def without_zone(world: World, zone: str) -> World:
    """Return the World an hour into the loss of a zone, with nobody of the team having lifted a hand.

    What managed endpoints lost there, AWS has put up in other zones long since (`az-outage` in assets/incidents.yaml).
    """
    return found_out(taken_over(world.put(ZoneOutage(zone, world.now, world.now + HOUR, "is gone"))))


def without(world: World, thing: str) -> World:
    """Return the World without one machine, database or NAT gateway, with nobody having lifted a hand."""
    if world.find(Instance, thing) is not None:
        world = world.change(Instance, thing, state="stopped")
    elif (database := world.find(DbInstance, thing)) is not None:
        if database.standby_zone is None:
            world = world.put(replace(database, outage="its only instance is gone"))
    elif world.find(NatGateway, thing) is not None:
        world = world.change(NatGateway, thing, state="deleted")
    return found_out(taken_over(world))


def zone_losses(world: World, scenario: Scenario, need: Need) -> tuple[Loss, ...]:
    """Return what the loss of each zone in use comes to, the worst first."""
    endpoints = any(e.status == "InService" for e in world.every(Endpoint))
    zones = lived_in(world) or (ZONES[:1] if endpoints else ())
    return _worst_first(_loss(world, without_zone(world, zone), scenario, need, zone, zone) for zone in zones)


def single_points(world: World, scenario: Scenario, need: Need) -> tuple[Loss, ...]:
    """Return every single thing whose loss leaves requests unanswered, the worst first; zones are asked of `zone_losses`.

    Nothing is returned for what is down already: a need that nobody answers has no single point, it has no service.
    """
    if not any(f.cause is None for f in fronts(world, scenario, need)):
        return ()
    things: list[tuple[str, str]] = [(i.id, label(world, i.id)) for i in world.every(Instance) if i.state == "running"]
    things += [(d.id, d.id) for d in world.every(DbInstance)]
    things += [(n.id, label(world, n.id)) for n in world.every(NatGateway) if n.state == "available"]
    whole = _answered(fronts(world, scenario, need))
    found = (_loss(world, without(world, key), scenario, need, key, name) for key, name in things)
    return _worst_first(loss for loss in found if loss.answered_permille < whole)


def _worst_first(losses: Iterator[Loss]) -> tuple[Loss, ...]:
    return tuple(sorted(losses, key=lambda loss: loss.answered_permille))


def _loss(before: World, after: World, scenario: Scenario, need: Need, what: str, name: str) -> Loss:
    then = fronts(after, scenario, need)
    permille = _answered(then)
    failing = [f for f in then if f.cause is not None]
    answering = [f for f in then if f.cause is None]
    if not then:
        because = "callers have been given no address yet"
    elif not failing:
        verb = "answers" if len({f.resource for f in answering}) == 1 else "answer"
        because = f"{_names(before, answering)} {verb} without it{_gap(before, answering)}"
    else:
        because = "; ".join(dict.fromkeys(f"{label(before, f.resource)}: {f.reason}" for f in failing[:3]))
    return Loss(what, name, permille, because)


def _gap(world: World, answering: list[Front]) -> str:
    """Say so where an endpoint's only instance may have been the lost one: AWS puts it up elsewhere, in its own time."""
    found = [e for f in answering if (e := world.find(Endpoint, f.resource)) is not None]
    alone = any(sum(v.count for v in e.variants) == 1 for e in found)
    return ", after some minutes without answers in which AWS puts its only instance up elsewhere" if alone else ""


def _names(world: World, those: list[Front]) -> str:
    return ", ".join(dict.fromkeys(label(world, f.resource) for f in those))


def _answered(found: tuple[Front, ...]) -> int:
    """Return the share of requests that fronts answer, in permille."""
    whole = sum(f.share for f in found)
    return 1000 * sum(f.share for f in found if f.cause is None) // whole if whole else 0
