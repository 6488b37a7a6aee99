"""What can be wrong with a journal, in sentences a player can act on."""

from __future__ import annotations


class JournalError(Exception):
    """A journal cannot be read, written or replayed; the message says which, why, and what can still be done."""


class JournalLocked(JournalError):
    """Another program is writing this very journal."""


class JournalExists(JournalError):
    """A journal of this name is there already; a new one never replaces it."""


class ReplayDiverged(JournalError):
    """Replayed, a record had another effect than when it was played."""

    def __init__(self, n: int, sentence: str, recorded: str | None = None, replayed: str | None = None) -> None:
        super().__init__(f"Record {n}: {sentence}")
        self.n = n
        self.recorded = recorded
        """The refusal's code as it was recorded; None for an accepted input."""
        self.replayed = replayed
        """The refusal's code in the replay; None where it was accepted."""
