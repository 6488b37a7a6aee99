"""Colours for the line being typed; what is wrong is underlined as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.highlighter import Highlighter
from rich.text import Text

from cloudlab.dialects.highlight import Role, highlight

if TYPE_CHECKING:
    from textual.widget import Widget

ROLES: dict[Role, tuple[str, str]] = {
    "service": ("primary", "bold"),
    "verb": ("primary", ""),
    "flag": ("secondary", ""),
    "variable": ("accent", ""),
    "string": ("success", ""),
    "comment": ("secondary", "italic"),
    "error": ("error", "underline"),
}
"""Role -> colour of the theme, and how it looks besides; a value stays plain."""


class LineHighlighter(Highlighter):
    """Paints the parts of a line by what they are, in the colours of the widget's present theme."""

    def __init__(self, widget: Widget) -> None:
        self.widget = widget

    def highlight(self, text: Text) -> None:
        theme = self.widget.app.current_theme
        for span in highlight(text.plain):
            if span.role in ROLES:
                colour, look = ROLES[span.role]
                text.stylize(f"{look} {getattr(theme, colour) or ''}".strip(), span.start, span.end)
