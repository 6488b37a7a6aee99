"""The campaign as a menu lists it: ids, titles and acts from the head of each level file, without reading the levels themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ACTS = {1: "Build it", 2: "Learn from it", 3: "Run it", 4: "Own it"}
"""Titles of the campaign's four acts."""

_HEAD = 4_000
"""Bytes of a level file that hold its first keys."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A level in the list."""

    id: str
    number: str
    title: str
    act: int


def campaign(levels_dir: Path) -> tuple[Entry, ...]:
    """Return every level in the folder, in campaign order. Reads a few lines of each file, no YAML; a file without them is left out."""
    found = []
    for path in sorted(levels_dir.glob("*/level.yaml")):
        with path.open(encoding="utf-8", errors="replace") as file:
            head = _head(file.read(_HEAD))
        if "title" in head:
            level = path.parent.name
            found.append(Entry(level, level.partition("-")[0], head["title"], int(head["act"]) if head.get("act", "").isdigit() else 1))
    return tuple(found)


def _head(text: str) -> dict[str, str]:
    """Return the plain `key: value` lines at the left edge."""
    values: dict[str, str] = {}
    for row in text.splitlines():
        key, colon, value = row.partition(":")
        if colon and key.isidentifier() and key not in values:
            values[key] = value.strip().strip("'\"")
    return values
