"""The pacer: wall seconds into simulated ones, and every reason to stop. Nothing here reads a clock: ticks are given by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudlab.commands.ec2_network import CreateVpc
from cloudlab.lab.pacer import Pacer
from cloudlab.lab.session import Session
from cloudlab.lab.terminal import Terminal
from cloudlab.levels.loader import Level
from cloudlab.model.events.learning import TrainingJobEnded
from cloudlab.model.events.run import FactLearned
from cloudlab.model.network import Vpc
from cloudlab.model.time import HOUR, MINUTE, at
from tests.runs import happened, perform, start
from tests.small_level import TO_A_JOB, FakeWork, small_level

NINE, ENDS = at(1, "09:00"), at(2, "18:00")
STRIKE = [{"id": "x", "kind": "instance-status-check", "earliest": "day 1 12:00", "latest": "day 1 12:00"}]
SERVER = """
ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 -> $subnet
ec2 describe-images --query 'Images[0].ImageId' -> $image
ec2 run-instances --image-id $image --instance-type t3.small --count 1 --subnet-id $subnet -> $server
"""


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> Level:
    return small_level(tmp_path_factory.mktemp("levels"))


@pytest.fixture
def session(level: Level, tmp_path: Path) -> Session:
    return start(level, tmp_path)


def vpc(n: int) -> CreateVpc:
    return CreateVpc(cidr_block=f"10.{n}.0.0/16")


def stops(folder: Path) -> list[str]:
    """Return why the clock stopped, as the journal on disk has it; that time passed is no stop."""
    records = [json.loads(line) for line in (folder / "run.jsonl").read_text(encoding="utf-8").splitlines()[1:]]
    return [r["body"]["why"] for r in records if r["kind"] == "clock" and r["body"]["why"] != "passed"]


def test_a_paused_clock_stands(session: Session) -> None:
    pacer = Pacer(session)
    pacer.tick(100.0)
    assert session.now == NINE
    assert not pacer.moving


@pytest.mark.parametrize(("faster", "passed"), [(-1, MINUTE), (0, 10 * MINUTE), (1, HOUR), (9, HOUR)])
def test_the_pace(session: Session, faster: int, passed: int) -> None:
    pacer = Pacer(session)
    for _ in range(abs(faster)):
        (pacer.faster if faster > 0 else pacer.slower)()
    pacer.run(idle_too=True)
    pacer.tick(1.0)
    assert session.now == NINE + passed


def test_no_fraction_of_a_second_is_lost(session: Session) -> None:
    pacer = Pacer(session)
    pacer.slower()
    pacer.run(idle_too=True)
    for _ in range(100):
        pacer.tick(0.01)  # 0.6 simulated seconds each
    assert session.now in (NINE + 59, NINE + 60)  # floats add up to a hair less or more


def test_it_runs_while_somebody_works_and_stops_when_nobody_does(session: Session, tmp_path: Path) -> None:
    pacer = Pacer(session)
    session.submit(vpc(1))
    session.submit(vpc(2), "raj")
    pacer.run()
    pacer.tick(1.0)
    assert session.now == NINE + 180  # not to the end of the tick
    assert (pacer.running, pacer.stopped_because) == (False, "your move")
    assert stops(tmp_path) == ["your move"]


def test_it_does_not_start_while_nobody_works(session: Session) -> None:
    pacer = Pacer(session)
    pacer.run()
    pacer.tick(1.0)
    assert session.now == NINE
    assert not pacer.running


def test_a_queue_is_work(session: Session) -> None:
    pacer = Pacer(session)
    session.submit(vpc(1))
    session.submit(vpc(2))
    pacer.run()
    pacer.tick(60.0)
    assert session.now == NINE + 96
    assert len(list(session.world.every(Vpc))) == 2


def test_it_stops_for_a_refusal_after_all(session: Session, tmp_path: Path) -> None:
    pacer = Pacer(session)
    from cloudlab.commands.ec2_network import CreateSubnet

    session.submit(vpc(1))
    session.submit(CreateSubnet(vpc_id="vpc-0123456789abcdef0", cidr_block="10.0.0.0/24"))
    pacer.run(idle_too=True)
    pacer.tick(60.0)
    assert session.now == NINE + 60
    assert pacer.stopped_because == "an order was refused"


async def test_it_stops_when_paged(tmp_path: Path) -> None:
    session = start(small_level(tmp_path, incidents=STRIKE), tmp_path)
    await perform(session, SERVER)
    pacer = Pacer(session)
    pacer.run(idle_too=True)
    for _ in range(100):
        pacer.tick(60.0)
    assert session.now == at(1, "12:45")
    assert (pacer.running, pacer.stopped_because) == (False, "paged")
    pacer.run(idle_too=True)
    pacer.tick(1.0)
    assert session.now == at(1, "12:55")
    assert stops(tmp_path) == ["paged"]


def test_it_stops_at_the_end_for_good(session: Session, tmp_path: Path) -> None:
    pacer = Pacer(session)
    pacer.faster()
    pacer.run(idle_too=True)
    for _ in range(60):
        pacer.tick(1.0)
    assert session.now == ENDS
    assert pacer.stopped_because == "the run is over"
    pacer.run(idle_too=True)
    assert not pacer.moving
    assert stops(tmp_path)[-1] == "the run is over"


def test_it_holds_while_something_is_typed(session: Session, tmp_path: Path) -> None:
    changes: list[int] = []
    pacer = Pacer(session, lambda: changes.append(1))
    pacer.run(idle_too=True)
    pacer.hold("typing")
    pacer.hold("typing")
    pacer.tick(1.0)
    assert (session.now, pacer.running, pacer.moving) == (NINE, True, False)
    pacer.hold(None)
    pacer.tick(1.0)
    assert session.now == NINE + 600
    assert stops(tmp_path) == ["typing"]
    assert len(changes) >= 4


def test_holding_a_clock_that_stands_is_no_stop(session: Session, tmp_path: Path) -> None:
    pacer = Pacer(session)
    pacer.hold("form")
    pacer.hold(None)
    pacer.pause()
    assert stops(tmp_path) == []


def test_space_toggles(session: Session, tmp_path: Path) -> None:
    pacer = Pacer(session)
    pacer.toggle()
    pacer.tick(1.0)
    pacer.toggle()
    pacer.tick(1.0)
    assert session.now == NINE + 600
    assert stops(tmp_path) == ["paused"]


def test_the_next_event_is_one_the_team_notices(session: Session, tmp_path: Path) -> None:
    pacer = Pacer(session)
    session.submit(vpc(1))
    pacer.to_next_event()
    assert session.now == NINE + 60
    pacer.to_next_event()
    assert session.now == NINE + 60 + 12 * HOUR  # a quiet stretch
    assert stops(tmp_path) == ["next event", "next event"]


async def test_the_next_event_keeps_what_nobody_notices(tmp_path: Path) -> None:
    session = start(small_level(tmp_path, incidents=STRIKE), tmp_path)
    await perform(session, SERVER + "wait until day 1 11:00")
    pacer = Pacer(session)
    pacer.to_next_event()
    assert session.now == at(1, "12:45")  # not 12:00, when it struck


async def test_it_stops_where_what_was_begun_is_through(level: Level, tmp_path: Path) -> None:
    """A training goes on while nobody works; whoever lets time pass, by space or to the next event, is not carried past its end."""
    ends = []
    for way in ("space", "next"):
        session = start(level, tmp_path / way, FakeWork())
        await perform(session, TO_A_JOB)
        pacer = Pacer(session)
        if way == "space":
            pacer.toggle()
        for _ in range(100):
            pacer.to_next_event() if way == "next" else pacer.tick(1.0)
            await pacer.settled()
            if happened(session, TrainingJobEnded):
                break
        ends += happened(session, TrainingJobEnded)
        assert session.now == ends[-1]
        assert not pacer.running
        pacer.toggle()
        pacer.tick(1.0)
        assert session.now == ends[-1] + 600  # and one may let it run on
    assert len(set(ends)) == 1


# real work ---------------------------------------------------------------------------------------------------------------


async def barrier(session: Session) -> Pacer:
    """Run until the clock stands for a real result."""
    await perform(session, TO_A_JOB)
    pacer = Pacer(session)
    pacer.run(idle_too=True)
    for _ in range(60):
        pacer.tick(1.0)
        if pacer.waiting is not None:
            break
    assert pacer.waiting is not None
    return pacer


async def test_the_clock_stands_while_a_real_job_is_slow(level: Level, tmp_path: Path) -> None:
    work = FakeWork(slow=True)
    session = start(level, tmp_path, work)
    pacer = await barrier(session)
    stood = session.now
    for _ in range(10):
        pacer.tick(60.0)
    pacer.to_next_event()
    assert (session.now, pacer.moving, pacer.running) == (stood, False, True)
    work.gate.set()
    await pacer.settled()
    assert (pacer.waiting, pacer.moving) == (None, True)
    assert happened(session, FactLearned) == [stood]
    pacer.tick(1.0)
    assert session.now > stood


async def test_real_work_that_failed_is_told_and_tried_again(level: Level, tmp_path: Path) -> None:
    work = FakeWork(failures=2)
    session = start(level, tmp_path, work)
    pacer = await barrier(session)
    stood = session.now
    for _ in range(2):
        await pacer.settled()
        assert (pacer.running, pacer.waiting, pacer.failed) == (False, None, "the worker is gone")
        assert pacer.stopped_because == "the real job could not be done: the worker is gone"
        pacer.run(idle_too=True)
        assert pacer.failed is None
        pacer.tick(1.0)
        assert session.now == stood
    await pacer.settled()
    assert happened(session, FactLearned) == [stood]
    assert len(work.asked) == 3


async def test_pausing_at_the_barrier_keeps_the_result(level: Level, tmp_path: Path) -> None:
    work = FakeWork(slow=True)
    session = start(level, tmp_path, work)
    pacer = await barrier(session)
    pacer.pause()
    work.gate.set()
    await pacer.settled()
    assert not pacer.moving
    assert len(happened(session, FactLearned)) == 1


async def test_rewinding_at_the_barrier_drops_the_result(level: Level, tmp_path: Path) -> None:
    work = FakeWork(slow=True)
    session = start(level, tmp_path, work)
    pacer = await barrier(session)
    assert session.undo() is None
    work.gate.set()
    await pacer.settled()
    assert happened(session, FactLearned) == []
    assert pacer.waiting is None


# typed waits -------------------------------------------------------------------------------------------------------------


def waits(session: Session, line: str) -> Pacer:
    taken = Terminal(session).take(line)
    assert taken.waiting is not None, taken
    pacer = Pacer(session)
    pacer.wait_for(taken.waiting)
    return pacer


def run_out(pacer: Pacer) -> None:
    for _ in range(500):
        pacer.tick(1.0)


@pytest.mark.parametrize(
    ("line", "now"),
    [("wait 47m", NINE + 2_820), ("wait until day 1 14:20", at(1, "14:20")), ("wait for end", ENDS), ("wait for incident", ENDS)],
)
def test_a_typed_wait_passes_its_time_and_not_a_second_more(session: Session, line: str, now: int) -> None:
    pacer = waits(session, line)
    run_out(pacer)
    assert session.now == now
    assert not pacer.running


async def test_a_typed_wait_for_a_state_ends_at_its_instant(session: Session) -> None:
    performer = await perform(session, SERVER)
    pacer = waits(session, f"wait for instance {performer.variables['server']} ready")
    launched = session.now
    run_out(pacer)
    assert session.now == launched + 150


async def test_a_typed_wait_has_its_limit(session: Session) -> None:
    performer = await perform(session, SERVER)
    pacer = waits(session, f"wait for instance {performer.variables['server']} stopped max 20m")
    began = session.now
    run_out(pacer)
    assert session.now == began + 1_200


def test_waiting_for_every_order_ends_with_the_last(session: Session) -> None:
    terminal = Terminal(session)
    terminal.take("ec2 create-vpc --cidr-block 10.0.0.0/16")
    terminal.take("as raj ec2 create-vpc --cidr-block 10.1.0.0/16")
    taken = terminal.take("wait all")
    assert taken.waiting is not None
    pacer = Pacer(session)
    pacer.wait_for(taken.waiting)
    run_out(pacer)
    assert session.now == NINE + 180


def test_a_wait_set_aside_is_over(session: Session) -> None:
    pacer = waits(session, "wait 5h")
    pacer.tick(1.0)
    pacer.pause()
    assert pacer.wait is None
    pacer.run(idle_too=True)
    pacer.tick(1.0)
    assert session.now == NINE + 1_200
