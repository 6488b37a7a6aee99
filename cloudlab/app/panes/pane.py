"""Pane: what all panes share - a titled frame, a key, a page of help, and repainting only when its own slices changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from cloudlab.app.ink import MUTED, plain

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


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

    def on_mount(self) -> None:
        self.border_title = self.titled()
        self._tell()

    def titled(self, note: str = "") -> Content:
        """Return the frame's title: name, key, and a short note."""
        parts: list[str | tuple[str, str]] = [(self.TITLE, "bold")]
        if self.KEY:
            parts.append((f" {self.KEY.upper()}", MUTED))
        if note:
            parts.append((f"  {plain(note)}", MUTED))
        return Content.assemble(*parts)

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
