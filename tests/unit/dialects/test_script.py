"""The script grammar: each statement, and each way to get one wrong."""

from __future__ import annotations

import pytest

from cloudlab.commands.ec2_network import DescribeVpcs
from cloudlab.dialects import script as s
from cloudlab.dialects.errors import MissingParameter
from cloudlab.dialects.script import ScriptError, captured, duration, noted, parse_script, parse_statement, plain


def one(line: str, *known: str) -> s.Statement:
    statement = parse_statement(line, known)
    assert statement is not None
    return statement


def test_an_order_with_everything() -> None:
    order = one("as ana ec2 describe-vpcs --vpc-ids $both --query 'Vpcs[].CidrBlock' -> $blocks &", "both")
    assert isinstance(order, s.Order)
    assert order.manner == s.Manner(person="ana", refused_with=None, capture="blocks", waits=False)
    line = order.line({"both": ("vpc-1", "vpc-2")})
    assert (line.command, line.query) == (DescribeVpcs(vpc_ids=("vpc-1", "vpc-2")), "Vpcs[].CidrBlock")


@pytest.mark.parametrize(
    "line", ["! VpcLimitExceeded as ana ec2 create-vpc --cidr-block x", "as ana ! VpcLimitExceeded ec2 create-vpc --cidr-block x"]
)
def test_refused_with_and_person_in_either_order(line: str) -> None:
    order = one(line)
    assert isinstance(order, s.Order)
    assert order.manner == s.Manner(person="ana", refused_with="VpcLimitExceeded")


def test_a_line_that_must_be_refused_may_be_malformed() -> None:
    order = one("! ParamValidation ec2 create-vpc")
    assert isinstance(order, s.Order)
    with pytest.raises(MissingParameter) as raised:
        order.line({})
    assert raised.value.refusal.code == "ParamValidation"


def test_waiting() -> None:
    assert isinstance(one("wait for incident"), s.WaitForIncident)
    assert isinstance(one("wait for end"), s.WaitForEnd)
    assert isinstance(one("wait all"), s.WaitAll)
    span, until, state = one("wait 1h30m"), one("wait until day 2 09:00"), one("wait for instance $both running max 2h", "both")
    assert isinstance(span, s.WaitSpan)
    assert isinstance(until, s.WaitUntil)
    assert isinstance(state, s.WaitFor)
    assert (span.seconds, until.instant) == (5_400, 86_400 + 9 * 3_600)
    assert (state.kind, state.id.text, state.state, state.limit) == ("instance", "$both", "running", 7_200)


def test_the_other_verbs() -> None:
    decide = one("decide churn no-go because the job $job shows it", "job")
    assert isinstance(decide, s.Decide)
    assert (decide.project, decide.go, plain(decide.because, {"job": "j1"})) == ("churn", False, "the job j1 shows it")
    predict, answer = one("predict Q1 b"), one("answer Q2 c")
    assert isinstance(predict, s.Predict)
    assert isinstance(answer, s.Answer)
    assert (predict.question, predict.choice, answer.question, answer.choice) == ("Q1", "b", "Q2", "c")
    assert isinstance(one("hint"), s.Hint)
    every, third = one("notebook run all &"), one("as bo notebook run 3")
    assert isinstance(every, s.Notebook)
    assert isinstance(third, s.Notebook)
    assert (every.cell, every.manner.waits, third.cell, third.manner.person) == (None, False, 3, "bo")
    deploy = one("deploy net.yaml -> $stack")
    assert isinstance(deploy, s.Deploy)
    assert (deploy.file.text, deploy.manner.capture) == ("net.yaml", "stack")


def test_a_note_is_taken_as_it_stands() -> None:
    note = one("note don't forget: $vpc costs $412 # really", "vpc")
    assert isinstance(note, s.Note)
    assert noted(note.text, {"vpc": "vpc-1"}) == "don't forget: vpc-1 costs $412 # really"


SCRIPT = """\
# open for business
ec2 create-vpc \\
    --cidr-block 10.0.0.0/16 -> $vpc   # the network

on incident disk-full
  ack $incident.id
  ec2 describe-subnets --filters '[{"Name":"vpc-id","Values":["$vpc"]}]' -> $later
  ec2 reboot-instances --instance-ids $incident.resource $late
end
ec2 describe-vpcs -> $late
wait for end
"""


def test_a_whole_script() -> None:
    script = parse_script(SCRIPT, "bots/a.aws")
    first, block, *_ = script.statements
    assert [type(statement).__name__ for statement in script.statements] == ["Order", "OnIncident", "Order", "WaitForEnd"]
    assert (first.place.file, first.place.line) == ("bots/a.aws", 2)
    assert first.place.text == "ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc"
    assert isinstance(block, s.OnIncident)
    assert (block.kind, block.place.line, [inner.place.line for inner in block.body]) == ("disk-full", 5, [6, 7, 8])


