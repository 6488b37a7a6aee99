"""Plots and money as linear text: the same figures the screens draw, a line for each instant."""

from __future__ import annotations

from cloudlab.lab.view.slices import Chart, Money, Series
from cloudlab.model.money import format_usd
from cloudlab.model.time import HOUR, span, stamp

SHOWN = 12
"""Instants of each chart, the newest ones."""


def figure(value: int | None, unit: str) -> str:
    """Write a value of a chart in its unit."""
    if value is None:
        return "-"
    match unit:
        case "micros":
            return format_usd(value)
        case "ppm":
            return f"{value / 10_000:.1f} %"
        case "permille":
            return f"{value / 10:.1f} %"
        case "ms":
            return f"{value:,} ms"
    return f"{value:,}"


def plots_text(series: Series, word: str = "") -> str:
    """Return every chart, or the ones called `word`, as text, with what happened on the time axis."""
    names = list(dict.fromkeys(c.id for c in series.charts))
    if word and word not in (*names, "marks"):
        return f"There is no plot called '{word}'. Plots: {', '.join(names)}, marks."
    lines = [line for chart in series.charts if word in ("", chart.id) for line in _chart(chart)]
    if word in ("", "marks"):
        lines.append("On the time axis:")
        shown = series.marks if word else series.marks[-SHOWN:]
        lines += [f"  {stamp(m.at)}: {m.kind}: {m.text}" for m in shown] or ["  nothing yet"]
    return "\n".join(lines)


def _chart(chart: Chart) -> list[str]:
    as_of = f", as of {stamp(chart.as_of)}" if chart.as_of is not None else ": nothing yet"
    lines = [f"{chart.id}{f' of {chart.need}' if chart.need else ''}: {chart.title}{as_of}"]
    instants = sorted({at for curve in chart.curves for at, _ in curve.points})[-SHOWN:]
    values = [(curve.name, dict(curve.points)) for curve in chart.curves]
    lines += [f"  {stamp(at)}: " + ", ".join(f"{name} {figure(points.get(at), chart.unit)}" for name, points in values) for at in instants]
    lines += [f"  {name}: {figure(value, chart.unit)}" for name, value in chart.levels]
    return lines


def money_text(money: Money) -> str:
    """Return the bill: by line, by resource, by whose hours, and where it is going."""
    lines = [f"{name}: {format_usd(micros)}" for name, micros in money.lines]
    lines.append(f"sum: {format_usd(money.total_micros)} of a budget of {format_usd(money.budget_micros)}")
    lines.append(f"runs up by itself: {format_usd(money.hourly_micros, 4)} an hour")
    lines.append(f"at the end, {stamp(money.ends)}, if nothing changes: {format_usd(money.projected_micros)}")
    if money.overspent_at is not None:
        lines.append(f"the budget is gone {stamp(money.overspent_at)} at this rate")
    if money.resources:
        lines.append("by resource:")
    for spent in money.resources:
        rate = f", {format_usd(spent.hourly_micros, 4)} an hour" if spent.hourly_micros else ", stopped"
        lines.append(f"  {spent.line} {spent.name}: {format_usd(spent.micros)}{rate}")
    if money.hours:
        lines.append("by whose hours:")
    for hours in money.hours:
        outside = f", {span(hours.outside)} of it outside working hours" if hours.outside else ""
        lines.append(f"  {hours.person} {hours.task} x {hours.times}: {span(hours.seconds)}, {format_usd(hours.micros)}{outside}")
    worked: dict[str, tuple[int, int]] = {}
    for hours in money.hours:
        seconds, micros = worked.get(hours.person, (0, 0))
        worked[hours.person] = (seconds + hours.seconds, micros + hours.micros)
    lines += [f"  {person} in all: {seconds / HOUR:.1f} h, {format_usd(micros)}" for person, (seconds, micros) in worked.items()]
    return "\n".join(lines)
