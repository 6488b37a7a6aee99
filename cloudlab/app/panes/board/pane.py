"""Who holds it: for each duty of each resource, you or AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from cloudlab.app.drawing.board import draw_board, tally
from cloudlab.app.panes.pane import Pane
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


class BoardPane(Pane):
    """Draws View.board as a table."""

    NAME = "board"
    TITLE = "who holds it"
    KEY = "f4"
    HELP = """\
# Who holds it

The heart of the game. Each resource comes with duties: hardware, OS patches, failover, scaling, access ...
For each one this table says who holds it.

- **YOU**: an incident that strikes it pages you. Nobody else will act.
- **AWS**: an incident that strikes it is handled by the provider, in the time that service really takes.
- **shared**: AWS does a part; the rest is yours.
- **!** in front: an incident strikes this duty right now.

Ticking a box on SageMaker moves duties from YOU to AWS. Some stay yours on every road: access, data, sizing.

**Arrows** scroll; more resources than fit stand to the right.
"""

    def compose(self) -> ComposeResult:
        yield Sheet()

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.board,)

    def show(self, view: View) -> None:
        yours, theirs, shared = tally(view.board)
        self.border_title = self.titled(f"YOU {yours}  AWS {theirs}" + (f"  shared {shared}" if shared else "") if yours + theirs else "")
        board = view.board
        self.query_one(Sheet).set_drawing(lambda cells, _rows: draw_board(board, cells))
