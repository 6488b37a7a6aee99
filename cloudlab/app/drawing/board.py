"""The responsibility board as lines: duties down, resources across, and who holds each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.ink import MUTED, STRONG, Line, line, style

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import Board, Cell

DUTY_WIDTH = 18
COLUMN = 8


def draw_board(board: Board, cells: int) -> list[Line]:
    """Return header and one line per duty; as many columns as there are, so the sheet may be wider than `cells`."""
    if not board.resources:
        return [(), *ink.wrapped("Nothing to hold yet.", cells, STRONG), *ink.wrapped(_EMPTY, cells, MUTED)]
    widths = [max(COLUMN, min(14, len(name) + 1)) for _, name in board.resources]
    head = [("".ljust(DUTY_WIDTH), "")] + [
        (ink.cut(name, w - 1).ljust(w), STRONG) for (_, name), w in zip(board.resources, widths, strict=True)
    ]
    lines: list[Line] = [line(*head)]
    for title, row in board.rows:
        spans: list[ink.Span] = [(ink.cut(title, DUTY_WIDTH - 1).ljust(DUTY_WIDTH), "")]
        spans += [_cell(cell, w) for cell, w in zip(row, widths, strict=True)]
        lines.append(line(*spans))
    return lines


_EMPTY = (
    "As soon as something exists, this board says for each duty whether it is YOURS or AWS's. "
    "What an incident strikes is handled by whoever holds it."
)


def _cell(cell: Cell, cells: int) -> ink.Span:
    word = f"!{cell.holder}" if cell.struck else cell.holder
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


def tally(board: Board) -> tuple[int, int, int]:
    """Return how many duties are yours, AWS's and shared."""
    words = [cell.holder for _, row in board.rows for cell in row]
    return words.count("YOU"), words.count("AWS"), words.count("shared")
