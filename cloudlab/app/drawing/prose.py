"""Prose as lines: briefs and help pages in Markdown. Textual's own widget loads every lexer there is for them: 21 MB and 150 ms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.cells import cell_len

from cloudlab.app import ink
from cloudlab.app.ink import FRAME, MUTED, STRONG, Line, Span

HEADING = "bold $text-accent"
CODE = "$text-primary"
EMPHASIS = "italic"


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def draw_prose(text: str, cells: int) -> list[Line]:
    """Return Markdown as lines of at most `cells` cells: headings, paragraphs, lists, tables, quotes, code; HTML is shown as text."""
    lines: list[Line] = []
    tokens = _reader().parse(text)
    prefix: list[str] = []
    bullets: list[str] = []
    first_of_item = False
    at = 0
    while at < len(tokens):
        token = tokens[at]
        match token.type:
            case "heading_open":
                lines += [*_space(lines), *_flow([(c, HEADING) for c, _ in _spans(tokens[at + 1])], cells)]
                at += 2
            case "paragraph_open":
                lead = "".join(prefix)
                mark = lead[:-2] + bullets[-1] if first_of_item and bullets else lead
                if not first_of_item and not token.hidden:
                    lines += _space(lines)
                lines += _flow(_spans(tokens[at + 1]), cells, mark, lead)
                first_of_item = False
                at += 2
            case "bullet_list_open" | "ordered_list_open":
                if not prefix:
                    lines += _space(lines)
                bullets.append("• ")
                prefix.append("  ")
            case "blockquote_open":
                prefix.append("│ ")
            case "bullet_list_close" | "ordered_list_close" | "blockquote_close":
                prefix.pop()
                if token.type != "blockquote_close":
                    bullets.pop()
            case "list_item_open":
                first_of_item = True
                if token.info:
                    bullets[-1] = f"{token.info}{token.markup}"[:2].ljust(2)
            case "fence" | "code_block" | "html_block":
                lines += _space(lines)
                lead = "".join(prefix) + "  "
                for row in token.content.rstrip("\n").split("\n"):
                    lines += [ink.line((lead + row, CODE))] if cell_len(lead + row) <= cells else _long_code(row, lead, cells)
            case "hr":
                lines += [*_space(lines), (("─" * cells, FRAME),)]
            case "table_open":
                end = next(i for i in range(at, len(tokens)) if tokens[i].type == "table_close")
                lines += [*_space(lines), *_table(tokens[at:end], cells)]
                at = end
        at += 1
    return lines


def _long_code(row: str, lead: str, cells: int) -> list[Line]:
    """Break a line of code at blanks, continuations marked as a shell would have them."""
    first, *rest = ink.wrapped(row, cells - cell_len(lead) - 6, CODE)
    broken: list[Line] = [((lead, ""), *first)] + [((lead + "    ", ""), *each) for each in rest]
    return [*((*each, (" \\", MUTED)) for each in broken[:-1]), broken[-1]]


def _space(lines: Sequence[Line]) -> list[Line]:
    """Return an empty line, but none at the top and never two."""
    return [()] if lines and lines[-1] else []


def _spans(inline: Token) -> list[Span]:
    """Return the pieces of an inline token with their looks."""
    looks: list[str] = []
    spans: list[Span] = []
    for child in inline.children or []:
        if child.type in ("strong_open", "em_open"):
            looks.append(STRONG if child.type == "strong_open" else EMPHASIS)
        elif child.type in ("strong_close", "em_close"):
            looks.pop()
        elif child.type == "code_inline":
            spans.append((child.content, CODE))
        elif child.type in ("softbreak", "hardbreak"):
            spans.append((" ", ""))
        elif child.content:
            spans.append((child.content, " ".join(looks)))
    return spans


def _flow(spans: Sequence[Span], cells: int, mark: str = "", lead: str = "") -> list[Line]:
    """Break spans into lines at blanks; `mark` stands before the first line, `lead` before the others."""
    rows: list[list[Span]] = [[(mark, MUTED)] if mark else []]
    used = begin = cell_len(mark)
    for word in _words(spans):
        size = sum(cell_len(text) for text, _ in word)
        if used > begin and used + 1 + size > cells:
            rows.append([(lead, MUTED)] if lead else [])
            used = begin = cell_len(lead)
        if used > begin:
            rows[-1].append((" ", ""))
            used += 1
        rows[-1] += word
        used += size
    return [tuple(row) for row in rows]


def _words(spans: Sequence[Span]) -> list[list[Span]]:
    """Return the words; one that changes its look in the middle is several spans."""
    words: list[list[Span]] = []
    glued = False
    for text, look in spans:
        for i, piece in enumerate(ink.plain(text).split(" ")):
            glued = glued and i == 0
            if piece and glued:
                words[-1].append((piece, look))
            elif piece:
                words.append([(piece, look)])
            glued = bool(piece)
    return words


def _table(tokens: Sequence[Token], cells: int) -> list[Line]:
    """Return a table: all columns but the last as wide as they need, the last one flowing."""
    rows: list[list[list[Span]]] = []
    head = 0
    for i, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append(_spans(tokens[i + 1]))
            head = len(rows) if token.type == "th_open" else head
    columns = max((len(row) for row in rows), default=0)
    if not columns:
        return []
    room = cells // columns
    wide = [max(min(room, sum(cell_len(t) for t, _ in row[c])) for row in rows if c < len(row)) for c in range(columns - 1)]
    rest = max(10, cells - sum(wide) - 2 * len(wide))
    lines: list[Line] = []
    for r, row in enumerate(rows):
        looked = [[(t, MUTED) for t, _ in cell] for cell in row] if r < head else row
        blocks = [_flow(cell, w) for cell, w in zip(looked, [*wide, rest], strict=False)]
        lines += ink.beside(blocks, [*wide, rest][: len(blocks)], gap=2)
    return lines
