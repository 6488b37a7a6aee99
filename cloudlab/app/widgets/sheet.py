"""Sheet: a scrolling surface that shows lines drawn for its present width."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from cloudlab.app.ink import Line, content, width

Draw = Callable[[int, int], list[Line]]


class Sheet(ScrollableContainer, can_focus=True):
    """Draws itself anew when it is given another drawing, and when its size changes."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    Sheet { height: 1fr; scrollbar-size: 1 1; scrollbar-gutter: stable; }
    Sheet > Static { width: auto; height: auto; text-wrap: nowrap; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._draw: Draw = lambda _w, _h: []
        self._shown = Static(Content(), markup=False)
        self._lines: list[Line] | None = None
        self._extent = (0, 0)

    def compose(self) -> ComposeResult:
        yield self._shown

    def set_drawing(self, draw: Draw) -> None:
        """Show another drawing: a function from (columns, rows) to lines."""
        self._draw = draw
        self._redraw()

    def on_resize(self, event: Resize) -> None:
        self._redraw()

    def _redraw(self) -> None:
        size = self.scrollable_content_region.size
        if not size.width or not self.is_mounted:
            return
        lines = self._draw(size.width - 1, size.height)  # text never touches the scrollbar
        if lines != self._lines:
            extent = (max(map(width, lines), default=0), len(lines))
            self._lines = lines
            # A layout costs ten times a repaint; it is needed only where the sheet's extent is another one.
            self._shown.update(content(lines), layout=extent != self._extent)
            self._extent = extent
