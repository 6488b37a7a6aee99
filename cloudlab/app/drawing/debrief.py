"""The debrief as lines, section by section: score, money, incidents, the provider's part, the other road, cards, timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.drawing.operations import draw_told
from cloudlab.app.drawing.roads import draw_axis
from cloudlab.app.figures import metric
from cloudlab.app.ink import MUTED, STRONG, Line, ends, line, style
from cloudlab.model.time import span, stamp

if TYPE_CHECKING:
    from cloudlab.lab.debrief import Debrief, Side


def head(title: str, cells: int) -> list[Line]:
    """Return a section's heading with the space below it."""
    return [ink.fit(line((title, STRONG)), cells), ()]


def draw_score(told: Debrief, cells: int, earned: int) -> list[Line]:
    """Return the score line by line with its evidence; `earned` are the stars as far as they are known."""
    outcome = told.mine.outcome
    lines: list[Line] = [line((f"{'✓' if outcome == 'won' else '▲'} {outcome}", style("good" if outcome == "won" else "bad")))]
    lines += ink.wrapped(told.mine.because, cells)
    stars = "★" * earned + "☆" * (3 - earned)
    lines += [(), ends(line((f"{told.score.total:,} of 1,000 points", STRONG)), line((stars, "$text-accent")), cells), ()]
    for each in told.score.lines:
        filled = each.points * 12 // each.max if each.max else 0
        bar = "━" * filled + "╌" * (12 - filled)
        lines.append(
            ends(
                line((each.id.replace("-", " "), "")),
                line((bar + "  ", style("good")), (f"{each.points:>3} of {each.max:<3}", STRONG)),
                cells,
            )
        )
        lines += ink.wrapped(each.evidence, cells - 2, MUTED, "  ")
    return lines


def draw_incidents(told: Debrief, cells: int) -> list[Line]:
    lines = head("What struck, and who held it", cells)
    if not told.incidents:
        lines.append(line(("Nothing struck.", MUTED)))
    for each in told.incidents:
        mine = each.holder == "you"
        tone = "bad" if each.failed else "wait" if mine else "ok"
        holder = line((each.holder.upper(), "bold $text-accent" if mine else MUTED))
        lines.append(ends(line((f"{ink.glyph(tone)} ", style(tone)), (stamp(each.at) + "  ", MUTED), (each.title, STRONG)), holder, cells))
        noticed = f"noticed after {span(each.detected_after)}" if each.detected_after is not None else "never noticed"
        lasted = f"lasted {span(each.lasted)}" if each.lasted is not None else "never resolved"
        factor = f"; x{each.rate_factor} for this level" if each.rate_factor > 1 else ""
        lines += ink.wrapped(
            f"{each.duty.replace('-', ' ')} of {each.resource}; {noticed}; {lasted}{factor}. {each.resolution}", cells - 2, "", "  "
        )
        lines.append(())
    for title, texts in (("What you could not control", told.beyond_control), ("What your design stands on", told.stands_on)):
        if texts:
            lines += head(title, cells)
            lines += [row for text in texts for row in ink.wrapped("· " + text, cells)]
    return lines


def draw_provider(told: Debrief, cells: int) -> list[Line]:
    lines = head("What AWS did without being asked", cells)
    lines += [row for text in told.provider_did for row in ink.wrapped("· " + text, cells)] or [line(("Nothing: you held it all.", MUTED))]
    if told.models:
        lines += [(), *head("Models, really trained", cells)]
        for name, container, metrics in told.models:
            lines += [line((name, STRONG), (f"  {container}", MUTED)), line("  " + "  ".join(f"{n} {metric(v)}" for n, v in metrics))]
    return lines


def draw_other_road(told: Debrief, other: Side | None, state: str, rows: list[tuple[str, str, str]], cells: int) -> list[Line]:
    """Return both roads side by side, then, and only then, the principle."""
    lines = head("The same days, on both roads", cells)
    if other is None:
        return [*lines, *ink.wrapped(state, cells, style("wait")), (), *draw_axis(told.mine, None, cells)]
    first, each = 20, max(16, min(30, (cells - 20) // 2))
    lines.append(line((" " * first, ""), ("yours".ljust(each), STRONG), ("the other road", STRONG)))
    for what, mine, theirs in rows:
        lines.append(line((what.ljust(first), MUTED), ink.cut(mine, each - 1).ljust(each), ink.cut(theirs, each)))
    lines += [(), *draw_axis(told.mine, other, cells), ()]
    lines += ink.wrapped(f"Yours: {told.mine.because}", cells) + ink.wrapped(f"Theirs: {other.because}", cells)
    return [*lines, (), line(("The principle", "bold $text-accent")), *ink.wrapped(told.principle, min(cells, 90))]


def draw_cards(told: Debrief, cells: int) -> list[Line]:
    lines = head("Cards; they come back a day or more later", cells)
    for front, back in told.cards:
        lines += [*ink.wrapped(front, cells, STRONG), *ink.wrapped(back, cells - 2, "", "  "), ()]
    return lines


def draw_timeline(told: Debrief, cells: int) -> list[Line]:
    lines = head("Everything, in order", cells)
    return lines + [row for each in told.timeline for row in draw_told(each, cells, day=True)]
