"""TwoRows: a sentence in a fixed place of two rows; where it is longer, the pointer shows it whole."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from cloudlab.app import ink
from cloudlab.app.ink import MUTED


class TwoRows(Static):
    """Told what to say; never laid out anew for it."""

    DEFAULT_CSS = "TwoRows { height: 2; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(Content(), id=id, markup=False)

    def tell(self, text: str, look: str, cells: int, *, below: str = "", ends: bool = False) -> None:
        """Show a text; `below` stands quietly in the second row where the text needs only one.

        Of a longer text the second row is shown, cut, or with `ends` the last one.
        """
        first, *more = [row[0][0] for row in ink.wrapped(text, cells, look)] or [""]
        last = (f"…{more[-1]}" if ends else f"{more[0]} …") if len(more) > 1 else "".join(more)
        rows = [ink.line((first, look)), ink.fit(ink.line((last, look) if last else (below, MUTED)), cells)]
        self.update(ink.content(rows), layout=False)
        self.tooltip = Content(text) if len(more) > 1 else None
