"""The debrief as linear text: what the run came to, and both roads on one time axis, line beside line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cloudlab.lab.debrief import Debrief, Quiz, Side, Told, compare, verdict
from cloudlab.model.money import format_usd
from cloudlab.model.time import HOUR, Seconds, span, stamp

STEP = 6
"""Hours that share a line of the time axis."""


def debrief_text(told: Debrief, stars: int | None = None) -> str:
    """Return score, ledger, incidents and answers as linear text."""
    earned = told.score.stars if stars is None else stars
    out = [f"{told.mine.outcome.upper()}: {told.mine.because}", f"Score {told.score.total} of 1,000; stars: {earned} of 3"]
    out += [f"  {line.id}: {line.points} of {line.max} - {line.evidence}" for line in told.score.lines]
    out += ["Money:"] + [f"  {name}: {format_usd(micros)}" for name, micros in told.ledger] + [f"  sum: {format_usd(told.total_micros)}"]
    out += ["Hours of people:"] + [
        f"  {task}: {span(seconds)}, {'once' if times == 1 else f'{times} times'}" for task, seconds, times in told.toil
    ]
    out += ["Incidents:"] if told.incidents else ["Incidents: none struck."]
    out += [f"  {incident_text(each)}" for each in told.incidents]
    out += ["What AWS did without being asked:"] + [f"  {line}" for line in told.provider_did or ("nothing",)]
    out += ["What you could not control:"] + [f"  {line}" for line in told.beyond_control or ("nothing",)]
    out += ["What your design stands on:"] + [f"  {line}" for line in told.stands_on or ("nothing",)]
    out += [quiz_text(quiz) for quiz in told.quizzes]
    return "\n".join(out)


def incident_text(told: Told) -> str:
    noticed = f"noticed after {span(told.detected_after)}" if told.detected_after is not None else "never noticed"
    factor = f", x{told.rate_factor} for this level" if told.rate_factor > 1 else ""
    lasted = f"lasted {span(told.lasted)}" if told.lasted is not None else "never resolved"
    held = f"{told.duty}, held by {told.holder}"
    return f"{stamp(told.at)} {told.title} on {told.resource}: {held}; {noticed}; {lasted}{factor}. {told.resolution}".rstrip()


def quiz_text(quiz: Quiz) -> str:
    """Return a question with what was said and why it is so."""
    said = dict(quiz.choices).get(quiz.chosen or "", "nothing")
    return f"{quiz.text}\n  You said: {said} ({verdict(quiz)}). {quiz.explain}"


def comparison_text(mine: Side, other: Side) -> str:
    """Return both roads side by side, one line per figure."""
    return "\n".join(["Both roads on the same seed:"] + [f"  {what}: yours {a}; the other road {b}" for what, a, b in compare(mine, other)])


def roads_text(mine: Side, other: Side) -> str:
    """Return both roads on one time axis, both bills, both lists of hours, and what struck on the other road."""
    lines = ["Requests on one time axis:", *axis(mine, other)]
    lines += ["Money on both roads:", *_both(dict(mine.ledger), dict(other.ledger), format_usd)]
    lines += ["Hours of people on both roads:", *_both(_toil(mine), _toil(other), span)]
    lines += ["Incidents on the other road:"] if other.incidents else ["Incidents on the other road: none struck."]
    return "\n".join(lines + [f"  {incident_text(each)}" for each in other.incidents])


def axis(mine: Side, other: Side) -> Iterator[str]:
    """Yield a line for every few hours: what each road answered and failed in them, and what struck."""
    starts = sorted({start for side in (mine, other) for start, _, _ in side.hours})
    for start in starts[::STEP]:
        yield f"  {stamp(start)}: yours {_stretch(mine, start)}; the other road {_stretch(other, start)}"


def _stretch(side: Side, start: Seconds) -> str:
    end = start + STEP * HOUR
    hours = [hour for hour in side.hours if start <= hour[0] < end]
    if not hours:
        return "over"
    struck = "".join(f", {each.title} ({each.holder})" for each in side.incidents if start <= each.at < end)
    failed = sum(hour[2] for hour in hours)
    return f"{sum(hour[1] for hour in hours):,} answered{f', {failed:,} failed' if failed else ''}{struck}"


def _toil(side: Side) -> dict[str, int]:
    return {task: seconds for task, seconds, _ in side.toil}


def _both(mine: Mapping[str, int], other: Mapping[str, int], write: Callable[[int], str]) -> Iterator[str]:
    for name in dict.fromkeys([*mine, *other]):
        pair = (write(side[name]) if name in side else "-" for side in (mine, other))
        yield "  {}: yours {}; the other road {}".format(name, *pair)
    yield f"  sum: yours {write(sum(mine.values()))}; the other road {write(sum(other.values()))}"


def timeline_text(told: Debrief) -> str:
    return "\n".join(f"[{stamp(line.at)}] {line.text}" for line in told.timeline) or "Nothing happened."


def cards_text(told: Debrief) -> str:
    return "\n".join(f"{front}\n  {back}" for front, back in told.cards) or "This level leaves no cards."
