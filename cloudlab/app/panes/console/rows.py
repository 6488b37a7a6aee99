"""What the console lists: services and commands to pick, and the rows of a form with the two that are no parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from cloudlab.app.drawing.console import draw_listed
from cloudlab.app.ink import MUTED, Line, line
from cloudlab.lab.forms import Form, Row, listed

PERSON, KEEP = ("@person",), ("@keep",)
"""Rows that are no parameters: who does it, and the `$name` that keeps the new id."""
WIDEST = 200


def choices(search: str, service: str) -> list[tuple[str, Line]]:
    """Return what may be picked, with its key: services, or the commands of one, or those that a search finds."""
    every = listed(search)
    if not search and not service:
        counts = Counter(c.service for c in every)
        return [(f"s {name}", line((f"{name:<20}", "bold"), (f"{count} commands", MUTED))) for name, count in counts.items()]
    chosen = [c for c in every if search or c.service == service]
    back = [("b", line(("‹ all services", MUTED)))] if service else []
    return back + [(f"c {c.service} {c.verb}", (*line((f"{c.service} ", MUTED)), *draw_listed(c, WIDEST))) for c in chosen]


def all_rows(form: Form, extra: Mapping[tuple[str, ...], str]) -> tuple[Row, ...]:
    """Return the rows of a form, and below them who does it and what keeps the new id."""
    about = "a name, to say $name later"
    person = Row(PERSON, 0, "who does it", "text", extra.get(PERSON, ""), help="who is free, and whose field it is", default="the first")
    kept = Row(KEEP, 0, "keep the id in $", "text", extra.get(KEEP, ""), help=about, default="not kept")
    return (*form.rows(), person, *((kept,) if form.command.returns else ()))
