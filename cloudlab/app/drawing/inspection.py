"""A resource at length and what may be done with it, as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.figures import age, money
from cloudlab.app.ink import MUTED, STRONG, Line, line, style
from cloudlab.model.time import span

if TYPE_CHECKING:
    from cloudlab.lab.actions import Action
    from cloudlab.lab.inspecting import Inspection

LABEL = 17
LOOKS = {"YOU": "bold $text-accent", "shared": style("wait")}


def draw_inspection(seen: Inspection, cells: int) -> list[Line]:
    """Return every section with its rows; what is old says so first."""
    lines: list[Line] = []
    if seen.age >= 60:
        lines += ink.wrapped(f"◐ {age(seen.age)}; it may be otherwise by now", cells, style("wait"))
    for section in seen.sections:
        lines.append(line((section.title, STRONG)))
        last = ""
        for label, text in section.rows:
            head = "" if label == last else label
            last = label
            for i, each in enumerate(ink.wrapped(text, cells - LABEL - 1)):
                shown = ink.cut(head, LABEL - 1) if i == 0 else ""
                lines.append((((" " + shown).ljust(LABEL + 1), LOOKS.get(head, MUTED)), *each))
    return lines


def action_text(action: Action, cells: int) -> list[Line]:
    """Return an action: what, and its effort and price; greyed, with the reason, where it would be refused."""
    if not action.enabled:
        return [ink.fit(line((f"✗ {action.title}", MUTED)), cells), *ink.wrapped(action.reason, cells, MUTED, "  ")[:2]]
    costs = [span(action.effort)] if action.effort else []
    costs += [money(action.price)] if action.price else []
    costs += [f"+{money(action.hourly)}/h"] if action.hourly else []
    told = "  ".join(costs) if action.whole else "you complete it"
    return [ink.ends(line(("● ", style("ok")), (action.title, STRONG)), line((told, MUTED)), cells)]
