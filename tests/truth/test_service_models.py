"""botocore's service models as an oracle: names, types, what is required, ranges, lengths, enumerations, patterns, and answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cloudlab.commands.base import Command
from cloudlab.commands.registry import all_commands
from cloudlab.commands.shapes import Number, Text, parameters
from tests.truth.accepted import accepted, answer_of, takes
from tests.truth.service_models import TYPES, Member, get, members, operation, pattern_of, put, wrong_values

OF_THE_CLI = {("RunInstances", "AssociatePublicIpAddress")}
"""Flags the aws CLI adds to the API's parameters."""
NOT_REQUIRED = {
    ("RunInstances", "MinCount"): "the CLI's --count stands for both, and is 1 where it is left out",
    ("RunInstances", "MaxCount"): "the CLI's --count stands for both, and is 1 where it is left out",
}
NOT_ENFORCED = {
    (
        "CreateLaunchTemplate",
        "LaunchTemplateData.InstanceType",
        "enum",
    ): "EC2 looks at it when something is launched",
    ("CreateLaunchTemplateVersion", "LaunchTemplateData.InstanceType", "enum"): "the same",
}
"""Rules of the models that the service does not hold anybody to, or not then."""
NOTHING: dict[str, tuple[object, ...]] = {"Description": ([], "")}
"""Values that are the same as none given, on the command line and here: an empty list; where a text is empty by default, that."""
ANSWERS_OF_THE_CLI = {
    ("CreateBucket", "Bucket"): "what `-> $name` keeps of it; S3 itself answers with a Location",
}
WRITTEN_OUT = {"AssumeRolePolicyDocument"}
"""A string of the API that the CLI shows as the document it is."""
COMMANDS = all_commands()


def named(command: type[Command]) -> str:
    return f"{command.service}-{command.operation}"


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_a_command_is_one_of_aws_with_its_names_and_types(command: type[Command]) -> None:
    model = operation(command)
    assert model is not None, f"{command.service} has no operation {command.operation}"
    known = dict(model.input_shape.members) if model.input_shape is not None else {}
    declared = {p.name: p for p in parameters(command)}
    assert [n for n in declared if n not in known and (command.operation, n) not in OF_THE_CLI] == []
    assert [m.path for m in members(command) if m.theirs.type_name not in TYPES[type(m.ours)]] == []
    wanted = model.input_shape.required_members if model.input_shape is not None else []
    lacking = [n for n in wanted if not (n in declared and declared[n].required) and (command.operation, n) not in NOT_REQUIRED]
    assert lacking == []


def fuller(command: Command) -> dict[str, Any]:
    """Return a command's parameters with the optional tags in place, so that a wrong value can be put into them, too."""
    wire, names = command.wire(), {p.name for p in parameters(type(command))}
    tag = {"Key": "team", "Value": "web"}
    if "Tags" in names:
        wire["Tags"] = [tag]
    if "TagSpecifications" in names and (kind := TAGGED.get(command.operation)) is not None:
        wire["TagSpecifications"] = [{"ResourceType": kind, "Tags": [tag]}]
    if command.operation in ("RunInstances", "CreateImage"):
        wire["TagSpecifications"] = [{"ResourceType": TAGGED[command.operation], "Tags": [tag]}]
    if command.operation == "RunInstances":
        wire["BlockDeviceMappings"] = [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3"}}]
    return wire


TAGGED = {
    "CreateVpc": "vpc",
    "CreateSubnet": "subnet",
    "CreateInternetGateway": "internet-gateway",
    "CreateRouteTable": "route-table",
    "CreateNetworkAcl": "network-acl",
    "CreateNatGateway": "natgateway",
    "CreateVpcEndpoint": "vpc-endpoint",
    "CreateSecurityGroup": "security-group",
    "AllocateAddress": "elastic-ip",
    "RunInstances": "instance",
    "CreateImage": "image",
}


def is_refused(command: type[Command], wire: dict[str, Any]) -> bool:
    """Tell whether a command is refused: by its declaration, as the CLI refuses before it calls, or by the service."""
    try:
        given_ = command.model_validate(wire)
    except ValidationError:
        return True
    sim, _ = accepted()[command]
    return not takes(sim.fork(), given_, "wrong")


def ruled(command: type[Command]) -> list[Member]:
    """Return the members that a model has rules for. What refers to a thing is left out: a name that nobody has is refused as such."""
    return [m for m in members(command) if m.rules and not (isinstance(m.ours, Text) and m.ours.ref)]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c in accepted()], ids=named)
