"""Objectives, pages, team and log as lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.figures import clock, money, short_ids, when
from cloudlab.app.ink import MUTED, STRONG, Line, line, style
from cloudlab.model.time import DAY, MINUTE, Seconds, span, stamp

if TYPE_CHECKING:
    from cloudlab.lab.telling import Line as Told
    from cloudlab.lab.view.slices import Exit, Goal, Page, Worker


def draw_goals(goals: Iterable[Goal], cells: int) -> list[Line]:
    """Return each objective with what shows that it is met, or what is missing."""
    lines: list[Line] = []
    for goal in goals:
        mark, look = ("✓ ", style("good")) if goal.met else ("○ ", style("off"))
        first, *rest = ink.wrapped(goal.text, cells - 2) or [line("")]
        lines.append(((mark, look), *first))
        lines += [(("  ", ""), *each) for each in rest]
        lines += ink.wrapped(short_ids(goal.evidence), cells, MUTED, "  ")
    return lines or [line(("No objectives: play as you like.", MUTED))]


PAGE_TONES = {"open": "bad", "acknowledged": "wait", "damage": "bad", "resolved": "off"}


def page_head(page: Page, cells: int) -> Line:
    """Return a page on one line: time, what, whose."""
    tone = PAGE_TONES.get(page.state, "plain") if page.holder == "YOURS" else "off"
    whose = line((f" {page.holder}", "bold $text-accent" if page.holder == "YOURS" else MUTED))
    at = f"d{page.detected // DAY + 1} {clock(page.detected)} "  # always with its day: the line stays while days pass
    head = line((f"{ink.glyph(tone)} ", style(tone)), (at, MUTED), page.title)
    return ink.ends(head, whose, cells)


def page_state(page: Page, now: Seconds) -> str:
    """Return what the state of a page means now, in words."""
    if page.state == "resolved":
        return f"over: {page.resolution}" if page.resolution else "over"
    if page.state == "damage":
        return "came to damage"
    if page.holder != "YOURS":
        return "AWS holds this duty and is on it; nothing for you to do but wait"
    waits = f"; damage in {span(page.due - now)}" if page.due is not None and page.due > now else ""
    return ("acknowledged" if page.state == "acknowledged" else "nobody is on it yet") + waits


def page_text(page: Page, now: Seconds, cells: int) -> list[Line]:
    """Return a page at length: what happened, whose it is, what waiting means."""
    told = [
        ("", page.story),
        ("strikes", f"{page.duty.replace('_', ' ').replace('-', ' ')} of {page.resource}"),
        ("held by", "you: this duty came with the road you chose" if page.holder == "YOURS" else "AWS: you handed this duty over"),
        ("now", page_state(page, now)),
        ("effect", page.effect),
        ("waiting", waiting_text(page)),
        ("if ignored", page.if_ignored if page.holder == "YOURS" and page.state not in ("resolved", "damage") else ""),
        ("began", stamp(page.struck) + (f", noticed {span(page.detected - page.struck)} later" if page.detected > page.struck else "")),
        ("rate", f"x{page.rate_factor} for this level: it happens more often here than in life" if page.rate_factor > 1 else ""),
        ("calibrated", f"on {page.calibrated_on}; `cloudlab facts` has its source" if page.calibrated_on else ""),
    ]
    lines = ink.wrapped(f"▲ {page.outage}", cells, style("bad")) if page.outage else []
    for label, text in told:
        for i, each in enumerate(ink.wrapped(text, cells - 12)):
            lines.append(((label.ljust(12) if i == 0 else " " * 12, MUTED), *each))
    return lines


def waiting_text(page: Page) -> str:
    """Return what an hour of waiting costs, in requests and dollars; empty once it is over."""
    if page.state == "resolved":
        return ""
    if not page.failing_per_hour:
        return "no request fails because of it at this moment"
    return f"{page.failing_per_hour:,} requests fail every hour, worth {money(page.waiting_micros)} an hour"


def page_now(page: Page, now: Seconds) -> str:
    """Return the state of a page in a few words, what waiting costs first."""
    cost = f"{money(page.waiting_micros)} an hour; " if page.waiting_micros and page.state != "resolved" else ""
    return cost + page_state(page, now)


def timeline_text(told: Iterable[Told], cells: int) -> list[Line]:
    """Return the timeline of an incident, one sentence a line."""
    return [each for line in told for each in draw_told(line, cells, day=True)]


def exit_text(way: Exit, cells: int) -> list[Line]:
    """Return a way out: what, then minutes, dollars, risk and the line that does it."""
    lines = ink.wrapped(way.text, cells, STRONG)
    risk = f"  risk: {way.risk}" if way.risk else ""
    work = f"  {money(way.micros)} of work" if way.micros else ""
    lines += ink.wrapped(f"{span(way.minutes * MINUTE)} from start to end{work}{risk}", cells, MUTED)
    return lines + (ink.wrapped(way.command, cells, "$text-accent") if way.command else [line(("no order is needed", MUTED))])


def draw_team(team: Iterable[Worker], now: Seconds, cells: int) -> Line:
    """Return on one line who is busy with what until when; where it is too long, the longest give way."""
    people = [_worker(worker, now) for worker in team]
    room = cells - 3 * (len(people) - 1)
    widths = [ink.width(each) for each in people]
    while sum(widths) > room and max(widths) > 12:
        widths[widths.index(max(widths))] -= 1
    spans: list[ink.Span] = []
    for each, wide in zip(people, widths, strict=True):
        if spans:
            spans.append((" │ ", ink.FRAME))
        spans += ink.fit(each, wide)
    return ink.fit(tuple(spans), cells)


def _worker(worker: Worker, now: Seconds) -> Line:
    queued = (f" +{worker.queued} queued", style("wait")) if worker.queued else ("", "")
    if worker.until is None:
        return line(("○ ", style("off")), (worker.name, STRONG), (" free", ""), queued, (f" · {', '.join(worker.expertise)}", MUTED))
    doing = (f" {worker.doing}", MUTED)
    return line(("◐ ", style("wait")), (worker.name, STRONG), f" busy to {when(worker.until, now)}", queued, doing)


TOLD_GLYPHS = {"work": "›", "good": "✓", "bad": "▲", "page": "▲", "quiet": "·"}


def draw_told(told: Told, cells: int, *, day: bool = False) -> list[Line]:
    """Return a sentence of the log with its time and a glyph for its tone."""
    at = stamp(told.at) if day else clock(told.at)
    lead = f"{at} {TOLD_GLYPHS.get(told.tone, '·')} "
    first, *rest = ink.wrapped(told.text, cells - len(lead), style(told.tone)) or [line("")]
    return [((lead, MUTED if told.tone in ("quiet", "work") else style(told.tone)), *first), *[((" " * len(lead), ""), *r) for r in rest]]
