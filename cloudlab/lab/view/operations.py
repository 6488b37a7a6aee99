"""The operational slices: responsibility board, pager, service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from cloudlab.dialects.aws_cli import parse
from cloudlab.dialects.errors import LineError
from cloudlab.engine.naming import name_in_arn
from cloudlab.engine.rules import traffic
from cloudlab.engine.rules.exposure import open_to_world
from cloudlab.engine.rules.knowledge import known_until
from cloudlab.engine.rules.responsibility import holding, service_of
from cloudlab.engine.rules.settling import Tally
from cloudlab.engine.rules.volumes import root_of
from cloudlab.lab.view.slices import Board, Cell, Exit, Page, Service
from cloudlab.lab.view.things import COLUMNS
from cloudlab.lab.view.things.words import name_of
from cloudlab.lab.waiting import cost_of_waiting, outage
from cloudlab.model.catalogue import WayOut
from cloudlab.model.compute import Instance
from cloudlab.model.learning import TrainingJob
from cloudlab.model.operations import Incident
from cloudlab.model.scenario import Need, Scenario
from cloudlab.model.time import HOUR, MINUTE, stamp
from cloudlab.model.world import World

WORDS = {"customer": "YOU", "provider": "AWS", "shared": "shared"}


def board(world: World, scenario: Scenario) -> Board:
    """Return who holds what, for every resource the team has."""
    columns = [
        (record.id, name_of(record))
        for kind in COLUMNS
        for record in world.every(kind)
        if getattr(record, "state", "") != "terminated" and not (isinstance(record, TrainingJob) and record.ended is not None)
    ]
    strikes: dict[tuple[str | None, str], list[Incident]] = {}
    for incident in world.every(Incident):
        if incident.detected is not None:
            strikes.setdefault((incident.resource, incident.duty), []).append(incident)
    duties = scenario.catalogue.duties
    rows = []
    for duty in duties:
        cells = []
        for key, _ in columns:
            held = holding(scenario.catalogue, world, key, duty.id)
            met = strikes.get((key, duty.id), [])
            cells.append(
                Cell(
                    WORDS[held.holder],
                    any(i.is_open for i in met),
                    held.note or held.customer_part or "",
                    held.source,
                    held.confidence,
                    held.customer_part or "",
                    held.provider_part or "",
                    tuple(_strike(scenario, i) for i in met),
                )
            )
        rows.append((duty.title, tuple(cells)))
    services = tuple(service_of(world, key) for key, _ in columns)
    return Board(tuple(columns), tuple(rows), services, tuple(duty.meaning for duty in duties))


def _strike(scenario: Scenario, incident: Incident) -> str:
    """Say what struck, when, and whether it is over."""
    end = "open" if incident.is_open else f"over: {incident.resolution}"
    return f"{stamp(incident.struck)} {scenario.catalogue.incident(incident.kind).title}, {end}"


def pages(world: World, scenario: Scenario) -> Iterator[Page]:
    """Yield the incidents the team knows of, newest first."""
    known = [i for i in world.every(Incident) if i.detected is not None and i.resource is not None]
    down = outage(world, scenario) if any(i.is_open for i in known) else ""
    for incident in sorted(known, key=lambda i: -(i.detected or 0)):
        kind = scenario.catalogue.incident(incident.kind)
        planned = next((p for p in scenario.incidents if p.id == incident.id), None)
        assert incident.detected is not None
        assert incident.resource is not None
        struck = incident.resource
        waiting = cost_of_waiting(world, scenario, incident)
        exits = tuple(_exit(world, scenario, struck, way) for way in kind.ways_out)
        state = "resolved" if not incident.is_open else "damage" if incident.failed else "acknowledged" if incident.acknowledged else "open"
        yield Page(
            id=incident.id,
            kind=incident.kind,
            title=kind.title,
            story=_of(struck, kind.story),
            resource=struck,
            duty=incident.duty,
            holder="YOURS" if incident.holder == "customer" else "AWS",
            state=state,
            struck=incident.struck,
            detected=incident.detected,
            due=incident.due,
            effect=_of(struck, kind.effect),
            if_ignored=_of(struck, kind.if_ignored),
            ways_out=exits,
            resolution=incident.resolution,
            rate_factor=planned.rate_factor if planned is not None else 1,
            failing_per_hour=waiting.failing,
            waiting_micros=waiting.micros,
            acknowledged=incident.acknowledged,
            resolved=incident.resolved,
            calibrated_on=kind.calibrated_on,
            outage=_outage(down, waiting.failing) if incident.is_open else "",
        )


def _outage(down: str, failing: int) -> str:
    """Say first of a page that the service is down, and whether this is why."""
    if not down:
        return ""
    return "Your service is down." if failing else f"Your service is down, and not because of this: {down}."


def _exit(world: World, scenario: Scenario, struck: str, way: WayOut) -> Exit:
    """Return a way out: its minutes from start to end, and what people cost on it - the attended part, where the command tells it."""
    command = completed(world, struck, _of(struck, way.command)) if way.command else None
    attended = way.minutes * MINUTE if command is not None else 0
    if command is not None:
        with suppress(LineError):  # a way out may be more than one whole command; then all its minutes are work
            attended = scenario.catalogue.effort(parse(command).effort_key).seconds
    return Exit(way.text, command, way.minutes, _people(world, scenario, attended), way.risk)


def completed(world: World, struck: str, command: str) -> str:
    """Put into a way out what the team knows and the line would ask for: the security group, and the port that stands open in it."""
    instance = world.find(Instance, struck)
    if instance is not None and command.startswith(_GROWS) and (root := root_of(world, struck)) is not None:
        return f"{_GROWS} {root.id} --size {root.gib * 2}"
    if instance is not None and command == _COPIES and (root := root_of(world, struck)) is not None:
        return f"{_COPIES} {root.id}"
    if instance is None or " --group-id " in command or not any(verb in command for verb in _OF_GROUPS):
        return command
    open_now = open_to_world(world, struck)
    if not open_now:
        return command
    (first, last), group, rule = open_now[0]
    words = command.split()
    if "--protocol" in words:
        words[words.index("--protocol") + 1] = rule.protocol
    if "--port" in words:
        words[words.index("--port") + 1] = str(first) if first == last else f"{first}-{last}"
    if "--cidr" in words and "revoke-security-group-ingress" in words and rule.cidr is not None:
        words[words.index("--cidr") + 1] = rule.cidr
    verb = next(i for i, word in enumerate(words) if word in _OF_GROUPS)
    return " ".join([*words[: verb + 1], "--group-id", group, *words[verb + 1 :]])


_COPIES = "aws ec2 create-snapshot --volume-id"
_GROWS = "aws ec2 modify-volume --volume-id"
_OF_GROUPS = ("revoke-security-group-ingress", "authorize-security-group-ingress")


def _people(world: World, scenario: Scenario, seconds: int) -> int:
    """Return what so much work costs if somebody who is paged begins it now; at night that is double."""
    people = scenario.catalogue.people
    _, outside = scenario.calendar.finish(world.now, seconds, overtime=True)
    return people.engineer_micros_per_hour * (seconds * 1000 + outside * (people.overtime_permille - 1000)) // (HOUR * 1000)


def _of(resource: str, text: str) -> str:
    """Put the struck resource into a text of the catalogue: by its name, or whole where a command has to find it."""
    return text.replace("{resource}", resource if text.startswith("aws ") else name_in_arn(resource))


def service(world: World, scenario: Scenario, need: Need) -> Service:
    """Return how a need is served, as of the last instant the team could know."""
    as_of = known_until(world, scenario, need)
    then = world.at(as_of)
    hours = traffic.by_hour(then, scenario, need, scenario.starts, as_of)
    whole = Tally()
    for _, part in hours:
        whole += part
    counted = traffic.tally(then, scenario, need, scenario.slo.since, as_of) if as_of > scenario.slo.since else Tally()
    state = traffic.condition(then, scenario, need)
    return Service(
        need=need.id,
        title=need.title,
        state=state.state,
        because=state.because,
        as_of=as_of,
        offered=whole.offered,
        served=whole.served,
        slow=whole.slow,
        failed=whole.failed,
        right=whole.right,
        value_micros=whole.value_micros,
        slo_target_ppm=scenario.slo.target_ppm,
        slo_since=scenario.slo.since,
        answered_ppm=(counted.offered - counted.bad) * 1_000_000 // counted.offered if counted.offered else 1_000_000,
        budget_left_ppm=state.budget_left_ppm,
        budget_gone_in=state.gone_in,
        latency_ms=state.latency_ms,
        utilisation_permille=state.utilisation,
        hours=tuple((start, t.served - t.slow, t.slow, t.offered - t.served, t.value_micros) for start, t in hours),
    )