def test_a_value_that_breaks_a_rule_of_the_model_is_refused(command: type[Command]) -> None:
    wire = fuller(accepted()[command][1])
    assert not is_refused(command, wire), "what the wrong value is put into has to be right"
    taken = []
    for member in ruled(command):
        for rule, value in wrong_values(member, get(wire, member.path)):
            changed = put(wire, member.path, value)
            path = ".".join(member.path)
            if changed is None or value in NOTHING.get(path, ([],)) or (command.operation, path, rule) in NOT_ENFORCED:
                continue
            if not is_refused(command, changed):
                taken.append((path, rule, value))
    assert taken == []


NUMBERS = [(c, m) for c in COMMANDS if c in accepted() for m in ruled(c) if isinstance(m.ours, Number)]
TEXTS = [(c, m) for c in COMMANDS if c in accepted() for m in ruled(c) if isinstance(m.ours, Text) and "pattern" in m.rules]


@settings(max_examples=150)
@given(st.sampled_from(NUMBERS), st.integers(-(2**31), 2**31 - 1))
def test_any_number_out_of_range_is_refused(where: tuple[type[Command], Member], number: int) -> None:
    command, member = where
    if int(member.rules.get("min", number)) <= number <= int(member.rules.get("max", number)):
        return
    changed = put(accepted()[command][1].wire(), member.path, number)
    assert changed is None or is_refused(command, changed)


@settings(max_examples=200)
@given(st.sampled_from(TEXTS), st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_any_text_that_breaks_a_pattern_is_refused(where: tuple[type[Command], Member], text: str) -> None:
    command, member = where
    if pattern_of(member.rules["pattern"]).fullmatch(text):
        return
    changed = put(accepted()[command][1].wire(), member.path, text)
    assert changed is None or is_refused(command, changed)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c in accepted()], ids=named)
def test_an_answer_has_the_shape_of_the_models(command: type[Command]) -> None:
    model, answer = operation(command), answer_of(*accepted()[command])
    assert model is not None
    if model.output_shape is None:
        assert answer == {}
        return
    answer = {key: told for key, told in answer.items() if not key.startswith("_")}  # what the lab fills in, as for a prediction
    odd = [key for key in answer if (command.operation, key) in ANSWERS_OF_THE_CLI]
    assert strange("", {k: v for k, v in answer.items() if k not in odd}, model.output_shape) == []


def strange(path: str, value: Any, shape: Any) -> list[str]:
    """Return where an answer has what the model of it has not."""
    if isinstance(value, dict) and shape.type_name == "map":
        return []
    if isinstance(value, dict) and shape.type_name == "structure":
        unknown = [f"{path}.{key}" for key in value if key not in shape.members]
        return unknown + [
            s for key, part in value.items() if key in shape.members for s in strange(f"{path}.{key}", part, shape.members[key])
        ]
    if isinstance(value, list) and shape.type_name == "list":
        return [found for part in value for found in strange(f"{path}[]", part, shape.member)]
    kinds = {
        bool: ("boolean",),
        int: ("integer", "long", "float", "double"),
        float: ("float", "double"),
        str: ("string", "timestamp", "blob"),
        type(None): (shape.type_name,),
    }
    right = shape.type_name in kinds.get(type(value), ()) or path.rpartition(".")[2] in WRITTEN_OUT
    return [] if right else [f"{path} is a {type(value).__name__}, not a {shape.type_name}"]


def test_most_operations_are_looked_at() -> None:
    """What neither a drawn sequence has nor `by_hand` is looked at in the tests of its own room."""
    assert len(accepted()) * 100 >= len(COMMANDS) * 80
