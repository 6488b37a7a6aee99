"""What the console lists to pick from: services, the commands of one, those a search finds."""

from __future__ import annotations

from collections import Counter

from cloudlab.app.drawing.console import draw_listed
from cloudlab.app.ink import MUTED, Line, line
from cloudlab.lab.forms import form_of, listed

WIDEST = 36
"""Cells a command's name may push what it is for to the right."""


def choices(search: str, service: str) -> list[tuple[str, Line]]:
    """Return what may be picked, with its key: services, or the commands of one, or those that a search finds."""
    every = listed(search)
    if not search and not service:
        counts = Counter(c.service for c in every)
        return [
            (f"s {name}", line((f"{name:<20}", "bold"), (f"{count} command{'s' * (count != 1)}", MUTED))) for name, count in counts.items()
        ]
    chosen = [c for c in every if search or c.service == service]
    back = [("b", line(("‹ all services", MUTED)))] if service else []
    named = [c.verb if service and not search else f"{c.service} {c.verb}" for c in chosen]
    widest = min(WIDEST, max(map(len, named), default=0))
    return back + [(f"c {c.service} {c.verb}", draw_listed(name, c.gloss, widest)) for c, name in zip(chosen, named, strict=True)]


def _many(count: int) -> str:
    return f"{count} command{'s' * (count != 1)}"


def gloss_of(key: str) -> str:
    """Return what the command of a key is for; empty where it is none."""
    match key.split():
        case ["c", service, verb]:
            return form_of(service, verb).command.gloss
    return ""
