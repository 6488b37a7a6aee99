"""Saves: where runs lie, which is gone on with, and what is said when the folder is no good."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlab.journal.file import Journal
from cloudlab.journal.record import Header
from cloudlab.lab.saves import (
    SaveError,
    _folder_of,
    _level_of,
    latest_unfinished,
    new_save_path,
    put_aside,
    saves,
    saves_dir,
    write_whole,
)

TEN = datetime(2026, 3, 1, 10, 15, 0, 123_456, UTC)


def played(level: str = "01-first-server", seed: int = 7, started: datetime = TEN, over: str | None = None, player: str = "ana") -> Path:
    path = new_save_path(level, seed, started)
    with Journal.create(path, Header(level, "a", "b", seed, 1, "learn", started.isoformat(), player=player)) as journal:
        journal.append(at=32_400, kind="noted", id="i1", body={"text": ""})
        if over is not None:
            journal.append(at=40_000, kind="clock", body={"why": "over", "outcome": over})
        journal.append(at=40_000, kind="clock", body={"why": "closed"})
    return path


def test_a_run_lies_under_its_level_by_time_and_seed(cloudlab_home: Path) -> None:
    folder = cloudlab_home / "saves" / "01-first-server"
    assert played() == folder / "20260301-101500.123-7.jsonl"
    assert played() == folder / "20260301-101500.123-7-2.jsonl"
    vienna = TEN.astimezone(timezone(timedelta(hours=1)))
    assert new_save_path("01-first-server", 8, vienna) == folder / "20260301-101500.123-8.jsonl"


def test_runs_are_listed_newest_first_with_what_became_of_them(cloudlab_home: Path) -> None:
    assert list(saves()) == []
    played(started=TEN)
    played("02-two-zones", started=TEN + timedelta(minutes=1), over="won", player="ben [red]x")
    played(started=TEN + timedelta(minutes=2), over="lost")
    assert [(s.level, s.header.player if s.header else "", s.outcome, s.instant, s.damage) for s in saves()] == [
        ("01-first-server", "ana", "lost", 40_000, None),
        ("02-two-zones", "ben [red]x", "won", 40_000, None),
        ("01-first-server", "ana", "unfinished", 40_000, None),
    ]
    assert [s.outcome for s in saves("02-two-zones")] == ["won"]


def test_the_newest_unfinished_run_is_gone_on_with(cloudlab_home: Path) -> None:
    assert latest_unfinished() is None
    first = played(started=TEN)
    played("02-two-zones", started=TEN + timedelta(minutes=1), over="won")
    assert latest_unfinished() == first
    second = played("02-two-zones", started=TEN + timedelta(minutes=2))
    assert latest_unfinished() == second
    assert latest_unfinished("01-first-server") == first
    assert latest_unfinished("03-patch-tuesday") is None


def test_a_run_that_was_rewound_from_its_end_is_unfinished(cloudlab_home: Path) -> None:
    path = played(over="lost")
    assert latest_unfinished() is None
    with Journal.open(path) as journal:
        journal.append(at=32_400, kind="rewound", body={"to": 1})
    assert latest_unfinished() == path


def test_damaged_runs_are_listed_as_damaged(cloudlab_home: Path) -> None:
    torn, lost = played(started=TEN), played(started=TEN + timedelta(minutes=1))
    with torn.open("ab") as file:
        file.write(b"{torn")
    lost.write_bytes(b"\0" * 100)
    listed = list(saves())
    assert [(s.path, s.level, s.outcome, s.header is None, s.can_go_on) for s in listed] == [
        (lost, "01-first-server", "unknown", True, False),
        (torn, "01-first-server", "unfinished", False, True),
    ]
    assert "It is no journal" in (listed[0].damage or "")
    assert "The last 5 bytes" in (listed[1].damage or "")
    assert latest_unfinished() == torn


@pytest.mark.parametrize("level", ["[red]x", "../x", "..", ".", "", "a/b", "a\\b", "C:x", "*", "~", "x y", "ž", "con\n"])
def test_no_name_leaves_the_folder_or_means_anything(cloudlab_home: Path, level: str) -> None:
    other = played("01-first-server")
    path = played(level, started=TEN + timedelta(minutes=1))
    assert path.resolve().parent.parent == saves_dir().resolve()
    assert [s.path for s in saves(level)] == [path]
    assert [s.path for s in saves()] == [path, other]


@given(st.text(), st.text())
def test_every_level_has_a_folder_of_its_own(one: str, other: str) -> None:
    assert (_folder_of(one) == _folder_of(other)) == (one == other)
    assert one in ("", _level_of(_folder_of(one)))


def test_a_home_that_cannot_be_made_is_told(cloudlab_home: Path) -> None:
    cloudlab_home.write_text("a file where the folder should be")
    with pytest.raises(SaveError, match=r"cloudlab-home.* cannot be written .*Set CLOUDLAB_HOME to a folder where you may write"):
        new_save_path("01-first-server", 7, TEN)


def test_a_folder_that_may_not_be_written_is_told(cloudlab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with pytest.raises(SaveError, match=r"saves.01-first-server cannot be written \(Permission denied\)"):
        new_save_path("01-first-server", 7, TEN)


def test_a_file_is_replaced_whole_or_not_at_all(cloudlab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cloudlab_home / "some.json"
    write_whole(path, "old\n")

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(SaveError, match="No space left on device"):
        write_whole(path, "new\n")
    assert path.read_text() == "old\n"
    assert list(cloudlab_home.iterdir()) == [path]


def test_what_is_put_aside_never_replaces_what_was(tmp_path: Path) -> None:
    for content in ("one", "two"):
        (tmp_path / "x.json").write_text(content)
        put_aside(tmp_path / "x.json")
    assert {p.name: p.read_text() for p in tmp_path.glob("x.json*")} == {"x.json.damaged-1": "one", "x.json.damaged-2": "two"}
