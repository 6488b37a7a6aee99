"""Trainings as lines: a list to choose from, the modelled job beside the measured one, the curves, the log, and two compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.figures import metric, when
from cloudlab.app.ink import MUTED, STRONG, Line, line, style
from cloudlab.model.money import format_usd
from cloudlab.model.time import Seconds, span

if TYPE_CHECKING:
    from cloudlab.lab.live import LiveTraining
    from cloudlab.lab.view.slices import Curve, Job

TONES = {"Completed": "ok", "Success": "ok", "Failed": "bad", "Stopped": "off", "Cancelled": "off", "TimedOut": "bad"}
CHART_ROWS, CHART_CELLS = 7, 30
"""Below this a curve is not drawn."""
NO_JOBS = "No training yet. A job on SageMaker or a training document on an instance shows here, round by round."


def draw_jobs(
    jobs: Sequence[Job],
    lives: Mapping[str, LiveTraining],
    selected: int,
    marked: str | None,
    now: Seconds,
    cells: int,
    rows: int,
) -> list[Line]:
    """Return the list, newest first, and below it the selected job; compared with the marked one, where that is another."""
    if not jobs:
        return ink.wrapped(NO_JOBS, cells, MUTED)
    shown = list(reversed(jobs))
    selected = min(selected, len(shown) - 1)
    lines = _list(shown, selected, marked, cells, max(1, min(len(shown), rows // 4)))
    job = shown[selected]
    other = next((j for j in shown if j.name == marked and j is not job), None)
    if other is not None:
        return [*lines, *draw_comparison(job, other, cells)][:rows]
    lines += draw_job(job, lives.get(job.spec_digest), now, cells)
    live = lives.get(job.spec_digest)
    if live is not None:
        lines += _watched(live, cells, rows - len(lines))
    return lines[:rows]


def _list(jobs: Sequence[Job], selected: int, marked: str | None, cells: int, rows: int) -> list[Line]:
    first = max(0, min(selected - rows // 2, len(jobs) - rows))
    lines = []
    for i, job in list(enumerate(jobs))[first : first + rows]:
        tone = TONES.get(job.status, "wait")
        words = job.status + (f", {job.phase}" if job.phase and job.phase != job.status else "")
        sign = ("›" if i == selected else " ") + ("*" if job.name == marked else " ")
        left = line((sign, "bold $text-accent"), (f"{ink.glyph(tone)} ", style(tone)), (job.name, STRONG if i == selected else ""))
        lines.append(ink.ends(left, line((words, style(tone))), cells))
    return lines


def draw_job(job: Job, live: LiveTraining | None, now: Seconds, cells: int) -> list[Line]:
    """Return a training: the modelled job first, then, named apart, what this machine really does for it."""
    lines: list[Line] = []
    if job.failure:
        lines += ink.wrapped(job.failure, cells, style("bad"), "  ")
    if job.help:
        lines += ink.wrapped(f"What would help: {job.help}", cells, "", "  ")
    where = job.container + (f" on {job.where}" if job.where else "")
    if job.metrics:
        where += "   " + "  ".join(f"{name} {metric(value)}" for name, value in job.metrics)
    lines.append(ink.fit(line(("  " + where, "")), cells))
    lines += ink.wrapped(f"modelled: {_modelled(job, now)}", cells, MUTED, "  ")
    if live is not None and live.asked and not live.measured:
        bar = _progress(live.round, live.asked, max(6, min(20, cells - 50)))
        speed = f", {live.rounds_per_second:,.0f} rounds/s" if live.rounds_per_second else ""
        lines.append(ink.fit(line(("  really: ", MUTED), (bar, style("ok")), f" round {live.round}/{live.asked}{speed}"), cells))
    if live is not None and live.measured:
        lines += ink.wrapped(f"measured on this machine: {live.measured}", cells, MUTED, "  ")
    return lines


def _modelled(job: Job, now: Seconds) -> str:
    parts = [f"asked for {when(job.created, now)}"] if job.created else []
    if job.modelled_start is not None:
        parts.append(f"{'trains since' if job.modelled_end is None else 'trained from'} {when(job.modelled_start, now)}")
    if job.modelled_end is not None:
        parts.append(f"ended {when(job.modelled_end, now)}")
        if job.created:
            parts.append(f"{span(job.modelled_end - job.created)} in all")
    if job.machine:
        parts.append(f"{job.machine} at {format_usd(job.hourly_micros, 4)}/h")
    if job.cost_micros is not None:
        parts.append(f"cost {format_usd(job.cost_micros, 4)}")
    return ", ".join(parts) or job.status


def _progress(done: int, of: int, cells: int) -> str:
    filled = min(cells, done * cells // of)
    return "━" * filled + "╌" * (cells - filled)


def _watched(live: LiveTraining, cells: int, rows: int) -> list[Line]:
    """Return the curves beside the log, or one above the other where there is no room for both."""
    log = [ink.line((text, MUTED)) for text in live.said]
    if not live.curves:
        return log[-max(rows, 0) :] if rows > 0 else []
    if rows < CHART_ROWS or cells < CHART_CELLS:
        lines = [ink.fit(line((f"  {name:18} ", MUTED), spark(values, max(8, min(40, cells - 36))), f" {metric(values[-1])}"), cells)
                 for name, values in live.curves if values]  # fmt: skip
        return (lines + log[-max(rows - len(lines), 0) :])[: max(rows, 0)] if rows > len(lines) else lines[: max(rows, 0)]
    head = ink.fit(line((f"{'':9}{_legend(live)}", "")), cells)
    if cells < 64:
        return [head, *_chart(live, cells, rows - 1)]
    wide = max(40, cells * 3 // 5)
    said = [ink.fit(each, cells - wide - 1) for each in log[-(rows - 1) :]]
    return [head, *ink.beside([_chart(live, wide, rows - 1), said], [wide, cells - wide - 1])]


def _curves(live: LiveTraining) -> list[Curve]:
    from cloudlab.lab.view.slices import Curve as Drawn

    return [Drawn(_short(name), tuple((i + 1, value) for i, value in enumerate(values))) for name, values in live.curves]


def _short(name: str) -> str:
    """Return the channel of a metric, `validation` of `validation:auc`, which the legend then names in full."""
    return name.split(":")[0]


def _legend(live: LiveTraining) -> str:
    from cloudlab.app.drawing.plots import looks

    glyphs = looks(_curves(live))
    return "  ".join(f"{glyphs[_short(name)][0]} {name} {metric(values[-1])}" for name, values in live.curves if values)


def _chart(live: LiveTraining, cells: int, rows: int) -> list[Line]:
    from cloudlab.app.drawing.plots import draw_curves

    last = max(live.asked, live.round, 2)
    ticks = [(x, str(x)) for x in sorted({1, last // 2, last})]
    return draw_curves(_curves(live), "metric", (1, last), ticks, cells, rows)


def spark(values: Sequence[int], cells: int) -> str:
    """Return a curve on one line, eighths high, from its lowest to its highest value."""
    if not values:
        return ""
    low, high = min(values), max(values)
    picked = [values[i * (len(values) - 1) // max(cells - 1, 1)] for i in range(cells)] if len(values) > cells else list(values)
    return "".join("▁▂▃▄▅▆▇█"[(v - low) * 7 // max(high - low, 1)] for v in picked)


def draw_comparison(one: Job, other: Job, cells: int) -> list[Line]:
    """Return two jobs side by side, figure by figure, with the difference of what they share."""
    mine, theirs = dict(one.metrics), dict(other.metrics)
    lines = [line(""), _three("", one.name, other.name, "", cells, STRONG)]
    lines.append(_three("status", one.status, other.status, "", cells))
    for name in dict.fromkeys([*mine, *theirs]):
        a, b = mine.get(name), theirs.get(name)
        differs = f"{'+' if a >= b else '-'}{metric(abs(a - b))}" if a is not None and b is not None else ""
        lines.append(_three(name, metric(a) if a is not None else "-", metric(b) if b is not None else "-", differs, cells))
    if not mine or not theirs:
        lines += ink.wrapped("A job has metrics once it is completed.", cells, MUTED, "  ")
    lines.append(_three("rounds", str(one.rounds or "-"), str(other.rounds or "-"), "", cells))
    lines.append(_three("machine", one.machine, other.machine, "", cells))
    lines.append(_three("modelled time", _took(one), _took(other), "", cells))
    lines.append(_three("cost", _cost(one), _cost(other), "", cells))
    return lines


def _took(job: Job) -> str:
    return span(job.modelled_end - job.created) if job.modelled_end is not None and job.created else "-"


def _cost(job: Job) -> str:
    return format_usd(job.cost_micros, 4) if job.cost_micros is not None else "its instance's"


def _three(what: str, a: str, b: str, more: str, cells: int, look: str = "") -> Line:
    room = max(10, (cells - 18 - 10) // 2)
    parts = [ink.fit(line((f"  {what}", MUTED)), 18), ink.fit(line((a, look)), room), ink.fit(line((b, look)), room), line((more, STRONG))]
    return ink.fit(tuple(s for part in parts for s in part), cells)
