"""Templates on the screen: stacks in their pane, and the desk where one is written, read, saved and handed to the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from cloudlab.app.panes.template.desk import Desk
from cloudlab.app.panes.terminal.pane import TerminalPane
from cloudlab.app.widgets.sheet import Sheet
from cloudlab.lab.view.stacks import PartSeen, StackSeen
from tests.app.stage import NARROW, NOW, WIDE, a_session, a_view, play, running, same_as_golden, screen_text, until

STACKS = (
    StackSeen(
        "service",
        "UPDATE_IN_PROGRESS",
        "User Initiated",
        NOW,
        (
            PartSeen("Vpc", "AWS::EC2::VPC", "CREATE_COMPLETE", "vpc-0a1b2c3d", ""),
            PartSeen("Subnet", "AWS::EC2::Subnet", "UPDATE_IN_PROGRESS", "subnet-0a1b2c3d", ""),
        ),
        (),
        (),
    ),
    StackSeen(
        "[red]x",
        "ROLLBACK_COMPLETE",
        "The following resource(s) failed to create: [Web].",
        NOW,
        (PartSeen("Web", "AWS::EC2::Instance", "DELETE_COMPLETE", "", ""),),
        (("Where", "10.0.0.4"),),
        (("look", "CREATE_COMPLETE", ("Add More AWS::EC2::RouteTable", "Remove Web AWS::EC2::Instance")),),
    ),
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLOUDLAB_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_stacks_stand_in_their_pane(size: tuple[int, int]) -> None:
    async with running(size) as pilot:
        await play(pilot, a_session(), replace(a_view(), stacks=STACKS))
        await pilot.press("f12")
        await until(pilot, lambda: isinstance(pilot.app.focused, Sheet))
        same_as_golden(pilot.app, f"template-{size[0]}x{size[1]}", "#template")


async def at_the_desk(pilot: Pilot[Any]) -> Desk:
    await play(pilot, a_session())
    await pilot.press("f12", "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, Desk))
    screen = pilot.app.screen
    assert isinstance(screen, Desk)
    return screen


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_template_is_read_as_one_types_and_what_is_wrong_is_named(size: tuple[int, int]) -> None:
    async with running(size) as pilot:
        desk = await at_the_desk(pilot)
        area = desk.query_one(TextArea)
        area.text = "Resources:\n  Vpc: {Type: AWS::EC2::Vpc, Properties: {CidrBlock: 10.0.0.0/16}}\n"
        await until(pilot, lambda: "Did you mean AWS::EC2::VPC?" in screen_text(pilot.app))
        area.text = "Resources:\n  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n"
        await until(pilot, lambda: "Add Vpc AWS::EC2::VPC" in screen_text(pilot.app))
        same_as_golden(pilot.app, f"desk-{size[0]}x{size[1]}")


async def test_what_was_written_is_saved_and_the_line_that_deploys_it_waits_in_the_terminal(home: Path) -> None:
    async with running(WIDE) as pilot:
        desk = await at_the_desk(pilot)
        desk.query_one(TextArea).text = "Resources:\n  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n"
        desk.query_one(Input).value = "net.yaml"
        await pilot.press("f2")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Desk))
        assert (home / "templates" / "net.yaml").read_text().startswith("Resources:")
        assert pilot.app.screen.query_one(TerminalPane).line.value == "deploy net.yaml"


async def test_a_name_that_is_none_is_refused_and_nothing_is_lost(home: Path) -> None:
    async with running(WIDE) as pilot:
        desk = await at_the_desk(pilot)
        desk.query_one(Input).value = "../net.txt"
        desk.query_one(TextArea).text = "half of a"
        await pilot.pause()
        await pilot.press("f2")
        await until(pilot, lambda: "is no name for a template" in screen_text(pilot.app))
        assert isinstance(pilot.app.screen, Desk)
        assert not (home / "templates").exists()
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Desk))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Desk))
        assert pilot.app.screen.query_one(TextArea).text == "half of a"


async def test_the_next_saved_template_is_fetched_and_undo_brings_the_text_back(home: Path) -> None:
    async with running(WIDE) as pilot:
        desk = await at_the_desk(pilot)
        (home / "templates").mkdir()
        (home / "templates" / "a.yaml").write_text("Description: one\n")
        (home / "templates" / "b.yaml").write_text("Description: two\n")
        area = desk.query_one(TextArea)
        written = area.text
        await pilot.press("f4")
        await until(pilot, lambda: area.text == "Description: one\n")
        await pilot.press("ctrl+z")
        assert area.text == written
        await pilot.press("f4", "f4")
        await until(pilot, lambda: desk.query_one(Input).value == "a.yaml")
        await pilot.press("f3")
        await until(pilot, lambda: "Description: " not in area.text or "one" not in area.text)


async def test_the_desk_by_mouse() -> None:
    async with running(WIDE) as pilot:
        screen = await play(pilot, a_session(), replace(a_view(), stacks=STACKS))
        screen.action_show_pane("template")
        await pilot.pause()
        await pilot.click("#template", offset=(8, 4), times=2)
        await until(pilot, lambda: isinstance(pilot.app.screen, Desk))
