"""The terminal: each statement typed at the app's prompt - taken at once, answered when its work is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudlab.lab.session import Session
from cloudlab.lab.terminal import Terminal
from cloudlab.levels.loader import Level
from cloudlab.model.operations import Commitment
from cloudlab.model.time import HOUR, at
from tests.runs import kinds, perform, start
from tests.small_level import TO_A_JOB, TRUST, small_level

NINE, ENDS = at(1, "09:00"), at(2, "18:00")


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> Level:
    return small_level(tmp_path_factory.mktemp("levels"))


@pytest.fixture
def session(level: Level, tmp_path: Path) -> Session:
    return start(level, tmp_path)


@pytest.fixture
def terminal(session: Session) -> Terminal:
    return Terminal(session)


async def done(terminal: Terminal, line: str) -> str | None:
    """Type a line, let an hour pass, return what the prompt says then."""
    taken = terminal.take(line)
    assert taken.order is not None, taken
    terminal.session.step(terminal.session.now + HOUR)
    return await terminal.answer(taken.order)


# orders ------------------------------------------------------------------------------------------------------------------


async def test_an_order_is_taken_at_once_and_answered_later(terminal: Terminal) -> None:
    taken = terminal.take("ec2 create-vpc --cidr-block 10.0.0.0/16")
    assert (taken.text, taken.refusal, terminal.session.now) == ("", None, NINE)
    assert taken.order is not None
    assert terminal.session.answer(taken.order) is None
    terminal.session.step(NINE + 60)
    said = await terminal.answer(taken.order)
    assert said is not None
    assert '"CidrBlock": "10.0.0.0/16"' in said
    assert await terminal.answer(taken.order) is None  # once


async def test_captures_and_queries(terminal: Terminal) -> None:
    said = await done(terminal, "ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc")
    assert said == f"$vpc = {terminal.variables['vpc']}"
    assert await done(terminal, "ec2 describe-vpcs --query 'Vpcs[].CidrBlock' --output text") == "10.0.0.0/16"
    assert await done(terminal, "ec2 describe-vpcs --query 'Vpcs[].VpcId' -> $all") == f"$all = {terminal.variables['vpc']}"
    assert await done(terminal, "ec2 describe-vpcs --query 'Vpcs[9].VpcId' -> $none") == "nothing to keep in $none"
    assert "none" not in terminal.variables


async def test_what_has_no_answer_is_done(terminal: Terminal) -> None:
    role = "iam create-role --role-name r --assume-role-policy-document"
    await done(terminal, f"{role} '{TRUST}'")
    attach = "iam attach-role-policy --role-name r --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    assert await done(terminal, attach) == "done"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ec2 create-vpc --cidr-block 10.0.0.0/8", "InvalidVpc.Range"),
        ("ec2 create-vpc --cidr-blok 10.0.0.0/16", "ParamValidation"),
        ("ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24", "UnknownVariable"),
        ("as zoe ec2 create-vpc --cidr-block 10.0.0.0/16", "NoSuchPerson"),
        ("ec2 create-vpc --cidr-block '10.0.0.0/16", "ScriptSyntax"),
        ("wait", "ScriptSyntax"),
        ("on incident disk-ful\n note x\nend", "NoSuchIncident"),
        ("deploy stack.yaml", "ParamValidation"),
        ("notebook run 1", "NotModelled"),
        ("ack x", "NoSuchPage"),
        ("ack $x", "UnknownVariable"),
        ("predict P9 a", "NoSuchQuestion"),
        ("predict P1 z", "NoSuchChoice"),
        ("answer Q1 z", "NoSuchChoice"),
        ("wait for instnce i-1 running", "NoSuchKind"),
        ("wait for instance i-1 runing", "NoSuchState"),
        ("wait for instance i-1 running", "NotFound"),
        ("wait for endpoint e InService", "OtherState"),
        ("wait until day 1 08:00", "TimePassed"),
    ],
)
def test_what_is_refused_is_refused_in_words(terminal: Terminal, line: str, code: str) -> None:
    before = terminal.session.world.digest()
    taken = terminal.take(line)
    assert taken.refusal is not None
    assert taken.refusal.code == code
    assert taken.refusal.sentence
    assert (taken.order, taken.waiting) == (None, None)
    assert terminal.session.world.digest() == before


@pytest.mark.parametrize("line", ["", "   ", "# a comment"])
def test_nothing_is_nothing(terminal: Terminal, line: str) -> None:
    taken = terminal.take(line)
    assert (taken.text, taken.refusal, taken.order, taken.waiting) == ("", None, None, None)


# words -------------------------------------------------------------------------------------------------------------------


def test_commitments_and_notes(terminal: Terminal) -> None:
    texts = [
        terminal.take(line).text for line in ("predict P1 b", "answer Q1 b", "decide churn no-go because it leaks", "note well now", "hint")
    ]
    assert texts[:4] == ["P1: late", "Q1: AWS", "Decided: churn no-go because it leaks", "Noted."]
    assert texts[4].startswith("Data first:")
    assert {c.id for c in terminal.session.world.every(Commitment)} == {"predicted:P1", "answered:Q1", "decided:churn", "hint:0"}
    assert "NoteTaken" in kinds(terminal.session)


# waits -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "until", "what"),
    [
        ("wait 30m", NINE + 1_800, "30 min"),
        ("wait 9d", ENDS, "9 d 0 h"),
        ("wait until day 2 09:00", at(2, "09:00"), "day 2 09:00"),
        ("wait for end", ENDS, "the end"),
        ("wait for incident", ENDS, "a page"),
    ],
)
def test_a_wait_is_handed_to_the_clock(terminal: Terminal, line: str, until: int, what: str) -> None:
    waiting = terminal.take(line).waiting
    assert waiting is not None
    assert (waiting.until, waiting.what, waiting.reached()) == (until, what, False)
    assert terminal.session.now == NINE


def test_waiting_for_every_order(terminal: Terminal) -> None:
    assert terminal.take("wait all").text == "Nobody is working on anything."
    terminal.take("ec2 create-vpc --cidr-block 10.0.0.0/16")
    waiting = terminal.take("wait all").waiting
    assert waiting is not None
    terminal.session.step(NINE + 59)
    assert not waiting.reached()
    terminal.session.step(NINE + 60)
    assert waiting.reached()


async def test_waiting_for_a_state(session: Session, terminal: Terminal) -> None:
    await perform(session, TO_A_JOB)
    waiting = terminal.take("wait for training-job job-1 Completed max 6h").waiting
    assert waiting is not None
    assert waiting.until == session.now + 6 * HOUR
    await session.advance(waiting.until, lambda _: waiting.reached())
    assert waiting.reached()
    assert terminal.take("wait for training-job job-1 Completed").text == "training-job job-1: Completed"
    refused = terminal.take("wait for training-job job-1 Stopped").refusal
    assert refused is not None
    assert (refused.code, refused.sentence) == ("OtherState", "training-job job-1 is Completed and will never be Stopped.")


# while typing ------------------------------------------------------------------------------------------------------------


def test_a_preview_while_typing(terminal: Terminal) -> None:
    before = terminal.session.world.digest()
    seen = terminal.preview("as raj ec2 create-vpc --cidr-block 10.0.0.0/16")
    assert seen is not None
    assert (seen.effort, seen.refusal) == (180, None)
    refused = terminal.preview("ec2 create-vpc --cidr-block 10.0.0.0/8")
    assert refused is not None
    assert refused.refusal is not None
    for half in (
        "ec2 create-v",
        "ec2 create-vpc --cidr-block",
        "as zoe ec2 describe-vpcs",
        "wait 30m",
        "",
        "ec2 create-vpc --cidr-block '1",
    ):
        assert terminal.preview(half) is None
    assert terminal.session.world.digest() == before


def test_an_order_taken_back_is_answered_by_nobody(terminal: Terminal) -> None:
    taken = terminal.take("ec2 create-vpc --cidr-block 10.0.0.0/16")
    assert taken.order is not None
    terminal.session.take_back(taken.order)
    terminal.forget(taken.order)
    assert terminal.take("wait all").text == "Nobody is working on anything."
