"""Plain text at a terminal's width: lines break between words, and what is indented stays so."""

from __future__ import annotations

from textwrap import wrap

NARROWEST = 40
"""Columns below which lines are left as they are."""


def wrapped(text: str, width: int) -> str:
    """Break the lines of `text` that are longer than `width` columns between words; ids and addresses stay whole."""
    if width < NARROWEST:
        return text
    return "\n".join(_broken(line, width) for line in text.split("\n"))


def _broken(line: str, width: int) -> str:
    body = line.lstrip(" ")
    if len(line) <= width or body.startswith('"'):  # a line of JSON breaks where the terminal breaks it: it may be copied
        return line
    indent = " " * (len(line) - len(body))
    return "\n".join(wrap(body, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))
