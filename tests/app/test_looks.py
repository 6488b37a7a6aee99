"""How the screens look that no other test shows whole: a readable text of each at both sizes."""

from __future__ import annotations

import pytest
from textual.command import CommandPalette
from textual.widgets import OptionList

from cloudlab.app import main
from cloudlab.app.main import Start
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.debrief.screen import DebriefScreen
from cloudlab.app.screens.help.screen import HelpScreen
from cloudlab.app.screens.settings.screen import SettingsScreen
from tests.app.stage import NARROW, WIDE, TestDoors, a_session, a_view, play, running, same_as_golden, screen_text, type_line, until

BOTH = pytest.mark.parametrize("size", [WIDE, NARROW])


def looks(pilot, name, size, of=""):
    same_as_golden(pilot.app, f"{name}-{size[0]}x{size[1]}", of)


@BOTH
async def test_settings(size):
    async with running(size) as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        pilot.app.open_settings()
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
        await pilot.press("down")
        await pilot.pause()
        looks(pilot, "settings", size)


@BOTH
async def test_brief_with_a_prediction_made(size):
    async with running(size, start=Start(level="90-test")) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        await pilot.press("down", "enter")
        await pilot.pause()
        looks(pilot, "brief", size)


@BOTH
async def test_terminal_with_completions_and_what_a_line_would_do(size):
    async with running(size) as pilot:
        screen = await play(pilot, a_session())
        screen.sitting.pacer.tick = lambda _: None  # the picture is of one instant
        await type_line(pilot, "s3api create-bucket --bucket harbour")
        await until(pilot, lambda: "is on it" in screen_text(pilot.app))
        screen.terminal.line.put("ec2 create-vpc --cidr-block 10.0.0.0/16 --")
        await until(pilot, lambda: "--dry-run" in screen_text(pilot.app))
        await until(pilot, lambda: "held while typing" in screen_text(pilot.app) and "is on it" in screen_text(pilot.app))
        looks(pilot, "terminal", size)


@BOTH
async def test_hint_and_objectives(size):
    async with running(size) as pilot:
        screen = await play(pilot, a_session())
        await pilot.press("ctrl+t")
        screen.action_show_pane("objectives")
        await pilot.pause()
        looks(pilot, "hint", size)


@BOTH
@pytest.mark.parametrize("section", ["questions", "score"])
async def test_debrief(section, size):
    doors = TestDoors()
    async with running(size, doors=doors) as pilot:
        session = a_session()
        pilot.app.session = session
        session.step(session.level.scenario.ends)
        screen = DebriefScreen(session, doors)
        await pilot.app.push_screen(screen)
        await until(pilot, lambda: "✓" in str(screen.query_one("#sections", OptionList).get_option("futures").prompt))
        if section == "score":
            await pilot.press("down")
        await pilot.pause()
        looks(pilot, f"debrief-{section}", size)


@BOTH
async def test_help_of_a_pane(size):
    async with running(size) as pilot:
        screen = await play(pilot, a_session(), a_view())
        screen.action_show_pane("pager")
        await pilot.pause()
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        looks(pilot, "help", size, "#help")
        await pilot.press("k")
        await pilot.pause()
        looks(pilot, "help-keys", size, "#help")


@BOTH
async def test_palette(size):
    async with running(size) as pilot:
        await play(pilot, a_session(), a_view())
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
        await pilot.press(*"pace")
        await until(pilot, lambda: "A slower pace" in screen_text(pilot.app))
        await pilot.pause(0.4)
        looks(pilot, "palette", size)


def test_what_is_said_after_a_crash():
    assert main._crashed(ZeroDivisionError("division by zero"), "/saves/01-open-1.jsonl") == (
        "cloudlab stopped because of a bug: ZeroDivisionError: division by zero\n"
        "Your run is safe. Its journal is the bug report; please attach it: /saves/01-open-1.jsonl"
    )
    assert main._crashed(ZeroDivisionError("x"), None) == "cloudlab stopped because of a bug: ZeroDivisionError: x\nNo run was open."
