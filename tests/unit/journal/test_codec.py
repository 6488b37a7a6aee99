"""Every input there is, written down and read back: exactly itself, or a clear error."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cloudlab.commands.base import Command
from cloudlab.commands.ec2_network import CreateVpc
from cloudlab.commands.registry import all_commands
from cloudlab.journal.codec import decode_input, encode_input
from cloudlab.journal.error import JournalError
from cloudlab.journal.lines import canonical
from cloudlab.journal.record import INPUT_KINDS
from cloudlab.model.inputs import Acknowledged, Committed, Given, Input, Learned, Noted, TakenBack
from cloudlab.model.training import Scored, Trained, TrainingFailed

TEXT = st.text(max_size=12)
PPM = st.integers(0, 1_000_000)

# JSON knows no NaN and no infinity, and neither does AWS.
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False))


def reread(thing: Input) -> Input:
    kind, body = encode_input(thing)
    return decode_input(kind, thing.id, json.loads(canonical(body)))


@st.composite
def commands(draw: st.DrawFn, command: type[Command]) -> Command:
    """Draw a command of one class from the types of its fields."""
    values: dict[str, Any] = {}
    for name, field in command.model_fields.items():
        if field.is_required() or draw(st.booleans()):
            values[name] = draw(st.from_type(field.annotation))  # type: ignore[arg-type]
    try:
        return command(**values)
    except ValidationError:
        reject()


@pytest.mark.parametrize("command", all_commands(), ids=lambda c: c.__name__)
def test_every_command_there_is_comes_back_as_itself(command: type[Command]) -> None:
    @settings(max_examples=25)
    @given(commands(command))
    def check(drawn: Command) -> None:
        again = reread(Given("i1", "ana", drawn))
        assert again == Given("i1", "ana", drawn)
        # mappings are equal in any order, but the World's digest sees theirs
        assert isinstance(again, Given)
        assert again.command.model_dump_json() == drawn.model_dump_json()

    check()


FACTS = st.one_of(
    st.builds(Trained, TEXT, TEXT, st.integers(0, 10_000), st.lists(st.tuples(TEXT, PPM)).map(tuple)),
    st.builds(TrainingFailed, TEXT, st.sampled_from(("ClientError", "AlgorithmError", "InternalServerError")), TEXT),
    st.builds(Scored, TEXT, TEXT, st.integers(0, 10_000), st.binary(max_size=50)),
)
INPUTS = st.one_of(
    st.builds(TakenBack, TEXT, TEXT),
    st.builds(Learned, TEXT, FACTS),
    st.builds(Acknowledged, TEXT, TEXT),
    st.builds(Committed, TEXT, TEXT, TEXT, TEXT),
    st.builds(Noted, TEXT, st.text()),
)


@given(INPUTS)
def test_every_other_input_comes_back_as_itself(thing: Input) -> None:
    assert reread(thing) == thing
    assert encode_input(thing)[0] in INPUT_KINDS


def test_an_order_is_written_in_aws_own_words() -> None:
    kind, body = encode_input(Given("i1", "ana", CreateVpc(cidr_block="10.0.0.0/16")))
    assert (kind, body) == ("given", {"person": "ana", "command": "ec2:CreateVpc", "params": {"CidrBlock": "10.0.0.0/16"}})


def test_outcomes_of_rows_are_written_as_text() -> None:
    kind, body = encode_input(Learned("i2", Scored("ab", "churn", 3, b"\x1b")))
    assert (kind, body) == ("learned", {"fact": "scored", "spec": "ab", "dataset": "churn", "rows": 3, "outcomes": "Gw=="})


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("given", {"person": "ana", "command": "ec2:CreateCloud", "params": {}}, "'ec2:CreateCloud' is no command this version knows"),
        ("given", {"person": "ana", "command": "CreateVpc", "params": {}}, "'CreateVpc' is no command this version knows"),
        ("given", {"person": "ana", "command": 7, "params": {}}, "'7' is no command this version knows"),
        ("given", {"person": "ana", "command": [], "params": {}}, "is no command this version knows"),
        ("given", {"person": "ana", "command": "ec2:CreateVpc", "params": {"Cidr": "x"}}, "does not take the parameters"),
        ("given", {"person": "ana", "command": "ec2:CreateVpc", "params": 3}, "does not take the parameters"),
        ("given", {"command": "ec2:CreateVpc", "params": {"CidrBlock": "x"}}, "no 'given' this version can read"),
        ("learned", {"fact": "dreamt"}, "'dreamt' is no kind of fact"),
        ("learned", {"fact": "scored", "spec": "", "dataset": "", "rows": 1, "outcomes": "%"}, "no 'learned' this version can read"),
        ("learned", {"fact": "trained", "spec": "", "artifact": "", "rounds": 1, "metrics": [1]}, "no 'learned' this version can read"),
        ("noted", {}, "no 'noted' this version can read"),
        ("dreamt", {}, "'dreamt' is no kind of input"),
    ],
)
def test_what_this_version_does_not_know_is_told(kind: str, body: dict[str, Any], said: str) -> None:
    with pytest.raises(JournalError, match=said):
        decode_input(kind, "i1", body)
