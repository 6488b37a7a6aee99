"""The responsibility board as lines: duties down, resources across, and who holds each; names stay in sight while it scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cloudlab.app import ink
from cloudlab.app.figures import short_ids
from cloudlab.app.ink import FRAME, MUTED, STRONG, Line, line, style

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import Board, Cell

DUTY_WIDTH = 18
COLUMN = 8
CURSOR = "›"
CURSOR_LOOK = "bold $block-cursor-foreground on $block-cursor-background"
NOTE_ROWS = 3
"""A rule and two lines: with less below the grid, why a cell is held so stands elsewhere."""
NOTE_CELLS = 26


class Place(NamedTuple):
    """A cell of the board, and which row and column are the first in sight."""

    row: int = 0
    column: int = 0
    top: int = 0
    left: int = 0


def draw_board(board: Board, cells: int) -> list[Line]:
    """Return header and one line per duty; as many columns as there are, so the sheet may be wider than `cells`."""
    if not board.resources:
        return empty_board(cells)
    return _lines(board, range(len(board.resources)), range(len(board.rows)), Place(-1, -1), "", focused=False)


def empty_board(cells: int) -> list[Line]:
    return [(), *ink.wrapped("Nothing to hold yet.", cells, STRONG), *ink.wrapped(_EMPTY, cells, MUTED)]


_EMPTY = (
    "As soon as something exists, this board says for each duty whether it is YOURS or AWS's. "
    "What an incident strikes is handled by whoever holds it."
)


# the part in sight -------------------------------------------------------------------------------------------------------


def scrolled(board: Board, place: Place, cells: int, rows: int) -> Place:
    """Return the place moved into the board, and the part in sight moved so that it shows."""
    row = max(0, min(place.row, len(board.rows) - 1))
    column = max(0, min(place.column, len(board.resources) - 1))
    shown = max(1, rows - 1)  # the header stays
    top = max(min(place.top, row, max(0, len(board.rows) - shown)), row - shown + 1, 0)
    left = max(0, min(place.left, column))
    while column not in columns_in_sight(board, left, cells) and left < column:
        left += 1
    while left and len(board.resources) - 1 in columns_in_sight(board, left - 1, cells):
        left -= 1
    return Place(row, column, top, left)


def columns_in_sight(board: Board, left: int, cells: int) -> range:
    """Return the columns that fit from `left` on; at least one."""
    room = cells - DUTY_WIDTH + 1  # the last column needs no gap behind it
    last = left
    for width in _widths(board)[left:]:
        room -= width
        if room < 0 and last > left:
            break
        last += 1
    return range(left, last)


def draw_grid(board: Board, place: Place, cells: int, rows: int, *, focused: bool) -> list[Line]:
    """Return the part of the board in sight, names of duties and resources always among it."""
    if not board.resources or not board.rows:
        return [(), *ink.wrapped("Nothing here answers to this filter; Ctrl+F takes the next one.", cells, MUTED)]
    columns = columns_in_sight(board, place.left, cells)
    shown = range(place.top, min(len(board.rows), place.top + max(1, rows - 1)))
    before, after = columns.start, len(board.resources) - columns.stop
    more = "  ".join([*([f"‹ {before}"] if before else []), *([f"{after} ›"] if after else [])])
    return [ink.fit(each, cells) for each in _lines(board, columns, shown, place, more, focused=focused)]


def cell_at(board: Board, place: Place, x: int, y: int, cells: int) -> tuple[int, int] | None:
    """Return (row, column) of the cell drawn at a place of the grid."""
    at = DUTY_WIDTH
    row = place.top + y - 1
    widths = _widths(board)
    for column in columns_in_sight(board, place.left, cells):
        at += widths[column]
        if x < at:
            return (row, column) if y > 0 and row < len(board.rows) else None
    return None


def _widths(board: Board) -> list[int]:
    return [max(COLUMN, min(14, len(name) + 1)) for _, name in board.resources]


def _lines(board: Board, columns: range, rows: range, place: Place, corner: str, *, focused: bool) -> list[Line]:
    widths = _widths(board)
    if columns:
        widths[columns[-1]] -= 1  # no gap behind the last one
    head = [(corner.ljust(DUTY_WIDTH), MUTED)]
    for c in columns:
        look = "bold $text-accent" if focused and c == place.column else STRONG
        head.append((ink.cut(board.resources[c][1], widths[c] - (c != columns[-1])).ljust(widths[c]), look))
    lines: list[Line] = [line(*head)]
    for r in rows:
        title, row = board.rows[r]
        here = focused and r == place.row
        spans: list[ink.Span] = [(ink.cut(title, DUTY_WIDTH - 1).ljust(DUTY_WIDTH), "bold $text-accent" if here else "")]
        spans += [_cell(row[c], widths[c], chosen=here and c == place.column) for c in columns]
        lines.append(line(*spans))
    return lines


def _cell(cell: Cell, cells: int, *, chosen: bool = False) -> ink.Span:
    word = f"!{cell.holder}" if cell.struck else f"{cell.holder}*" if cell.strikes else cell.holder
    if chosen:
        return f"{CURSOR}{word}".ljust(cells), CURSOR_LOOK
    look = (
        style("bad")
        if cell.struck
        else "bold $text-accent"
        if cell.holder == "YOU"
        else style("wait")
        if cell.holder == "shared"
        else MUTED
    )
    return word.ljust(cells), look


# one cell at length ------------------------------------------------------------------------------------------------------


def cell_line(board: Board, place: Place) -> str:
    """Return a cell in one short sentence: whose duty of what, and what struck it last."""
    title, row = board.rows[place.row]
    cell, (_, name) = row[place.column], board.resources[place.column]
    struck = f", struck: {cell.strikes[-1]}" if cell.strikes else ""
    return f"{title} of {name}: {_WHOSE[cell.holder]}{short_ids(struck)}"


_WHOSE = {"YOU": "yours", "AWS": "AWS's", "shared": "shared"}


def draw_grid_and_why(board: Board, place: Place, cells: int, rows: int) -> list[Line]:
    """Return the grid with why the chosen cell is held so, where there is room: below it, else at its right, else nowhere."""
    lines = draw_grid(board, place, cells, rows, focused=True)
    if not board.resources or not board.rows:
        return lines
    free = rows - len(lines)
    if free >= NOTE_ROWS:
        return [*lines, (("─" * cells, FRAME),), *_why(board, place, cells)[: free - 1]]
    used = DUTY_WIDTH + sum(_widths(board)) - 1
    room = cells - used - 3
    if room < NOTE_CELLS:
        return lines
    grid, note = draw_grid(board, place, used, rows, focused=True), _why(board, place, room)[:rows]
    grid += [((" " * used, ""),)] * (len(note) - len(grid))
    return [(*each, (" │ ", FRAME), *(note[y] if y < len(note) else ())) for y, each in enumerate(grid)]


def _why(board: Board, place: Place, cells: int) -> list[Line]:
    cell = board.rows[place.row][1][place.column]
    because = f"You: {cell.yours}; AWS: {cell.theirs}" if cell.yours or cell.theirs else cell.note
    source = f"source ({cell.confidence or 'unrated'}): {cell.source}"
    return [*ink.wrapped(because, cells), *ink.wrapped(source, cells, MUTED)]


def cell_text(board: Board, place: Place, cells: int) -> list[Line]:
    """Return everything about a cell: what the duty means, who does which part, what struck it, and how one knows."""
    _, row = board.rows[place.row]
    cell, (key, _) = row[place.column], board.resources[place.column]
    told = [
        ("means", board.meanings[place.row] if board.meanings else ""),
        ("of", f"{key} ({board.services[place.column]})" if board.services else key),
        ("held by", _HELD[cell.holder]),
        ("your part", cell.yours),
        ("AWS's part", cell.theirs),
        ("note", "" if cell.note in (cell.yours, "") else cell.note),
        *[("struck", strike) for strike in cell.strikes],
        ("source", cell.source),
        ("confidence", cell.confidence),
    ]
    lines: list[Line] = []
    for label, text in told:
        for i, each in enumerate(ink.wrapped(text, cells - 12)):
            lines.append(((label.ljust(12) if i == 0 else " " * 12, MUTED), *each))
    return lines


_HELD = {
    "YOU": "YOU: an incident that strikes it pages you, and nobody else acts",
    "AWS": "AWS: the provider handles what strikes it, in its own time",
    "shared": "shared: AWS does a part, the rest is yours",
}


def tally(board: Board) -> tuple[int, int, int]:
    """Return how many duties are yours, AWS's and shared."""
    words = [cell.holder for _, row in board.rows for cell in row]
    return words.count("YOU"), words.count("AWS"), words.count("shared")
