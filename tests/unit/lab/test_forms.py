"""Forms: every command can be filled in, and what a form says is what its line says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudlab.commands.base import Command
from cloudlab.commands.ec2_compute import RunInstances
from cloudlab.commands.ec2_network import CreateVpc
from cloudlab.commands.registry import COMMANDS, all_commands
from cloudlab.commands.s3 import PutObject
from cloudlab.commands.sagemaker import CreateTrainingJob
from cloudlab.commands.ssm import SendCommand
from cloudlab.dialects.aws_cli import parse
from cloudlab.dialects.render import render
from cloudlab.lab.forms import Form, Problem, Row, form_of, listed

TEXTS = st.one_of(
    st.sampled_from(
        ["vpc-1", "10.0.0.0/16", "a b", "it's", '"x"', "a,b", "[a]", "{b}", "--cidr", "file://x", "é…", "a=b", "{}", "-1", "\\"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="$\r\n\x00", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
        lambda t: bool(t.strip())
    ),
)


def _fill(data: st.DataObject, command: type[Command]) -> Form:
    """Fill in some rows of a form, twice over, as lists and maps make room for more."""
    form = Form(command)
    for row in form.rows():
        if row.kind == "add" and data.draw(st.booleans(), label=row.label):
            form = form.add(row.path)
    for _ in range(2):
        for row in form.rows():
            form = _filled(data, form, row)
    return form


def _filled(data: st.DataObject, form: Form, row: Row) -> Form:
    if row.kind not in ("text", "number", "switch") or (not row.required and data.draw(st.booleans(), label=row.label)):
        return form
    if row.kind == "switch":
        return form.toggle(row.path)
    if row.path[0] == "--port":
        return form.put(row.path, data.draw(st.sampled_from(["443", "8000-8010", "all"])))
    if row.path[0] in ("--count", "--protocol"):
        return form.put(row.path, {"--count": "1:3", "--protocol": "tcp"}[str(row.path[0])])
    if row.kind == "number":
        return form.put(row.path, str(data.draw(st.integers(1, 70_000))))
    return form.put(row.path, data.draw(TEXTS, label=row.label))


@pytest.mark.parametrize("command", all_commands(), ids=lambda c: c.title())
@settings(max_examples=12)
@given(data=st.data())
def test_what_a_form_says_is_what_its_line_says(command: type[Command], data: st.DataObject) -> None:
    form = _fill(data, command)
    built = form.built()
    if not isinstance(built, Problem):
        assert parse(form.line()) == built
        assert parse(render(built)) == built


@pytest.mark.parametrize("command", all_commands(), ids=lambda c: c.title())
def test_every_required_field_filled_makes_a_command(command: type[Command]) -> None:
    form = Form(command)
    for _ in range(2):
        for row in form.rows():
            if row.required and not row.value:
                if row.kind == "switch":
                    form = form.toggle(row.path)
                elif row.kind in ("text", "number"):
                    form = form.put(row.path, "7")
                elif row.kind == "group":
                    adds = [r for r in form.rows() if r.kind == "add" and r.path == row.path]
                    if adds:
                        form = form if form.counts.get(row.path) else form.add(row.path)
                        continue
                    inside = next(r for r in form.rows() if r.path[:-1] == row.path)  # a structure of optional members wants one
                    form = form.put(inside.path, "7") if inside.kind == "text" else form
    built = form.built()
    assert isinstance(built, Command), built
    assert parse(form.line()) == built


def test_a_vpc() -> None:
    form = Form(CreateVpc)
    assert form.empty
    assert form.line() == "ec2 create-vpc"
    assert form.built() == Problem(("CidrBlock",), "--cidr-block is required.")
    assert form.rows()[0].label == "cidr-block"
    assert form.rows()[0].required
    form = form.put(("CidrBlock",), "10.0.0.0/16")
    assert form.built() == CreateVpc(cidr_block="10.0.0.0/16")
    assert form.statement("raj", "vpc") == "as raj ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc"
    assert not form.empty
    assert form.put(("CidrBlock",), "").empty


def test_lists_leave_one_row_free_and_close_their_gaps() -> None:
    form = Form(RunInstances)
    path = ("SecurityGroupIds",)
    form = form.put((*path, 0), "sg-1").put((*path, 1), "sg-2").put((*path, 2), "sg-3")
    assert [r.value for r in form.rows() if r.path[:1] == path] == ["sg-1", "sg-2", "sg-3", ""]
    form = form.put((*path, 1), "")
    assert [r.value for r in form.rows() if r.path[:1] == path] == ["sg-1", "sg-3", ""]
    assert "--security-group-ids sg-1 sg-3" in form.line()


def test_entries_are_added_and_removed_with_what_is_in_them() -> None:
    channels = ("InputDataConfig",)
    form = Form(CreateTrainingJob).add(channels).add(channels)
    for index, name in enumerate(("train", "validation")):
        form = form.put((*channels, index, "ChannelName"), name)
        form = form.put((*channels, index, "DataSource", "S3DataSource", "S3Uri"), f"s3://b/{name}")
    assert [r.label for r in form.rows() if r.kind == "entry"] == ["input-data-config 1", "input-data-config 2"]
    form = form.remove((*channels, 0))
    assert [r.value for r in form.rows() if r.path[-1:] == ("ChannelName",)] == ["validation"]
    assert [r.value for r in form.rows() if r.path[-1:] == ("S3Uri",)] == ["s3://b/validation"]
    assert form.built() == Problem((*channels, 0, "DataSource", "S3DataSource", "S3DataType"), "S3DataType is required beside S3Uri.")


def test_maps_take_names_and_values() -> None:
    form = Form(SendCommand).put(("DocumentName",), "AWS-RunPatchBaseline")
    form = form.put(("Parameters", 0, "key"), "Operation")
    assert form.built() == Problem(("Parameters", 0, "value"), "Operation has no value yet.")
    form = form.put(("Parameters", 0, "value", 0), "Install")
    assert form.line() == "ssm send-command --document-name AWS-RunPatchBaseline --parameters Operation=Install"
    assert parse(form.line()) == form.built()
    assert form.put(("Parameters", 0, "key"), "").line() == "ssm send-command --document-name AWS-RunPatchBaseline"


def test_switches_go_round() -> None:
    form = Form(RunInstances)
    path = ("AssociatePublicIpAddress",)
    seen = []
    for _ in range(3):
        form = form.toggle(path)
        seen.append(form.filled.get(path, ""))
    assert seen == ["true", "false", ""]
    dry = form.toggle(("DryRun",))
    assert dry.filled[("DryRun",)] == "true"
    assert dry.toggle(("DryRun",)).empty


def test_a_malformed_number_stays_and_is_said() -> None:
    form = Form(COMMANDS["sagemaker", "create-training-job"]).put(("StoppingCondition", "MaxRuntimeInSeconds"), "two")
    assert "MaxRuntimeInSeconds=two" in form.line()
    built = form.built()
    assert isinstance(built, Problem)
    assert built.sentence == "'two' is not a whole number."


def test_a_value_that_looks_like_a_flag_is_tied_to_its_own() -> None:
    form = Form(PutObject).put(("Bucket",), "b").put(("Key",), "--body").put(("Body",), "x")
    assert form.built() == parse(form.line())


def test_a_search_finds_names_first() -> None:
    assert listed("subnet create")[0].verb == "create-subnet"
    assert len(listed()) == len(COMMANDS)
    assert listed("nothing at all like it") == ()
    assert form_of("ec2", "create-vpc") == Form(CreateVpc)
