"""The journal on disk: one writer, nothing believed that is not wholly there, damage cut, kept and told."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudlab.commands.ec2_network import CreateVpc
from cloudlab.journal import file, lines
from cloudlab.journal.error import JournalError, JournalExists, JournalLocked
from cloudlab.journal.file import Journal, read
from cloudlab.journal.record import Header
from cloudlab.model.inputs import Given

HEADER = Header("01-first-server", "aa", "bb", 7, 1, "learn", "2026-03-01T10:00:00+01:00")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


def filled(path: Path, count: int = 3) -> bytes:
    """Write a journal of `count` notes, close it, return its bytes."""
    with Journal.create(path, HEADER) as journal:
        for n in range(1, count + 1):
            journal.append(at=60 * n, kind="noted", id=f"i{n}", body={"text": "x" * n})
    return path.read_bytes()


def test_what_was_appended_is_there_when_opened_again(path: Path) -> None:
    with Journal.create(path, HEADER) as journal:
        first = journal.append_input(at=60, given=Given("i1", "ana", CreateVpc(cidr_block="10.0.0.0/16")))
        second = journal.append_input(at=90, given=Given("i2", "ana", CreateVpc(cidr_block="10.0.0.0/8")), refusal="InvalidVpc.Range")
        assert read(path).records == (first, second)  # anybody may read while it is written
    with Journal.open(path) as journal:
        assert (journal.header, journal.records, journal.repair, journal.next_n) == (HEADER, (first, second), None, 3)
        third = journal.append(at=120, kind="clock", body={"why": "held"})
    assert read(path).records == (first, second, third)
    assert (third.n, third.at, third.kind, third.id, third.body, third.refusal) == (3, 120, "clock", "", {"why": "held"}, None)
    assert list(path.parent.iterdir()) == [path]


def test_rewinds_show_in_what_counts(path: Path) -> None:
    with Journal.create(path, HEADER) as journal:
        for _ in range(3):
            journal.append(at=0, kind="clock")
        journal.append(at=0, kind="rewound", body={"to": 1})
        assert [r.n for r in journal.effective()] == [1]


def test_inputs_are_numbered_by_inputs_alone(path: Path) -> None:
    """Ids and dice derive from this number, so stopping the clock more often must not change it."""
    with Journal.create(path, HEADER) as journal:
        numbers = [journal.next_input]
        for kind in ("clock", "noted", "observed", "given", "clock"):
            journal.append(at=0, kind=kind)
            numbers.append(journal.next_input)
    assert numbers == [1, 1, 2, 2, 3, 3]
    with Journal.open(path) as journal:
        assert (journal.next_input, journal.next_n) == (3, 6)


def test_each_record_is_synced_before_append_returns(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    write, fsync = os.write, os.fsync

    def noting(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given: (calls.append(name), call(*given))[1]  # type: ignore[func-returns-value]

    with Journal.create(path, HEADER) as journal:
        monkeypatch.setattr(os, "write", noting("write", write))
        monkeypatch.setattr(os, "fsync", noting("fsync", fsync))
        journal.append(at=0, kind="clock")
    assert calls == ["write", "fsync"]


def test_a_name_is_never_taken_twice(path: Path) -> None:
    before = filled(path)
    with pytest.raises(JournalExists, match="is there already"):
        Journal.create(path, HEADER)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_name_is_never_taken_twice_where_there_are_no_hard_links(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    before = filled(path)
    with pytest.raises(JournalExists):
        Journal.create(path, HEADER)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_second_writer_is_told_which_run_is_open(path: Path) -> None:
    with Journal.create(path, HEADER) as journal:
        with pytest.raises(JournalLocked, match=r"run\.jsonl is open in another cloudlab\. Close it there"):
            Journal.open(path)
        read(path)
        journal.append(at=0, kind="clock")  # reading didn't loosen the lock
        with pytest.raises(JournalLocked):
            Journal.open(path)
    Journal.open(path).close()


def test_another_program_is_kept_out_until_this_one_lets_go(path: Path) -> None:
    program = f"""
from pathlib import Path
from cloudlab.journal.error import JournalLocked
from cloudlab.journal.file import Journal
try:
    Journal.open(Path({str(path)!r})).close()
    print("open")
except JournalLocked:
    print("locked")
