"""The row of keys: whole words within the width on each screen, the way to all keys always there, and a click is the key."""

from __future__ import annotations

import pytest

from cloudlab.app.bars.keys import KeysBar
from cloudlab.app.keys import here
from cloudlab.app.main import Start
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.help.screen import HelpScreen
from cloudlab.app.screens.menu.screen import MenuScreen
from cloudlab.app.screens.settings.screen import SettingsScreen
from tests.app.stage import NARROW, WIDE, a_session, a_view, play, running, screen_text, until

END = "f1 help, keys  ^p palette"


def footer(app):
    return screen_text(app).split("\n")[app.size.height - 1].strip()


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_menu_settings_and_brief_tell_their_keys(size):
    async with running(size, start=Start()) as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        assert footer(pilot.app).split("  ")[0] == "enter choose"
        assert footer(pilot.app).endswith(END)
        pilot.app.open_settings()
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
        assert footer(pilot.app).split("  ")[:2] == ["enter change", "esc back"]
        assert footer(pilot.app).endswith(END)
        await pilot.press("escape")
        pilot.app.open_brief("90-test")
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        assert footer(pilot.app).split("  ")[:4] == ["^s start", "PgDn scroll", "m mood", "esc menu"]
        assert footer(pilot.app).endswith(END)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))


NARROW_ROWS = {
    "terminal": ["space run/pause", "^t hint", "^n next event", "f10 menu"],
    "map": ["enter inspect, act", "^f fold", "^r trace"],
    "board": ["enter why", "^f filter", "space run/pause", "^t hint"],
    "pager": ["^k acknowledge", "space run/pause", "^t hint"],
    "traffic": ["[ ] tab", "space run/pause", "^t hint"],  # what lies along time is zoomed, and the bill scrolled
    "console": ["esc back", "^t hint", "^n next event"],
}
"""What the row says first at 80 columns."""


@pytest.mark.parametrize("pane", NARROW_ROWS)
async def test_each_pane_of_play_tells_its_own_keys_first(pane):
    for size in (NARROW, WIDE):
        async with running(size) as pilot:
            screen = await play(pilot, a_session(), a_view())
            screen.action_show_pane(pane)
            await pilot.pause()
            shown = footer(pilot.app)
            assert shown.split("  ")[: len(NARROW_ROWS[pane])] == NARROW_ROWS[pane]
            assert shown.endswith(END)


async def test_while_the_line_holds_text_its_keys_stand_there():
    async with running(NARROW) as pilot:
        await play(pilot, a_session())
        await pilot.press("e")
        await pilot.pause()
        assert footer(pilot.app).split("  ")[:3] == ["enter give it", "tab complete", "esc clear"]
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert footer(pilot.app).startswith("space run/pause")


@pytest.mark.parametrize("columns", range(20, 130, 7))
async def test_no_width_cuts_a_word(columns):
    async with running(WIDE) as pilot:
        screen = await play(pilot, a_session(), a_view())
        bar = screen.query_one(KeysBar)
        bar.styles.width = columns
        await pilot.pause()
        shown = bar.render().plain
        assert len(shown) <= columns + 2  # two blanks may follow the last word
        left, right = bar._told()
        whole = {f"{each.written} {each.words}" for each in (*left, *right)}
        assert set(filter(None, (piece.strip() for piece in shown.split("  ")))) <= whole


async def test_a_click_on_a_key_is_the_key():
    async with running(NARROW) as pilot:
        await play(pilot, a_session())
        await pilot.click(KeysBar, offset=(footer(pilot.app).index("help, keys") + 2, 0))
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("k")
        await pilot.pause()
        assert "All keys here" in screen_text(pilot.app)
        assert "Ctrl+N >                      jump to the next event" in screen_text(pilot.app)


async def test_keys_that_a_browser_takes_have_a_second_one():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        done = []
        screen.sitting.pacer.to_next_event = lambda: done.append("next")
        screen.sitting.hint = lambda: done.append("hint")
        await pilot.press("greater_than_sign", "percent_sign")
        await pilot.pause()
        assert done == ["next", "hint"]
        await pilot.press("e", "greater_than_sign")
        await pilot.pause()
        assert screen.terminal.line.value == "e>"
        assert done == ["next", "hint"]
        screen.action_show_pane("map")
        await pilot.pause()
        rows = {words: keys for keys, words in here(screen)}
        assert rows["jump to the next event"] == "Ctrl+N >"
        assert rows["a hint"] == "Ctrl+T %"


async def test_the_menu_is_never_a_dead_end():
    """From every screen of a run a key leads back, and back again to the menu."""
    async with running() as pilot:
        screen = await play(pilot, a_session(), a_view())
        for pane in NARROW_ROWS:
            screen.action_show_pane(pane)
            await pilot.press("f1")
            await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))
