"""The console's lists as lines: commands to pick, rows to fill in, and what may be filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from cloudlab.app import ink
from cloudlab.app.ink import MUTED, Line, line

if TYPE_CHECKING:
    from cloudlab.lab.forms import Row

LABEL = 24


def draw_listed(name: str, gloss: str, widest: int) -> Line:
    """Return a command to pick: its name, in a column of `widest` cells, and what it is for."""
    return line(f"{name:<{widest}} ", (gloss, MUTED))


def draw_row(row: Row, cells: int) -> Line:
    """Return a row of the form: its name, what is filled in or would stand there, and what it means."""
    indent = "  " * row.depth
    if row.kind == "add":
        return ink.fit(line((f"{indent}+ {row.label}", "$text-accent")), cells)
    if row.kind == "entry":
        return ink.fit(line((f"{indent}{row.label}", "bold"), ("   Delete removes it", MUTED)), cells)
    if row.kind == "group":
        need = line(("  required", "$text-warning")) if row.required else ()
        return ink.fit((*line((f"{indent}{row.label}", "bold")), *need, *line((f"  {row.help}", MUTED))), cells)
    label = line((f"{indent}{row.label}".ljust(LABEL) + " ", "" if row.value or row.required else MUTED))
    return ink.fit((*label, *_value(row), *line((f"  {row.help}", MUTED))), cells)


def _value(row: Row) -> Line:
    if row.kind == "switch":
        mark = {"true": "[x] yes", "false": "[ ] no"}.get(row.value)
        if mark is not None:
            return line((mark, "bold"))
        return line((f"[ ] not set{f', {_word(row.default)}' if row.default else ''}", MUTED))
    if row.value:
        return line((row.value, "bold"))
    if row.required:
        return line(("▁▁▁▁ required", "$text-warning"))
    return line((f"▁▁▁▁ {row.default}" if row.default else "▁▁▁▁", MUTED))


def _word(default: str) -> str:
    return {"true": "yes", "false": "no"}.get(default, default)


def draw_offer(text: str, about: str, cells: int) -> Line:
    """Return something a row may be filled with. Of a long one the beginning makes room for what it is: that tells two of them apart."""
    room = max(cells // 2, cells - cell_len(about) - 2) if about else cells
    return ink.fit(line(ink.cut(text, room), (f"  {about}" if about else "", MUTED)), cells)
