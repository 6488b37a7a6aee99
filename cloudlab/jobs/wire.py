"""What crosses between the app and its workers: small messages, one JSON object a line, named by their class.

The conversation: the worker says Hello; the app asks one thing (Train, Score or Predict) at a time; the worker answers with
any number of RoundsDone and LogLine and then exactly one Finished, Answers, Scores or Failed. End of input ends the worker.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from cloudlab.jobs.recipe import Recipe
from cloudlab.model.training import Ppm, TrainingSpec

PROTOCOL = 1
"""Raised whenever a message changes. A worker of another protocol is refused at its Hello."""

LINE_LIMIT = 32 * 1024 * 1024
"""Longest line in bytes: a prediction request of 6 MB as JSON, with room to spare."""


class ProtocolError(ValueError):
    """A line that isn't a message of this protocol."""


@dataclass(frozen=True, slots=True)
class Train:
    """Asks for a model."""

    spec: TrainingSpec
    recipe: Recipe
    artifacts: str
    """Folder to put the artifact into."""
    threads: int
    memory_mib: int
    """Address space this work may add, in MiB; 0 for no bound."""


@dataclass(frozen=True, slots=True)
class Score:
    """Asks what a model answers on the stream of a data set."""

    artifact: str
    """Path of the artifact file."""
    recipe: Recipe
    threads: int
    memory_mib: int


@dataclass(frozen=True, slots=True)
class Predict:
    """Asks for the scores of rows someone sent."""

    artifact: str
    csv: str
    threads: int


@dataclass(frozen=True, slots=True)
class Hello:
    """The worker is ready."""

    protocol: int
    pid: int
    versions: tuple[tuple[str, str], ...]
    """Library name -> version, sorted by name."""


@dataclass(frozen=True, slots=True)
class RoundsDone:
    """Some boosting rounds or epochs are done: each with its number, from 1, and its metrics in ppm."""

    rounds: tuple[tuple[int, tuple[tuple[str, Ppm], ...]], ...]
    asked: int
    """How many rounds were asked for."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the job's log."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The model is trained and stored."""

    artifact: str
    rounds: int
    metrics: tuple[tuple[str, Ppm], ...]
    train_ms: int
    """Wall time inside the library's own training call."""
    cpu_ms: int
    """Processor time of the whole worker since the request."""
    peak_rss_mib: int


@dataclass(frozen=True, slots=True)
class Answers:
    """What the model answered, row by row."""

    rows: int
    outcomes: str
    """Base64 of `Scored.outcomes`."""
    cpu_ms: int
    peak_rss_mib: int


@dataclass(frozen=True, slots=True)
class Scores:
    """One score per row sent."""

    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """The request can't be met."""

    kind: Literal["ClientError", "AlgorithmError", "InternalServerError", "OutOfMemory", "ArtifactDamaged", "BadRows"]
    reason: str


Request = Train | Score | Predict
Reply = Hello | RoundsDone | LogLine | Finished | Answers | Scores | Failed

_MESSAGES: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Train, Score, Predict, Hello, RoundsDone, LogLine, Finished, Answers, Scores, Failed)
}
_NESTED: dict[str, type[Any]] = {"spec": TrainingSpec, "recipe": Recipe}
_SCALARS: dict[str, type[Any]] = {"int": int, "str": str}


def encode(message: Request | Reply) -> bytes:
    """Return a message as one line, newline included."""
    body = {"is": type(message).__name__, **asdict(message)}
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def decode_request(line: bytes) -> Request:
    """Return the request on a line. Raises ProtocolError for anything else."""
    message = _decode(line)
    if not isinstance(message, Train | Score | Predict):
        raise ProtocolError(f"{type(message).__name__} is no request")
    return message


def decode_reply(line: bytes) -> Reply:
    """Return the reply on a line. Raises ProtocolError for anything else."""
    message = _decode(line)
    if isinstance(message, Train | Score | Predict):
        raise ProtocolError(f"{type(message).__name__} is no reply")
    return message


def _decode(line: bytes) -> Request | Reply:
    try:
        body = json.loads(line)
        kind = _MESSAGES[body.pop("is")]
        message: Request | Reply = _build(kind, body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProtocolError(f"not a message: {line[:120]!r} ({error})") from error
    return message


def _build(kind: type[Any], body: dict[str, Any]) -> Any:
    values: dict[str, Any] = {}
    for field in fields(kind):
        value = body.pop(field.name)
        if field.name in _NESTED:
            value = _build(_NESTED[field.name], value)
        elif (scalar := _SCALARS.get(str(field.type))) is not None and type(value) is not scalar:
            raise TypeError(f"{field.name}: {value!r} is no {field.type}")
        values[field.name] = _tuples(value)
    if body:
        raise TypeError(f"unknown keys {sorted(body)}")
    return kind(**values)


def _tuples(value: Any) -> Any:
    """JSON knows only lists; the messages hold tuples."""
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
