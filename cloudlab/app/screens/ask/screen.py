"""Ask: shows what is about to be done and returns whether to do it. Escape is always no."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from cloudlab.app.ink import plain


class AskScreen(ModalScreen[bool]):
    """Returns True for yes. The focus is on yes: what is asked has just been asked for."""

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "no", "no"),
        Binding("y", "yes", "yes"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, yes: str, no: str = "No") -> None:
        super().__init__()
        self.asked = title
        self.text = text
        self.yes = yes
        self.no = no

    def compose(self) -> ComposeResult:
        with Vertical(id="ask"):
            with VerticalScroll(id="ask-text", can_focus=False):
                yield Static(Content("\n".join(plain(row) for row in self.text.split("\n"))), markup=False)
            with Horizontal(id="ask-answers"):
                yield Button(Content(f"{self.yes}  (Enter)"), id="ask-yes", variant="warning", compact=True)
                yield Button(Content(f"{self.no}  (Esc)"), id="ask-no", compact=True)

    def on_mount(self) -> None:
        self.query_one("#ask").border_title = Content.styled(plain(self.asked), "bold")
        self.query_one("#ask-yes").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "ask-yes")

    def action_yes(self) -> None:
        self.dismiss(True)

    def action_no(self) -> None:
        self.dismiss(False)
