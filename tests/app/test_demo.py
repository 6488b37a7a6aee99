"""The demo: it types by itself, a key ends it, and nothing of it is left."""

from __future__ import annotations

import pytest

from cloudlab import paths
from cloudlab.app.doors import Doors
from cloudlab.app.main import Start
from cloudlab.app.screens.menu.screen import MenuScreen
from cloudlab.app.screens.play.demo import DemoScreen
from tests.app.stage import running, screen_text, until


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
        assert "any key" in screen_text(pilot.app)
        await until(pilot, lambda: screen.terminal.line.value.startswith("iam create-role"))
        if reduced:
            assert screen.terminal.line.value.endswith("-> $role")
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))
        assert pilot.app.session is None
    home = paths.home_dir()
    assert not (home / "saves").exists() or not any((home / "saves").iterdir())
    assert "predict P1 a" not in "".join(p.read_text(errors="replace") for p in home.rglob("*") if p.is_file())
