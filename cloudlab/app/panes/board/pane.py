"""Who holds it: for each duty of each resource, you or AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.events import Click

from cloudlab.app.drawing.board import tally
from cloudlab.app.ink import plain
from cloudlab.app.panes.board.grid import BoardGrid
from cloudlab.app.panes.pane import Pane
from cloudlab.lab.board_filters import ALL

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
- **!** in front: an incident strikes this duty right now. **\\*** behind: one has, and it is over.

Ticking a box on SageMaker moves duties from YOU to AWS. Some stay yours on every road: access, data, sizing.

| key | does |
|---|---|
| **arrows**, a click | choose a cell; the lower edge says whose it is, and where there is room stands why, with the source |
| **Enter**, a double click | everything about it: both parts, note, what struck it, source and confidence |
| **Ctrl+F**, a click on the lower edge | filter: all, only what is yours, only what was struck, one kind of service |

Duties and names stay in sight while the table scrolls; `‹ 2` and `3 ›` tell how many columns are further on.
"""

    def compose(self) -> ComposeResult:
        yield BoardGrid()

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.board,)

    def show(self, view: View) -> None:
        yours, theirs, shared = tally(view.board)
        self.border_title = self.titled(f"YOU {yours} AWS {theirs}" + (f" shared {shared}" if shared else "") if yours + theirs else "")
        self.query_one(BoardGrid).show(view.board)

    @on(BoardGrid.Changed)
    def _changed(self, event: BoardGrid.Changed) -> None:
        """Say in the lower edge what is chosen and what the filter leaves; it costs the board no row."""
        grid = self.query_one(BoardGrid)
        only = f"only {grid.only}" if grid.only != ALL else ""
        self.border_subtitle = Content("  ".join(part for part in (only, plain(grid.note)) if part))

    def on_click(self, event: Click) -> None:
        """A click on the lower edge takes the next filter."""
        super().on_click(event)
        if event.y == self.size.height + 1:
            self.query_one(BoardGrid).action_filter()
