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

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}" + (f" {self.accepted}" if self.accepted else "")
