"""The report as one self-contained web page: the debrief's tables, and its plots as inline SVG. Nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from cloudlab.lab.debrief import Debrief, Side, compare, verdict
from cloudlab.model.money import format_usd
from cloudlab.model.time import DAY, HOUR, span, stamp

if TYPE_CHECKING:
    from cloudlab.lab.futures import Futures
    from cloudlab.lab.result import Result

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566072; --paper: #fff; --line: #cfd6df; --ok: #2c7a34; --bad: #b3261e;
        --you: #9a5b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #d5d9e0; --soft: #98a3b3; --paper: #14181f; --line: #364153; --ok: #7fb77e;
        --bad: #e4746c; --you: #e2a35a; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem; margin: 2rem auto;
       padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top;
        border-bottom: 1px solid var(--line); }
.soft { color: var(--soft); } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: var(--soft); }
.answered { fill: var(--ok); } .failed { fill: var(--bad); } .axis { stroke: var(--line); }
svg .you { fill: var(--you); font-weight: bold; } svg .aws { fill: var(--ok); }
blockquote { border-left: .3rem solid var(--you); margin: 1rem 0; padding: .2rem 1rem; font-size: 1.15rem; }
"""

WIDTH, HEIGHT, LEFT = 900, 120, 60
"""Pixels of a chart, and of the scale at its left."""


def page(result: Result, told: Debrief, other: Side | None, futures: Futures | None) -> str:
    """Return the report as HTML; whatever a player wrote is escaped."""
    body = [
        f"<h1>{_e(told.title)}: {_e(told.mine.outcome)}</h1>",
        f"<p class=soft>Level {_e(result.level.id)}, seed {result.world.seed}, {_e(result.mood)} mood, {_e(told.mine.road)} road.</p>",
        f"<p>{_e(told.mine.because or 'The run is not over.')}</p>",
        f"<h2>Score: {told.score.total:,} of 1,000, {told.score.stars} of 3 stars before the futures</h2>",
        _table(("line", "points", "of", "evidence"), [(s.id, str(s.points), str(s.max), s.evidence) for s in told.score.lines], (1, 2)),
        "<h2>Requests per hour</h2>",
        *_charts(told.mine, other),
    ]
    if other is not None:
        body += ["<h2>Both roads</h2>", _table(("", "yours", "the other road"), compare(told.mine, other))]
        body += ["<h2>The principle</h2>", f"<blockquote>{_e(told.principle)}</blockquote>"]
    body += ["<h2>Money</h2>", _both(dict(told.ledger), dict(other.ledger) if other is not None else None, format_usd)]
    toil = {task: seconds for task, seconds, _ in told.toil}
    theirs = {task: seconds for task, seconds, _ in other.toil} if other is not None else None
    body += ["<h2>Hours of people</h2>", _both(toil, theirs, span), "<h2>Incidents, and who held them</h2>", _incidents(told)]
    body += ["<h2>What AWS did without being asked</h2>", _list(told.provider_did)]
    body += ["<h2>What you could not control</h2>", _list(told.beyond_control)]
    body += ["<h2>What your design stands on</h2>", _list(told.stands_on)]
    if futures is not None:
        body += ["<h2>The same design on other seeds</h2>", _distribution(futures)]
        body += [f"<p>{_e(row)}</p>" for row in futures.text().split("\n")]
    body += ["<h2>Questions</h2>", *_questions(told), "<h2>Timeline</h2>"]
    body.append(_table(("when", "what"), [(stamp(each.at), each.text) for each in told.timeline]))
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{_e(told.title)}: {_e(told.mine.outcome)}</title>\n<style>{STYLE}</style>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _charts(mine: Side, other: Side | None) -> list[str]:
    """Return a chart per road on one time axis and one scale."""
    sides = [("Yours", mine), *([("The other road", other)] if other is not None else [])]
    starts = sorted({hour[0] for _, side in sides for hour in side.hours})
    if not starts:
        return ["<p class=soft>No requests.</p>"]
    top = max(1, *(served + failed for _, side in sides for _, served, failed in side.hours))
    first, columns = starts[0], (starts[-1] - starts[0]) // HOUR + 1
    return [_chart(f"{name}: {side.road}", side, first, columns, top) for name, side in sides]


