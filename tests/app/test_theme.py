"""Every theme: text stands out from what it lies on, and nothing on the screens has a colour of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.color import Color

import cloudlab.app
from cloudlab.app.ink import STYLES
from cloudlab.app.theme import THEMES

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
