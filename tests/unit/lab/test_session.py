"""A session: on disk before it shows, gone on with exactly where it was, rewound without a trace but in the journal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudlab.commands.ec2_network import CreateInternetGateway, CreateVpc, DescribeVpcs
from cloudlab.commands.s3 import CreateBucket
from cloudlab.journal.error import JournalError, JournalLocked
from cloudlab.lab.session import Session, finishes, noticed, pages_team
from cloudlab.lab.work import KnownWork, WorkFailed
from cloudlab.levels.loader import Level
from cloudlab.model.events.incidents import IncidentCameToDamage, IncidentDetected
from cloudlab.model.events.run import FactLearned
from cloudlab.model.events.work import OrderFinished, WorkStarted
from cloudlab.model.network import InternetGateway, Vpc
from cloudlab.model.operations import Commitment, Incident
from cloudlab.model.people import Person, Toil
from cloudlab.model.time import HOUR, at
from tests.runs import happened, kinds, perform, resume, start
from tests.small_level import TO_A_JOB, TO_AN_ENDPOINT, FakeWork, small_level

NINE = at(1, "09:00")


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> Level:
    return small_level(tmp_path_factory.mktemp("levels"))


@pytest.fixture
def session(level: Level, tmp_path: Path) -> Session:
    return start(level, tmp_path)


def vpc(n: int) -> CreateVpc:
    return CreateVpc(cidr_block=f"10.{n}.0.0/16")


def on_disk(folder: Path) -> list[tuple[str, str | None]]:
    """Return (kind, refusal) of every record in the file as it is now."""
    lines = (folder / "run.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    return [(record["kind"], record["refusal"]) for record in map(json.loads, lines)]


def test_every_input_is_on_disk_refused_ones_too(session: Session, tmp_path: Path) -> None:
    assert session.submit(vpc(1)).refusal is None
    refused = session.submit(CreateVpc(cidr_block="10.0.0.0/8"), "raj").refusal
    assert refused is not None
    session.commit("predicted", "P1", "a")
    session.note("hello")
    session.acknowledge("nothing")
    session.take_back("i1")
    assert on_disk(tmp_path) == [
        ("given", None),
        ("given", "InvalidVpc.Range"),
        ("committed", None),
        ("noted", None),
        ("acknowledged", "NoSuchPage"),
        ("taken-back", None),
    ]


def test_listeners_hear_what_happened_only_once_it_is_on_disk(session: Session, tmp_path: Path) -> None:
    heard = []
    session.listeners.append(lambda happenings: heard.append((len(happenings), len(on_disk(tmp_path)))))
    session.submit(vpc(1))
    session.step(NINE + HOUR)
    assert heard[0] == (1, 1)
    assert [type(h.event) for h in session.history][:1] == [WorkStarted]


def test_orders_without_a_name_go_to_the_first_of_the_team(session: Session) -> None:
    session.submit(vpc(1))
    session.submit(vpc(2), "raj")
    assert {p.id: p.current is not None for p in session.world.every(Person)} == {"ana": True, "raj": True}


def test_a_resumed_run_is_exactly_where_it_was(session: Session, level: Level, tmp_path: Path) -> None:
    session.submit(vpc(1))
    session.submit(CreateInternetGateway())
    session.step(NINE + 30)  # in the middle of work, one order queued
    before = (session.now, session.world.digest(), session.history)
    again = resume(session, tmp_path)
    assert (again.now, again.world.digest(), again.history) == before
    again.step(NINE + HOUR)
    assert [v.cidr for v in again.world.every(Vpc)] == ["10.1.0.0/16"]
    assert len(again.simulation.answers) == 2


def test_going_on_after_a_resume_is_as_if_never_left(level: Level, tmp_path: Path) -> None:
    left, stayed = start(level, tmp_path / "left"), start(level, tmp_path / "stayed")
    for n in range(3):
        for run in (left, stayed):
            run.submit(vpc(n))
            run.step(NINE + (n + 1) * HOUR)
        left = resume(left, tmp_path / "left")
    assert left.world.digest() == stayed.world.digest()  # how often the clock was stopped changes neither ids nor dice


async def test_a_fact_is_not_worked_for_again_after_a_resume(level: Level, tmp_path: Path) -> None:
    session = start(level, tmp_path)
    await perform(session, TO_A_JOB + TO_AN_ENDPOINT)
    before = session.world.digest()
    work = FakeWork()
    again = resume(session, tmp_path, work)
    assert (again.world.digest(), work.begun, work.asked) == (before, [], [])


async def test_a_training_under_way_begins_again_after_a_resume(level: Level, tmp_path: Path) -> None:
    session = start(level, tmp_path)
    await perform(session, TO_A_JOB)
    session.step(session.now + 200)
    work = FakeWork()
    again = resume(session, tmp_path, work)
    assert len(work.begun) == 1
    await again.advance(at(1, "15:00"))
    assert happened(again, FactLearned)


def test_a_save_that_is_open_elsewhere_is_told(session: Session, level: Level, tmp_path: Path) -> None:
    with pytest.raises(JournalLocked):
        Session.resume(level, tmp_path / "run.jsonl", FakeWork())
    session.close()
    Session.resume(level, tmp_path / "run.jsonl", FakeWork()).close()


def test_what_could_not_be_written_has_not_happened(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (session.world.digest(), list(session.history))

    def full(**_: object) -> None:
        raise JournalError("the disk is full")

    monkeypatch.setattr(session.journal, "append_input", full)
    with pytest.raises(JournalError):
        session.submit(vpc(1))
    assert (session.world.digest(), session.history) == before
    monkeypatch.undo()
    session.submit(vpc(1))
    before = (session.world.digest(), list(session.history))
    monkeypatch.setattr(session.journal, "append", full)
    with pytest.raises(JournalError):
        session.step(NINE + HOUR)
    assert (session.world.digest(), session.history) == before


def test_closing_lets_go_of_the_file_also_when_nothing_can_be_written(
    session: Session, level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise JournalError("the disk is full")

    monkeypatch.setattr(session.journal, "append", full)
    with pytest.raises(JournalError):
        session.close()
    Session.resume(level, tmp_path / "run.jsonl", FakeWork()).close()


# rewinding ---------------------------------------------------------------------------------------------------------------


def test_undo_goes_back_to_just_before_the_last_decision(session: Session) -> None:
    session.submit(vpc(1))
    session.step(NINE + HOUR)
    before = (session.now, session.world.digest(), len(session.history))
    session.submit(vpc(2))
    session.step(NINE + 2 * HOUR)
    assert session.undo() is None
    assert (session.now, session.world.digest(), len(session.history)) == before


def test_a_rewound_run_goes_on_and_is_resumed_so(session: Session, tmp_path: Path) -> None:
    session.submit(vpc(1))
    session.step(NINE + HOUR)
    session.submit(vpc(2))
    session.step(NINE + 2 * HOUR)
    assert session.rewind(session.decisions()[0].n) is None
    assert session.now == NINE
    session.submit(CreateInternetGateway())
    session.step(NINE + HOUR)
    assert (list(session.world.every(Vpc)), len(list(session.world.every(InternetGateway)))) == ([], 1)
    before = (session.now, session.world.digest(), session.history)
    again = resume(session, tmp_path)
    assert (again.now, again.world.digest(), again.history) == before
    assert [r.kind for r in again.decisions()] == ["given"]
    assert again.undo() is None  # and back once more, after the resume
    assert again.now == NINE
    again.submit(vpc(3))
    again.step(NINE + 60)
    assert [v.cidr for v in again.world.every(Vpc)] == ["10.3.0.0/16"]
    third = (again.world.digest(), again.history)
    last = resume(again, tmp_path)
    assert (last.world.digest(), last.history) == third


def test_ids_are_never_given_twice(session: Session) -> None:
    first = session.submit(vpc(1)).order
    session.step(NINE + HOUR)
    session.undo()
    assert session.submit(vpc(1)).order != first


def test_in_win_mood_there_is_no_way_back(level: Level, tmp_path: Path) -> None:
    session = start(level, tmp_path, mood="win")
    session.submit(vpc(1))
    refused = session.undo()
    assert refused is not None
    assert refused.code == "NotInWinMood"
    assert resume(session, tmp_path).mood == "win"


@pytest.mark.parametrize("record", [0, 2, 99, -1])
def test_only_to_a_decision_that_counts(session: Session, record: int) -> None:
    session.submit(vpc(1))
    session.submit(CreateVpc(cidr_block="10.0.0.0/8"), "raj")  # record 2, refused
    refused = session.rewind(record)
    assert refused is not None
    assert (refused.code, refused.accepted) == ("NoSuchDecision", "Decisions: 1.")


def test_nothing_to_undo(session: Session) -> None:
    refused = session.undo()
    assert refused is not None
    assert refused.code == "NothingToUndo"


def test_a_run_that_is_over_may_be_taken_back(session: Session) -> None:
    session.submit(vpc(1))
    session.step(at(3, "00:00"))
    assert session.world.over == "lost"
    assert session.undo() is None
    assert not session.over
    assert session.now == NINE


# hints -------------------------------------------------------------------------------------------------------------------


def test_a_hint_is_noted_and_is_no_decision(session: Session) -> None:
    session.submit(vpc(1))
    assert session.hint().startswith("Data first:")
    assert session.world.find(Commitment, "hint:0") is not None
    assert [r.kind for r in session.decisions()] == ["given"]
    assert session.undo() is None
    assert list(session.world.every(Commitment)) == []


async def test_hints_of_the_road_one_is_on(level: Level, tmp_path: Path) -> None:
    session = start(level, tmp_path)
    await perform(session, "s3api create-bucket --bucket b-1\ns3api put-object --bucket b-1 --key t --body churn/train.csv\n")
    assert session.hint().startswith("Choose a road")
    await perform(session, "ec2 create-vpc --cidr-block 10.0.0.0/16")
    assert session.hint() == "No way out: the VPC has no subnet."


# real work ---------------------------------------------------------------------------------------------------------------


async def test_a_training_begins_with_its_job_and_the_clock_waits_for_it(level: Level, tmp_path: Path) -> None:
    work = FakeWork()
    session = start(level, tmp_path, work)
    await perform(session, TO_A_JOB)
    assert work.begun == []  # the job is still Starting
    waiting = None
    while waiting is None:
        waiting = session.step(session.now + 60)
    assert len(work.begun) == 1
    stood = session.now
    assert session.step(stood + HOUR) == waiting
    assert session.now == stood  # not a second passes without the real result
    await session.fetch(waiting)
    assert happened(session, FactLearned) == [stood]
    session.step(stood + HOUR)
    assert session.now == stood + HOUR
    assert work.begun == [waiting.spec.digest()]
    assert work.cancelled == []


async def test_a_training_nobody_waits_for_is_cancelled(level: Level, tmp_path: Path) -> None:
    work = FakeWork()
    session = start(level, tmp_path, work)
    await perform(session, TO_A_JOB)
    session.step(session.now + 300)
    assert len(work.begun) == 1
    session.undo()  # the job was never created
    assert work.cancelled == work.begun


async def test_a_result_that_comes_after_a_rewind_is_dropped(level: Level, tmp_path: Path) -> None:
    session = start(level, tmp_path)
    await perform(session, TO_A_JOB)
    want = session.step(at(1, "17:00"))
    assert want is not None
    session.undo()
    before = session.world.digest()
    await session.fetch(want)
    assert session.world.digest() == before
    assert happened(session, FactLearned) == []


async def test_real_work_that_fails_is_told_and_the_run_is_intact(level: Level, tmp_path: Path) -> None:
    session = start(level, tmp_path, FakeWork(failures=1))
    await perform(session, TO_A_JOB)
    with pytest.raises(WorkFailed, match="the worker is gone"):
        await session.advance(at(1, "17:00"))
    stood = session.now
    await session.advance(at(1, "17:00"))
    assert happened(session, FactLearned) == [stood]
    assert session.now == at(1, "17:00")


async def test_known_work_knows_and_never_trains(level: Level, tmp_path: Path) -> None:
    first = start(level, tmp_path / "a")
    await perform(first, TO_A_JOB + TO_AN_ENDPOINT)
    known = KnownWork(dict(first.world.facts))
    again = Session.start(level, 1, tmp_path / "run-b.jsonl", known, mood="learn", player="", started="")
    await perform(again, TO_A_JOB + TO_AN_ENDPOINT)
    assert again.world.digest() == first.world.digest()
    ignorant = Session.start(level, 1, tmp_path / "run-c.jsonl", KnownWork({}), mood="learn", player="", started="")
    with pytest.raises(WorkFailed, match="needs training: xgboost on churn"):
        await perform(ignorant, TO_A_JOB + TO_AN_ENDPOINT)


async def test_an_endpoint_answers_with_the_real_models_scores(level: Level, tmp_path: Path) -> None:
    session = start(level, tmp_path)
    await perform(session, TO_A_JOB + TO_AN_ENDPOINT)
    row = ",".join(["1"] * 16)
    line = f"sagemaker-runtime invoke-endpoint --endpoint-name churn --content-type text/csv --body '{row}' --query Body -> $score"
    performer = await perform(session, line)
    assert performer.variables["score"] == "0.250000"


# stopping ----------------------------------------------------------------------------------------------------------------


async def test_stops_of_the_clock_are_in_the_journal(session: Session, tmp_path: Path) -> None:
    session.step(NINE + 60)
    session.hold("paused")
    session.close()
    assert on_disk(tmp_path) == [("clock", None), ("clock", None)]


async def test_stopping_at_an_orders_end(session: Session) -> None:
    session.submit(DescribeVpcs())
    given = session.submit(CreateBucket(bucket="bucket-1"), "raj")
    await session.advance(NINE + HOUR, finishes(given.order))
    assert session.now == NINE + 60
    assert kinds(session).count("OrderFinished") == 2


def test_what_pages_the_team_and_what_it_notices(session: Session) -> None:
    mine = Incident("a", "disk-full", "i-1", "capacity", "customer", NINE)
    theirs = Incident("b", "endpoint-instance-replaced", "e", "failover", "provider", NINE)
    world = session.world.put(mine, theirs)
    assert pages_team(world, IncidentDetected("a", "monitoring"))
    assert not pages_team(world, IncidentDetected("b", "provider"))
    assert not pages_team(world, OrderFinished(None))  # type: ignore[arg-type]
    assert noticed(IncidentDetected("a", "monitoring"))
    assert not noticed(IncidentCameToDamage("a", ""))  # damage nobody has heard of stops no clock


def test_work_under_way_is_stopped_and_its_hours_stay_on_the_ledger(session: Session) -> None:
    session.submit(vpc(1), "ana")
    session.step(NINE + 30)
    assert session.stop_work("ana") == "ana stopped: Create VPC 10.1.0.0/16."
    assert session.stop_work("ana") == "ana is not working on anything."
    assert session.stop_work("bob").startswith("There is no 'bob' in the team.")
    assert [(t.id, t.seconds) for t in session.world.every(Toil)] == [("ec2:CreateVpc", 30)]
    assert not session.world.table(Vpc)
