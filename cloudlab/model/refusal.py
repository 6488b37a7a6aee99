"""Refusal: how the cloud says no - AWS's code, a sentence, and what would be accepted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    """AWS's error code, such as InvalidSubnet.Conflict."""
    sentence: str
    """What was wrong, naming the offending value."""
    accepted: str = ""
    """What would be accepted instead."""

    @property
    def told(self) -> str:
        """Both sentences on one line. Many of AWS's own end without a full stop; before another sentence it needs one."""
        stop = "" if not self.accepted or self.sentence.endswith((".", "!", "?", ":")) else "."
        return f"{self.sentence}{stop} {self.accepted}".strip()

    def __str__(self) -> str:
        return f"{self.code}: {self.told}"
