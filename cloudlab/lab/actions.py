"""Actions: what could be done with one resource right now, each as the aws line that does it, previewed by the engine itself."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.dialects.errors import LineError
from cloudlab.dialects.script import Order, ScriptError, parse_statement
from cloudlab.engine.rules.knowledge import believed
from cloudlab.engine.rules.responsibility import SERVICE_OF
from cloudlab.lab.session import Session
from cloudlab.lab.view.things import FINDS, KINDS, OFFERS
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that may be done with a resource."""

    title: str
    line: str
    """As it is typed; where it is not `whole`, the player completes it."""
    enabled: bool
    reason: str = ""
    """Why it would be refused, and what would be accepted; empty where it is enabled."""
    effort: Seconds = 0
    """Attended seconds of work."""
    price: int = 0
    """Micro-dollars that doing it costs once: people, and charges made once."""
    hourly: int = 0
    """Micro-dollars per hour that it adds to the bill from then on."""
    whole: bool = True
    """False where the line lacks something only the player can say; nothing can be foreseen then."""


def record_of(world: World, resource: str, kind: str = "") -> object | None:
    """Return what stands on the map under an id. Two kinds may share a name: without `kind`, first come those that carry duties."""
    if kind in FINDS:
        return FINDS[kind](world, resource)
    order = {record: i for i, record in enumerate(SERVICE_OF)}
    kinds = sorted(KINDS, key=lambda k: order.get(KINDS[k], len(order)))
    return next((found for k in kinds if (found := FINDS[k](world, resource)) is not None), None)


def actions(session: Session, resource: str, kind: str = "") -> tuple[Action, ...]:
    """Return what may be done with a resource of the map, those that would be refused with the reason; nothing for what is unknown."""
    world = believed(session.world)
    record = record_of(world, resource, kind)
    offer = OFFERS.get(type(record))
    if record is None or offer is None:
        return ()
    return tuple(_foreseen(session, *offered) for offered in offer(world, record))


def _foreseen(session: Session, title: str, line: str, pointless: str = "") -> Action:
    try:
        statement = parse_statement(line, known={})
        assert isinstance(statement, Order), f"not an order: {line}"
        command = statement.line({}).command
    except (ScriptError, LineError):
        return Action(title, line, session.world.over is None, "" if session.world.over is None else "The run is over.", whole=False)
    seen = session.preview(command)
    refusal = seen.refusal
    return Action(
        title,
        line,
        refusal is None and not pointless,
        pointless if refusal is None else refusal.told,
        seen.effort,
        seen.people_micros + sum(c.micros for c in seen.charges if c.per != "hour"),
        sum(c.micros for c in seen.charges if c.per == "hour"),
    )
