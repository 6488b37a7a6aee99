"""The guide: a strip above the panes that says one thing to do, sees it done, and says the next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from cloudlab.app import ink
from cloudlab.app.ink import MUTED, STRONG, content, line, style
from cloudlab.app.keys import rebindable, shown
from cloudlab.app.panes.pane import Pane
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.lab.orientation import STEPS, Orientation, Signs, signs_of

if TYPE_CHECKING:
    from textual.app import ComposeResult

LOOK = 0.2
"""Wall seconds between two looks at what the player has done."""


class Guide(Vertical):
    """Watches a play screen. Esc on an empty line, or a click on its last line, ends it."""

    DEFAULT_CSS = """
    Guide { height: auto; border: round $accent; border-title-color: $text-accent; padding: 0 1; background: $surface; }
    Guide > Static { height: auto; }
    """

    def __init__(self, own: dict[str, str]) -> None:
        super().__init__(id="guide")
        self.orientation = Orientation()
        self.own = own
        self.done = ""
        """The title of the step done last."""

    def compose(self) -> ComposeResult:
        yield Static(Content(), id="guide-text", markup=False)

    def on_mount(self) -> None:
        self._tell()
        self.set_interval(LOOK, self.look)

    def on_resize(self, event: Resize) -> None:
        self._tell()

    def on_click(self) -> None:
        if self.orientation.step is None:
            self.leave()

    def leave(self) -> None:
        """End the orientation."""
        self.remove()

    def look(self) -> None:
        """Look at what was done, and go on where the step is done."""
        step = self.orientation.step
        if step is not None and isinstance(self.screen, PlayScreen) and self.orientation.tell(self._signs(self.screen)):
            self.done = step.title
            self._tell()

    def _signs(self, screen: PlayScreen) -> Signs:
        focused = screen.focused
        pane = next((a.NAME for a in focused.ancestors_with_self if isinstance(a, Pane)), "") if focused is not None else ""
        warned = screen.terminal.foresight.tone == "bad" and bool(screen.terminal.line.value)
        return signs_of(screen.session, pane, warned=warned, sought=self.app.screen is not screen)

    def _tell(self) -> None:
        step = self.orientation.step
        cells = max(30, self.content_region.width or self.app.size.width - 4)
        done = line(("✓ ", style("good")), (f"{self.done}  ", style("good"))) if self.done else ()
        if step is None:
            self.border_title = Content.styled("orientation: done", "bold")
            rows = ink.wrapped("That is all there is to know. The rest the brief, the objectives and the pager will tell you.", cells)
            self.query_one("#guide-text", Static).update(content([*rows, line(("Esc, or a click here, closes this", MUTED))]))
            return
        self.border_title = Content.styled(f"orientation {self.orientation.at + 1} of {len(STEPS)}: {step.title}", "bold")
        rows = ink.wrapped(self._keyed(step.text), cells, STRONG)
        last = line(*done, ("Esc on an empty line skips the orientation", MUTED))
        self.query_one("#guide-text", Static).update(content([*rows, last]))

    def _keyed(self, text: str) -> str:
        """Put in the keys as they are now, a player's own first."""
        keys = {each.id: self.own.get(each.id, each.keys) for each in rebindable()}
        return re.sub(r"\{([a-z.]+)\}", lambda found: shown(keys.get(found[1], "F1")), text)
