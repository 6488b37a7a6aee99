"""Replay: the same journal makes the same World, wherever and however it is replayed, or says why it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cloudlab.commands.ec2_network import CreateSubnet, CreateVpc, DescribeVpcs
from cloudlab.engine import kernel
from cloudlab.engine.simulation import RULES, Simulation
from cloudlab.journal.error import JournalError, ReplayDiverged
from cloudlab.journal.file import Journal, read
from cloudlab.journal.history import effective, final_instant
from cloudlab.journal.record import Header, Record
from cloudlab.journal.replay import Step, differences, replay
from cloudlab.model.inputs import Committed, Given, Input, Learned, Noted, TakenBack
from cloudlab.model.network import Vpc
from cloudlab.model.time import at, stamp
from cloudlab.model.training import Trained, TrainingSpec
from cloudlab.model.world import Timer
from tests.support import MORNING, open_simulation, scenario

SEED = 7


def header() -> Header:
    level = scenario()
    return Header(level.id, level.digest, level.catalogue.digest, SEED, RULES, "learn", "2026-03-01T10:00:00+01:00")


def written(journal: Journal, at: int, thing: Input | str, more: Any = None) -> Record:
    """Append an input with its refusal's code, or a record of some other kind with its body."""
    if isinstance(thing, str):
        return journal.append(at=at, kind=thing, body=more)
    return journal.append_input(at=at, given=thing, refusal=more)


def vpc(n: int, block: str) -> Given:
    return Given(f"i{n}", "ana", CreateVpc(cidr_block=block))


@pytest.fixture
def played(tmp_path: Path) -> Path:
    """A run by hand: accepted and refused orders, one taken back, a branch that was undone, a held clock."""
    path = tmp_path / "run.jsonl"
    with Journal.create(path, header()) as journal:
        lines: tuple[tuple[int, Input | str, Any], ...] = (
            (MORNING, vpc(1, "10.0.0.0/16"), None),  # 1
            (MORNING, Given("i2", "ben", CreateVpc(cidr_block="10.0.0.0/8")), "InvalidVpc.Range"),  # 2
            (at(1, "09:20"), Committed("i3", "prediction", "q1", "b"), None),  # 3
            (at(1, "09:30"), vpc(4, "10.1.0.0/16"), None),  # 4
            (at(1, "09:30"), TakenBack("i5", "i4"), None),  # 5
            (at(1, "09:30"), TakenBack("i6", "i4"), "NoSuchOrder"),  # 6
            (at(1, "09:25"), "rewound", {"to": 3}),  # 7
            (at(1, "09:40"), vpc(8, "10.2.0.0/16"), None),  # 8
            (at(1, "09:40"), Given("i9", "ben", DescribeVpcs()), None),  # 9
            (at(1, "10:10"), Noted("i10", "lunch"), None),  # 10
            (at(1, "10:10"), "observed", {"wall_s": 1.5}),  # 11
            (at(1, "12:00"), "clock", {"why": "closed"}),  # 12
        )
        for line in lines:
            written(journal, *line)
    return path


def replayed(path: Path, until_n: int | None = None) -> Simulation:
    reading = read(path)
    return replay(reading.header, reading.records, open_simulation(SEED), until_n)


def test_a_replay_has_the_effects_the_run_had(played: Path) -> None:
    simulation = replayed(played)
    assert [v.cidr for v in simulation.world.every(Vpc)] == ["10.0.0.0/16", "10.2.0.0/16"]
    assert simulation.now == at(1, "12:00") == final_instant(read(played).records)


def test_a_replay_stops_where_it_is_asked_to(played: Path) -> None:
    assert replayed(played, 0).now == MORNING
    assert not list(replayed(played, 1).world.every(Vpc))  # ordered, still being worked on
    assert [v.cidr for v in replayed(played, 4).world.every(Vpc)] == ["10.0.0.0/16"]
    assert replayed(played, 6).now == at(1, "09:30")
    gone_back, on = replayed(played, 7), replayed(played, 3)
    on.advance(at(1, "09:25"))
    assert gone_back.digest() == on.digest()


def test_a_replay_of_what_counts_is_the_replay_of_everything(played: Path) -> None:
    reading = read(played)
    short = replay(reading.header, effective(reading.records), open_simulation(SEED))
    assert short.digest() == replayed(played).digest()


