"""One aws CLI line: what it says, what is wrong with it and where, and how it is written back."""

from __future__ import annotations

import pytest

from cloudlab.commands.ec2_access import AuthorizeSecurityGroupIngress, IpPermission, IpRange, UserIdGroupPair
from cloudlab.commands.ec2_compute import RunInstances
from cloudlab.commands.ec2_network import CreateVpc, DescribeVpcs
from cloudlab.commands.registry import all_commands
from cloudlab.commands.ssm import SendCommand
from cloudlab.dialects.aws_cli import flags_of, parse, parse_line, render
from cloudlab.dialects.aws_names import OPTIONS
from cloudlab.dialects.errors import AmbiguousWord, LineError, MalformedValue, MissingParameter, NotModelled, UnknownWord

OPEN = "ec2 authorize-security-group-ingress --group-id sg-1"


def test_the_prefix_is_optional() -> None:
    assert parse("aws ec2 create-vpc --cidr-block 10.0.0.0/16") == CreateVpc(cidr_block="10.0.0.0/16")
    assert parse("ec2 create-vpc --cidr-block=10.0.0.0/16") == CreateVpc(cidr_block="10.0.0.0/16")


def test_generic_options() -> None:
    line = parse_line("ec2 describe-vpcs --query 'Vpcs[].VpcId' --output text --region us-east-1")
    assert (line.command, line.query, line.output) == (DescribeVpcs(), "Vpcs[].VpcId", "text")


def test_lists_structures_and_maps() -> None:
    asked = parse(
        "ssm send-command --document-name AWS-RunPatchBaseline --instance-ids i-1 i-2 "
        '--parameters Operation=Install,RebootOption=NoReboot --targets Key=tag:Env,Values=prod,test \'{"Key":"x","Values":["y"]}\''
    )
    assert isinstance(asked, SendCommand)
    assert asked.instance_ids == ("i-1", "i-2")
    assert dict(asked.parameters) == {"Operation": ("Install",), "RebootOption": ("NoReboot",)}
    assert [(t.key, t.values) for t in asked.targets] == [("tag:Env", ("prod", "test")), ("x", ("y",))]


def test_a_list_in_json() -> None:
    assert parse('ec2 describe-vpcs --vpc-ids \'["vpc-1","vpc-2"]\'') == parse("ec2 describe-vpcs --vpc-ids vpc-1 vpc-2")


@pytest.mark.parametrize(
    ("flags", "permission"),
    [
        ("--protocol tcp --port 443 --cidr 0.0.0.0/0", ("tcp", 443, 443, "0.0.0.0/0", None)),
        ("--protocol tcp --port 8000-8010 --source-group sg-2", ("tcp", 8000, 8010, None, "sg-2")),
        ("--protocol all --cidr 10.0.0.0/8", ("-1", None, None, "10.0.0.0/8", None)),
        ("--protocol -1 --port all --cidr 10.0.0.0/8", ("-1", -1, -1, "10.0.0.0/8", None)),
    ],
)
def test_a_permission_said_flat(flags: str, permission: tuple[str, int | None, int | None, str | None, str | None]) -> None:
    protocol, first, last, cidr, group = permission
    expected = AuthorizeSecurityGroupIngress(
        group_id="sg-1",
        ip_permissions=(
            IpPermission(
                ip_protocol=protocol,
                from_port=first,
                to_port=last,
                ip_ranges=(IpRange(cidr_ip=cidr),) if cidr else (),
                user_id_group_pairs=(UserIdGroupPair(group_id=group),) if group else (),
            ),
        ),
    )
    assert parse(f"{OPEN} {flags}") == expected
    assert parse(render(expected)) == expected
    assert "--ip-permissions" not in render(expected)


@pytest.mark.parametrize(("count", "least", "most"), [("2", 2, 2), ("1:3", 1, 3)])
def test_count_of_run_instances(count: str, least: int, most: int) -> None:
    asked = parse(f"ec2 run-instances --image-id ami-1 --instance-type t3.small --count {count}")
    assert isinstance(asked, RunInstances)
    assert (asked.min_count, asked.max_count) == (least, most)
    assert f"--count {count}" in render(asked)


