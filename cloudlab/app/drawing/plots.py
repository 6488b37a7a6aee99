"""Plots as lines: curves over simulated time, each with a glyph of its own, with what happened marked on the time axis.

plotext lays the curves out, without colours; a cell's colour follows from its glyph, so each theme has its own say. It is imported
with the first plot that is drawn, never before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.figures import money, short_ids
from cloudlab.app.ink import MUTED, STRONG, Line, line, style
from cloudlab.model.money import format_usd
from cloudlab.model.time import DAY, HOUR, Seconds, span, stamp

if TYPE_CHECKING:
    from textual_plotext.plot import Plot

    from cloudlab.lab.view.slices import Chart, Curve, Mark, Money, Point

LEFT = 9
"""Cells of the scale at the left, the axis included."""
LEVEL = "╌"
LOOKS = {
    "in time": ("•", style("ok")),
    "slow": ("▒", style("wait")),
    "failed": ("╳", style("bad")),
    "cloud": ("▒", "$text-primary"),
    "people": ("○", "$text-accent"),
    "together": ("•", STRONG),
    "at this rate": ("∙", MUTED),
    "train": ("○", "$text-accent"),
    "validation": ("•", "$text-primary"),
}
"""Curve -> its glyph and style; no two curves of a chart share a glyph."""
OTHERS = (("•", "$text-primary"), ("○", "$text-accent"), ("▒", style("wait")), ("╳", style("bad")))
MARKS = {"incident": ("▲", style("bad")), "aws": ("△", MUTED), "decision": ("◆", "$text-primary")}
"""Kind -> glyph and style; where several share a column, the first kind here shows."""
STEPS = (HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY)


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of time that is shown, within [low, high]."""

    start: Seconds
    end: Seconds
    low: Seconds
    high: Seconds

    def zoomed(self, inwards: bool, around: Seconds | None = None) -> Window:
        """Show half as much, or twice as much, around an instant; never less than two hours."""
        long = self.end - self.start
        wanted = max(min(2 * HOUR, self.high - self.low), long // 2) if inwards else long * 2
        middle = around if around is not None else (self.start + self.end) // 2
        start = middle - (middle - self.start) * wanted // max(long, 1)
        return self._within(start, wanted)

    def panned(self, by: Seconds) -> Window:
        return self._within(self.start + by, self.end - self.start)

    def _within(self, start: Seconds, long: Seconds) -> Window:
        long = min(long, self.high - self.low)
        start = min(max(start, self.low), self.high - long)
        return Window(start, start + long, self.low, self.high)


def looks(curves: Iterable[Curve]) -> dict[str, tuple[str, str]]:
    """Return glyph and style of each curve."""
    spare = iter(OTHERS)
    return {c.name: LOOKS.get(c.name) or next(spare) for c in curves}


def figure(value: int | None, unit: str) -> str:
    """Write a value in its unit, short enough for a scale."""
    if value is None:
        return "-"
    match unit:
        case "micros":
            return money(value)
        case "ppm":
            return f"{value // 10_000} %"
        case "permille":
            return f"{value // 10} %"
        case "ms":
            return f"{value:,} ms"
        case "metric":
            return f"{value / 1_000_000:.3f}"
    return f"{value // 1000:,}k" if value >= 100_000 else f"{value:,}"


def column_of(at: int, window: tuple[int, int], cells: int) -> int:
    """Return the column of the canvas at which an x lies; it may lie outside."""
    return round((at - window[0]) * (cells - 1) / max(window[1] - window[0], 1))


def instant_of(column: int, window: tuple[int, int], cells: int) -> int:
    """Return the x of a column of the canvas."""
    return window[0] + round(column * (window[1] - window[0]) / max(cells - 1, 1))


def draw_chart(
    chart: Chart, window: Window, marks: Sequence[Mark], cells: int, rows: int, *, now: Seconds, picked: Mark | None = None
) -> list[Line]:
    """Return a chart in `rows` lines of `cells` cells: canvas, time axis, marks, and the legend with the latest figures."""
    lines: list[Line] = []
    canvas = rows - 2
    shown = (window.start, window.end)
    if canvas >= 4:
        if any(c.points for c in chart.curves):
            ticks = _time_ticks(window, cells - LEFT)
            lines += draw_curves(chart.curves, chart.unit, shown, ticks, cells, canvas, chart.levels)
        else:
            lines += [ink.fit(line((" nothing to draw yet: the team knows of no such figure", MUTED)), cells)]
            lines += [ink.fit((), cells)] * (canvas - 1)
        lines.append(_marks_row(marks, shown, cells, picked))
    lines.append(ink.fit(_told(picked) if picked is not None else _legend(chart, now), cells))
    return lines[-rows:]


def draw_curves(
    curves: Sequence[Curve],
    unit: str,
    shown: tuple[int, int],
    ticks: Sequence[tuple[int, str]],
    cells: int,
    rows: int,
    levels: Sequence[tuple[str, int]] = (),
) -> list[Line]:
    """Return the canvas: scale, curves, x axis. `shown` are the x values at its left and right edge."""
    glyphs = looks(curves)
    runs = [(glyphs[c.name][0], run) for c in curves for run in _runs(c.points, shown)]
    values = [v for _, run in runs for _, v in run]
    low, high = _extent(values, [v for _, v in levels], unit)
    plot = _plot(cells, rows)
    plot.xlim(*shown)
    plot.ylim(low, high)
    plot.xticks([x for x, _ in ticks], [label for _, label in ticks])
    scale = sorted({low, (low + high) // 2, high}) if rows > 6 else [low, high]
    plot.yticks([float(v) for v in scale], [figure(v, unit).rjust(LEFT - 1) for v in scale])
    for _, value in levels:
        if low <= value <= high:
            plot.plot(list(shown), [value, value], marker=LEVEL)
    for glyph, run in reversed(runs):  # the first curve lies on top
        if len(run) == 1:
            plot.scatter([run[0][0]], [run[0][1]], marker=glyph)
        else:
            plot.plot([x for x, _ in run], [y for _, y in run], marker=glyph)
    tones = dict(glyphs.values()) | {LEVEL: MUTED}
    text = _ANSI.sub("", plot.build()).split("\n")
    body, axis = text[: rows - 2], text[rows - 2 : rows]
    lines = [ink.fit(((row[:LEFT], MUTED), *_coloured(row[LEFT:], tones)), cells) for row in body]
    return lines + [ink.fit(line((row, MUTED)), cells) for row in axis]


_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def _plot(cells: int, rows: int) -> Plot:
    from textual_plotext.plot import Plot as Layout

    plot = Layout()
    plot.plotsize(cells, rows)
    plot._set_size(cells, rows)
    plot.theme("clear")
    plot.xaxes(True, False)
    plot.yaxes(True, False)
    return plot


def _coloured(row: str, tones: dict[str, str]) -> Line:
    return tuple((glyph * len(list(same)), tones.get(glyph, "")) for glyph, same in groupby(row))


def _runs(points: Sequence[Point], shown: tuple[int, int]) -> list[list[tuple[int, int]]]:
    """Cut a curve where there was nothing to measure; keep what can be seen, and a neighbour at each side."""
    runs: list[list[tuple[int, int]]] = [[]]
    for i, (x, value) in enumerate(points):
        before = points[i - 1][0] if i else x
        after = points[i + 1][0] if i + 1 < len(points) else x
        if value is None:
            runs.append([])
        elif after >= shown[0] and before <= shown[1]:
            runs[-1].append((x, value))
    return [_clipped(run, shown) for run in runs if run]


def _clipped(run: list[tuple[int, int]], shown: tuple[int, int]) -> list[tuple[int, int]]:
    """Move a first and last point that lie outside onto the edge, on the straight line to their neighbour."""
    clipped = list(run)
    if len(run) > 1 and run[0][0] < shown[0] < run[1][0]:
        clipped[0] = (shown[0], _between(run[0], run[1], shown[0]))
    if len(run) > 1 and run[-2][0] < shown[1] < run[-1][0]:
        clipped[-1] = (shown[1], _between(run[-2], run[-1], shown[1]))
    return clipped


def _between(a: tuple[int, int], b: tuple[int, int], x: int) -> int:
    return a[1] + (b[1] - a[1]) * (x - a[0]) // (b[0] - a[0])


def _extent(values: Sequence[int], levels: Sequence[int], unit: str) -> tuple[int, int]:
    """Return the scale's ends: a metric as it lies, anything else from zero; a level is in sight where curves come near it."""
    top, bottom = max(values, default=0), min(values, default=0)
    if unit == "metric":
        room = max((top - bottom) // 10, 1_000)
        return bottom - room, top + room
    high = max([top, *(v for v in levels if v <= max(top * 4, 1))])
    if unit == "ppm":
        high = max(high, 1_000_000)
    least = {"micros": 1_000_000, "permille": 100, "ms": 20, "count": 10}.get(unit, 1)
    return min(0, bottom), max(high + high // 20, least)


def _time_ticks(window: Window, cells: int) -> list[tuple[int, str]]:
    long = max(window.end - window.start, 1)
    step = next((s for s in STEPS if s * cells >= 9 * long), STEPS[-1])
    first = -(-window.start // step) * step
    return [(at, _hour(at)) for at in range(first, window.end + 1, step)]


def _hour(at: Seconds) -> str:
    return f"day {at // DAY + 1}" if not at % DAY else f"{at % DAY // HOUR:02d}:{at % HOUR // 60:02d}"


def _marks_row(marks: Sequence[Mark], shown: tuple[int, int], cells: int, picked: Mark | None) -> Line:
    room = cells - LEFT
    row: dict[int, tuple[str, str]] = {}
    for kind in reversed(MARKS):
        row |= {column_of(m.at, shown, room): MARKS[kind] for m in marks if m.kind == kind and shown[0] <= m.at <= shown[1]}
    if picked is not None:
        glyph, look = MARKS[picked.kind]
        row[column_of(picked.at, shown, room)] = (glyph, f"reverse {look}")
    spans: list[ink.Span] = [("marks".rjust(LEFT - 1) + " ", MUTED)]
    spans += [row.get(x, (" ", "")) for x in range(room)]
    return ink.fit(tuple(spans), cells)


def _told(mark: Mark) -> Line:
    glyph, look = MARKS[mark.kind]
    return line((f"{glyph} ", look), (f"{stamp(mark.at)} ", MUTED), short_ids(mark.text))


def _legend(chart: Chart, now: Seconds) -> Line:
    """Return each curve's glyph, name and latest figure, the levels, and how old all this is."""
    spans: list[ink.Span] = []
    for curve, (glyph, look) in zip(chart.curves, looks(chart.curves).values(), strict=True):
        latest = figure(curve.points[-1][1], chart.unit) if curve.points else "-"
        spans += [(f"{glyph} ", look), (f"{curve.name} ", MUTED), (f"{latest}  ", "")]
    spans += [(f"{LEVEL} {name} {figure(value, chart.unit)}  ", MUTED) for name, value in chart.levels]
    if chart.as_of is not None:
        old = now - chart.as_of
        spans.append(
            (f"as of {stamp(chart.as_of)}" + (f", {span(old)} ago" if old >= HOUR else ""), style("wait") if old >= HOUR else MUTED)
        )
    return tuple(spans)


# the bill ---------------------------------------------------------------------------------------------------------------


def draw_bill(bill: Money, cells: int) -> list[Line]:
    """Return the bill by line, by resource and by whose hours, and where it is going; every column adds up."""
    lines = [
        _row("spent", format_usd(bill.total_micros), f"of {money(bill.budget_micros)}", cells, STRONG),
        _row("runs up by itself", format_usd(bill.hourly_micros, 4), "an hour", cells),
        _row(f"at the end, {stamp(bill.ends)}", format_usd(bill.projected_micros), "if nothing changes", cells),
    ]
    if bill.overspent_at is not None:
        lines.append(ink.fit(line((f"{ink.glyph('bad')} the budget is gone {stamp(bill.overspent_at)} at this rate", style("bad"))), cells))
    lines += [(), line(("by line", MUTED))]
    lines += [_row(f"  {name}", format_usd(micros), _part(micros, bill.total_micros), cells) for name, micros in bill.lines]
    lines += [(), line(("by resource", MUTED))]
    for spent in bill.resources:
        rate = f"{format_usd(spent.hourly_micros, 4)} an hour" if spent.hourly_micros else "stopped"
        lines.append(_row(f"  {spent.line}  {short_ids(spent.name)}", format_usd(spent.micros), rate, cells))
    people: dict[str, list[int]] = {}
    for hours in bill.hours:
        both = people.setdefault(hours.person, [0, 0])
        both[0], both[1] = both[0] + hours.seconds, both[1] + hours.micros
    lines += [(), line(("by whose hours", MUTED))]
    for person, (seconds, micros) in people.items():
        lines.append(_row(f"  {person}", format_usd(micros), span(seconds), cells, STRONG))
        for hours in (h for h in bill.hours if h.person == person):
            outside = f", {span(hours.outside)} after hours" if hours.outside else ""
            lines.append(_row(f"    {hours.task} x {hours.times}", format_usd(hours.micros), f"{span(hours.seconds)}{outside}", cells))
    return lines


def _row(what: str, amount: str, more: str, cells: int, look: str = "") -> Line:
    room = max(20, min(52, cells - 50))
    return ink.fit((*ink.fit(line((what, look)), room), (f"{amount:>14}", look), (f"   {more}", MUTED)), cells)


def _part(micros: int, whole: int) -> str:
    return f"{micros * 100 // whole} %" if whole else ""
