"""Every theme: text stands out from what it lies on, and nothing on the screens has a colour of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.color import Color

import cloudlab.app
from cloudlab.app.ink import STYLES
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.debrief.screen import SECTIONS, DebriefScreen
from cloudlab.app.screens.help.screen import HelpScreen
from cloudlab.app.screens.settings.screen import SettingsScreen
from cloudlab.app.theme import THEMES
from tests.app.stage import TestDoors, a_session, a_view, play, running, until

GROUNDS = ("background", "surface", "panel")
TEXTS = ("foreground", "muted", "text-success", "text-warning", "text-error", "text-accent", "text-primary", "footer-key-foreground")
PAIRS = (
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ("footer-description-foreground", "footer-background"),
)


def luminance(colour: Color) -> float:
    """Relative luminance, after WCAG 2.1."""
    parts = [c / 255 for c in (colour.r, colour.g, colour.b)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_and_white() -> None:
    assert round(contrast(Color.parse("#000"), Color.parse("#fff")), 2) == 21.0
    assert round(contrast(Color.parse("#777"), Color.parse("#fff")), 2) == 4.48


@pytest.mark.parametrize("word", THEMES)
def test_text_stands_out(word: str) -> None:
    theme = THEMES[word]
    values = {**theme.to_color_system().generate(), **theme.variables}

    def colour(name: str, over: Color | None = None) -> Color:
        value = values[name]
        found = Color.parse("#ffffff" if theme.dark else "#000000").with_alpha(0.87) if value.startswith("auto") else Color.parse(value)
        return over.blend(found, found.a, 1) if over is not None and found.a < 1 else found

    weak = {}
    for text, ground in PAIRS:
        below = colour(ground)
        reached = contrast(colour(text, below), below)
        if reached < 4.5:
            weak[text, ground] = round(reached, 2)
    assert weak == {}


def test_states_take_their_colours_from_the_theme() -> None:
    names = {found for look in STYLES.values() for found in re.findall(r"\$([a-z-]+)", look)}
    assert names <= set(TEXTS)
    folder = Path(cloudlab.app.__file__).parent
    own = {
        path.name: found
        for path in (*folder.rglob("*.py"), *folder.rglob("*.tcss"))
        if path.name not in ("theme.py", "browser.py")
        and (found := re.findall(r"""["\s]#[0-9a-fA-F]{6}\b|\bansi_\w+|rgb\(""", path.read_text()))
    }
    assert own == {}


def weakest(app: App[Any], of: str = "") -> dict[str, float]:
    """Return words on the screen, or of a widget, as painted that stand out by less than 4.5 to 1; frames and bars are no words."""
    weak: dict[str, float] = {}
    x, y, width, height = app.screen.query_one(of).region if of else app.screen.region
    for strip in app.screen._compositor.render_strips()[y : y + height]:
        for segment in strip.crop(x, x + width):
            look = segment.style
            if look is None or look.color is None or look.bgcolor is None or not any(c.isalnum() for c in segment.text):
                continue
            front, back = Color.from_rich_color(look.color), Color.from_rich_color(look.bgcolor)
            if look.reverse:
                front, back = back, front
            if contrast(front, back) < 4.5:
                weak[segment.text.strip()] = round(contrast(front, back), 2)
    return weak


@pytest.mark.parametrize("word", THEMES)
async def test_the_cursor_of_the_line_is_seen(word: str) -> None:
    async with running() as pilot:
        pilot.app.theme = THEMES[word].name
        screen = await play(pilot, a_session())
        await pilot.press(*"ec2")
        await pilot.pause()
        line = screen.terminal.line
        cursor, beside = (line.render_line(0).crop(at, at + 1)._segments[0].style for at in (3, 4))  # behind the last letter
        grounds = []
        for look in (cursor, beside):
            assert look is not None
            seen = look.color if look.reverse else look.bgcolor
            assert seen is not None
            grounds.append(Color.from_rich_color(seen))
        assert contrast(*grounds) >= 4.5


@pytest.mark.parametrize("word", THEMES)
async def test_every_word_on_the_screens_stands_out(word: str) -> None:
    found: dict[str, dict[str, float]] = {}
    doors = TestDoors()
    async with running(doors=doors) as pilot:
        app = pilot.app
        await until(pilot, lambda: app.screen.looked)
        app.theme = THEMES[word].name
        await pilot.pause()
        found["menu"] = weakest(app)
        app.open_settings()
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        found["settings"] = weakest(app)
        await pilot.press("escape")
        app.open_brief("90-test")
        await until(pilot, lambda: isinstance(app.screen, BriefScreen))
        await pilot.press("enter")
        await pilot.pause()
        found["brief"] = weakest(app)
        await pilot.press("escape")
        session = a_session()
        screen = await play(pilot, session, a_view())
        for pane in ("terminal", "map", "board", "pager", "traffic", "objectives", "console", "jobs", "log"):
            screen.action_show_pane(pane)
            await pilot.pause()
            found[pane] = weakest(app)
        await pilot.press("f3")
        await pilot.pause()
        await pilot.press(*"ec2 create-vpc")
        await pilot.pause()
        found["typing"] = weakest(app)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        found["help"] = weakest(app, "#help")  # what lies behind it is dimmed on purpose
        await pilot.press("escape", "escape", "escape")
        session.step(session.level.scenario.ends)
        screen.refresh_view()
        await until(pilot, lambda: isinstance(app.screen, DebriefScreen) and bool(app.screen.query("#section")))
        for section, _ in SECTIONS:
            app.screen._show(section)
            await pilot.pause()
            found[section] = weakest(app)
    assert {name: weak for name, weak in found.items() if weak} == {}
