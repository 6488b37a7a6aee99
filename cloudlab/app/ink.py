"""Ink: how a state looks - a glyph and a word first, a colour only to repeat them - and lines of text laid out in columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.content import Content

Span = tuple[str, str]
"""A piece of text and its style; the text is never read as markup."""
Line = tuple[Span, ...]

GLYPHS = {"ok": "●", "wait": "◐", "bad": "▲", "off": "○", "plain": "·"}
STYLES = {
    "ok": "$text-success",
    "wait": "$text-warning",
    "bad": "bold $text-error",
    "off": "$muted",
    "plain": "",
    "quiet": "$muted",
    "good": "$text-success",
    "work": "",
    "page": "bold $text-warning",
}
MUTED = "$muted"
STRONG = "bold"
FRAME = "$foreground 35%"


def glyph(tone: str) -> str:
    return GLYPHS.get(tone, "·")


def style(tone: str) -> str:
    return STYLES.get(tone, "")


def plain(text: str) -> str:
    """Return text on one line and without control characters, so that no name can move the cursor or break a column."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def line(*spans: Span | str) -> Line:
    return tuple((plain(s), "") if isinstance(s, str) else (plain(s[0]), s[1]) for s in spans)


def width(of: Line) -> int:
    """Return how many terminal cells a line takes."""
    return sum(cell_len(text) for text, _ in of)


def cut(text: str, cells: int) -> str:
    """Shorten a text to at most `cells` cells, the cut shown by an ellipsis."""
    if cell_len(text) <= cells:
        return text
    if cells <= 0:
        return ""
    kept = ""
    used = 1  # the ellipsis
    for character in text:
        used += cell_len(character)
        if used > cells:
            break
        kept += character
    return kept + "…"


def fit(of: Line, cells: int) -> Line:
    """Cut or pad a line to exactly `cells` cells."""
    left = cells
    spans: list[Span] = []
    for text, look in of:
        size = cell_len(text)
        if size > left:
            text = cut(text, left)
            size = cell_len(text)
            spans.append((text, look))
            left -= size
            break
        spans.append((text, look))
        left -= size
    if left > 0:
        spans.append((" " * left, ""))
    return tuple(spans)


def ends(left: Line, right: Line, cells: int) -> Line:
    """Lay one line at the left and one at the right edge; the left one gives way."""
    space = max(0, cells - width(right))
    return (*fit(left, space), *right) if space else fit(right, cells)


def box(title: Line, inside: Sequence[Line], cells: int, look: str = FRAME) -> list[Line]:
    """Draw a box `cells` wide around lines, its title in the upper edge."""
    room = cells - 4
    shown = fit(title, min(width(title), room - 1)) if room > 1 else ()
    rest = max(0, room - width(shown))
    top: Line = (("┌ ", look), *shown, (" " + "─" * rest + "┐", look))
    body = [(("│ ", look), *fit(each, room), (" │", look)) for each in inside]
    return [top, *body, (("└" + "─" * (cells - 2) + "┘", look),)]


def beside(blocks: Sequence[Sequence[Line]], cells: Sequence[int], gap: int = 1) -> list[Line]:
    """Lay blocks of lines next to each other, each padded to its own width."""
    height = max((len(b) for b in blocks), default=0)
    rows: list[Line] = []
    for y in range(height):
        row: list[Span] = []
        for i, (block, each) in enumerate(zip(blocks, cells, strict=True)):
            if i:
                row.append((" " * gap, ""))
            row += fit(block[y], each) if y < len(block) else ((" " * each, ""),)
        rows.append(tuple(row))
    return rows


def wrapped(text: str, cells: int, look: str = "", indent: str = "") -> list[Line]:
    """Break a text into lines at spaces; a word longer than the line is cut into pieces."""
    room = max(1, cells - cell_len(indent))
    rows: list[str] = []
    current = ""
    for word in plain(text).split():
        while cell_len(word) > room:
            if current:
                rows.append(current)
                current = ""
            rows.append(word[:room])
            word = word[room:]
        if current and cell_len(current) + 1 + cell_len(word) > room:
            rows.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    if current:
        rows.append(current)
    return [((indent + row, look),) for row in rows]


def folded(text: str, cells: int) -> str:
    """Break a text into lines wherever they are full: for paths, which no space breaks well."""
    rows = [""]
    for character in plain(text):
        if cell_len(rows[-1]) + cell_len(character) > max(1, cells):
            rows.append("")
        rows[-1] += character
    return "\n".join(rows)


def content(lines: Iterable[Line]) -> Content:
    """Return lines as what a widget shows."""
    parts: list[Span | str] = []
    for i, each in enumerate(lines):
        if i:
            parts.append("\n")
        parts += [span if span[1] else span[0] for span in each]
    return Content.assemble(*parts)
