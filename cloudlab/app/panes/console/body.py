"""What the console is made of: a title, a search, lists, the line a form comes to, what would come of it, buttons."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from cloudlab.app import ink
from cloudlab.app.panes.console.lists import Buttons, KeptList, OfferList
from cloudlab.app.panes.pane import Pane
from cloudlab.app.widgets.two_rows import TwoRows

SEARCH = "search a command: subnet, role, train ..."


class ConsoleBody(Pane):
    """Its widgets and how wide they may write; it does nothing with them."""

    def compose(self) -> ComposeResult:
        yield Static(Content(), id="console-title", markup=False)
        yield Input(placeholder=SEARCH, id="console-input", compact=True, select_on_focus=False)
        yield OfferList()
        yield KeptList(id="console-rows", markup=False, compact=True)
        yield TwoRows(id="console-line")
        yield TwoRows(id="console-foresight")
        yield Buttons()

    def on_mount(self) -> None:
        super().on_mount()
        self.input.cursor_blink = False

    @property
    def input(self) -> Input:
        """Searches a command, and takes what a row is filled with."""
        return self.query_one("#console-input", Input)

    @property
    def rows(self) -> KeptList:
        """What may be picked, or the rows of a form."""
        return self.query_one("#console-rows", KeptList)

    @property
    def offers(self) -> OfferList:
        return self.query_one(OfferList)

    @property
    def line(self) -> TwoRows:
        return self.query_one("#console-line", TwoRows)

    @property
    def below(self) -> TwoRows:
        """What would come of the form; while a command is picked, what that one is for."""
        return self.query_one("#console-foresight", TwoRows)

    @property
    def cells(self) -> int:
        """How wide a line of a list may be."""
        return max(30, self.size.width - 2)

    def title(self, line: ink.Line) -> None:
        self.query_one("#console-title", Static).update(ink.content([ink.fit(line, self.cells)]), layout=False)
