"""The report to keep: a run's debrief as Markdown, as JSON, or as a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from cloudlab.lab.debrief import Debrief, Side, compare, debrief, verdict
from cloudlab.lab.futures import Futures
from cloudlab.lab.report_page import page
from cloudlab.lab.result import Result
from cloudlab.model.money import format_usd
from cloudlab.model.time import span, stamp

Form = Literal["html", "markdown", "json"]
_ENDINGS: dict[str, Form] = {".html": "html", ".htm": "html", ".json": "json"}


def form_of(file: Path) -> Form:
    """Return the form a file's ending asks for: a page, JSON, and Markdown for anything else."""
    return _ENDINGS.get(file.suffix.lower(), "markdown")


def written(form: Form, result: Result, other: Side | None, futures: Futures | None = None) -> str:
    """Return the report in a form, ending in a newline; only the page tells the futures."""
    told = debrief(result)
    match form:
        case "html":
            return page(result, told, other, futures)
        case "json":
            return as_json(result, told, other) + "\n"
        case "markdown":
            return markdown(result, told, other)


def markdown(result: Result, told: Debrief, other: Side | None) -> str:
    """Return the report as Markdown."""
    out = [
        f"# {told.title}: {told.mine.outcome}",
        "",
        f"Level `{result.level.id}`, seed {result.world.seed}, {result.mood} mood, road: {told.mine.road}.",
        "",
        f"**{told.mine.outcome.capitalize()}** because {_plain(told.mine.because) or 'the run is not over'}.",
        "",
        f"## Score: {told.score.total} of 1,000, {told.score.stars} of 3 stars",
        "",
        *_table(("line", "points", "of", "evidence"), [(s.id, str(s.points), str(s.max), s.evidence) for s in told.score.lines]),
        "",
        "## Money",
        "",
        *_table(
            ("line", "USD"), [*((name, format_usd(micros)) for name, micros in told.ledger), (_Bold("sum"), format_usd(told.total_micros))]
        ),
        "",
        "## Hours of people",
        "",
        *_table(("kind of task", "time", "times"), [(task, span(seconds), str(times)) for task, seconds, times in told.toil]),
        "",
        "## Incidents and who held them",
        "",
        *_incidents(told),
        "",
        "## Models really trained",
        "",
        *(
            _table(
                ("name", "container", "metrics"),
                [(name, box, ", ".join(f"{m} {v / 1_000_000:.4f}" for m, v in metrics)) for name, box, metrics in told.models],
            )
            if told.models
            else ["None."]
        ),
    ]
    if other is not None:
        rows = compare(told.mine, other)
        out += ["", "## The other road on the same seed", "", *_table(("", "yours", "the other"), rows)]
    out += ["", "## The principle", "", told.principle, "", "## What AWS did without being asked", "", *_bullets(told.provider_did)]
    out += ["", "## What you could not control", "", *_bullets(told.beyond_control), ""]
    out += ["## What your design stands on", "", *_bullets(told.stands_on), "", "## Questions", ""]
    for quiz in told.quizzes:
        chosen = dict(quiz.choices).get(quiz.chosen or "", "nothing")
        out += [f"- **{_plain(quiz.text)}** You said: {_plain(chosen)} ({_plain(verdict(quiz))}). {quiz.explain}"]
    out += ["", "## Timeline", "", *(f"- {stamp(line.at)} {_plain(line.text)}" for line in told.timeline), ""]
    return "\n".join(out)


def as_json(result: Result, told: Debrief, other: Side | None) -> str:
    """Return the report as JSON: the result object of `run --json`, with comparison and timeline."""
    body: dict[str, Any] = result.json()
    body["principle"] = told.principle
    body["provider_did"] = list(told.provider_did)
    body["timeline"] = [{"at_s": line.at, "text": line.text} for line in told.timeline]
    if other is not None:
        body["other_road"] = [{"what": what, "yours": mine, "other": theirs} for what, mine, theirs in compare(told.mine, other)]
    return json.dumps(body, indent=2, ensure_ascii=False)


def _incidents(told: Debrief) -> list[str]:
    if not told.incidents:
        return ["None struck."]
    rows = []
    for i in told.incidents:
        factor = f" (x{i.rate_factor} for this level)" if i.rate_factor > 1 else ""
        lasted = span(i.lasted) if i.lasted is not None else "to the end"
        noticed = f"after {span(i.detected_after)}" if i.detected_after is not None else "never noticed"
        ending = "came to damage" if i.failed else i.resolution or "open"
        rows.append((stamp(i.at), i.title + factor, i.resource, i.duty, i.holder, noticed, lasted, ending))
    return _table(("when", "what", "resource", "duty", "held by", "noticed", "lasted", "ended"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(f"**{_plain(cell)}**" if isinstance(cell, _Bold) else _plain(cell) for cell in row) + " |" for row in rows),
    ]


class _Bold(str):
    """A cell that we set in bold; a player's own asterisks stay asterisks."""

    __slots__ = ()


def _bullets(lines: tuple[str, ...]) -> list[str]:
    return [f"- {_plain(line)}" for line in lines] or ["Nothing."]


def _plain(text: str) -> str:
    """Keep a player's own text from being read as Markdown or HTML, and on one line."""
    for char in "\\`*_[]<>|#~&$":
        text = text.replace(char, "\\" + char)
    return "".join(char if char.isprintable() else " " for char in text)