def test_one_instance_goes_without_saying() -> None:
    asked = parse("ec2 run-instances --image-id ami-1 --instance-type t3.small")
    assert isinstance(asked, RunInstances)
    assert (asked.min_count, asked.max_count) == (1, 1)


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("--map-public-ip-on-launch", {"Value": True}),
        ("--no-map-public-ip-on-launch", {"Value": False}),
        ("--map-public-ip-on-launch Value=true", {"Value": True}),
        ("--map-public-ip-on-launch '{\"Value\": false}'", {"Value": False}),
    ],
)
def test_a_structure_of_one_boolean_is_a_switch(flag: str, expected: dict[str, bool]) -> None:
    asked = parse(f"ec2 modify-subnet-attribute --subnet-id subnet-1 {flag}")
    assert asked.wire() == {"SubnetId": "subnet-1", "MapPublicIpOnLaunch": expected}


def test_canonical_lines() -> None:
    for line in (
        "ec2 create-vpc --cidr-block 10.0.0.0/16 --tag-specifications 'ResourceType=vpc,Tags=[{Key=Name,Value=app}]'",
        "ec2 describe-vpcs --filters Name=tag:Name,Values=app,web --dry-run",
        "ec2 modify-subnet-attribute --subnet-id subnet-1 --no-map-public-ip-on-launch",
        f"{OPEN} --protocol tcp --port 443 --cidr 0.0.0.0/0",
        "ec2 create-security-group --group-name web --description 'let the web in'",
        "s3api put-object --bucket churn --key a/b.csv --body churn/train.csv",
        "sts get-caller-identity",
    ):
        assert render(parse(line)) == line


def test_a_value_that_looks_like_a_flag_is_tied() -> None:
    asked = parse("ec2 create-security-group --group-name web --description=--dry-run")
    assert asked.wire() == {"GroupName": "web", "Description": "--dry-run"}
    assert render(asked) == "ec2 create-security-group --group-name web --description=--dry-run"


