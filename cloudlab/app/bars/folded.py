"""The row of panes on a folded screen: one pane is shown at a time, each has its key, and a click shows it too."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from cloudlab.app.ink import FRAME, MUTED


class FoldedBar(Widget):
    """Shows names and keys; the shown pane stands out by brackets and weight, not by colour alone."""

    shown: var[str] = var("", init=False)
    urgent: var[int] = var(0, init=False)
    """Open pages that are the player's."""

    class Chosen(Message):
        """A pane was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, panes: tuple[tuple[str, str, str], ...]) -> None:
        """`panes`: (name, word, key) each."""
        super().__init__(id="folded")
        self.panes = panes
        self._ends: list[tuple[int, str]] = []

    def watch_shown(self) -> None:
        self.refresh()

    def watch_urgent(self) -> None:
        self.refresh()

    def render(self) -> Content:
        parts: list[str | tuple[str, str]] = []
        at = 0
        self._ends = []
        for name, word, key in self.panes:
            count = f"({self.urgent}!)" if name == "pager" and self.urgent else ""
            label = f"[{word}{count}]" if name == self.shown else f" {word}{count} "
            parts += [
                (label, "bold $text-accent" if name == self.shown else "bold $text-error" if count else ""),
                (key, MUTED),
                (" ", FRAME),
            ]
            at += len(label) + len(key) + 1
            self._ends.append((at, name))
        return Content.assemble(*parts)

    def on_click(self, event: Click) -> None:
        for end, name in self._ends:
            if event.x < end:
                self.post_message(self.Chosen(name))
                return
