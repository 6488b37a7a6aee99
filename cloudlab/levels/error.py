"""LevelError: what an author is told - file, line, key, the nearest key, and what would be accepted."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path


class LevelError(Exception):
    """A level cannot be read as it stands. `str()` names file, line where known, key and remedy."""

    def __init__(self, file: Path, problem: str, *, key: str = "", line: int | None = None, accepted: str = "") -> None:
        self.file = file
        self.key = key
        self.line = line
        where = f"{file}" + (f":{line}" if line is not None else "") + (f": {key}" if key else "")
        super().__init__(f"{where}: {problem}" + (f" {accepted}" if accepted else ""))


def nearest(word: str, known: list[str]) -> str:
    """Return a 'did you mean' sentence, or the list of what is known when nothing is near."""
    close = get_close_matches(word, known, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"Known: {', '.join(known)}."
