"""Verification: an honest journal counts; one that was cut, doctored or dreamt up does not, and says why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cloudlab.classroom.verification import Verified, verify
from cloudlab.commands.ec2_network import CreateVpc
from cloudlab.engine.simulation import RULES, NoReferee
from cloudlab.journal.file import Journal
from cloudlab.journal.lines import _seal, header_line
from cloudlab.journal.record import Header
from cloudlab.model.inputs import Given, Learned
from cloudlab.model.training import Trained
from tests.support import MORNING, open_simulation, scenario

LEVEL = scenario()
HEADER = Header(LEVEL.id, LEVEL.digest, LEVEL.catalogue.digest, 7, RULES, "learn", "2026-03-01T10:00:00+01:00")
END = LEVEL.ends


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "handed-in.jsonl"


def write(path: Path, header: Header = HEADER, claim: str = "lost") -> None:
    with Journal.create(path, header) as journal:
        journal.append_input(at=MORNING, given=Given("i1", "ana", CreateVpc(cidr_block="10.0.0.0/16")))
        journal.append(at=MORNING + 600, kind="clock", body={"why": "held"})
        journal.append(at=END, kind="clock", body={"why": "over", "outcome": claim})


def check(path: Path) -> Verified:
    return verify(path, LEVEL, NoReferee())


def test_an_honest_run_counts(path: Path) -> None:
    write(path)
    live = open_simulation(7)
    live.submit(Given("i1", "ana", CreateVpc(cidr_block="10.0.0.0/16")))
    live.advance(END)
    assert check(path) == Verified(True, (), live.digest(), "lost")


def test_a_claim_that_the_replay_does_not_bear_out_is_told(path: Path) -> None:
    write(path, claim="won")
    checked = check(path)
    assert (checked.ok, checked.reasons, checked.outcome) == (False, ("It says the run was won; replayed, it is lost.",), "lost")


def test_a_run_handed_in_before_its_end_is_unfinished(path: Path) -> None:
    write(path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    checked = check(path)
    assert (checked.ok, checked.outcome) == (True, "unfinished")


def test_a_changed_line_is_told(path: Path) -> None:
    write(path)
    path.write_bytes(path.read_bytes().replace(b'"why":"held"', b'"why":"hold"'))
    checked = check(path)
    assert not checked.ok
    assert "are torn or changed; it counts up to record 1" in checked.reasons[0]


def test_another_level_another_catalogue_other_rules_are_each_told(path: Path) -> None:
    write(path, replace(HEADER, level_digest="x", catalogue_digest="y", rules=99))
    checked = check(path)
    assert (checked.ok, len(checked.reasons), checked.digest, checked.outcome) == (False, 3, None, None)


def test_what_is_no_journal_is_told(path: Path) -> None:
    assert "no such file" in check(path).reasons[0]
    path.write_text("I won.\n")
    assert "It is no journal" in check(path).reasons[0]


def test_a_rewind_in_win_mood_is_told(path: Path) -> None:
    with Journal.create(path, replace(HEADER, mood="win")) as journal:
        journal.append(at=MORNING, kind="clock", body={"why": "held"})
        journal.append(at=MORNING, kind="rewound", body={"to": 1})
    assert check(path).reasons == ("It says it was played in win mood, but it was rewound.",)


def test_a_refusal_that_was_left_out_is_told(path: Path) -> None:
    with Journal.create(path, HEADER) as journal:
        journal.append_input(at=MORNING, given=Given("i1", "ana", CreateVpc(cidr_block="10.0.0.0/8")))
    assert "it was accepted; replayed, it is refused with InvalidVpc.Range" in check(path).reasons[0]


def test_the_facts_a_run_relied_on_are_named_so_that_they_can_be_trained_again(path: Path) -> None:
    fact = Trained("ab", "cd", 1, ())
    with Journal.create(path, HEADER) as journal:
        journal.append_input(at=MORNING, given=Learned("i1", fact))
    assert check(path).facts == {"trained/ab": fact}


@pytest.mark.parametrize(
    "body",
    [
        {"person": "ana", "command": "ec2:CreateVpc", "params": {"CidrBlock": ["x"]}},
        {"person": ["ana"], "command": "ec2:CreateVpc", "params": {"CidrBlock": "10.0.0.0/16"}},
        {"person": {}, "command": "ec2:CreateVpc", "params": {"CidrBlock": "10.0.0.0/16"}},
        {"person": None, "command": None, "params": None},
    ],
)
def test_a_file_written_by_hand_with_a_good_chain_never_breaks_the_check(path: Path, body: object) -> None:
    data, chain = header_line(HEADER)
    record = {"n": 1, "at": MORNING, "kind": "given", "id": "i1", "body": body, "refusal": None}
    path.write_bytes(data + _seal(json.dumps(record).encode(), chain)[0])
    checked = check(path)
    assert not checked.ok
    assert len(checked.reasons) == 1
