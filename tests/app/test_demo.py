"""The demo: it types by itself, goes round by itself, a key ends it or takes over, and nothing of it is left."""

from __future__ import annotations

import pytest

from cloudlab import paths
from cloudlab.app.doors import Doors
from cloudlab.app.main import Start
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.debrief import demo as debriefed
from cloudlab.app.screens.debrief.demo import DemoDebrief
from cloudlab.app.screens.menu.screen import MenuScreen
from cloudlab.app.screens.play import demo as played
from cloudlab.app.screens.play.demo import DemoScreen
from tests.app.stage import NARROW, WIDE, running, screen_text, until


def nothing_is_left() -> None:
    home = paths.home_dir()
    assert not (home / "saves").exists() or not any((home / "saves").iterdir())
    assert "predict P1 a" not in "".join(p.read_text(errors="replace") for p in home.rglob("*") if p.is_file())


@pytest.mark.parametrize("reduced", [False, True], ids=["typed", "whole"])
async def test_it_types_and_a_key_ends_it(reduced):
    async with running(start=Start(level="01", demo="managed"), doors=Doors()) as pilot:
        if reduced:
            pilot.app.animation_level = "none"
        await until(pilot, lambda: isinstance(pilot.app.screen, DemoScreen))
        screen = pilot.app.screen
        seen: set[str] = set()

        def first_line_given() -> bool:
            seen.add(screen.terminal.line.value)
            return "$ predict P1 a" in screen_text(pilot.app)

        await until(pilot, first_line_given)
        await until(pilot, lambda: screen.terminal.line.value.startswith("iam create-role"))
        if reduced:
            assert screen.terminal.line.value.endswith("-> $role")
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))
        assert pilot.app.session is None
    nothing_is_left()


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_it_says_what_ends_it_and_enter_takes_over(size):
    async with running(size, start=Start(level="01", demo="managed"), doors=Doors()) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, DemoScreen))
        last = screen_text(pilot.app).split("\n")[size[1] - 1].strip()
        assert last == "enter play this level yourself  any other key ends the demo"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))


async def test_after_the_debrief_the_other_road_is_played(monkeypatch):
    monkeypatch.setattr(played, "END", 1)
    monkeypatch.setattr(debriefed, "READING", 0.2)
    async with running(start=Start(level="01", demo="managed"), doors=Doors()) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, DemoScreen))
        first = pilot.app.screen
        first.demo.next_line = lambda: None
        first.session.step(first.session.level.scenario.ends)
        assert first.session.over
        shown: set[str] = set()

        def round_again() -> bool:
            if isinstance(pilot.app.screen, DemoDebrief):
                shown.add(pilot.app.screen.section)
                shown.update({"told"} if "any other key ends the demo" in screen_text(pilot.app) else ())
                assert getattr(pilot.app.screen.other, "road", "") == "hand-built"
            return isinstance(pilot.app.screen, DemoScreen) and pilot.app.screen is not first

        await until(pilot, round_again)
        assert pilot.app.screen.road == "hand-built"
        assert {"other", "money", "told"} <= shown
        await pilot.press("space")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))
    nothing_is_left()