def test_a_live_run_and_its_replay_are_the_same_however_the_clock_was_stepped() -> None:
    """Played in odd steps without settling between inputs of one instant, replayed in one go."""
    live = open_simulation(SEED)
    inputs: list[tuple[int, Input]] = [
        (MORNING, vpc(1, "10.0.0.0/16")),
        (MORNING, vpc(2, "10.1.0.0/16")),  # queued
        (MORNING, TakenBack("i3", "i1")),  # makes ana turn to the queued one within this instant
        (MORNING, vpc(4, "10.2.0.0/16")),
        (MORNING + 333, Given("i5", "ben", CreateSubnet(vpc_id="vpc-00000000000000000", cidr_block="10.0.0.0/24"))),
        (MORNING + 4000, Noted("i6", "")),
    ]
    records = []
    for n, (instant, given) in enumerate(inputs, 1):
        while live.now < instant:
            live.advance(min(instant, live.now + 100), stop=lambda event: True)
        outcome = live.submit(given)
        records.append((instant, given, outcome.refusal.code if outcome.refusal else None, n))
    assert [refusal for *_, refusal, _ in records] == [None, None, None, None, "InvalidVpcID.NotFound", None]
    path = Path(os.environ["CLOUDLAB_HOME"]).with_name("live.jsonl")
    with Journal.create(path, header()) as journal:
        for instant, given, refusal, _ in records:
            written(journal, instant, given, refusal)
    assert replayed(path).digest() == live.digest()
    assert len(list(live.world.every(Vpc))) == 2


def test_every_process_under_every_hash_seed_makes_the_same_world(played: Path, root: Path) -> None:
    program = f"""
from pathlib import Path
from cloudlab.journal.file import read
from cloudlab.journal.replay import replay
from tests.support import open_simulation
reading = read(Path({str(played)!r}))
print(replay(reading.header, reading.records, open_simulation({SEED})).digest())
"""
    here = replayed(played).digest()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program], cwd=root, env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True
        )
        for seed in ("0", "1", "4242", "random")
    ]
    assert [process.communicate(timeout=60)[0].strip() for process in running] == [here] * 4
    assert here == replayed(played).digest()


@pytest.fixture
def root() -> Path:
    return Path(__file__).parents[3]


def test_each_record_is_shown_with_what_happened_since_the_last_one(played: Path) -> None:
    reading = read(played)
    steps: list[Step] = []
    replay(reading.header, reading.records, open_simulation(SEED), seen=steps.append)
    assert [step.record for step in steps] == list(reading.records)
    named = [[[type(h.event).__name__ for h in part] for part in (step.passed, step.outcome)] for step in steps]
    done = ["WorkFinished", "VpcCreated", "ResourcesSeen", "OrderFinished"]
    assert named == [
        [[], ["WorkStarted"]],  # 1
        [[], []],  # 2: refused
        [done, ["CommitmentMade"]],  # 3
        [[], ["WorkStarted"]],  # 4
        [[], ["OrderCancelled"]],  # 5
        [[], []],  # 6: refused
        [[], []],  # 7: back to 09:25
        [[], ["WorkStarted"]],  # 8
        [[], ["WorkStarted"]],  # 9: ben looks, and is quicker
        [["WorkFinished", "ResourcesSeen", "OrderFinished", *done], ["NoteTaken"]],  # 10
        [[], []],  # 11: an observation, no part of the run
        [[], []],  # 12
    ]
    assert [stamp(step.before.now) for step in steps] == [
        f"day 1 {clock}"
        for clock in ("09:00", "09:00", "09:20", "09:30", "09:30", "09:30", "09:25", "09:40", "09:40", "10:10", "10:10", "12:00")
    ]


ORDER = {"person": "ana", "command": "ec2:CreateVpc", "params": {"CidrBlock": "10.0.0.0/16"}}


