"""Help: a written page about what one is looking at, and the keys that work there."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from cloudlab.app.drawing.prose import draw_prose
from cloudlab.app.widgets.sheet import Sheet


class HelpScreen(ModalScreen[None]):
    """Shows Markdown; any of its keys closes it."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "close", "back")]

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield Sheet(id="help-page")
            yield Static(Content.styled("Esc back   arrows scroll", "$muted"), id="help-keys")

    def on_mount(self) -> None:
        sheet = self.query_one("#help-page", Sheet)
        sheet.set_drawing(lambda cells, _rows: draw_prose(self.page, cells))
        sheet.focus()

    def action_close(self) -> None:
        self.dismiss(None)
