"""What a player calls things survives the program: names, and orders that were being worked on."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudlab.dialects.script import ScriptError, parse_statement
from cloudlab.journal.error import JournalError
from cloudlab.lab.performer import Performer
from cloudlab.lab.session import Session
from cloudlab.lab.terminal import Terminal
from cloudlab.levels.loader import Level
from cloudlab.model.network import InternetGateway, Vpc
from cloudlab.model.time import HOUR
from tests.small_level import FakeWork, small_level


@pytest.fixture
def level(tmp_path: Path) -> Level:
    return small_level(tmp_path)


def begin(level: Level, path: Path) -> Session:
    return Session.start(level, 7, path, FakeWork(), mood="learn", player="ana", started="2026-03-01T10:00:00+00:00")


async def perform(performer: Performer, line: str) -> None:
    statement = parse_statement(line, known=performer.variables)
    assert statement is not None
    await performer.perform(statement)


async def test_a_resumed_run_knows_the_names_it_gave(level: Level, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    session = begin(level, path)
    await perform(Performer(session), "ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc")
    await perform(Performer(session), "ec2 describe-vpcs --query Vpcs[].CidrBlock -> $blocks")
    (vpc,) = session.world.table(Vpc)
    session.journal.close()  # no goodbye: as after a kill

    resumed = Session.resume(level, path, FakeWork())
    assert Performer(resumed).variables == {"vpc": vpc, "blocks": ("10.0.0.0/16",)}
    assert Terminal(resumed).variables == {"vpc": vpc, "blocks": ("10.0.0.0/16",)}
    resumed.close()


async def test_work_under_way_is_waited_for_and_named_after_a_resume(level: Level, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    session = begin(level, path)
    performer = Performer(session)
    await perform(performer, "ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc &")
    await perform(performer, "ec2 create-internet-gateway -> $igw &")
    session.journal.close()

    resumed = Session.resume(level, path, FakeWork())
    said: list[str] = []
    performer = Performer(resumed, said=said.append)
    assert performer.variables == {}
    await perform(performer, "wait all")
    (vpc,), (igw,) = resumed.world.table(Vpc), resumed.world.table(InternetGateway)
    assert performer.variables == {"vpc": vpc, "igw": igw}
    assert said == [f"$vpc = {vpc}", f"$igw = {igw}"]
    resumed.close()


async def test_the_prompt_of_the_screens_answers_what_was_under_way(level: Level, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    session = begin(level, path)
    taken = Terminal(session).take("ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc")
    assert taken.order == "i1"
    session.journal.close()

    resumed = Session.resume(level, path, FakeWork())
    terminal = Terminal(resumed)
    resumed.step(resumed.now + HOUR)
    (vpc,) = resumed.world.table(Vpc)
    assert await terminal.answer("i1") == f"$vpc = {vpc}"
    assert terminal.variables == {"vpc": vpc}
    resumed.close()


async def test_a_refused_order_gives_no_name(level: Level, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    session = begin(level, path)
    with pytest.raises(ScriptError):
        await perform(Performer(session), "ec2 create-vpc --cidr-block 10.0.0.0/8 -> $vpc")
    session.journal.close()
    resumed = Session.resume(level, path, FakeWork())
    assert Performer(resumed).variables == {}
    resumed.close()


def test_time_that_could_not_be_written_down_has_not_passed(level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = begin(level, tmp_path / "run.jsonl")
    assert Terminal(session).take("ec2 create-vpc --cidr-block 10.0.0.0/16").order == "i1"
    before, happened = session.world, len(session.history)

    def full(**_: object) -> None:
        raise JournalError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(session.journal, "append", full)
        with pytest.raises(JournalError):
            session.step(session.now + HOUR)
    assert session.world is before
    assert len(session.history) == happened

    session.step(session.now + HOUR)  # after space was made
    assert len(session.world.table(Vpc)) == 1
    session.close()
