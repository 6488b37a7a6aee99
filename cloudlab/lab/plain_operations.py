"""Who holds what, and what struck it, as linear text: the board with its filters and sources, the pager, a page at length."""

from __future__ import annotations

from cloudlab.lab.board_filters import ALL, MINE, filtered, filters
from cloudlab.lab.session import Session
from cloudlab.lab.timeline import timeline
from cloudlab.lab.view.slices import Board, Cell, Exit, Page, View
from cloudlab.model.money import format_usd
from cloudlab.model.time import span, stamp

HELD = {
    "YOU": "held by you: an incident that strikes it pages you, and nobody else acts",
    "AWS": "held by AWS, which handles what strikes it, in its own time",
    "shared": "shared: AWS does a part, the rest is yours",
}


def board_text(board: Board, word: str = "") -> str:
    """Return who holds what, a line per holder; `word` is a filter, or a duty, which is then told with its sources."""
    if not board.resources:
        return "Nothing to be responsible for yet."
    if word in ("", *filters(board)):
        left = filtered(board, word or ALL)
        return "\n".join(_held(left, word == MINE)) or "Nothing on the board answers to that."
    duty = next((r for r, (title, _) in enumerate(board.rows) if title.lower() == word.lower()), None)
    if duty is not None:
        return "\n".join(_duty(board, duty))
    duties = ", ".join(title for title, _ in board.rows)
    return f"The board knows no '{word}'. Filters: {', '.join(filters(board))}. Duties: {duties}."


def _held(board: Board, mine: bool) -> list[str]:
    lines = []
    for index, (key, name) in enumerate(board.resources):
        lines.append(f"{name}:" if name == key else f"{name} ({key}):")
        held: dict[str, list[str]] = {"YOU": [], "shared": [], "AWS": []}
        for duty, cells in board.rows:
            cell = cells[index]
            struck = " (STRUCK NOW)" if cell.struck else f" (struck {_times(len(cell.strikes))})" if cell.strikes else ""
            held[cell.holder].append(duty + struck)
        lines += [f"  {holder}: {', '.join(duties)}" for holder, duties in held.items() if duties and not (mine and holder == "AWS")]
    return lines


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _duty(board: Board, row: int) -> list[str]:
    """Tell one duty of every resource: who holds it, why, what struck it, and where that is written."""
    title, cells = board.rows[row]
    lines = [f"{title}: {board.meanings[row]}" if board.meanings else title]
    for (key, _), cell, service in zip(board.resources, cells, board.services or [""] * len(cells), strict=True):
        lines.append(f"{key}{f' ({service})' if service else ''}: {HELD[cell.holder]}")
        lines += [f"  {row}" for row in _because(cell)]
    return lines


def _because(cell: Cell) -> list[str]:
    told = [("your part", cell.yours), ("AWS's part", cell.theirs), ("note", "" if cell.note == cell.yours else cell.note)]
    told += [("struck", strike) for strike in cell.strikes]
    told += [("source", f"{cell.source} (confidence: {cell.confidence or 'unrated'})" if cell.source else "")]
    return [f"{label}: {text}" for label, text in told if text]


# the pager ---------------------------------------------------------------------------------------------------------------


def pages_text(view: View) -> str:
    """Return every page the team has had, the newest first as the pager has them."""
    return "\n".join(line for page in view.pages for line in _page(page)) or "The pager is quiet."


def _page(page: Page) -> list[str]:
    factor = f" (x{page.rate_factor} for this level)" if page.rate_factor > 1 else ""
    lines = [
        f"{page.id} [{page.state}] {page.holder}: {page.title} on {page.resource}, since {stamp(page.struck)}{factor}",
        f"  {page.story.replace('{resource}', page.resource)} Users: {page.effect}",
    ]
    if page.outage:
        lines.append(f"  {page.outage}")
    if page.state in ("open", "acknowledged", "damage") and page.holder == "YOURS":
        lines.append(f"  waiting: {waiting_text(page)}")
        if page.due is not None:
            lines.append(f"  Waiting past {stamp(page.due)} does damage: {page.if_ignored}")
        lines += [f"  way out: {_way(way, page)}" for way in page.ways_out]
    elif page.resolution:
        lines.append(f"  over: {page.resolution}")
    return lines


def page_text(view: View, key: str, session: Session) -> str:
    """Return one page at length, with its timeline; an unknown one is answered with those there are."""
    page = next((p for p in view.pages if p.id == key), None)
    if page is None:
        known = ", ".join(p.id for p in view.pages)
        return f"There is no page '{key}'. " + (f"Pages: {known}." if known else "The pager is quiet.")
    noticed = f", noticed {span(page.detected - page.struck)} later" if page.detected > page.struck else ""
    told = [
        ("strikes", f"{page.duty} of {page.resource}"),
        ("held by", "you: this duty came with the road you chose" if page.holder == "YOURS" else "AWS"),
        ("began", stamp(page.struck) + noticed),
        ("effect", page.effect),
        ("waiting", waiting_text(page)),
        ("damage", f"past {stamp(page.due)}" if page.due is not None and page.state in ("open", "acknowledged") else ""),
        ("if ignored", page.if_ignored if page.holder == "YOURS" and page.state not in ("resolved", "damage") else ""),
        ("over", page.resolution),
        ("rate", f"x{page.rate_factor} for this level: it happens more often here than in life" if page.rate_factor > 1 else ""),
        ("calibrated", f"on {page.calibrated_on}; `cloudlab facts` has its source" if page.calibrated_on else ""),
    ]
    lines = [
        f"{page.id} [{page.state}] {page.title}",
        *([f"  {page.outage}"] if page.outage else []),
        f"  {page.story.replace('{resource}', page.resource)}",
    ]
    lines += [f"  {label}: {text}" for label, text in told if text]
    lines += [f"  way out: {_way(way, page)}" for way in page.ways_out]
    told_so_far = timeline(session.world, session.history, page.id, session.level.scenario.catalogue)
    lines += ["  timeline:", *(f"    {stamp(line.at)} {line.text}" for line in told_so_far)]
    return "\n".join(lines)


def _way(way: Exit, page: Page) -> str:
    command = f" `{way.command.replace('{resource}', page.resource)}`" if way.command else ""
    return f"{way.text}{command} - {way.minutes} min, {format_usd(way.micros)}, risk: {way.risk or 'none'}"


def waiting_text(page: Page) -> str:
    """Return what an hour of waiting costs, in requests and dollars; empty once it is over."""
    if page.state == "resolved":
        return ""
    if not page.failing_per_hour:
        return "no request fails because of it at this moment"
    return f"{page.failing_per_hour:,} requests fail every hour, worth {format_usd(page.waiting_micros)} an hour"
