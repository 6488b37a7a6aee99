"""Too small: says how large the terminal has to be, and goes away by itself once it is."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST = (80, 24)


def fits(columns: int, rows: int) -> bool:
    return columns >= LEAST[0] and rows >= LEAST[1]


class TooSmallScreen(ModalScreen[None]):
    """Covers everything; what lies below is kept as it is."""

    DEFAULT_CSS = """
    TooSmallScreen { align: center middle; background: $background; }
    TooSmallScreen Static { width: auto; height: auto; text-align: center; }
    """

    def compose(self) -> ComposeResult:
        yield Static(Content(), markup=False)

    def on_mount(self) -> None:
        self._say(self.app.size.width, self.app.size.height)

    def on_resize(self, event: Resize) -> None:
        if fits(event.size.width, event.size.height):
            if self.is_current:  # a second resize may arrive before this screen is gone
                self.dismiss(None)
        else:
            self._say(event.size.width, event.size.height)

    def _say(self, columns: int, rows: int) -> None:
        text = (
            f"cloudlab needs {LEAST[0]} x {LEAST[1]}.\nThis terminal has {columns} x {rows}.\n"
            "Make it larger; nothing is lost.\nCtrl+Q quits."
        )
        self.query_one(Static).update(Content(text))
