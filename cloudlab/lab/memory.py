"""A journal that is kept in memory only: for ghosts, checks and futures, which nobody resumes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cloudlab.journal.record import Record
from cloudlab.model.inputs import Given, Input


class MemoryJournal:
    """Takes records like a Journal and numbers them alike, so that ids and dice come out the same; nothing reaches a disk."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.repair: str | None = None
        self.next_n = 1
        self.inputs: list[tuple[int, Input, str | None]] = []

    @property
    def next_input(self) -> int:
        return len(self.inputs) + 1

    def append(self, *, at: int, kind: str, id: str = "", body: Mapping[str, Any] | None = None, refusal: str | None = None) -> Record:
        record = Record(n=self.next_n, at=at, kind=kind, id=id, body=body or {}, refusal=refusal, chain="")
        self.next_n += 1
        return record

    def append_input(self, *, at: int, given: Input, refusal: str | None = None) -> Record:
        self.inputs.append((at, given, refusal))
        return self.append(at=at, kind="given" if isinstance(given, Given) else "input", id=given.id, body={}, refusal=refusal)

    def effective(self) -> list[Record]:
        return []

    def close(self) -> None:
        """Nothing to close."""
