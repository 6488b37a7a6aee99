"""Saves: where runs lie on disk, which of them can be gone on with, and what to do where nothing can be written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkstemp

from cloudlab import paths
from cloudlab.journal.error import JournalError
from cloudlab.journal.file import read
from cloudlab.journal.history import effective, final_instant
from cloudlab.journal.record import Header, Record
from cloudlab.model.time import Seconds


class SaveError(Exception):
    """The player's folder cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A run on disk."""

    path: Path
    header: Header | None
    """None where not even that can be read."""
    outcome: str
    """won, lost, unfinished; unknown where the header is lost."""
    instant: Seconds | None = None
    """Where the run's clock stands; None at its opening, or where that is lost."""
    damage: str | None = None
    """What is wrong with the file, in one sentence; such a run is listed all the same."""

    @property
    def level(self) -> str:
        """The level's id; from the folder's name where the header is lost."""
        return self.header.level if self.header is not None else _level_of(self.path.parent.name)

    @property
    def can_go_on(self) -> bool:
        return self.header is not None and self.outcome == "unfinished"


def saves_dir() -> Path:
    """Return the folder of all runs, with one folder per level; it may not exist yet."""
    return paths.home_dir() / "saves"


def new_save_path(level: str, seed: int, started: datetime) -> Path:
    """Return a free name for a new run's journal, in a folder that is there; raises SaveError where that cannot be had.

    `started` is the wall clock's; names sort by it.
    """
    folder = saves_dir() / _folder_of(level)
    make_folder(folder)
    began = started.astimezone(UTC)
    name = f"{began:%Y%m%d-%H%M%S}.{began.microsecond // 1000:03d}-{seed}"
    path = folder / f"{name}.jsonl"
    again = 1
    while path.exists():
        again += 1
        path = folder / f"{name}-{again}.jsonl"
    return path


def saves(level: str | None = None) -> Iterator[Saved]:
    """Yield the runs (of one level), newest first, damaged ones too. Each is read only when it is its turn."""
    folders = [_folder_of(level)] if level is not None else ["*"]
    found = [path for folder in folders for path in saves_dir().glob(f"{folder}/*.jsonl")]
    for path in sorted(found, key=lambda p: (p.name, str(p)), reverse=True):
        yield saved(path)


def saved(path: Path) -> Saved:
    """Look at one run."""
    try:
        reading = read(path)
        return Saved(path, reading.header, outcome(reading.records), final_instant(reading.records), reading.damage)
    except JournalError as error:
        return Saved(path, None, "unknown", damage=str(error))


def outcome(records: tuple[Record, ...]) -> str:
    """Return won or lost as the journal itself says it (the clock stopped because the run was over), else unfinished."""
    for record in reversed(effective(records)):
        if record.kind == "clock" and record.body.get("why") == "over":
            return str(record.body.get("outcome", "unknown"))
    return "unfinished"


def latest_unfinished(level: str | None = None) -> Path | None:
    """Return the newest run (of one level) that can be gone on with."""
    return next((s.path for s in saves(level) if s.can_go_on), None)


def unusable_since(path: Path | None, level: str | None = None) -> list[Saved]:
    """Return the runs (of one level) newer than `path` of which not even the header can be read; all of them where it is None."""
    found = []
    for run in saves(level):
        if run.path == path:
            break
        if run.header is None:
            found.append(run)
    return found


def make_folder(folder: Path) -> None:
    """Make a folder of the player's; raises SaveError where that is not possible, or nothing could be written into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise cannot_write(folder, PermissionError(0, "Permission denied"))


def write_whole(path: Path, text: str) -> None:
    """Replace a file's content in one step: after a crash there is the old one or the new one. Raises SaveError."""
    make_folder(path.parent)
    try:
        descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
        draft = Path(name)
        try:
            with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise cannot_write(path, error) from error


def put_aside(path: Path) -> Path:
    """Rename a damaged file to the first free `<name>.damaged-<n>` and return that. Raises SaveError."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    try:
        return path.rename(aside)
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> SaveError:
    return SaveError(f"{path} cannot be written ({error.strerror or error}). Set CLOUDLAB_HOME to a folder where you may write.")


def _folder_of(level: str) -> str:
    """Return a folder name for any level id: nothing in it can leave the folder or mean something to a glob."""
    return re.sub(r"[^A-Za-z0-9-]", lambda odd: f"_{ord(odd[0]):x}_", level) or "_"


def _level_of(folder: str) -> str:
    return re.sub(r"_([0-9a-f]+)_", lambda odd: chr(int(odd[1], 16)), folder)