WRONG = [
    ("", MissingParameter, "", "A line opens with a service.", "ec2"),
    ("ec2", MissingParameter, "", "ec2 needs a verb.", "create-vpc"),
    ("ec3 create-vpc", UnknownWord, "ec3", "There is no service 'ec3'.", "Did you mean ec2?"),
    ("create-vpc --x", UnknownWord, "create-vpc", "There is no service 'create-vpc'.", "Did you mean ec2 create-vpc?"),
    ("lambda invoke", NotModelled, "lambda", "The service lambda is not modelled.", "Modelled: ec2"),
    ("s3 cp a b", NotModelled, "s3", "The high-level s3 commands are not modelled.", "s3api"),
    ("ec2 creat-vpc", UnknownWord, "creat-vpc", "ec2 has no verb 'creat-vpc'.", "Did you mean create-vpc"),
    ("ec2 describe-regions", NotModelled, "describe-regions", "ec2 describe-regions is not modelled.", ""),
    ("ec2 create-vpc --cidr-blok x", UnknownWord, "--cidr-blok", "Unknown options: --cidr-blok", "Did you mean --cidr-block?"),
    ("ec2 create-vpc --ipv6-pool x", NotModelled, "--ipv6-pool", "--ipv6-pool of ec2 create-vpc is not modelled.", "--cidr-block"),
    ("ec2 create-vpc --cli-input-json {}", NotModelled, "--cli-input-json", "--cli-input-json of the aws CLI is not modelled.", ""),
    ("ec2 create-vpc --profile me", NotModelled, "--profile", "--profile of the aws CLI is not modelled.", ""),
    ("ec2 create-vpc", MissingParameter, "", "the following arguments are required: --cidr-block", "Add --cidr-block CIDR"),
    (
        "ec2 create-route --dry-run",
        MissingParameter,
        "",
        "the following arguments are required: --route-table-id",
        "Add --route-table-id ROUTE-TABLE",
    ),
    ("ec2 create-vpc --cidr-block", MissingParameter, "--cidr-block", "argument --cidr-block: expected a value.", "--cidr-block CIDR"),
    ("ec2 create-vpc --cidr-block a b", UnknownWord, "b", "Unknown options: b", "--cidr-block takes one value"),
    ("ec2 create-vpc --cidr-block a --dry-run yes", UnknownWord, "yes", "Unknown options: yes", ""),
    ("ec2 create-vpc --cidr-block file://c", NotModelled, "file://c", "--cidr-block file://c: reading a value from a file", "itself"),
    ("ec2 create-vpc --cidr-block a --region eu-west-1", NotModelled, "eu-west-1", "The region eu-west-1 is not modelled.", "us-east-1"),
    ("ec2 create-vpc --cidr-block a --output xml", MalformedValue, "xml", "Unknown output type: xml", "json, text or table"),
    ("ec2 describe-vpcs --query 'a['", MalformedValue, "'a['", "Bad value for --query a[", "JMESPath"),
    (
        "ec2 create-vpc --cidr-block a --tag-specifications ResourceType=vpc,Tag=x",
        UnknownWord,
        "ResourceType=vpc,Tag=x",
        'Unknown parameter in tag-specifications: "Tag", must be one of: ResourceType, Tags.',
        "Did you mean Tags?",
    ),
    (
        "ec2 create-vpc --cidr-block a --tag-specifications Tags=[]",
        MissingParameter,
        "Tags=[]",
        'Missing required parameter in tag-specifications: "ResourceType".',
        "ResourceType, Tags",
    ),
    (
        "ec2 create-vpc --cidr-block a --tag-specifications vpc",
        MalformedValue,
        "vpc",
        "Error parsing parameter '--tag-specifications': expected Key=Value at column 1 of 'vpc'.",
        "ResourceType=TEXT",
    ),
    ("ec2 create-vpc --cidr-block a --tag-specifications '{x'", MalformedValue, "'{x'", "Error parsing parameter", "double quotes"),
    (f"{OPEN} --protocol tpc --port 1 --cidr x", MalformedValue, "tpc", "protocol should be one of tcp, udp, icmp, all", "--protocol tcp"),
    (f"{OPEN} --protocol tcp --port https --cidr x", MalformedValue, "https", "port should be of the form from[-to]", "--port 22"),
    (
        f"{OPEN} --protocol tcp --ip-permissions IpProtocol=tcp",
        MalformedValue,
        "tcp",
        "--protocol cannot stand beside --ip-permissions.",
        "one way",
    ),
    ("ec2 run-instances --image-id a --instance-type t --count two", MalformedValue, "two", "count must be a number or a range", "1:3"),
    ("ec2 run-instances --image-id a --instance-type t --count 0", MalformedValue, "", "Invalid value for parameter", ""),
    ("ec2 create-vpc --cidr-block 'a", MalformedValue, "'a", "The quote ' is never closed.", "End the text"),
    ("ec2 modify-subnet-attribute --subnet-id s --map-public-ip-on-launch x", MalformedValue, "x", "Error parsing parameter", "Value="),
    (
        "sagemaker create-endpoint --endpoint-name e --endpoint-config c --endp x",
        AmbiguousWord,
        "--endp",
        "ambiguous option: --endp could match --endpoint-name or --endpoint-config-name.",
        "Write more of it.",
    ),
]


@pytest.mark.parametrize(("line", "kind", "word", "sentence", "accepted"), WRONG, ids=[w[0] or "empty" for w in WRONG])
def test_what_is_wrong_is_named_with_its_place(line: str, kind: type[LineError], word: str, sentence: str, accepted: str) -> None:
    with pytest.raises(LineError) as raised:
        parse(line)
    error = raised.value
    assert type(error) is kind or (kind is MalformedValue and isinstance(error, MalformedValue))
    assert error.refusal.code == "ParamValidation"
    assert error.sentence.startswith(sentence)
    assert accepted in error.accepted
    assert line[error.start : error.end] == word


def test_an_unambiguous_beginning_is_enough() -> None:
    assert parse("ec2 create-vpc --cidr-b 10.0.0.0/16") == CreateVpc(cidr_block="10.0.0.0/16")


def test_a_beginning_that_only_aws_can_finish_is_not_modelled() -> None:
    with pytest.raises(NotModelled) as raised:
        parse("ec2 create-vpc --cidr-block x --ipv6-po y")
    assert raised.value.sentence == "--ipv6-po: --ipv6-pool is not modelled."


def test_every_modelled_flag_is_a_real_one() -> None:
    """Names are AWS's; a command without a row means that tests/aws_names.py was not run after declaring it."""
    invented = [f"{c.title()} --{flag}" for c in all_commands() for flag in flags_of(c) if flag not in OPTIONS.get(c.title(), "").split()]
    assert invented == []
