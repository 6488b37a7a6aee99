"""Pane: what all panes share - a titled frame, a key, a page of help, and repainting only when its own slices changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from cloudlab.app.ink import MUTED, plain

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


DECK = (
    ("console", "console", "f2"),
    ("terminal", "terminal", "f3"),
    ("jobs", "jobs", "f5"),
    ("log", "log", "^l"),
    ("template", "template", "f12"),
)
"""The panes at the lower right."""


class Pane(Vertical):
    """A framed part of the play screen. `view` is bound to the screen's; `show` is called when a slice of it is another one."""

    NAME: ClassVar[str]
    """Its id on the screen, and the word in `show_pane(...)`."""
    TITLE: ClassVar[str]
    KEY: ClassVar[str] = ""
    HELP: ClassVar[str] = ""

    view: var[View | None] = var(None, init=False)

    def __init__(self) -> None:
        super().__init__(id=self.NAME, classes="pane")
        self._shown: tuple[object, ...] | None = None
        self.repaints = 0
        """How often `show` was called; tests read it."""

    DECK: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """(name, title, key) of the panes that share its place; their titles stand in its frame too."""

    class Asked(Message):
        """The title of a pane that shares the place was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def on_mount(self) -> None:
        self.border_title = self.titled()
        self._tell()

    def titled(self, note: str = "") -> Content:
        """Return the frame's title: name, key, and a short note."""
        parts: list[str | tuple[str, str]] = []
        for name, title, key in self.DECK or ((self.NAME, self.TITLE, self.KEY),):
            here = name == self.NAME
            parts += [("  " if parts else "", ""), (f"[{title}]" if here and self.DECK else title, "bold" if here else MUTED)]
            parts.append((f" {key.upper()}", MUTED))
        if note:
            parts.append((f"  {plain(note)}", MUTED))
        return Content.assemble(*parts)

    def on_click(self, event: Click) -> None:
        """A click on a title in the frame chooses that pane."""
        if event.y != 0 or not self.DECK:
            return
        at = 3
        for name, title, key in self.DECK:
            at += len(title) + len(key) + 3 + (2 if name == self.NAME else 0)
            if event.x < at:
                self.post_message(self.Asked(name))
                return

    def watch_view(self) -> None:
        self._tell()

    def _tell(self) -> None:
        if self.view is None or not self.is_mounted:
            return
        fresh = self.slices(self.view)
        if self._shown is None or any(a is not b for a, b in zip(fresh, self._shown, strict=True)):
            self._shown = fresh
            self.repaints += 1
            self.show(self.view)

    def slices(self, view: View) -> tuple[object, ...]:
        """Return what of the View this pane shows; compared by identity."""
        raise NotImplementedError

    def show(self, view: View) -> None:
        """Show the View's slices."""
        raise NotImplementedError

    def target(self) -> Widget:
        """Return what takes the keyboard when this pane is chosen."""
        return next((w for w in self.query("*") if w.focusable), self)
