"""Completion: what is offered where, and which part of the text it replaces."""

from __future__ import annotations

import pytest

from cloudlab.dialects.complete import Completion, KnownThings, complete
from cloudlab.dialects.usage import signature

KNOWN = KnownThings(
    by_kind={"vpc": [("vpc-1", "app"), ("vpc-2", "web")], "security_group": [("sg-1", "web")], "incident": [("inc-1", "disk full")]},
    by_group={"instance-type": [("t3.small", ""), ("t3.large", "")], "incident-kind": [("disk-full", "")]},
    team=[("ana", "engineer"), ("bo", "scientist")],
    captured=[("vpc", "vpc-1")],
)


def at_end(text: str) -> Completion:
    return complete(text, len(text), KNOWN)


def offered(text: str) -> list[str]:
    return [candidate.text for candidate in at_end(text).candidates]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("sagem", ["sagemaker", "sagemaker-runtime"]),
        ("create-vp", ["ec2 create-vpc"]),
        ("ec2 create-vp", ["create-vpc"]),
        ("aws ec2 create-vp", ["create-vpc"]),
        ("as ", ["ana", "bo"]),
        ("as ana ec2 create-vp", ["create-vpc"]),
        ("! Some.Code ec2 create-vp", ["create-vpc"]),
        ("ec2 create-vpc ", ["--cidr-block", "--instance-tenancy"]),
        ("ec2 create-vpc --cidr-block x --i", ["--instance-tenancy"]),
        ("ec2 create-subnet --vpc-id ", ["vpc-1", "vpc-2", "$vpc"]),
        ("ec2 create-subnet --vpc-id web", ["vpc-2"]),
        ("ec2 create-subnet --vpc-id $", ["$vpc"]),
        ("ec2 run-instances --instance-type t3.l", ["t3.large"]),
        ("ec2 authorize-security-group-ingress --protocol ", ["tcp", "udp", "icmp", "all"]),
        ("ec2 authorize-security-group-ingress --source-group ", ["sg-1"]),
        ("ec2 modify-subnet-attribute --subnet-id s --no-", ["--no-map-public-ip-on-launch"]),
        ("ec2 create-vpc --cidr-block x --tag-specifications ", ["ResourceType=", "Tags="]),
        ("ec2 create-vpc --cidr-block x --tag-specifications ResourceType=vpc,Tags=[{", ["Key=", "Value="]),
        ("ec2 create-vpc --cidr-block x --tag-specifications ResourceType=vpc,Tags=[{Key=Name,V", ["Value="]),
        ("ec2 describe-vpcs --output t", ["text", "table"]),
        ("ec2 create-security-group --group-name w -> ", ["$security_group", "$vpc"]),
        ("wait ", ["30m", "until", "for", "all"]),
        ("wait for vpc ", ["vpc-1", "vpc-2", "$vpc"]),
        ("on incident ", ["disk-full"]),
        ("ack ", ["inc-1"]),
        ("decide churn ", ["go", "no-go"]),
    ],
)
def test_what_is_offered_first(text: str, first: list[str]) -> None:
    assert offered(text)[: len(first)] == first


@pytest.mark.parametrize("text", ["ec2 create-vpc # com", "note anyth", "! ", "ec2 creat-vpc --", "nothing at all"])
def test_where_nothing_can_be_offered(text: str) -> None:
    assert offered(text) == []


def test_flags_in_use_are_not_offered_again() -> None:
    assert "--cidr-block" not in offered("ec2 create-vpc --cidr-block 10.0.0.0/16 --")
    text = "ec2 create-subnet -- --vpc-id vpc-1"
    found = complete(text, 20, KNOWN)
    assert (found.start, found.end) == (18, 20)
    assert "--cidr-block" in [c.text for c in found.candidates]
    assert "--vpc-id" not in [c.text for c in found.candidates]


def test_a_list_takes_more_values_or_the_next_flag() -> None:
    assert offered("ec2 describe-vpcs --vpc-ids vpc-1 ")[:3] == ["vpc-1", "vpc-2", "--filters"]


def test_the_whole_word_under_the_cursor_is_replaced() -> None:
    found = complete("ec2 create-xx --cidr-block", 10, KNOWN)
    assert (found.start, found.end) == (4, 13)


def test_candidates_say_what_they_are() -> None:
    (vpc,) = [c for c in at_end("ec2 create-subnet --vpc-id vpc-1").candidates if c.kind == "value"]
    assert (vpc.meaning, vpc.complete) == ("app", True)
    first = at_end("ec2 create-subnet --").candidates[0]
    assert (first.text, first.kind) == ("--vpc-id", "flag")
    assert first.meaning.startswith("required")


def test_a_new_line_starts_afresh() -> None:
    assert "ec2" in offered("ec2 create-vpc --cidr-block x\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ec2 delete-vpc --vpc", "ec2 delete-vpc --vpc-id VPC [--dry-run]"),
        (
            "as ana wait",
            "wait 30m | wait until day 2 09:00 | wait for KIND ID STATE [max 2h] | wait for incident | wait for end | wait all",
        ),
        ("sts ", "sts get-caller-identity"),
        ("", ""),
        ("nonsense x", ""),
    ],
)
def test_signatures(text: str, expected: str) -> None:
    assert signature(text) == expected
