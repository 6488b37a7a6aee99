"""The journal on disk: a record is believed once it is wholly written and synced; a damaged end is cut off, kept and told."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudlab.journal.error import JournalError, JournalExists, JournalLocked
from cloudlab.journal.history import effective
from cloudlab.journal.lines import Whole, header_line, read_whole, record_line
from cloudlab.journal.lock import lock
from cloudlab.journal.record import FORMAT, INPUT_KINDS, Header, Record
from cloudlab.model.inputs import Input
from cloudlab.model.time import Seconds, stamp

_BINARY: int = getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """A journal as read, without lock and without changing it."""

    header: Header
    records: tuple[Record, ...]
    damage: str | None
    """What is wrong with its end, in one sentence; None for a whole journal."""


def read(path: Path) -> Reading:
    """Read a journal up to its last whole record, for replay and report; JournalError where it is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise JournalError(_why(path, "cannot be read", error)) from error
    whole = _whole(path, data)
    beyond = len(data) - whole.length
    damage = f"The last {_bytes(beyond)} of {path.name} are torn or changed; it counts up to {_last(whole)}." if beyond else None
    return Reading(whole.header, whole.records, damage)


class Journal:
    """One run's journal, open for writing by this program alone. Nothing here reads a clock: callers bring their texts."""

    def __init__(self, path: Path, descriptor: int, whole: Whole, repair: str | None = None) -> None:
        self.path = path
        self.header = whole.header
        self.repair = repair
        """What was cut off when it was opened, in one sentence; None where it was whole."""
        self._records = list(whole.records)
        self._inputs = sum(record.kind in INPUT_KINDS for record in whole.records)
        self._chain = whole.chain
        self._length = whole.length
        self._descriptor: int | None = descriptor
        self._broken: str | None = None

    @classmethod
    def create(cls, path: Path, header: Header) -> Journal:
        """Begin a journal at `path`, whose folder must exist.

        The header is on disk, whole, before the file has its name. Raises JournalExists, or JournalError where nothing can be written.
        """
        line, _ = header_line(header)
        draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
        try:
            _write_new(draft, line, os.O_TRUNC)
            _publish(draft, path)
            _sync_folder(path.parent)
        except FileExistsError as error:
            raise JournalExists(f"{path} is there already; a new run needs a new name.") from error
        except OSError as error:
            raise JournalError(_why(path, "cannot be written", error)) from error
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Open a journal to go on with it. A torn or changed end is cut at the last whole record, kept beside it, told in `repair`.

        Raises JournalLocked where another program has it open, JournalError where it is no journal or cannot be written.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | _BINARY)
        except OSError as error:
            raise JournalError(_why(path, "cannot be opened for writing", error)) from error
        try:
            if not lock(descriptor):
                raise JournalLocked(f"{path} is open in another cloudlab. Close it there to go on here, or start a new run.")
            return cls._opened(path, descriptor)
        except BaseException:
            os.close(descriptor)
            raise

    @classmethod
    def _opened(cls, path: Path, descriptor: int) -> Journal:
        try:
            data = _read_all(descriptor)
            whole = _whole(path, data)
            if whole.header.format != FORMAT:
                raise JournalError(f"{path} has an older format ({whole.header.format}): it can be read and replayed, not gone on with.")
            repair = None
            if tail := data[whole.length :]:
                kept = _keep(path, tail)
                os.ftruncate(descriptor, whole.length)
                repair = (
                    f"The last {_bytes(len(tail))} of {path.name} were torn or changed, so it was cut after {_last(whole)};"
                    f" what was cut is kept in {kept.name}."
                )
            journal = cls(path, descriptor, whole, repair)
            if not whole.terminated:
                journal._write(b"\n")
                journal._length += 1
            os.fsync(descriptor)
        except OSError as error:
            raise JournalError(_why(path, "cannot be mended", error)) from error
        return journal

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(self._records)

    @property
    def next_n(self) -> int:
        return len(self._records) + 1

    @property
    def next_input(self) -> int:
        """The number of the next input, counting inputs alone."""
        return self._inputs + 1

    def effective(self) -> tuple[Record, ...]:
        """Return the records that still count after all rewinds."""
        return effective(self._records)

    def append(self, *, at: Seconds, kind: str, id: str = "", body: Mapping[str, Any] | None = None, refusal: str | None = None) -> Record:
        """Write one record; when this returns it is on disk. JournalError: it is not, and must not be believed."""
        if self._descriptor is None:
            raise JournalError(f"{self.path} is closed; open it again to go on.")
        if self._broken is not None:
            raise JournalError(self._broken)
        line, record = record_line(self.next_n, at, kind, id, body or {}, refusal, self._chain)
        try:
            self._write(line)
            os.fsync(self._descriptor)
        except OSError as error:
            self._take_back(error)
            raise JournalError(_why(self.path, "could not take the last record, which therefore has not happened", error)) from error
        self._length += len(line)
        self._chain = record.chain
        self._records.append(record)
        self._inputs += kind in INPUT_KINDS
        return record

    def append_input(self, *, at: Seconds, given: Input, refusal: str | None = None) -> Record:
        """Write down an input, accepted or refused; see `append`."""
        # Late, because the menu lists saves and should not pay for loading every command.
        from cloudlab.journal.codec import encode_input

        kind, body = encode_input(given)
        return self.append(at=at, kind=kind, id=given.id, body=body, refusal=refusal)

    def close(self) -> None:
        """Let go of the file; other programs may open it now."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, line: bytes) -> None:
        """Write in one call, so that a kill leaves at most one torn line."""
        assert self._descriptor is not None
        while line:  # a second round only meets the reason why the first fell short
            line = line[os.write(self._descriptor, line) :]

    def _take_back(self, error: OSError) -> None:
        """Remove what was half written; where even that fails, write nothing more."""
        assert self._descriptor is not None
        try:
            os.ftruncate(self._descriptor, self._length)
            os.fsync(self._descriptor)
        except OSError:
            self._broken = f"{self.path} can no longer be written ({error.strerror}). Open the run again once the disk is well."


def _whole(path: Path, data: bytes) -> Whole:
    try:
        return read_whole(data)
    except JournalError as error:
        raise JournalError(f"{path} cannot be used. {error}") from error


def _read_all(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    parts = []
    while part := os.read(descriptor, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _write_new(path: Path, data: bytes, how: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how | _BINARY, 0o644)
    try:
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _publish(draft: Path, path: Path) -> None:
    """Give a finished file its name, unless something has that name already."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # no hard links here (FAT, some shares)
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        draft.replace(path)


def _keep(path: Path, tail: bytes) -> Path:
    """Keep cut-off bytes under the first free name beside the journal."""
    number = 1
    while True:
        kept = path.with_name(f"{path.name}.damaged-{number}")
        try:
            _write_new(kept, tail, os.O_EXCL)
        except FileExistsError:
            number += 1
            continue
        _sync_folder(path.parent)
        return kept


def _sync_folder(folder: Path) -> None:
    """Make a new name survive a power cut; Windows has no such call and needs none."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _why(path: Path, what: str, error: OSError) -> str:
    """Say what the system refused, and what can be done about it."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"{path} {what}: the disk is full. Free some space and try again."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{path} {what}: writing there is not allowed. CLOUDLAB_HOME can name another folder."
        case errno.ENOENT:
            return f"{path} {what}: there is no such file or folder."
        case errno.EISDIR:
            return f"{path} {what}: it is a folder."
    return f"{path} {what}: {error.strerror or error}."


def _bytes(count: int) -> str:
    return "byte" if count == 1 else f"{count} bytes"


def _last(whole: Whole) -> str:
    if not whole.records:
        return "its header"
    last = whole.records[-1]
    return f"record {last.n} ({last.kind}, {stamp(last.at)})"
