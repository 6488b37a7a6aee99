"""Both roads side by side: requests and incidents on one time axis, and their bills and hours line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.ink import MUTED, STRONG, Line, ends, line, style
from cloudlab.model.money import format_usd
from cloudlab.model.time import DAY, HOUR, Seconds, span, stamp

if TYPE_CHECKING:
    from cloudlab.lab.debrief import Side, Told

LEAD = 8
"""Cells of the scale at the left of a chart."""
EIGHTHS = "▁▂▃▄▅▆▇"

Bucket = tuple[int, int] | None
"""Answered and failed requests of one column; None where nothing was recorded."""


def draw_axis(mine: Side, other: Side | None, cells: int, rows: int = 3) -> list[Line]:
    """Return what was answered and what failed per hour, road above road, with the incidents below each and who held them."""
    sides = [("yours", mine), *([("the other road", other)] if other is not None else [])]
    starts = sorted({hour[0] for _, side in sides for hour in side.hours})
    if not starts:
        return []
    step = max(1, -(-len(starts) // max(1, cells - LEAD)))
    columns = starts[::step]
    wide = max(1, min(3, (cells - LEAD) // len(columns)))
    shown = [(name, side, _buckets(side, columns, step)) for name, side in sides]
    top = max([1, *(sum(b) for _, _, found in shown for b in found if b is not None)])
    every = "hour" if step == 1 else f"{step} hours"
    lines: list[Line] = [line((f"requests per {every}: ", MUTED), ("█", style("ok")), (" answered  ", MUTED), *_failed_key())]
    for name, side, found in shown:
        lines.append(line((name, STRONG), (f"  {side.road}", MUTED)))
        lines += _bars(found, top, rows, wide)
        if side.incidents:
            lines.append(_marks(side.incidents, columns, step, wide))
    lines.append(line((" " * LEAD + _days(columns, wide), MUTED)))
    if any(side.incidents for _, side in sides):
        lines.append(
            line((" " * LEAD, ""), ("Y", style("page")), (" an incident you held  ", MUTED), ("A", style("ok")), (" AWS held it", MUTED))
        )
    return lines


def _failed_key() -> tuple[ink.Span, ink.Span]:
    return ("╳", style("bad")), (" failed", MUTED)


def _buckets(side: Side, columns: Sequence[Seconds], step: int) -> list[Bucket]:
    """Return sums per column: hours that share one are added, so that no bad hour is skipped."""
    found: list[Bucket] = []
    for start in columns:
        part = [h for h in side.hours if start <= h[0] < start + step * HOUR]
        found.append((sum(h[1] for h in part), sum(h[2] for h in part)) if part else None)
    return found


def _bars(found: Sequence[Bucket], top: int, rows: int, wide: int) -> list[Line]:
    stacks = [_stack(each, top, rows) for each in found]
    lines: list[Line] = []
    for y in range(rows - 1, -1, -1):
        scale = f"{top:,}" if y == rows - 1 and top < 100_000 else f"{top // 1_000}k" if y == rows - 1 else "0" if y == 0 else ""
        spans: list[ink.Span] = [(f"{scale:>{LEAD - 2}}" + (" ┤" if scale else " │"), MUTED)]
        spans += [(stack[y][0] * wide, stack[y][1]) if y < len(stack) else (" " * wide, "") for stack in stacks]
        lines.append(tuple(spans))
    return lines


def _stack(bucket: Bucket, top: int, rows: int) -> list[ink.Span]:
    """Return a column's cells from the bottom up: answered, the failed above; whatever there is at all shows."""
    if bucket is None:
        return []
    served, failed = bucket
    crosses = max(1, round(failed * rows / top)) if failed else 0
    room = (rows - crosses) * 8
    eighths = min(room, max(1, served * rows * 8 // top)) if served else 0
    if crosses:
        eighths = -(-eighths // 8) * 8  # whole cells below the crosses
    full, part = divmod(eighths, 8)
    cells: list[ink.Span] = [("█", style("ok"))] * full
    cells += [(EIGHTHS[part - 1], style("ok"))] if part else []
    return cells + [("╳", style("bad"))] * crosses


def _marks(incidents: Sequence[Told], columns: Sequence[Seconds], step: int, wide: int) -> Line:
    spans: list[ink.Span] = [(" " * LEAD, "")]
    for start in columns:
        held = {each.holder for each in incidents if start <= each.at < start + step * HOUR}
        mark, look = ("Y", style("page")) if "you" in held else ("A", style("ok")) if held else (" ", "")
        spans.append((mark.ljust(wide), look))
    return tuple(spans)


def _days(columns: Sequence[Seconds], wide: int) -> str:
    """Write each day's number under its first column, where there is room."""
    text = ""
    for i, start in enumerate(columns):
        if (i == 0 or start // DAY != columns[i - 1] // DAY) and i * wide >= len(text) + (1 if text else 0):
            text = text.ljust(i * wide) + f"d{start // DAY + 1}"
    return text


# money and hours ------------------------------------------------------------------------------------------------------


def draw_ledgers(mine: Side, other: Side | None, cells: int) -> list[Line]:
    """Return both bills and both lists of hours, line beside line; sums are exact."""
    table = _table(
        "Money",
        dict(mine.ledger),
        dict(other.ledger) if other is not None else None,
        format_usd,
        cells,
    )
    hours = _table(
        "Hours of people, by kind of task",
        {task: seconds for task, seconds, _ in mine.toil},
        {task: seconds for task, seconds, _ in other.toil} if other is not None else None,
        span,
        cells,
    )
    return [*table, (), *hours]


def _table(title: str, mine: dict[str, int], other: dict[str, int] | None, write: Callable[[int], str], cells: int) -> list[Line]:
    column = 16
    wide = min(cells, 40 + column * (2 if other is not None else 1))
    heads = line(("yours".rjust(column), MUTED), *((("the other".rjust(column), MUTED),) if other is not None else ()))
    lines = [ends(line((title, STRONG)), heads, wide)]
    for name in list(dict.fromkeys([*mine, *(other or {})])):
        right: list[ink.Span] = [(write(mine[name]).rjust(column) if name in mine else "-".rjust(column), "" if name in mine else MUTED)]
        if other is not None:
            right.append((write(other[name]).rjust(column) if name in other else "-".rjust(column), "" if name in other else MUTED))
        lines.append(ends(line(name), tuple(right), wide))
    sums = [sum(mine.values()), *([sum(other.values())] if other is not None else [])]
    lines.append(line(("─" * wide, MUTED)))
    return [*lines, ends(line(("sum", STRONG)), tuple((write(each).rjust(column), STRONG) for each in sums), wide)]


def draw_incidents_of(other: Side, cells: int) -> list[Line]:
    """Return what struck on the other road, a line each."""
    lines: list[Line] = [line(("On the other road", STRONG)), ()]
    if not other.incidents:
        return [*lines, line(("Nothing struck.", MUTED))]
    for each in other.incidents:
        mine = each.holder == "you"
        tone = "bad" if each.failed else "wait" if mine else "ok"
        holder = line((each.holder.upper(), "bold $text-accent" if mine else MUTED))
        lines.append(ends(line((f"{ink.glyph(tone)} ", style(tone)), (stamp(each.at) + "  ", MUTED), each.title), holder, cells))
    return lines
