"""The reference of commands: text, JSON, and a page that is up to date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudlab.commands.base import Command
from cloudlab.commands.registry import all_commands
from cloudlab.dialects.aws_cli import parse
from cloudlab.lab.reference import as_json, as_text, chosen, example, page

ROOT = Path(__file__).parents[3]


def test_the_page_is_up_to_date() -> None:
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == page(), "run `python -m cloudlab.lab.reference`"


@pytest.mark.parametrize("command", all_commands(), ids=lambda c: c.title())
def test_every_example_can_be_typed(command: type[Command]) -> None:
    assert isinstance(parse(example(command)), command)


@pytest.mark.parametrize("command", all_commands(), ids=lambda c: c.title())
def test_every_command_has_its_line_in_the_glossary(command: type[Command]) -> None:
    assert command.gloss == command.gloss.strip()
    assert command.gloss.endswith(".")
    assert len(command.gloss) > 15


def test_one_command_whole() -> None:
    told = as_text("delete-vpc")
    assert told.startswith("ec2 delete-vpc\n")
    assert "usage  ec2 delete-vpc --vpc-id VPC [--dry-run]" in told
    assert "--vpc-id" in told
    assert "DependencyViolation" in told


def test_the_list_is_by_service() -> None:
    told = as_text()
    assert told.splitlines()[0] == "ec2"
    assert "  create-vpc " in told
    assert "wait for incident" in told


@pytest.mark.parametrize(
    ("word", "verbs"),
    [("create-vpc", ["create-vpc"]), ("ec2 create-vpc", ["create-vpc"]), ("CreateVpc", ["create-vpc"]), ("sts", ["get-caller-identity"])],
)
def test_finding_by_word(word: str, verbs: list[str]) -> None:
    assert [c.verb() for c in chosen(word)] == verbs


def test_an_unknown_word_names_the_nearest() -> None:
    assert as_text("creat-vpc").startswith("There is no command 'creat-vpc'. Did you mean create-vpc")


def test_json() -> None:
    (entry,) = json.loads(as_json("run-instances"))
    flags = {parameter["flag"]: parameter for parameter in entry["parameters"]}
    assert (entry["service"], entry["operation"], entry["captures"]) == ("ec2", "RunInstances", "Instances[0].InstanceId")
    assert flags["--image-id"]["required"] is False  # a launch template may name it
    (subnet,) = json.loads(as_json("create-subnet"))
    assert [p["flag"] for p in subnet["parameters"] if p["required"]] == ["--vpc-id", "--cidr-block"]
    assert flags["--count"]["parameter"] is None
    assert "--min-count" not in flags
