"""Filters of the responsibility board: everything, what is yours, what was struck, and each kind of service."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import Board, Cell

ALL, MINE, STRUCK = "all", "mine", "struck"


def filters(board: Board) -> tuple[str, ...]:
    """Return the filters there are: everything, what is yours, what was struck, and each kind of service."""
    return (ALL, MINE, STRUCK, *dict.fromkeys(board.services))


def filtered(board: Board, only: str) -> Board:
    """Return the rows and columns of a board that a filter leaves."""
    columns, rows = list(range(len(board.resources))), list(range(len(board.rows)))
    if only == MINE:
        rows = [r for r in rows if any(cell.holder != "AWS" for cell in board.rows[r][1])]
    elif only == STRUCK:
        rows = [r for r in rows if any(met(cell) for cell in board.rows[r][1])]
        columns = [c for c in columns if any(met(row[c]) for _, row in board.rows)]
    elif only != ALL:
        columns = [c for c in columns if board.services[c] == only]
    return replace(
        board,
        resources=tuple(board.resources[c] for c in columns),
        rows=tuple((board.rows[r][0], tuple(board.rows[r][1][c] for c in columns)) for r in rows),
        services=tuple(board.services[c] for c in columns) if board.services else (),
        meanings=tuple(board.meanings[r] for r in rows) if board.meanings else (),
    )


def met(cell: Cell) -> bool:
    """Tell whether an incident has struck a duty, now or before."""
    return cell.struck or bool(cell.strikes)