@pytest.mark.parametrize(
    ("text", "line", "code", "sentence", "accepted"),
    [
        ("hint\nwait 5x", 2, "ScriptSyntax", "'wait 5x' is not how wait is written.", "wait 30m"),
        ("wait until day 0 09:00", 1, "ScriptSyntax", "'wait until day 0 09:00' is not", "wait until day 2 09:00"),
        ("wait until day 1 25:00", 1, "ScriptSyntax", "'wait until day 1 25:00' is not", ""),
        ("wait", 1, "ScriptSyntax", "'wait' is not", ""),
        ("on incident a\nhint", 1, "ScriptSyntax", "The block is never closed.", "end"),
        ("on incident a\non incident b\nend\nend", 2, "ScriptSyntax", "A block stands inside the one of line 1.", "end"),
        ("end", 1, "ScriptSyntax", "'end' stands alone.", "on incident"),
        ("notbook run 3", 1, "ScriptSyntax", "There is no verb 'notbook'.", "notebook"),
        ("notebook run 0", 1, "ScriptSyntax", "'notebook run 0' is not", "notebook run N|all"),
        ("decide p maybe because x", 1, "ScriptSyntax", "'decide p maybe because x' is not", "go|no-go"),
        ("decide p go", 1, "ScriptSyntax", "'decide p go' is not", "because"),
        ("predict Q1", 1, "ScriptSyntax", "'predict Q1' is not", "predict QUESTION CHOICE"),
        ("as ana hint", 1, "ScriptSyntax", "hint takes no `as`, `!`, `->` or `&`.", "hint"),
        ("as ana", 1, "ScriptSyntax", "'as' wants one word and then the order.", "as PERSON"),
        ("! ec2", 1, "ScriptSyntax", "'!' wants one word and then the order.", "!"),
        ("ec2 describe-vpcs -> vpc", 1, "ScriptSyntax", "A capture names one variable", "-> $name"),
        ("ec2 describe-vpcs -> $a $b", 1, "ScriptSyntax", "A capture names one variable", "-> $name"),
        ("ec2 describe-vpcs ->$a", 1, "ScriptSyntax", "A capture names one variable", "-> $name"),
        ("ec2 delete-vpc --vpc-id v -> $x", 1, "ScriptSyntax", "ec2 delete-vpc returns nothing to capture.", "--query"),
        ("! A ec2 describe-vpcs -> $x", 1, "ScriptSyntax", "A line that is refused has nothing to capture.", ""),
        ("hint\nec2 describe-vpcs --vpc-ids 'a\nb", 2, "ScriptSyntax", "The quote ' is never closed.", ""),
        ("ec2 creat-vpc", 1, "ParamValidation", "ec2 has no verb 'creat-vpc'.", "create-vpc"),
        ("ec2 create-vpc --cidr-blok $x -> $x", 1, "UnknownVariable", "There is no variable $x yet.", "further down"),
        ("ec2 describe-vpcs -> $x\nec2 create-vpc --cidr-blok $x", 2, "ParamValidation", "Unknown options: --cidr-blok", "--cidr-block"),
        ("ec2 create-vpc", 1, "ParamValidation", "the following arguments are required: --cidr-block", "Add"),
        ("ec2 describe-vpcs --vpc-ids $incident.id", 1, "UnknownVariable", "There is no variable $incident.id yet.", "on incident"),
        ("ack $page", 1, "UnknownVariable", "There is no variable $page yet.", "Capture it"),
    ],
)
def test_a_script_error_names_place_code_and_way_out(text: str, line: int, code: str, sentence: str, accepted: str) -> None:
    with pytest.raises(ScriptError) as raised:
        parse_script(text, "b.aws")
    error = raised.value
    assert (error.file, error.line, error.code) == ("b.aws", line, code)
    assert error.sentence.startswith(sentence)
    assert accepted in error.accepted
    assert str(error).startswith(f"b.aws:{line}: {code}: ")


def test_variables_that_exist_beforehand() -> None:
    assert isinstance(one("ec2 describe-vpcs --vpc-ids $vpc", "vpc"), s.Order)


def test_blank_and_comment_are_no_statement() -> None:
    assert parse_statement("  # nothing") is None
    assert parse_statement("") is None


def test_only_one_statement_at_a_time() -> None:
    with pytest.raises(ScriptError):
        parse_statement("hint\nhint")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), (3, "3"), (True, "true"), ({"a": 1}, '{"a":1}'), (["a", None, 2], ("a", "2")), ([], None), (None, None), ([None], None)],
)
def test_what_a_variable_holds(value: object, expected: object) -> None:
    assert captured(value) == expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1_800), ("2h", 7_200), ("1d", 86_400), ("90s", 90), ("1h30m", 5_400), ("", None), ("5", None), ("m", None)],
)
def test_durations(text: str, seconds: int | None) -> None:
    assert duration(text) == seconds
