"""The looks: four restrained palettes; green, amber and red only ever repeat what a glyph and a word say.

Every text colour of every palette stands out from what it lies on by at least 4.5 to 1; a test computes it.
"""

from __future__ import annotations

from textual.theme import Theme


def _theme(name: str, *, dark: bool, colours: dict[str, str], muted: str, key: str, chosen: tuple[str, str], bar: tuple[str, str]) -> Theme:
    """Make a palette. `chosen` are a list's cursor and its text, `bar` a scrollbar and the same under the mouse."""
    ground, surface, panel, text = colours["background"], colours["surface"], colours["panel"], colours["foreground"]
    return Theme(
        name=f"cloudlab-{name}",
        dark=dark,
        **colours,  # type: ignore[arg-type]
        variables={
            "muted": muted,
            "footer-key-foreground": key,
            "footer-description-foreground": muted,
            "footer-background": surface,
            "block-cursor-background": chosen[0],
            "block-cursor-foreground": chosen[1],
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": panel,
            "block-cursor-blurred-foreground": text,
            "scrollbar": bar[0],
            "scrollbar-hover": bar[1],
            "scrollbar-active": colours["primary"],
            "scrollbar-background": ground,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
            "border": colours["primary"],
        },
    )


DARK = _theme(
    "dark",
    dark=True,
    colours={
        "primary": "#6aa5d8",
        "secondary": "#8f9fb5",
        "accent": "#e0b968",
        "warning": "#e2a35a",
        "error": "#e4746c",
        "success": "#7fb77e",
        "foreground": "#d5d9e0",
        "background": "#14181f",
        "surface": "#1a2029",
        "panel": "#212935",
    },
    muted="#97a1b0",
    key="#e0b968",
    chosen=("#2a3749", "#ffffff"),
    bar=("#2c3644", "#3a4759"),
)

LIGHT = _theme(
    "light",
    dark=False,
    colours={
        "primary": "#1f5f99",
        "secondary": "#4d5b70",
        "accent": "#7a5200",
        "warning": "#8a4b00",
        "error": "#a8231b",
        "success": "#1f6b2b",
        "foreground": "#1c2430",
        "background": "#f7f8fa",
        "surface": "#eef0f4",
        "panel": "#e4e8ee",
    },
    muted="#505b6b",
    key="#7a5200",
    chosen=("#cfdeee", "#10161f"),
    bar=("#c3cad4", "#aab4c1"),
)

HIGH_CONTRAST = _theme(
    "high-contrast",
    dark=True,
    colours={
        "primary": "#6fc3ff",
        "secondary": "#d0d0d0",
        "accent": "#ffe14d",
        "warning": "#ffb84d",
        "error": "#ff8080",
        "success": "#6dff7c",
        "foreground": "#ffffff",
        "background": "#000000",
        "surface": "#000000",
        "panel": "#101010",
    },
    muted="#d0d0d0",
    key="#ffe14d",
    chosen=("#003c78", "#ffffff"),
    bar=("#808080", "#ffffff"),
)

COLOUR_BLIND = _theme(
    "colour-blind",
    dark=True,
    # after Okabe and Ito: sky blue, yellow and vermilion stay apart for every common kind of colour vision
    colours={
        "primary": "#8ec7ee",
        "secondary": "#a3adba",
        "accent": "#cfa8c6",
        "warning": "#f0e442",
        "error": "#f58a4b",
        "success": "#56b4e9",
        "foreground": "#dde1e7",
        "background": "#12161c",
        "surface": "#181d25",
        "panel": "#202731",
    },
    muted="#9ba5b3",
    key="#f0e442",
    chosen=("#2b3b50", "#ffffff"),
    bar=("#2c3644", "#3a4759"),
)

THEMES: dict[str, Theme] = {"dark": DARK, "light": LIGHT, "high contrast": HIGH_CONTRAST, "colour-blind safe": COLOUR_BLIND}
"""By the word under which the settings keep them."""
