"""What completion knows of the run at hand, and what it offers: the values that pass between a face and the dialect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Pairs = Iterable[tuple[str, str]]
"""(text to insert, what it is)."""
Kind = Literal["service", "verb", "flag", "value", "variable", "person", "word"]


class Known(Protocol):
    """What exists in the run at hand, as far as the team knows it."""

    def resources(self, kind: str) -> Pairs:
        """Return ids and labels of the records of a `Ref` kind (`vpc`, `subnet`, ..., `incident`)."""

    def catalogue(self, group: str) -> Pairs:
        """Return values and labels of a `FromCatalogue` group (`instance-type`, `zone`, ..., `incident-kind`)."""

    def people(self) -> Pairs:
        """Return the team's names and titles."""

    def variables(self) -> Pairs:
        """Return names (without `$`) and contents of the variables there are."""


@dataclass(frozen=True, slots=True)
class KnownThings:
    """A Known held in plain tables."""

    by_kind: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    by_group: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    team: Sequence[tuple[str, str]] = ()
    captured: Sequence[tuple[str, str]] = ()

    def resources(self, kind: str) -> Pairs:
        return self.by_kind.get(kind, ())

    def catalogue(self, group: str) -> Pairs:
        return self.by_group.get(group, ())

    def people(self) -> Pairs:
        return self.team

    def variables(self) -> Pairs:
        return self.captured


@dataclass(frozen=True, slots=True)
class Candidate:
    text: str
    """What is put into the line, quoted where it needs it."""
    meaning: str
    kind: Kind
    complete: bool = True
    """A blank may follow; False where more of the same word does (`Name=`)."""


@dataclass(frozen=True, slots=True)
class Completion:
    start: int
    """The candidates replace the text from here ..."""
    end: int
    """... to here."""
    candidates: tuple[Candidate, ...]
