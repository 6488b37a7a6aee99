"""Canvas: pieces of lines put at places, and where on it each thing stands - for a cursor, a mouse, and a way lit up across it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from cloudlab.app import ink
from cloudlab.app.ink import FRAME, Line

Piece = Line | Callable[[int], Line]
"""A line, or how to make it for so many cells: of a thousand things only those in sight are ever written out."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a thing stands on the canvas, in cells."""

    id: str
    kind: str
    x: int
    y: int
    cells: int
    rows: int
    mark: int
    """The column of a blank in its first row, where a cursor or a sign may be drawn."""

    @property
    def key(self) -> str:
        """Kind and id: things of two kinds may share a name."""
        return f"{self.kind}:{self.id}"

    def covers(self, x: int, y: int) -> bool:
        return self.x <= x < self.x + self.cells and self.y <= y < self.y + self.rows


class Canvas:
    """Rows of pieces that do not overlap. Each thing is drawn once, at its place, however deep it is nested."""

    def __init__(self, cells: int, folded: frozenset[str] = frozenset()) -> None:
        self.cells = cells
        self.folded = folded
        self.rows: list[list[tuple[int, int, Piece]]] = []
        """Per row its pieces: column, width, what stands there."""
        self.spots: list[Spot] = []
        self._by_key: dict[str, Spot] = {}

    @property
    def height(self) -> int:
        return len(self.rows)

    def put(self, x: int, y: int, piece: Piece, cells: int) -> None:
        """Put a line at a place, to be cut or padded to `cells`."""
        while y >= len(self.rows):
            self.rows.append([])
        self.rows[y].append((x, cells, piece))

    def put_all(self, x: int, y: int, lines: Iterable[Piece], cells: int) -> int:
        """Put lines below each other; return the row below the last one."""
        for each in lines:
            self.put(x, y, each, cells)
            y += 1
        return y

    def stands(self, key: str, kind: str, x: int, y: int, cells: int, *, rows: int = 1, mark: int | None = None) -> None:
        """Note where a thing stands."""
        spot = Spot(key, kind, x, y, cells, rows, x if mark is None else mark)
        self.spots.append(spot)
        self._by_key[spot.key] = spot

    def frame(self, x: int, top: int, bottom: int, cells: int, title: Line, look: str = FRAME) -> int:
        """Draw a box's edge in rows `top` to `bottom`, its title in the upper one; return the row below."""
        room = cells - 4
        shown = ink.fit(title, min(ink.width(title), room - 1)) if room > 1 else ()
        rest = max(0, room - ink.width(shown))
        self.put(x, top, (("┌ ", look), *shown, (" " + "─" * rest + "┐", look)), cells)
        for y in range(top + 1, bottom):
            self.put(x, y, (("│ ", look),), 2)
            self.put(x + cells - 2, y, ((" │", look),), 2)
        self.put(x, bottom, (("└" + "─" * (cells - 2) + "┘", look),), cells)
        return bottom + 1

    def line(self, y: int) -> Line:
        """Return a whole row, blanks between its pieces, exactly as wide as the canvas."""
        spans: list[ink.Span] = []
        at = 0
        for x, cells, piece in sorted(self.rows[y], key=lambda p: p[0]):
            if x > at:
                spans.append((" " * (x - at), ""))
            spans += ink.fit(piece(cells) if callable(piece) else piece, cells)
            at = x + cells
        if at < self.cells:
            spans.append((" " * (self.cells - at), ""))
        return tuple(spans)

    def lines(self) -> list[Line]:
        return [self.line(y) for y in range(self.height)]

    def spot(self, key: str) -> Spot | None:
        return self._by_key.get(key)

    def at(self, x: int, y: int) -> Spot | None:
        """Return what stands at a place; of what is nested, the innermost."""
        return next((s for s in reversed(self.spots) if s.covers(x, y)), None)


def neighbour(spots: Iterable[Spot], of: Spot, dx: int, dy: int) -> Spot:
    """Return the next thing in a direction: the nearest one, of those what lies straight ahead; itself where there is none."""
    ahead = [s for s in spots if s is not of and _ahead(s, of, dx, dy)]
    return min(ahead, key=lambda s: _distance(s, of, dy), default=of)


def _ahead(spot: Spot, of: Spot, dx: int, dy: int) -> bool:
    if dy:
        return (spot.y - of.y) * dy > 0
    beside = spot.x >= of.x + of.cells if dx > 0 else spot.x + spot.cells <= of.x
    return beside and abs(spot.y - of.y) < 40


def _distance(spot: Spot, of: Spot, dy: int) -> tuple[int, int, int]:
    rows, columns = abs(spot.y - of.y), abs(spot.x - of.x)
    if not dy:
        return (rows, columns, 0)
    apart = max(0, spot.x - (of.x + of.cells), of.x - (spot.x + spot.cells))
    return (rows + 100 * (apart > 0), columns, 0)


def cell_at(line: Line, column: int) -> str:
    """Return the character that begins at a column of a line; empty where none does."""
    _, right = _split(line, column)
    return next((text[0] for text, _ in right if text), "")


def overlay(line: Line, column: int, text: str, look: str) -> Line:
    """Return a line with `text` written over it from `column` on."""
    left, right = _split(line, column)
    _, rest = _split(right, cell_len(text))
    return (*left, (text, look), *rest)


def restyled(line: Line, first: int, cells: int, look: str) -> Line:
    """Return a line with one look over `cells` cells from column `first` on; what it said stays."""
    left, right = _split(line, first)
    middle, rest = _split(right, cells)
    return (*left, *((text, look) for text, _ in middle), *rest)


def _split(line: Line, cells: int) -> tuple[Line, Line]:
    left: list[ink.Span] = []
    right: list[ink.Span] = []
    room = cells
    for text, look in line:
        size = cell_len(text)
        if room >= size:
            left.append((text, look))
        elif room <= 0:
            right.append((text, look))
        else:
            kept = ""
            for character in text:
                if cell_len(kept) + cell_len(character) > room:
                    break
                kept += character
            short = room - cell_len(kept)
            left.append((kept + " " * short, look))
            right.append((text[len(kept) :], look))
        room -= size
    return tuple(left), tuple(right)
