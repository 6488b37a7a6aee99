"""Pasted lines: a script pasted at the prompt is read as a whole first, then given statement by statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cloudlab.dialects.script import OnIncident, ScriptError, parse_script
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
    script = parse_script(text, "the pasted text", known)
    block = next((s for s in script.statements if isinstance(s, OnIncident)), None)
    if block is not None:
        raise block.place.error("ScriptsOnly", "`on incident` blocks belong to scripts.", "At the prompt, answer the page when it comes.")
    found = []
    for raw in statements(text, verbatim=("note",)):
        if raw.words:
            first, last = raw.words[0].start, raw.words[-1].end
            written = text[first:last].replace("\\\n", " ")
            found.append(Pasted(text.count("\n", 0, first) + 1, written, not raw.words[-1].is_bare("&")))
    return tuple(found)


__all__ = ["Pasted", "ScriptError", "read_pasted"]
