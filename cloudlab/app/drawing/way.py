"""A way through the network: its hops as lines, and as signs on the map, lit one after the other up to where it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudlab.app import ink
from cloudlab.app.figures import short_ids
from cloudlab.app.ink import MUTED, STRONG, Line, line, style

if TYPE_CHECKING:
    from cloudlab.lab.tracing import Trace

NUMBERS = "123456789abcdefghijklmnopqrstuvwxyz"
STOP = "✗"
PASSED_LOOK = "bold $text-success"
STOP_LOOK = "bold reverse $text-error"
LONGEST_LABEL = 24

Marks = dict[str, tuple[str, str]]
"""Resource -> the sign drawn at it, and the look its rows take; the sign itself is drawn reversed."""


def number(index: int) -> str:
    """Return the sign of the hop at an index: its number in one cell, letters after nine."""
    return NUMBERS[index] if index < len(NUMBERS) else "+"


def way_marks(way: Trace, lit: int) -> Marks:
    """Return the signs of the first `lit` hops: numbers in order, and where it stops. A thing passed twice keeps its first number."""
    marks: Marks = {}
    for i, hop in enumerate(way.hops[:lit]):
        if not hop.ok:
            marks[hop.resource] = (STOP, STOP_LOOK)
        else:
            marks.setdefault(hop.resource, (number(i), PASSED_LOOK))
    return marks


def draw_hops(way: Trace, lit: int, cells: int) -> list[Line]:
    """Return the first `lit` hops: number or stop, what it is, what it does with the packet."""
    return [each for i, hop in enumerate(way.hops[:lit]) for each in _hop(i, hop.ok, hop.label, hop.text, cells)]


def _hop(index: int, ok: bool, label: str, text: str, cells: int) -> list[Line]:
    sign, look = (number(index), f"reverse {PASSED_LOOK}") if ok else (STOP, style("bad"))
    name = ink.cut(short_ids(label), LONGEST_LABEL)
    first, *rest = ink.wrapped(short_ids(text), cells - 6 - len(name)) or [line("")]
    return [
        ((f"  {sign} ", look), (f"{name}  ", STRONG), *first),
        *(((" " * (6 + len(name)), ""), *each) for each in rest),
    ]


def draw_trace(way: Trace, lit: int, cells: int) -> list[Line]:
    """Return the hops of a way, the first `lit` of them lit up; once all are, what came of it."""
    lines = draw_hops(way, lit, cells)
    lines += [line(("  ○ ", style("off")), (short_ids(hop.label), MUTED)) for hop in way.hops[lit:]]
    if lit < len(way.hops):
        return lines
    if way.ok:
        return [*lines, line(("  ● open", style("ok")), " all the way, and back")]
    lines += ink.wrapped(f"▲ blocked here. {way.noticed}", cells, style("bad"), "  ")
    return lines + ink.wrapped(way.hint, cells, "", "  ")
