"""The log: everything that happened, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from cloudlab.app.drawing.operations import draw_told
from cloudlab.app.ink import MUTED, Line, line
from cloudlab.app.panes.pane import DECK, Pane
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


class LogPane(Pane):
    """Draws View.log, the newest first."""

    NAME = "log"
    TITLE = "log"
    KEY = "^l"
    DECK = DECK
    HELP = """\
# Log

What happened, newest first: work begun and done, refusals, pages, results. The same sentences stand in the report.
"""

    def compose(self) -> ComposeResult:
        yield Sheet()

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.log,)

    def show(self, view: View) -> None:
        told = view.log

        def draw(cells: int, _rows: int) -> list[Line]:
            if not told:
                return [line(("Nothing has happened yet.", MUTED))]
            return [row for each in reversed(told[-200:]) for row in draw_told(each, cells, day=True)]

        self.query_one(Sheet).set_drawing(draw)
