"""The statements of a script as frozen values: what is said, where it stands, and nothing of how it is done."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.dialects import aws_cli
from cloudlab.dialects.tokens import Variables, Word, fill
from cloudlab.model.time import Seconds


class ScriptError(Exception):
    """A script that cannot go on: where, AWS's or our code, a sentence, and what would be accepted."""

    def __init__(self, file: str, line: int, code: str, sentence: str, accepted: str = "") -> None:
        super().__init__(f"{file}:{line}: {code}: {sentence} {accepted}".strip())
        self.file = file
        self.line = line
        self.code = code
        self.sentence = sentence
        self.accepted = accepted


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement stands, and how it was written (continuations joined)."""

    file: str
    line: int
    """Counted from 1."""
    text: str

    def error(self, code: str, sentence: str, accepted: str = "") -> ScriptError:
        """Return the error of this line, to be raised."""
        return ScriptError(self.file, self.line, code, sentence, accepted)


@dataclass(frozen=True, slots=True)
class Manner:
    """How an order is given."""

    person: str | None = None
    """`as PERSON`; None leaves it to the lab."""
    refused_with: str | None = None
    """`! CODE`: it must be refused with this code."""
    capture: str | None = None
    """`-> $name`, without the dollar sign."""
    waits: bool = True
    """False with a trailing `&`."""


@dataclass(frozen=True, slots=True)
class Order:
    """An aws CLI line."""

    place: Place
    words: tuple[Word, ...]
    manner: Manner = Manner()

    def line(self, variables: Variables) -> aws_cli.Line:
        """Return the command, with variables replaced. Raises LineError (code ParamValidation), UnknownVariable among them."""
        return aws_cli.parse_words(fill(self.words, variables))


@dataclass(frozen=True, slots=True)
class Deploy:
    place: Place
    file: Word
    manner: Manner = Manner()


@dataclass(frozen=True, slots=True)
class Export:
    place: Place
    file: Word


@dataclass(frozen=True, slots=True)
class Notebook:
    place: Place
    cell: int | None
    """Number of the cell, counted from 1; None for all."""
    manner: Manner = Manner()


@dataclass(frozen=True, slots=True)
class WaitSpan:
    place: Place
    seconds: Seconds


@dataclass(frozen=True, slots=True)
class WaitUntil:
    place: Place
    instant: Seconds


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Wait until a resource (each of them, where the id is a list) is in a state."""

    place: Place
    kind: str
    id: Word
    state: str
    limit: Seconds | None = None


@dataclass(frozen=True, slots=True)
class WaitForIncident:
    place: Place


@dataclass(frozen=True, slots=True)
class WaitForEnd:
    place: Place


@dataclass(frozen=True, slots=True)
class WaitAll:
    place: Place


@dataclass(frozen=True, slots=True)
class OnIncident:
    place: Place
    kind: str
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Ack:
    place: Place
    incident: Word


@dataclass(frozen=True, slots=True)
class Decide:
    place: Place
    project: str
    go: bool
    because: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Predict:
    place: Place
    question: str
    choice: str


@dataclass(frozen=True, slots=True)
class Answer:
    place: Place
    question: str
    choice: str


@dataclass(frozen=True, slots=True)
class Hint:
    place: Place


@dataclass(frozen=True, slots=True)
class Note:
    place: Place
    text: Word | None


Statement = (
    Order
    | Deploy
    | Export
    | Notebook
    | WaitSpan
    | WaitUntil
    | WaitFor
    | WaitForIncident
    | WaitForEnd
    | WaitAll
    | OnIncident
    | Ack
    | Decide
    | Predict
    | Answer
    | Hint
    | Note
)


@dataclass(frozen=True, slots=True)
class Script:
    file: str
    statements: tuple[Statement, ...]
