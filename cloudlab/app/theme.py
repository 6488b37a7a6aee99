"""The look: one restrained palette; green, amber and red only ever repeat what a glyph and a word say."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="cloudlab-dark",
    primary="#6aa5d8",
    secondary="#8f9fb5",
    accent="#e0b968",
    warning="#e2a35a",
    error="#e4746c",
    success="#7fb77e",
    foreground="#d5d9e0",
    background="#14181f",
    surface="#1a2029",
    panel="#212935",
    dark=True,
    variables={
        "muted": "#8a94a3",
        "footer-key-foreground": "#e0b968",
        "footer-description-foreground": "#9aa5b4",
        "footer-background": "#1a2029",
        "block-cursor-background": "#2c3a4d",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#212935",
        "block-cursor-blurred-foreground": "#d5d9e0",
        "input-cursor-text-style": "reverse",
        "scrollbar": "#2c3644",
        "scrollbar-hover": "#3a4759",
        "scrollbar-active": "#6aa5d8",
        "scrollbar-background": "#14181f",
        "scrollbar-background-hover": "#14181f",
        "scrollbar-background-active": "#14181f",
        "border": "#6aa5d8",
    },
)
