"""`cloudlab template`: what stands at the end of a journal, in each of its forms, printed or written to a file."""

from __future__ import annotations

import json
from pathlib import Path

import hcl2
import pytest

from cloudlab.cli import main
from cloudlab.dialects.templates.terraform import KINDS

SCRIPT = """\
ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.1.0/24 --availability-zone us-east-1b
"""
PAGE = Path(__file__).parents[2] / "docs" / "templates.md"


@pytest.fixture
def journal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Play a line or two, and give the journal of it."""
    script = tmp_path / "net.lab"
    script.write_text(SCRIPT, encoding="utf-8")
    main(["run", "01-first-server", "--script", str(script), "--json"])
    return str(json.loads(capsys.readouterr().out)["journal"])


def test_yaml_is_printed(journal: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", journal]) == 0
    said = capsys.readouterr()
    assert "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n" in said.out
    assert "AvailabilityZone: us-east-1b\n" in said.out
    assert said.err == ""


def test_json_goes_into_a_file(journal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    into = tmp_path / "first.json"
    assert main(["template", journal, "--json", "-o", str(into)]) == 0
    assert capsys.readouterr().out == f"Template written to {into}.\n"
    assert json.loads(into.read_text(encoding="utf-8"))["Resources"]


def test_terraform_is_labelled(journal: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", journal, "--terraform"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("# For reading; cloudlab does not run Terraform.\n")
    assert hcl2.loads(said)["resource"]


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", str(tmp_path / "none.jsonl")]) != 0
    assert "none.jsonl" in capsys.readouterr().err


def test_the_page_lists_exactly_the_kinds_there_are() -> None:
    listed = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| AWS::")]
    assert listed == [f"| {kind} | {name} |" for kind, name in sorted(KINDS.items())]
