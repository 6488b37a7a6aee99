"""The desk's findings: what deploying a template would take and do, before anybody does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudlab.dialects.aws_cli import parse
from cloudlab.lab import template_desk
from cloudlab.lab.templates import deploy_line
from cloudlab.lab.terminal import Terminal
from cloudlab.lab.view.stacks import stacks
from tests.app.stage import a_session

NET = "Resources:\n  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLOUDLAB_HOME", str(tmp_path))
    return tmp_path


async def test_a_first_deploy_adds_and_a_second_one_changes() -> None:
    session = a_session()
    found = template_desk.examine(session, "net.yaml", NET)
    assert (found.refusal, found.changes) == (None, ("Add Vpc AWS::EC2::VPC",))
    assert found.takes.startswith("makes stack net: 5 min of work")
    assert template_desk.save("net.yaml", NET) is None
    submitted = session.submit(parse(deploy_line(session.world, "net.yaml")))
    assert submitted.outcome.refusal is None
    await session.advance(session.now + 3600)
    assert stacks(session.world, session.level.scenario)[0].status == "CREATE_COMPLETE"
    same = template_desk.examine(session, "net.yaml", NET)
    assert same.refusal is not None
    assert same.refusal[0] == "No updates are to be performed."
    other = template_desk.examine(session, "net.yaml", NET.replace("10.0.0.0/16", "10.1.0.0/16"))
    assert other.changes == ("Modify Vpc AWS::EC2::VPC (CidrBlock, made anew)",)
    assert other.takes.startswith("updates stack net")


def test_what_is_wrong_is_told_and_a_name_that_is_none_is_not_saved(home: Path) -> None:
    found = template_desk.examine(a_session(), "x.yaml", "Resources: [")
    assert found.refusal is not None
    assert "line 2" in found.refusal[0]
    assert "is no name" in (template_desk.save("../x.yaml", NET) or "")
    assert not list(home.rglob("x.yaml"))


def test_typing_deploy_foretells_what_it_would_take_and_whether_it_would_be_refused() -> None:
    session = a_session()
    terminal = Terminal(session)
    assert template_desk.save("net.yaml", NET) is None
    good = terminal.preview("deploy net.yaml")
    assert good is not None
    assert (good.refusal, good.effort) == (None, 300)
    missing = terminal.preview("deploy other.yaml")
    assert missing is not None
    assert missing.refusal is not None
    assert "There is net.yaml" in missing.refusal.accepted
