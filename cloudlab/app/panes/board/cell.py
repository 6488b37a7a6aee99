"""One duty of one resource at length, over the play screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from cloudlab.app.drawing.board import Place, cell_text
from cloudlab.app.ink import MUTED, plain
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import Board


class CellScreen(ModalScreen[None]):
    """Shows who holds what, both parts, and how one knows."""

    CSS_PATH = "cell.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "close", "back")]

    def __init__(self, board: Board, place: Place) -> None:
        super().__init__()
        self.board = board
        self.place = place

    def compose(self) -> ComposeResult:
        with Vertical(id="cell"):
            yield Sheet(id="cell-text")
            yield Static(Content.styled("Esc back", MUTED))

    def on_mount(self) -> None:
        title, _ = self.board.rows[self.place.row]
        _, name = self.board.resources[self.place.column]
        self.query_one("#cell").border_title = Content.assemble((title, "bold"), (f" of {plain(name)}", MUTED))
        sheet = self.query_one("#cell-text", Sheet)
        sheet.set_drawing(lambda cells, _rows: cell_text(self.board, self.place, cells))
        sheet.focus()

    def action_close(self) -> None:
        self.dismiss(None)
