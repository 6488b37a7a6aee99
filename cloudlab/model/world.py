"""The World: everything that is so at one instant, immutable; changed copies share what did not change."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from hashlib import blake2b
from typing import Any, Protocol, TypeVar

from cloudlab.model.time import Seconds
from cloudlab.model.training import Fact, Scored, Trained, TrainingFailed


class Record(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True, order=True)
class Timer:
    """Something that will happen: ordered by (due, seq); `kind` names its firer, `target` what it is about."""

    due: Seconds
    seq: int
    kind: str
    target: str
    data: tuple[tuple[str, str], ...] = ()


Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """All state of one run. Tables are kept per record type, in order of first insertion."""

    seed: int
    now: Seconds
    tables: Mapping[type, Table] = field(default_factory=dict)
    timers: tuple[Timer, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """Real results by key: `trained/<spec>` or `scored/<spec>/<dataset>`."""
    next_seq: int = 0
    over: str | None = None
    """won or lost once decided."""
    because: str = ""

    # reading ------------------------------------------------------------------------------------------------------

    def table(self, kind: type[R]) -> Mapping[str, R]:
        return self.tables.get(kind, {})

    def every(self, kind: type[R]) -> Iterator[R]:
        return iter(self.tables.get(kind, {}).values())

    def find(self, kind: type[R], key: str | None) -> R | None:
        """Return the record or None."""
        return self.tables.get(kind, {}).get(key) if key is not None else None

    def get(self, kind: type[R], key: str) -> R:
        """Return the record; its absence is a bug, not a refusal."""
        found = self.tables.get(kind, {}).get(key)
        assert found is not None, f"no {kind.__name__} {key} in the world at {self.now}"
        return found  # type: ignore[no-any-return]

    def trained(self, spec_digest: str) -> Trained | TrainingFailed | None:
        fact = self.facts.get(f"trained/{spec_digest}")
        return fact if isinstance(fact, Trained | TrainingFailed) else None

    def scored(self, spec_digest: str, dataset: str) -> Scored | None:
        fact = self.facts.get(f"scored/{spec_digest}/{dataset}")
        return fact if isinstance(fact, Scored) else None

    # changed copies -----------------------------------------------------------------------------------------------

    def put(self, *records: Record) -> World:
        tables = dict(self.tables)
        for record in records:
            kind = type(record)
            tables[kind] = {**tables.get(kind, {}), record.id: record}
        return self._with_tables(tables)

    def drop(self, kind: type[R], key: str) -> World:
        table = dict(self.tables.get(kind, {}))
        del table[key]
        return self._with_tables({**self.tables, kind: table})

    def change(self, kind: type[R], key: str, **changes: Any) -> World:
        """Replace fields of one record."""
        return self.put(replace(self.get(kind, key), **changes))  # type: ignore[type-var]

    def at(self, now: Seconds) -> World:
        if now == self.now:
            return self
        return World(self.seed, now, self.tables, self.timers, self.facts, self.next_seq, self.over, self.because)

    def with_fact(self, key: str, fact: Fact) -> World:
        return replace(self, facts={**self.facts, key: fact})

    def schedule(self, due: Seconds, kind: str, target: str, **data: str) -> World:
        """Add a timer; among equal instants, the one scheduled first fires first."""
        timers = list(self.timers)
        insort(timers, Timer(max(due, self.now), self.next_seq, kind, target, tuple(sorted(data.items()))))
        return self._with_timers(tuple(timers), self.next_seq + 1)

    def fired(self) -> World:
        """Drop the timer that comes first."""
        return self._with_timers(self.timers[1:], self.next_seq)

    def unschedule(self, kind: str, target: str) -> World:
        return self._with_timers(tuple(t for t in self.timers if (t.kind, t.target) != (kind, target)), self.next_seq)

    # Written out, because `dataclasses.replace` takes three times as long and was half of a replay.

    def _with_tables(self, tables: Mapping[type, Table]) -> World:
        return World(self.seed, self.now, tables, self.timers, self.facts, self.next_seq, self.over, self.because)

    def _with_timers(self, timers: tuple[Timer, ...], next_seq: int) -> World:
        return World(self.seed, self.now, self.tables, timers, self.facts, next_seq, self.over, self.because)

    def digest(self) -> str:
        """Return 32 hex digits of the whole state; equal for equal worlds in every process."""
        hasher = blake2b(digest_size=16)
        _feed(hasher, self)
        return hasher.hexdigest()


def fact_key(fact: Fact) -> str:
    """Return the key under which a fact is kept in the World."""
    if isinstance(fact, Scored):
        return f"scored/{fact.spec_digest}/{fact.dataset}"
    return f"trained/{fact.spec_digest}"


def _feed(hasher: Any, value: Any) -> None:
    """Feed a canonical form: type name, then parts in declared order; mappings sorted by key, so history of insertion doesn't count."""
    if isinstance(value, bool) or value is None or isinstance(value, int):
        hasher.update(f"{value!r};".encode())
    elif isinstance(value, str):
        raw = value.encode()
        hasher.update(b"s%d:" % len(raw) + raw)
    elif isinstance(value, bytes):
        hasher.update(b"b%d:" % len(value) + value)
    elif isinstance(value, tuple):
        hasher.update(b"(%d" % len(value))
        for part in value:
            _feed(hasher, part)
    elif isinstance(value, Mapping):
        hasher.update(b"{%d" % len(value))
        for key in sorted(value, key=_sort_key):
            _feed(hasher, _sort_key(key))
            _feed(hasher, value[key])
    elif isinstance(value, Trained):
        # the artifact's own hash differs between machines and library versions; the world does not depend on it
        _feed(hasher, ("Trained", value.spec_digest, value.rounds, value.metrics))
    elif is_dataclass(value):
        hasher.update(type(value).__name__.encode() + b"<")
        for part in fields(value):
            _feed(hasher, getattr(value, part.name))
    elif hasattr(value, "model_dump_json"):
        hasher.update(type(value).__name__.encode() + value.model_dump_json(by_alias=True, exclude_none=True).encode())
    else:
        raise AssertionError(f"a {type(value).__name__} has no place in a World")


def _sort_key(key: object) -> str:
    return key.__name__ if isinstance(key, type) else str(key)
