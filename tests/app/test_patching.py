"""The patching screen: who is exposed and until when, what the baseline says, the next window; by key, palette and mouse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudlab.app.palette import offered
from cloudlab.app.screens.help.screen import HelpScreen
from cloudlab.app.screens.patching.screen import PatchingScreen
from cloudlab.lab.patches import PatchLine
from cloudlab.lab.view.build import ViewBuilder
from tests.app.stage import NARROW, WIDE, a_session, a_view, play, running, screen_text, until

LINES = (
    PatchLine(
        "web-1 (i-0123456789abcdef0)",
        "CVE-2024-6387 (regreSSHion), known for 2 h 10 min; the internet can get at it; "
        "exploit clock 21 h 50 min (until day 3 12:10); approved: AWS-RunPatchBaseline installs it",
        "bad",
    ),
    PatchLine("churn", "AWS patches its system", "quiet"),
    PatchLine("baseline in force", "AWS-AmazonLinux2023DefaultPatchBaseline, approves 7 days after the release", "quiet"),
    PatchLine("maintenance window nights (mw-0123456789abcdef0)", "opens day 3 02:00, in 11 h 40 min, 3 h; runs AWS-X", "quiet"),
)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_it_tells_all_of_it_at_both_sizes(size: tuple[int, int]) -> None:
    async with running(size) as pilot:
        screen = await play(pilot, a_session(), replace(a_view(), patching=LINES))
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: "web-1" in screen_text(pilot.app))
        assert isinstance(pilot.app.screen, PatchingScreen)
        shown = screen_text(pilot.app)
        told = (
            "1 exposed",
            "! web-1",
            "the internet can get at it",
            "exploit clock 21 h 50 min",
            "opens day 3 02:00",
            "AWS patches its system",
        )
        assert [part for part in told if part not in shown] == []
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("escape")
        screen.sitting.view = lambda: replace(a_view(), patching=LINES[1:])
        screen.refresh_view()
        await until(pilot, lambda: "nobody exposed" in screen_text(pilot.app))
        assert "web-1 (i-" not in screen_text(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_the_palette_offers_it_and_a_line_keeps_its_exclamation_marks() -> None:
    async with running() as pilot:
        screen = await play(pilot, a_session(), replace(a_view(), patching=LINES))
        [command] = [c for c in offered(pilot.app, screen) if c.title.startswith("Patching")]
        screen.terminal.line.focus()
        await pilot.press("n", "exclamation_mark")
        assert screen.terminal.line.value == "n!"
        screen.terminal.line.value = ""
        await command.callback()
        await until(pilot, lambda: isinstance(pilot.app.screen, PatchingScreen))


def test_a_fresh_run_has_its_lines_and_an_unchanged_one_keeps_them() -> None:
    builder = ViewBuilder(a_session())
    first = builder.build().patching
    assert first
    assert builder.build().patching is first
