"""Colours of a line being typed."""

from __future__ import annotations

import pytest

from cloudlab.dialects.highlight import highlight


def roles(text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.role) for span in highlight(text)]


def test_every_role() -> None:
    assert roles("as ana aws ec2 create-subnet --vpc-id $vpc --cidr-block '10.0 $x' -> $s & # hi") == [
        ("as", "verb"),
        ("ana", "value"),
        ("aws", "service"),
        ("ec2", "service"),
        ("create-subnet", "verb"),
        ("--vpc-id", "flag"),
        ("$vpc", "variable"),
        ("--cidr-block", "flag"),
        ("'10.0 ", "string"),
        ("$x", "variable"),
        ("'", "string"),
        ("->", "verb"),
        ("$s", "variable"),
        ("&", "verb"),
        ("# hi", "comment"),
    ]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("ec3 create-vpc", "ec3"),
        ("ec2 creat-vpc --x", "creat-vpc"),
        ("ec2 create-vpc --cidr-blob 1", "--cidr-blob"),
        ("ec2 create-vpc --cidr-block 1 --output xml --dry-run", "xml"),
        ("ec2 run-instances --image-id a --instance-type b --count two --dry-run", "two"),
    ],
)
def test_the_offending_word_is_marked(text: str, wrong: str) -> None:
    assert [word for word, role in roles(text) if role == "error"] == [wrong]


@pytest.mark.parametrize(
    "text", ["e", "ec2 cre", "ec2 create-vpc --cid", "ec2 create-vpc --cidr-block", "ec2 create-vpc --cidr-block '10", "wai"]
)
def test_what_is_still_being_typed_is_not_wrong(text: str) -> None:
    assert [word for word, role in roles(text) if role == "error"] == []


@pytest.mark.parametrize("text", ["xyz", "ec2 xyz", "ec2 create-vpc --xyz"])
def test_what_cannot_become_right_is_wrong_at_once(text: str) -> None:
    assert [role for _, role in roles(text)][-1] == "error"


def test_verbs_of_the_script_grammar() -> None:
    assert roles("wait for instance $i running") == [
        ("wait", "verb"),
        ("for", "value"),
        ("instance", "value"),
        ("$i", "variable"),
        ("running", "value"),
    ]
