"""Lines of a journal: canonical JSON, each ending in a digest chained to the line before; finds the longest whole beginning."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import blake2b
from typing import Any

from cloudlab.journal.error import JournalError
from cloudlab.journal.record import FORMAT, KINDS, Header, Record
from cloudlab.model.time import Seconds

MAGIC = b'{"cloudlab":"journal",'
_CHAIN = b',"chain":"'
_SEAL = len(_CHAIN) + 32 + len(b'"}')
"""Bytes that the chain takes at the end of a line."""

UPCASTS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""Format -> how one line (header or record, as parsed JSON) of that format is written in the next one."""


def upcast(line: dict[str, Any], written: int) -> dict[str, Any]:
    """Lift one line from the format it was written in to today's, step by step; JournalError where there is no way."""
    if written > FORMAT:
        raise JournalError(f"It was written by a newer cloudlab (format {written}; this one reads up to {FORMAT}). Update to open it.")
    for step in range(written, FORMAT):
        if step not in UPCASTS:
            raise JournalError(f"Its format {written} is no longer read; this cloudlab reads {min(UPCASTS, default=FORMAT)} to {FORMAT}.")
        line = UPCASTS[step](line)
    return line


@dataclass(frozen=True, slots=True)
class Whole:
    """The longest beginning of a journal whose every line is whole."""

    header: Header
    records: tuple[Record, ...]
    chain: str
    """The last whole line's."""
    length: int
    """Bytes of it; anything beyond is torn or changed."""
    terminated: bool
    """Its last line ends with a line feed."""


def canonical(value: Any) -> str:
    """Return the one way a value is written: no spaces, ASCII (so that no cut falls inside a character).

    Members keep their order: a command's own mappings are compared by it in the World's digest.
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def header_line(header: Header) -> tuple[bytes, str]:
    """Return (line, chain) of a header. A start is written where there is one: a run from an empty account looks as it always did."""
    members = {name: value for name, value in asdict(header).items() if name != "start" or value}
    return _seal(MAGIC + canonical(members).encode("ascii")[1:], "")


def record_line(n: int, at: Seconds, kind: str, id: str, body: Mapping[str, Any], refusal: str | None, chain: str) -> tuple[bytes, Record]:
    """Return (line, record) of what follows the line that ends in `chain`."""
    assert kind in KINDS, f"{kind!r} is no kind of record"
    text = canonical(body)
    written = f'{{"n":{n:d},"at":{at:d},"kind":"{kind}","id":{canonical(id)},"body":{text},"refusal":{canonical(refusal)}}}'
    line, chain = _seal(written.encode("ascii"), chain)
    return line, Record(n, at, kind, id, json.loads(text), refusal, chain)


def read_whole(data: bytes) -> Whole:
    """Return the longest whole beginning of a journal's bytes; JournalError where not even the header is one.

    Files that passed through a system which ends lines with CR LF are whole, too.
    """
    line, end, terminated = _line(data, 0)
    header, chain, written = _header(line)
    records: list[Record] = []
    while end < len(data):
        line, next_end, ended = _line(data, end)
        found = _unseal(line, chain)
        if found is None:
            break
        parsed, chain = found
        records.append(_record(parsed, len(records) + 1, chain, written))
        end, terminated = next_end, ended
    return Whole(header, tuple(records), chain, end, terminated)


def _seal(body: bytes, before: str) -> tuple[bytes, str]:
    """Put the chain as last member into a JSON object."""
    chain = _digest(body, before)
    return body[:-1] + _CHAIN + chain.encode("ascii") + b'"}\n', chain


def _digest(body: bytes, before: str) -> str:
    return blake2b(before.encode("ascii") + body, digest_size=16).hexdigest()


def _unseal(line: bytes, before: str) -> tuple[dict[str, Any], str] | None:
    """Return (content, chain) of a line that is whole and follows `before`; None for any other bytes."""
    seal = line[-_SEAL:]
    if not seal.startswith(_CHAIN) or not seal.endswith(b'"}'):
        return None
    body = line[:-_SEAL] + b"}"
    chain = _digest(body, before)
    if seal[len(_CHAIN) : -2] != chain.encode("ascii"):
        return None
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return (parsed, chain) if isinstance(parsed, dict) else None


def _line(data: bytes, start: int) -> tuple[bytes, int, bool]:
    """Return (the line without its ending, where the next one starts, whether it had an ending)."""
    feed = data.find(b"\n", start)
    if feed < 0:
        return data[start:].removesuffix(b"\r"), len(data), False
    return data[start:feed].removesuffix(b"\r"), feed + 1, True


def _header(line: bytes) -> tuple[Header, str, int]:
    if not line:
        raise JournalError("It is empty: no header, no records.")
    if not line.startswith(MAGIC):
        raise JournalError("It is no journal: its first line is not the header of one.")
    found = _unseal(line, "")
    if found is None:
        _refuse_newer(line)
        raise JournalError("Its first line, the header, is damaged; without it nobody knows which level and seed the rest belongs to.")
    parsed, chain = found
    written = parsed.get("format")
    if not isinstance(written, int):
        raise JournalError("Its header names no format.")
    parsed = upcast(parsed, written)
    names = {f.name for f in fields(Header)}
    try:
        return Header(**{name: value for name, value in parsed.items() if name in names} | {"format": written}), chain, written
    except TypeError as error:
        raise JournalError(f"Its header is not complete: {error}.") from error


def _refuse_newer(line: bytes) -> None:
    """A newer format may be sealed in another way: say so instead of calling it damaged."""
    try:
        written = json.loads(line).get("format")
    except (ValueError, RecursionError, AttributeError):
        return
    if isinstance(written, int) and written > FORMAT:
        upcast({}, written)


def _record(parsed: dict[str, Any], n: int, chain: str, written: int) -> Record:
    """Shape a whole line; what is wrong now was written so, by something else than this version."""
    parsed = upcast(parsed, written)
    match parsed:
        case {"n": int() as count, "at": int() as at, "kind": str() as kind, "id": str() as id, "body": dict() as body, "refusal": refusal}:
            if kind not in KINDS:
                raise JournalError(f"Record {n} is of a kind this version does not know, {kind!r}; a newer cloudlab may.")
            if count == n and (refusal is None or isinstance(refusal, str)):
                return Record(n, at, kind, id, body, refusal, chain)
    raise JournalError(f"Record {n} is whole, but is not shaped as a record: {canonical(parsed)[:200]}.")
