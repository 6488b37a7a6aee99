"""Captures: which order's id a player keeps under which `$name`, written down so that a resumed run still knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cloudlab.dialects.aws_cli import Line
from cloudlab.dialects.errors import LineError
from cloudlab.dialects.output import query
from cloudlab.dialects.script import captured
from cloudlab.dialects.tokens import Value
from cloudlab.journal.record import Record
from cloudlab.model.people import Order, Person

if TYPE_CHECKING:
    from cloudlab.lab.session import Session

OBSERVED = "capture"
"""The member that marks an `observed` record as a capture."""


@dataclass(frozen=True, slots=True)
class Capture:
    """`-> $name`: what of an order's response is kept."""

    order: str
    name: str
    """Without the dollar sign."""
    path: str | None
    """JMESPath into the response; None where there is nothing to keep."""
    query: str | None = None
    """What the line itself asked for with --query, if anything."""

    @classmethod
    def of(cls, order: str, name: str, line: Line) -> Capture:
        return cls(order, name, line.query if line.query is not None else line.command.returns, line.query)

    def body(self) -> dict[str, Any]:
        """Return the body of its record."""
        return {OBSERVED: self.name, "order": self.order, "path": self.path, "query": self.query}


def capture_in(record: Record) -> Capture | None:
    """Return the capture that a journal's record holds, if it holds one."""
    if record.kind != "observed" or OBSERVED not in record.body:
        return None
    body = record.body
    path, asked = body.get("path"), body.get("query")
    return Capture(
        str(body.get("order")),
        str(body[OBSERVED]),
        path if isinstance(path, str) else None,
        asked if isinstance(asked, str) else None,
    )


def names(session: Session) -> dict[str, Value]:
    """Return what every `$name` of the run stands for, as far as the orders that give it have taken effect."""
    found: dict[str, Value] = {}
    for capture in session.captures.values():
        answer = session.answer(capture.order)
        if answer is None or capture.path is None:
            continue
        try:
            value = captured(query(capture.path, {k: v for k, v in answer.items() if not k.startswith("_")}))
        except LineError:
            continue  # it was told when the order took effect
        if value is not None:
            found[capture.name] = value
    return found


def under_way(session: Session) -> list[tuple[Order, Line, str | None]]:
    """Return the orders being worked on or queued, each as its line and the name that is to keep its answer."""
    people = session.world.every(Person)
    orders = [o for p in people for o in (*((p.current,) if p.current is not None else ()), *p.queue)]
    found = []
    for order in orders:
        capture = session.captures.get(order.id)
        found.append(
            (order, Line(order.command, capture.query if capture is not None else None), capture.name if capture is not None else None)
        )
    return found