def _chart(title: str, side: Side, first: int, columns: int, top: int) -> str:
    wide = (WIDTH - LEFT) / columns
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 40}" role="img" aria-label="{_e(title)}">',
        f'<text x="{LEFT}" y="11">{_e(title)}</text>',
    ]
    parts.append(f'<text x="{LEFT - 6}" y="24" text-anchor="end">{top:,}</text>')
    for start, served, failed in side.hours:
        x = LEFT + (start - first) / HOUR * wide
        tall, lost = served * (HEIGHT - 20) / top, failed * (HEIGHT - 20) / top
        parts.append(f'<rect class="answered" x="{x:.1f}" y="{HEIGHT - tall:.1f}" width="{wide * 0.9:.1f}" height="{tall:.1f}"/>')
        if failed:
            parts.append(f'<rect class="failed" x="{x:.1f}" y="{HEIGHT - tall - lost:.1f}" width="{wide * 0.9:.1f}" height="{lost:.1f}"/>')
    parts.append(f'<line class="axis" x1="{LEFT}" y1="{HEIGHT}" x2="{WIDTH}" y2="{HEIGHT}"/>')
    for each in side.incidents:
        x = LEFT + (each.at - first) / HOUR * wide
        who, mark = ("you", "Y") if each.holder == "you" else ("aws", "A")
        told = f"{stamp(each.at)} {each.title}, held by {each.holder}"
        parts.append(f'<text class="{who}" x="{x:.1f}" y="{HEIGHT + 14}">{mark}<title>{_e(told)}</title></text>')
    for day in range(first // DAY, (first + columns * HOUR) // DAY + 1):
        x = LEFT + max(0, day * DAY - first) / HOUR * wide
        if x < WIDTH:
            parts.append(f'<text x="{x:.1f}" y="{HEIGHT + 30}">day {day + 1}</text>')
    return "".join(parts) + "</svg>"


def _distribution(futures: Futures) -> str:
    """Return a dot per future, left the worst share of requests answered: filled where it won."""
    shares = sorted(futures.runs, key=lambda run: run.served_permille)
    wide = (WIDTH - LEFT) / max(1, len(shares))
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 20}" role="img" aria-label="requests answered in each future">']
    for i, run in enumerate(shares):
        tall = run.served_permille * (HEIGHT - 20) / 1_000
        look = "answered" if run.outcome == "won" else "failed"
        told = f"seed {run.seed}: {run.outcome}, {run.served_permille / 10:.1f} % answered"
        parts.append(
            f'<rect class="{look}" x="{LEFT + i * wide:.1f}" y="{HEIGHT - tall:.1f}" width="{wide * 0.8:.1f}" height="{tall:.1f}">'
            f"<title>{_e(told)}</title></rect>"
        )
    parts.append(f'<text x="{LEFT}" y="{HEIGHT + 15}">share of requests answered, worst to best; the other colour lost</text>')
    return "".join(parts) + "</svg>"


def _both(mine: dict[str, int], other: dict[str, int] | None, write: Callable[[int], str]) -> str:
    names = dict.fromkeys([*mine, *(other or {})])
    rows = []
    for name in [*names, "sum"]:
        pair = [mine] if other is None else [mine, other]
        cells = [write(sum(s.values())) if name == "sum" else write(s[name]) if name in s else "-" for s in pair]
        rows.append((name, *cells))
    head = ("", "yours") if other is None else ("", "yours", "the other road")
    return _table(head, rows, (1, 2))


def _incidents(told: Debrief) -> str:
    if not told.incidents:
        return "<p>None struck.</p>"
    rows = [
        (
            stamp(each.at),
            each.title + (f" (x{each.rate_factor} for this level)" if each.rate_factor > 1 else ""),
            each.resource,
            each.duty,
            each.holder,
            span(each.lasted) if each.lasted is not None else "to the end",
            "came to damage" if each.failed else each.resolution or "open",
        )
        for each in told.incidents
    ]
    return _table(("when", "what", "resource", "duty", "held by", "lasted", "ended"), rows)


def _questions(told: Debrief) -> Iterable[str]:
    for quiz in told.quizzes:
        chosen = dict(quiz.choices).get(quiz.chosen or "", "nothing")
        yield f"<p><b>{_e(quiz.text)}</b><br>You said: {_e(chosen)} ({_e(verdict(quiz))}). <span class=soft>{_e(quiz.explain)}</span></p>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: tuple[int, ...] = ()) -> str:
    def cell(tag: str, index: int, text: str) -> str:
        return f"<{tag}{' class=n' if index in numbers else ''}>{_e(text)}</{tag}>"

    lines = ["<tr>" + "".join(cell("td", i, text) for i, text in enumerate(row)) + "</tr>" for row in rows]
    return (
        "<table><thead><tr>" + "".join(cell("th", i, text) for i, text in enumerate(head)) + "</tr></thead>" + "".join(lines) + "</table>"
    )


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{_e(each)}</li>" for each in lines) + "</ul>" if lines else "<p>Nothing.</p>"


def _e(text: str) -> str:
    return escape("".join(char if char.isprintable() else " " for char in text))
