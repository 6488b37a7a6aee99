"""The history of typed lines: up and down go through them, and the line being written is kept meanwhile."""

from __future__ import annotations

KEPT = 500


class History:
    """Lines typed so far, oldest first. A line typed twice running is kept once."""

    def __init__(self, lines: tuple[str, ...] = ()) -> None:
        self.lines = list(lines)
        self._at = len(self.lines)
        self._draft = ""

    def add(self, text: str) -> None:
        if text and (not self.lines or self.lines[-1] != text):
            self.lines = [*self.lines, text][-KEPT:]
        self._at, self._draft = len(self.lines), ""

    def older(self, current: str) -> str | None:
        """Return the line before, or None at the oldest one."""
        if self._at == 0:
            return None
        if self._at == len(self.lines):
            self._draft = current
        self._at -= 1
        return self.lines[self._at]

    def newer(self) -> str | None:
        """Return the line after, in the end the one that was being written; None when already there."""
        if self._at >= len(self.lines):
            return None
        self._at += 1
        return self._draft if self._at == len(self.lines) else self.lines[self._at]

    def holding(self, text: str) -> list[str]:
        """Return the lines that hold a text, newest first, each once."""
        low = text.lower()
        return [each for each in dict.fromkeys(reversed(self.lines)) if low in each.lower()]
