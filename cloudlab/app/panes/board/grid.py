"""The board's grid: a cursor over duties and resources, scrolling both ways under fixed names."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Blur, Click, Focus, MouseScrollDown, MouseScrollUp, Resize
from textual.message import Message
from textual.widget import Widget

from cloudlab.app.drawing.board import Place, cell_at, cell_line, draw_grid, draw_grid_and_why, empty_board, scrolled
from cloudlab.app.ink import content
from cloudlab.lab.board_filters import ALL, filtered, filters

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import Board


class BoardGrid(Widget, can_focus=True):
    """Draws a board. Arrows and mouse choose a cell, Enter shows it at length, Ctrl+F filters."""

    DEFAULT_CSS = "BoardGrid { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1, 0)", "choose", show=False),
        Binding("down", "move(1, 0)", "choose", show=False),
        Binding("left", "move(0, -1)", "choose", show=False),
        Binding("right", "move(0, 1)", "choose", show=False),
        Binding("pageup", "move(-8, 0)", show=False),
        Binding("pagedown", "move(8, 0)", show=False),
        Binding("home", "move(-99, -999)", show=False),
        Binding("end", "move(99, 999)", show=False),
        Binding("enter", "open", "why"),
        Binding("ctrl+f", "filter", "filter"),
    ]

    class Opened(Message):
        """A cell is to be shown at length."""

        def __init__(self, board: Board, place: Place) -> None:
            super().__init__()
            self.board = board
            self.place = place

    class Changed(Message):
        """Another cell is chosen, or another part of the board is shown."""

    def __init__(self) -> None:
        super().__init__(id="board-grid")
        self._whole: Board | None = None
        self.only = ALL
        self.place = Place()

    def show(self, board: Board) -> None:
        """Show another state of the board; the cursor stays where it is."""
        self._whole = board
        if self.only not in filters(board):
            self.only = ALL
        self._move(self.place)

    @property
    def board(self) -> Board | None:
        """What the filter leaves."""
        return filtered(self._whole, self.only) if self._whole is not None else None

    @property
    def note(self) -> str:
        """The chosen cell in a sentence, while the keyboard is here."""
        board = self.board
        return cell_line(board, self.place) if self.has_focus and board is not None and board.rows and board.resources else ""

    def _move(self, place: Place) -> None:
        board = self.board
        if board is not None and board.rows and board.resources and self.size.width:
            self.place = scrolled(board, place, self.size.width, self.size.height)
        self.refresh()
        self.post_message(self.Changed())

    def render(self) -> Content:
        board, cells = self.board, self.size.width
        if board is None or not cells:
            return Content()
        if self._whole is not None and not self._whole.resources:
            return content(empty_board(cells))
        if self.has_focus:
            return content(draw_grid_and_why(board, self.place, cells, self.size.height))
        return content(draw_grid(board, self.place, cells, self.size.height, focused=False))

    def on_resize(self, event: Resize) -> None:
        self._move(self.place)

    def on_focus(self, event: Focus) -> None:
        self._move(self.place)

    def on_blur(self, event: Blur) -> None:
        self._move(self.place)

    def action_move(self, rows: int, columns: int) -> None:
        place = self.place
        self._move(place._replace(row=max(0, place.row + rows), column=max(0, place.column + columns)))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.action_move(1, 0)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.action_move(-1, 0)

    def on_click(self, event: Click) -> None:
        """A click chooses a cell; a double click shows it at length."""
        board = self.board
        if board is None or not board.rows:
            return
        found = cell_at(board, self.place, event.x, event.y, self.size.width)
        if found is not None:
            self._move(self.place._replace(row=found[0], column=found[1]))
            if event.chain > 1:
                self.action_open()

    def action_open(self) -> None:
        board = self.board
        if board is not None and board.rows and board.resources:
            self.post_message(self.Opened(board, self.place))

    def action_filter(self) -> None:
        """Take the next filter: everything, mine, struck, one kind of service after the other."""
        if self._whole is None:
            return
        known = filters(self._whole)
        self.only = known[(known.index(self.only) + 1) % len(known)]
        self._move(Place())