"""

    def other() -> str:
        return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True).stdout.strip()

    with Journal.create(path, HEADER):
        assert other() == "locked"
    assert other() == "open"


def test_a_torn_end_is_cut_kept_and_told(path: Path) -> None:
    whole = filled(path)
    path.write_bytes(whole + b'{"n":4,"at":24')
    assert read(path).damage == "The last 14 bytes of run.jsonl are torn or changed; it counts up to record 3 (noted, day 1 00:03)."
    with Journal.open(path) as journal:
        assert journal.repair == (
            "The last 14 bytes of run.jsonl were torn or changed, so it was cut after record 3 (noted, day 1 00:03);"
            " what was cut is kept in run.jsonl.damaged-1."
        )
        assert path.read_bytes() == whole
        journal.append(at=300, kind="clock")
    assert (path.parent / "run.jsonl.damaged-1").read_bytes() == b'{"n":4,"at":24'
    with path.open("ab") as raw:
        raw.write(b"more")
    with Journal.open(path) as journal:
        assert journal.repair is not None
        assert journal.repair.endswith("cut after record 4 (clock, day 1 00:05); what was cut is kept in run.jsonl.damaged-2.")
        assert len(journal.records) == 4
    with Journal.open(path) as journal:
        assert journal.repair is None


def test_a_line_that_lost_only_its_line_feed_loses_nothing(path: Path) -> None:
    whole = filled(path)
    path.write_bytes(whole[:-1])
    with Journal.open(path) as journal:
        assert (journal.repair, len(journal.records), path.read_bytes()) == (None, 3, whole)
        journal.append(at=300, kind="clock")
    assert len(read(path).records) == 4


def test_reading_changes_nothing(path: Path) -> None:
    torn = filled(path) + b"torn"
    path.write_bytes(torn)
    read(path)
    assert path.read_bytes() == torn
    assert list(path.parent.iterdir()) == [path]


def test_damage_at_every_byte_leaves_the_longest_whole_beginning_and_a_journal_to_go_on_with(tmp_path: Path) -> None:
    data = filled(tmp_path / "original.jsonl")
    ends = [i + 1 for i, byte in enumerate(data) if byte == 10]
    for at in range(len(data)):
        path = tmp_path / "run.jsonl"
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :])
        if at < ends[0]:
            with pytest.raises(JournalError, match=r"run\.jsonl cannot be used"):
                Journal.open(path)
            continue
        with Journal.open(path) as journal:
            assert len(journal.records) == sum(end <= at for end in ends) - 1
            assert journal.repair is not None
            journal.append(at=0, kind="clock")
        kept = tmp_path / "run.jsonl.damaged-1"
        assert kept.read_bytes()[-1:] == (b"\n" if at < len(data) - 1 else b"*")
        kept.unlink()
        assert read(path).damage is None
        path.unlink()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_at_all_is_a_journal_or_a_clear_error(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "run.jsonl"
    for old in tmp_path.iterdir():
        old.unlink()
    whole = filled(path)
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    damaged = whole[:start] + data.draw(st.binary(max_size=40)) + whole[stop:]
    path.write_bytes(damaged)
    try:
        with Journal.open(path) as journal:
            assert whole.startswith(path.read_bytes())
            kept = tmp_path / "run.jsonl.damaged-1"
            tail = kept.read_bytes() if kept.exists() else b""
            assert (path.read_bytes() + tail).rstrip(b"\n") == damaged.rstrip(b"\n")
            assert (journal.repair is None) == (not tail)
    except JournalError:
        assert not damaged.startswith(whole.splitlines(keepends=True)[0])
        assert path.read_bytes() == damaged


class Full:
    """A disk with room for only so many bytes more."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.write = os.write

    def __call__(self, descriptor: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count = self.write(descriptor, data[: self.room])
        self.room -= count
        return count


def test_a_full_disk_leaves_nothing_half_written_and_can_be_tried_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal.create(path, HEADER) as journal:
        journal.append(at=0, kind="clock")
        before = path.read_bytes()
        with monkeypatch.context() as full:
            full.setattr(os, "write", Full(20))
            with pytest.raises(JournalError, match=r"has not happened: the disk is full\. Free some space"):
                journal.append(at=60, kind="clock")
        assert path.read_bytes() == before
        assert len(journal.records) == 1
        assert journal.append(at=60, kind="clock").n == 2
    assert len(read(path).records) == 2


def test_a_disk_that_fails_altogether_is_not_written_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with Journal.create(path, HEADER) as journal:
        with monkeypatch.context() as failing:
            failing.setattr(os, "fsync", broken)
            with pytest.raises(JournalError, match="Input/output error"):
                journal.append(at=60, kind="clock")
        with pytest.raises(JournalError, match="can no longer be written"):
            journal.append(at=60, kind="clock")
        assert journal.records == ()


def test_a_new_journal_on_a_full_disk_leaves_no_trace(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(os, "write", Full(20))
        with pytest.raises(JournalError, match="the disk is full"):
            Journal.create(path, HEADER)
    assert list(path.parent.iterdir()) == []


def test_a_folder_that_may_not_be_written_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anywhere, so the system's answer is played."""
    opened = os.open

    def forbidding(name: Path, how: int, *rest: int) -> int:
        if how & (os.O_WRONLY | os.O_RDWR):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(name, how, *rest)

    filled(path)
    monkeypatch.setattr(os, "open", forbidding)
    for writer in (Journal.open, lambda path: Journal.create(path.with_name("new.jsonl"), HEADER)):
        with pytest.raises(JournalError, match=r"not allowed\. CLOUDLAB_HOME can name another folder"):
            writer(path)


def test_what_is_not_there_or_no_file_is_told(tmp_path: Path) -> None:
    for reader in (read, Journal.open):
        with pytest.raises(JournalError, match="no such file or folder"):
            reader(tmp_path / "none.jsonl")
        with pytest.raises(JournalError, match=f"{tmp_path.name}.* folder"):
            reader(tmp_path)
    with pytest.raises(JournalError, match="no such file or folder"):
        Journal.create(tmp_path / "nowhere" / "run.jsonl", HEADER)
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    with pytest.raises(JournalError, match=r"empty\.jsonl cannot be used\. It is empty"):
        Journal.open(empty)


def test_a_closed_journal_takes_nothing(path: Path) -> None:
    journal = Journal.create(path, HEADER)
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="is closed"):
        journal.append(at=0, kind="clock")


def test_what_cannot_be_written_as_json_is_a_bug_and_writes_nothing(path: Path) -> None:
    with Journal.create(path, HEADER) as journal:
        before = path.read_bytes()
        with pytest.raises(TypeError):
            journal.append(at=0, kind="clock", body={"why": object()})
        with pytest.raises(AssertionError):
            journal.append(at=0, kind="dreamt")
        assert path.read_bytes() == before
        assert journal.append(at=0, kind="clock").n == 1


def test_an_older_format_is_read_but_not_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    monkeypatch.setattr(lines, "FORMAT", 2)
    monkeypatch.setattr(file, "FORMAT", 2)
    monkeypatch.setitem(lines.UPCASTS, 1, dict)
    assert len(read(path).records) == 3
    with pytest.raises(JournalError, match="it can be read and replayed, not gone on with"):
        Journal.open(path)
