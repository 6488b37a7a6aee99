"""A session and its journal: closed, killed or out of disk, a run goes on exactly where it was."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from cloudlab.commands.ec2_network import CreateVpc
from cloudlab.engine.kernel import Want
from cloudlab.journal.error import JournalError
from cloudlab.journal.file import read
from cloudlab.lab.saves import latest_unfinished, outcome
from cloudlab.lab.session import Session
from cloudlab.levels.loader import Level, load_level
from cloudlab.model.network import Vpc
from cloudlab.model.time import HOUR, Seconds
from cloudlab.model.training import Fact, TrainingSpec
from cloudlab.paths import assets_dir, levels_dir


class NoWork:
    """Nothing is trained in these runs."""

    async def fact(self, want: Want) -> Fact:
        raise AssertionError(want)

    def begin(self, spec: TrainingSpec) -> None:
        raise AssertionError(spec)

    def cancel(self, spec_digest: str) -> None:
        raise AssertionError(spec_digest)

    async def predict(self, spec: TrainingSpec, body: str) -> list[float]:
        raise AssertionError(spec)


@pytest.fixture(scope="module")
def level() -> Level:
    return load_level(levels_dir(), assets_dir(), "01-first-server")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


def begin(level: Level, path: Path) -> Session:
    return Session.start(level, 7, path, NoWork(), mood="learn", player="ana", started="2026-03-01T10:00:00+00:00")


def order(session: Session, block: str) -> None:
    assert session.submit(CreateVpc(cidr_block=block)).refusal is None


def let(session: Session, seconds: Seconds) -> None:
    assert session.step(session.now + seconds) is None


def test_a_run_that_was_left_and_gone_on_with_is_the_run_that_was_not(level: Level, tmp_path: Path) -> None:
    whole = begin(level, tmp_path / "whole.jsonl")
    order(whole, "10.0.0.0/16")
    let(whole, HOUR)
    order(whole, "10.1.0.0/16")
    let(whole, HOUR)

    parted = begin(level, tmp_path / "parted.jsonl")
    order(parted, "10.0.0.0/16")
    let(parted, 30)  # in the middle of the work
    parted.close()
    parted = Session.resume(level, tmp_path / "parted.jsonl", NoWork())
    let(parted, HOUR - 30)
    order(parted, "10.1.0.0/16")
    let(parted, HOUR)

    assert parted.world.digest() == whole.world.digest()
    assert parted.history == whole.history
    whole.close()
    parted.close()


def test_a_rewind_is_still_a_rewind_after_resuming(level: Level, path: Path) -> None:
    session = begin(level, path)
    order(session, "10.0.0.0/16")
    let(session, HOUR)
    order(session, "10.1.0.0/16")
    let(session, HOUR)
    assert session.undo() is None
    order(session, "10.2.0.0/16")
    let(session, HOUR)
    session.close()
    again = Session.resume(level, path, NoWork())
    assert [v.cidr for v in again.world.every(Vpc)] == ["10.0.0.0/16", "10.2.0.0/16"]
    assert (again.world.digest(), again.history) == (session.world.digest(), session.history)
    assert again.undo() is None
    assert again.undo() is None
    assert not list(again.world.every(Vpc))
    again.close()


def test_what_could_not_be_written_has_not_happened(level: Level, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = begin(level, path)
    order(session, "10.0.0.0/16")
    before, history = session.world.digest(), list(session.history)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        with pytest.raises(JournalError, match="the disk is full"):
            session.submit(CreateVpc(cidr_block="10.1.0.0/16"))
    assert (session.world.digest(), session.history) == (before, history)
    order(session, "10.1.0.0/16")
    session.close()
    assert [r.kind for r in read(path).records] == ["given", "given", "clock"]


def test_the_end_of_a_run_is_noted_once(level: Level, cloudlab_home: Path) -> None:
    cloudlab_home.mkdir()
    path = cloudlab_home / "run.jsonl"
    session = begin(level, path)
    assert session.step(level.scenario.ends) is None
    assert session.over
    session.close()
    Session.resume(level, path, NoWork()).close()
    records = read(path).records
    assert [r.body["why"] for r in records] == ["over", "closed", "closed"]
    assert outcome(records) == session.world.over == "lost"
    assert latest_unfinished() is None
