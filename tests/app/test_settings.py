"""Settings, keys of one's own, and the command palette."""

from __future__ import annotations

import pytest
from textual.command import CommandPalette
from textual.widgets import OptionList

from cloudlab.app.keys import keymap, taken
from cloudlab.app.palette import offered
from cloudlab.app.screens.help.screen import HelpScreen
from cloudlab.app.screens.settings.key import KeyScreen
from cloudlab.app.screens.settings.screen import SettingsScreen
from cloudlab.engine.simulation import Happening
from cloudlab.lab.settings import Settings, load_settings
from cloudlab.model.events.incidents import IncidentDetected
from cloudlab.model.operations import Incident
from tests.app.stage import NARROW, WIDE, a_session, a_view, play, running, screen_text, until


async def settings(pilot):
    await until(pilot, lambda: pilot.app.screen.looked)
    pilot.app.open_settings()
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
    return pilot.app.screen


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_settings_show_what_is_set_and_which_key_does_what(size):
    async with running(size) as pilot:
        await settings(pilot)
        shown = screen_text(pilot.app)
        for words in (
            "theme     dark",
            "motion    full",
            "pace      10 min/s",
            "mood      learn",
            "sounds    off",
            "run or pause",
            "kept in",
        ):
            assert words in shown


async def test_each_change_is_seen_and_kept_at_once():
    async with running() as pilot:
        await settings(pilot)
        await pilot.press("enter", "down", "enter", "down", "right", "down", "left", "down", "enter")
        await pilot.pause()
        assert pilot.app.theme == "cloudlab-light"
        assert pilot.app.animation_level == "none"
        kept = Settings(pace=2, reduced_motion=True, mood="win", theme="light", sounds=True)
        assert load_settings() == kept == pilot.app.settings
    async with running() as pilot:
        assert pilot.app.theme == "cloudlab-light"


async def test_by_mouse_too():
    async with running() as pilot:
        screen = await settings(pilot)
        await pilot.click("#settings-list", offset=(6, 1))
        await pilot.pause()
        assert screen.settings.theme == "light"


async def test_a_key_of_ones_own_works_beside_the_built_in_one():
    async with running() as pilot:
        screen = await settings(pilot)
        listed = screen.query_one("#settings-list", OptionList)
        listed.highlighted = next(i for i in range(listed.option_count) if listed.get_option_at_index(i).id == "key:run.leave")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, KeyScreen))
        await pilot.press("a")
        await pilot.pause()
        assert "A has a meaning already" in screen_text(pilot.app)
        await pilot.press("f11")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
        assert load_settings().keys == {"run.leave": "f11"}
        assert "F10     F11  back to the menu" in screen_text(pilot.app)
        await pilot.press("escape")
        left = []
        play_screen = await play(pilot, a_session())
        play_screen.action_leave = lambda: left.append(1)
        await pilot.press("f11")
        await pilot.press("f10")
        await pilot.pause()
        assert left == [1, 1]


async def test_the_bell_rings_for_a_page_when_sounds_are_on():
    async with running() as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        session = a_session()
        rung = []
        pilot.app.bell = lambda: rung.append(1)
        pilot.app.session = session
        page = Happening(session.now, IncidentDetected("x", "monitoring"))
        session.simulation.world = session.world.put(Incident("x", "os-cve", "i-1", "os-patching", "customer", 0))
        pilot.app._ring([page])
        assert rung == []
        pilot.app.settings = Settings(sounds=True)
        pilot.app._ring([page])
        assert rung == [1]


def test_which_keys_may_be_taken():
    assert taken("f11", "run.hint", {}) is None
    assert "yours for: a hint" in (taken("f11", "run.leave", {"run.hint": "f11"}) or "")
    assert taken("f11", "run.hint", {"run.hint": "f11"}) is None
    for key in ("a", "space", "f1", "ctrl+q", "ctrl+p", "tab", "enter", "up"):
        assert taken(key, "run.hint", {}) is not None
    assert keymap({"run.hint": "f11", "run.leave": "a", "nothing": "f11"}) == {"run.hint": "f11,ctrl+t,percent_sign"}


async def test_the_palette_follows_the_screen():
    async with running() as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        menu = [each.title for each in offered(pilot.app, pilot.app.screen)]
        assert menu == ["Help", "Settings", "Quit"]
        screen = await play(pilot, a_session(), a_view())
        titles = [each.title for each in offered(pilot.app, screen)]
        assert {"Run or pause the clock", "The map", "A hint", "Take the last decision back", "Help: pager"} <= set(titles)
        assert len(titles) == len(set(titles))
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
        await pilot.press(*"helppager")
        await until(pilot, lambda: "Help: pager" in screen_text(pilot.app))
        await pilot.pause(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