@pytest.mark.parametrize(
    ("record", "said", "recorded", "now"),
    [
        (
            Record(1, MORNING, "given", "i1", ORDER, "VpcLimitExceeded", ""),
            "was refused with VpcLimitExceeded; replayed, it is accepted",
            "VpcLimitExceeded",
            None,
        ),
        (
            Record(1, MORNING, "given", "i1", ORDER | {"params": {"CidrBlock": "10.0.0.0/8"}}, None, ""),
            "was accepted; replayed, it is refused with InvalidVpc.Range",
            None,
            "InvalidVpc.Range",
        ),
        (
            Record(1, MORNING, "given", "i1", ORDER | {"person": "zoe"}, "InvalidVpc.Range", ""),
            "was refused with InvalidVpc.Range; replayed, it is refused with NoSuchPerson",
            "InvalidVpc.Range",
            "NoSuchPerson",
        ),
        (
            Record(1, MORNING - 1, "clock", "", {}, None, ""),
            "it was written at day 1 08:59, but the replay stands at day 1 09:00",
            None,
            None,
        ),
        (Record(1, at(40, "09:00"), "clock", "", {}, None, ""), "but the replay stands at day 31 09:00 and goes no further", None, None),
    ],
)
def test_another_effect_than_it_had_is_told(record: Record, said: str, recorded: str | None, now: str | None) -> None:
    with pytest.raises(ReplayDiverged, match=said) as told:
        replay(header(), [record], open_simulation(SEED))
    assert (told.value.n, told.value.recorded, told.value.replayed) == (1, recorded, now)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda h: replace(h, rules=RULES + 1), f"played under rules {RULES + 1}, and these are rules {RULES}"),
        (lambda h: replace(h, level_digest="f" * 32), "the level 'test' has changed since"),
        (lambda h: replace(h, level="other"), "it is a run of level 'other', not of 'test'"),
        (lambda h: replace(h, catalogue_digest="f" * 32), "the catalogue .* has changed since"),
        (lambda h: replace(h, seed=8), "its seed is 8, not 7"),
    ],
)
def test_another_frame_is_refused_politely(change: Callable[[Header], Header], said: str) -> None:
    with pytest.raises(JournalError, match=said):
        replay(change(header()), [], open_simulation(SEED))


def test_every_difference_is_named_and_what_can_still_be_done() -> None:
    other = replace(header(), rules=99, level_digest="x", catalogue_digest="y")
    assert len(differences(other, scenario())) == 3
    assert differences(header(), scenario()) == ()
    with pytest.raises(JournalError, match=r"it was played with can still replay and report it; to play on here, start a new run"):
        replay(other, [], open_simulation(SEED))


def test_a_record_this_version_cannot_read_is_named() -> None:
    record = Record(1, MORNING, "given", "i1", ORDER | {"command": "ec2:CreateCloud"}, None, "")
    with pytest.raises(JournalError, match="Record 1 cannot be replayed: 'ec2:CreateCloud' is no command this version knows"):
        replay(header(), [record], open_simulation(SEED))


SPEC = TrainingSpec("xgboost", "churn", ("train",), (), 1)
FACT = Trained(SPEC.digest(), "ab", 10, (("validation:auc", 800_000),))
BARRIER = MORNING + 60


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the effect of ana's order, after its minute of work, wait for a training whose fact is not known."""
    work = kernel.FIRERS["work"]

    def fire_work(ctx: kernel.Context, timer: Timer) -> kernel.Events:
        if ctx.world.trained(SPEC.digest()) is None:
            raise kernel.NeedsFact(kernel.Want(SPEC))
        return work(ctx, timer)

    monkeypatch.setitem(kernel.FIRERS, "work", fire_work)


@pytest.mark.usefixtures("waits")
def test_a_fact_enters_at_the_instant_where_the_clock_waits_for_it(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "run.jsonl", header()) as journal:
        written(journal, MORNING, vpc(1, "10.0.0.0/16"), None)
        written(journal, BARRIER, Noted("i2", "still waiting"), None)
        written(journal, BARRIER, Learned("i3", FACT), None)
        written(journal, BARRIER + 1, "clock", {})
    simulation = replayed(tmp_path / "run.jsonl")
    assert simulation.world.trained(SPEC.digest()) == FACT
    assert len(list(simulation.world.every(Vpc))) == 1


@pytest.mark.usefixtures("waits")
def test_a_fact_that_is_missing_is_told() -> None:
    records = [
        Record(1, MORNING, "given", "i1", ORDER, None, ""),
        Record(2, BARRIER + 1, "clock", "", {}, None, ""),
    ]
    with pytest.raises(ReplayDiverged, match="at day 1 09:01 the clock waits for the real result of") as told:
        replay(header(), records, open_simulation(SEED))
    assert told.value.n == 2
