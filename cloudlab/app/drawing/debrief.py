"""The debrief as lines, section by section: score, money, incidents, the provider's part, the other road, cards, timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.drawing.operations import draw_told
from cloudlab.app.figures import metric
from cloudlab.app.ink import MUTED, STRONG, Line, ends, line, style
from cloudlab.model.money import format_usd
from cloudlab.model.time import Seconds, span, stamp

if TYPE_CHECKING:
    from cloudlab.lab.debrief import Debrief, Side

LINE_NAMES = {"time-to-value": "time to value", "payoff": "payoff"}


def head(title: str, cells: int) -> list[Line]:
    """Return a section's heading with the space below it."""
    return [ink.fit(line((title, STRONG)), cells), ()]


def draw_score(told: Debrief, cells: int) -> list[Line]:
    outcome = told.mine.outcome
    lines: list[Line] = [line((f"{'✓' if outcome == 'won' else '▲'} {outcome}", style("good" if outcome == "won" else "bad")))]
    lines += ink.wrapped(told.mine.because, cells)
    stars = "★" * told.score.stars + "☆" * (3 - told.score.stars)
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


def draw_money(told: Debrief, cells: int) -> list[Line]:
    wide = min(cells, 64)
    lines = head("Money", cells)
    lines += [ends(line(name), line(format_usd(micros)), wide) for name, micros in told.ledger]
    lines += [line(("─" * wide, MUTED)), ends(line(("sum", STRONG)), line((format_usd(told.total_micros), STRONG)), wide), ()]
    lines += head("Hours of people, by kind of task", cells)
    for task, seconds, times in told.toil:
        lines.append(
            ends(line(task.partition(":")[2] or task), line((f"{times} time{'s' if times != 1 else ''}  ", MUTED), span(seconds)), wide)
        )
    total = sum(seconds for _, seconds, _ in told.toil)
    return [*lines, line(("─" * wide, MUTED)), ends(line(("sum", STRONG)), line((span(total), STRONG)), wide)]


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
    if told.beyond_control:
        lines += head("What you could not control", cells)
        lines += [row for text in told.beyond_control for row in ink.wrapped("· " + text, cells)]
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
    lines = head("The same days, on the other road", cells)
    if other is None:
        return [*lines, *ink.wrapped(state, cells, style("wait"))]
    first, each = 20, max(16, min(30, (cells - 20) // 2))
    lines.append(line((" " * first, ""), ("yours".ljust(each), STRONG), ("the other road", STRONG)))
    for what, mine, theirs in rows:
        lines.append(line((what.ljust(first), MUTED), ink.cut(mine, each - 1).ljust(each), ink.cut(theirs, each)))
    lines += [(), *draw_both(told.mine, other, cells), ()]
    lines += ink.wrapped(f"Yours: {told.mine.because}", cells) + ink.wrapped(f"Theirs: {other.because}", cells)
    return [*lines, (), line(("The principle", "bold $text-accent")), *ink.wrapped(told.principle, min(cells, 90))]


def draw_both(mine: Side, other: Side, cells: int) -> list[Line]:
    """Return answered requests per hour of both roads on one time axis; one row each, eight heights and a cross for failed hours."""
    starts = sorted({h[0] for h in mine.hours} | {h[0] for h in other.hours})
    if not starts:
        return []
    top = max([1, *(h[1] + h[2] for h in (*mine.hours, *other.hours))])
    room = max(1, cells - 16)
    step = -(-len(starts) // room)
    shown = starts[::step]
    lines: list[Line] = [line(("requests answered per hour; ╳ where most failed", MUTED))]
    for name, side in (("yours", mine), ("other road", other)):
        hours = {start: (served, failed) for start, served, failed in side.hours}
        lines.append(line((name.ljust(14), STRONG), *(_height(hours.get(start), top) for start in shown)))
    days = "".join(f"{'|' if start % 86_400 < 3_600 * step and start // 86_400 != starts[0] // 86_400 else ' '}" for start in shown)
    return [*lines, line((" " * 14 + days, MUTED), ("  | midnight", MUTED))]


def _height(hour: tuple[int, int] | None, top: int) -> ink.Span:
    if hour is None:
        return (" ", "")
    served, failed = hour
    if failed > served:
        return ("╳", style("bad"))
    return ("▁▂▃▄▅▆▇█"[min(7, served * 8 // top)], style("ok"))


def draw_cards(told: Debrief, cells: int) -> list[Line]:
    lines = head("Cards; they come back a day or more later", cells)
    for front, back in told.cards:
        lines += [*ink.wrapped(front, cells, STRONG), *ink.wrapped(back, cells - 2, "", "  "), ()]
    return lines


def draw_timeline(told: Debrief, cells: int) -> list[Line]:
    lines = head("Everything, in order", cells)
    return lines + [row for each in told.timeline for row in draw_told(each, cells, day=True)]


def when(seconds: Seconds | None) -> str:
    return span(seconds) if seconds is not None else "never"
