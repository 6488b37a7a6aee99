"""Pasted lines: a script pasted at the prompt is read as a whole first, then given statement by statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cloudlab.dialects.script import ScriptError, parse_script
from cloudlab.dialects.tokens import statements


@dataclass(frozen=True, slots=True)
class Pasted:
    """One statement of a pasted script."""

    line: int
    """Where it stands in what was pasted, from 1."""
    text: str
    waits: bool
    """The next statement waits until its work is done."""


def read_pasted(text: str, known: Iterable[str]) -> tuple[Pasted, ...]:
    """Return the statements of a pasted script. Raises ScriptError where it is none, or where a line of it cannot be right."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    parse_script(text, "the pasted text", known)
    found: list[Pasted] = []
    block: int | None = None  # where the `on incident` block begins that the line belongs to
    for raw in statements(text, verbatim=("note",)):
        if raw.words:
            first, last = raw.words[0].start, raw.words[-1].end
            if block is None and text[first:last].split()[:2] == ["on", "incident"]:
                block = first
            if block is None or raw.words[0].is_bare("end"):
                start = first if block is None else block
                written = text[start:last].replace("\\\n", " ")
                found.append(Pasted(text.count("\n", 0, start) + 1, written, not raw.words[-1].is_bare("&")))
                block = None
    return tuple(found)


__all__ = ["Pasted", "ScriptError", "read_pasted"]
