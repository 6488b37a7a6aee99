"""Inspecting: everything the team knows of one resource - facts, money, who holds its duties, what struck it, who can reach it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cloudlab.engine.rules import reachability
from cloudlab.engine.rules.balancing import listeners_of
from cloudlab.engine.rules.knowledge import believed, known
from cloudlab.engine.rules.responsibility import SERVICE_OF
from cloudlab.lab.actions import record_of
from cloudlab.lab.losses import loss_of
from cloudlab.lab.patches import patchings, told
from cloudlab.lab.session import Session
from cloudlab.lab.view.cloud import cloud
from cloudlab.lab.view.operations import WORDS
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things import FACTS, KINDS
from cloudlab.lab.view.things.network import Zone
from cloudlab.lab.view.things.registry import Row, plain_facts
from cloudlab.lab.view.things.words import name_of
from cloudlab.model.balancing import LoadBalancer
from cloudlab.model.compute import Instance
from cloudlab.model.identity import Role
from cloudlab.model.learning import TrainingJob
from cloudlab.model.money import format_usd
from cloudlab.model.operations import Incident, Meter
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import Seconds, span, stamp
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A resource at length, for a side sheet."""

    id: str
    kind: str
    name: str
    age: Seconds
    """How old the knowledge is; 0 means as it is now."""
    sections: tuple[Section, ...]


def inspect(session: Session, resource: str, kind: str = "") -> Inspection | None:
    """Return what the team knows of a thing on the map; None for what it does not know."""
    world, scenario = session.world, session.level.scenario
    record: Any = record_of(world, resource, kind)
    if record is None:
        return None
    age = 0
    if isinstance(record, Instance):
        seen = known(world, Instance, record.id)
        if seen is None:
            return None
        record, age = seen.record, seen.age
    facts = FACTS.get(type(record), plain_facts)(believed(world), scenario, record)
    sections = (
        Section("what it is", tuple((label, text) for label, text in facts if text)),
        Section("what is in it", tuple(_inside(world, record.id, type(record)))),
        Section("who can reach it", tuple(_reach(world, scenario, record))),
        Section(
            "fixes not in force",
            tuple((p.fix.vulnerability.id, told(p, world.now)) for p in patchings(world, scenario) if p.instance == record.id),
        ),
        Section("if it were gone", tuple(loss_of(world, scenario, record.name if isinstance(record, Zone) else record.id))),
        Section("money", tuple(_money(world, record.id, type(record)))),
        Section("who holds it", tuple(_duties(scenario, record))),
        Section("what struck it", tuple(_strikes(world, scenario, record.id))),
    )
    name = getattr(record, "name", "") or name_of(record)
    return Inspection(record.id, kind or type(record).__name__.lower(), name, age, tuple(s for s in sections if s.rows))


def _inside(world: World, resource: str, record: type) -> Iterator[Row]:
    """Yield everything that stands in it, as far as the team knows, with its state and how old that is."""
    node = _find(cloud(world), resource, record)
    for each in _walk(node.children) if node is not None else ():
        age = f", seen {span(each.age)} ago" if each.age >= 60 else ""
        ident = f" ({each.id})" if each.id != each.name and "/" not in each.id else ""
        yield each.kind, f"{each.name}{ident}{f': {each.state}' if each.state else ''}{age}"


def _find(node: Node, resource: str, record: type) -> Node | None:
    return next((n for n in _walk(node.children) if n.id == resource and KINDS[n.kind] is record), None)


def _walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _walk(node.children)


def _money(world: World, resource: str, kind: type) -> Iterator[Row]:
    training = kind is TrainingJob
    for meter in world.every(Meter):
        if meter.resource == resource and kind is not Role and (meter.line == "training") == training:
            yield meter.line, f"{format_usd(meter.rate, 4)} per hour" + ("" if meter.since is not None else ", not running")


def _duties(scenario: Scenario, record: Any) -> Iterator[Row]:
    service = SERVICE_OF.get(type(record))
    if service is None:
        return
    held: dict[str, list[str]] = {"YOU": [], "shared": [], "AWS": []}
    for duty in scenario.catalogue.duties:
        held[WORDS[scenario.catalogue.holding(service, duty.id).holder]].append(duty.title)
    yield from ((holder, ", ".join(duties)) for holder, duties in held.items() if duties)


def _strikes(world: World, scenario: Scenario, resource: str) -> Iterator[Row]:
    for incident in world.every(Incident):
        if incident.resource == resource and incident.detected is not None:
            title = scenario.catalogue.incident(incident.kind).title
            end = "open" if incident.is_open else f"over: {incident.resolution}"
            whose = "YOURS" if incident.holder == "customer" else "AWS"
            yield stamp(incident.struck), f"{title} ({incident.duty}, {whose}): {end}"


def _reach(world: World, scenario: Scenario, record: Any) -> Iterator[Row]:
    seen = believed(world)
    if isinstance(record, LoadBalancer):
        for port in dict.fromkeys([*(need.port for need in scenario.needs), *(x.port for x in listeners_of(world, record.id))]):
            yield f"in, tcp/{port}", reachability.from_internet(seen, record.id, port).sentence()
    if not isinstance(record, Instance):
        return
    asked = dict.fromkeys(
        [*(need.port for need in scenario.needs), *([record.software.server_port] if record.software.server_port else [])]
    )
    for port in asked:
        yield f"in, tcp/{port}", reachability.from_internet(seen, record.id, port).sentence()
    yield "out, tcp/443", reachability.to_internet(seen, record.id).sentence()
