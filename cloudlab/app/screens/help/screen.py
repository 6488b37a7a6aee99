"""Help: a written page about what one is looking at, and the keys that work there."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Markdown, Static


class HelpScreen(ModalScreen[None]):
    """Shows Markdown; any of its keys closes it."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "close", "back")]

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            with VerticalScroll(id="help-page"):
                yield Markdown(self.page, open_links=False)
            yield Static(Content.styled("Esc back   arrows scroll", "$muted"), id="help-keys")

    def on_mount(self) -> None:
        self.query_one("#help-page").focus()

    def action_close(self) -> None:
        self.dismiss(None)
