"""Help: a written page about what one is looking at, and the keys that work there."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from cloudlab.app import ink
from cloudlab.app.drawing.prose import HEADING, draw_prose
from cloudlab.app.ink import STRONG, Line, line
from cloudlab.app.keys import here
from cloudlab.app.widgets.sheet import Sheet


def draw_keys(keys: list[tuple[str, str]], cells: int) -> list[Line]:
    """Draw (keys, words) as two columns under a heading; nothing where there are none."""
    if not keys:
        return []
    column = max(cell_len(key) for key, _ in keys) + 2
    lines: list[Line] = [(), line(("All keys here", HEADING)), ()]
    for key, words in keys:
        first, *more = ink.wrapped(words, max(20, cells - column))
        lines += [(*ink.fit(line((key, STRONG)), column), *first), *(line(" " * column + row[0][0]) for row in more)]
    return lines


class HelpScreen(ModalScreen[None]):
    """Shows Markdown; any of its keys closes it."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "close", "back"), Binding("k", "keys", "all keys")]

    def __init__(self, page: str, *, keys: bool = True) -> None:
        """`keys`: below the page stand all keys of the screen it lies over."""
        super().__init__()
        self.page = page
        self.keys = keys
        self.told: list[tuple[str, str]] = []
        self._prose_rows = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield Sheet(id="help-page")
            last = "   k all keys" if self.keys else ""
            yield Static(Content.styled(f"Esc back   arrows, PgDn scroll{last}", "$muted"), id="help-keys")

    def on_mount(self) -> None:
        sheet = self.query_one("#help-page", Sheet)
        self.told = here(self.app.screen_stack[-2]) if self.keys else []
        sheet.set_drawing(self._draw)
        sheet.focus()

    def _draw(self, cells: int, _rows: int) -> list[Line]:
        prose = draw_prose(self.page, cells)
        self._prose_rows = len(prose)
        return prose + draw_keys(self.told, cells)

    def action_keys(self) -> None:
        """Go to the list of keys."""
        self.query_one("#help-page", Sheet).scroll_to(y=self._prose_rows + 1, animate=False)

    def action_close(self) -> None:
        self.dismiss(None)
