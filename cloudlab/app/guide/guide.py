"""The guide: a strip above the panes that says one thing to do, sees it done, and says the next; two bare lines where rows are dear."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.events import Click, Resize
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
    """Watches a play screen. Esc on an empty line, or a click on its last line, ends it; the palette and the menu begin it again."""

    DEFAULT_CSS = """
    Guide { height: auto; border: round $accent; border-title-color: $text-accent; padding: 0 1; background: $surface; }
    Guide.-bare { border: none; }
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

    def on_click(self, event: Click) -> None:
        """A click on the last line ends it, and anywhere once it is done."""
        if self.orientation.step is None or event.screen_y == self.content_region.bottom - 1:
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
        bare = self.screen.has_class("-folded")
        self.set_class(bare, "-bare")
        if bare:
            self._tell_bare(max(30, self.app.size.width - 2))
            return
        cells = max(30, self.content_region.width or self.app.size.width - 4)
        done = line(("✓ ", style("good")), (f"{self.done}  ", style("good"))) if self.done else ()
        if step is None:
            self.border_title = Content.styled("orientation: done", "bold")
            rows = ink.wrapped("That is all there is to know. The rest the brief, the objectives and the pager will tell you.", cells)
            self.query_one("#guide-text", Static).update(content([*rows, line(("Esc, or a click here, closes this", MUTED))]))
            return
        self.border_title = Content.styled(f"orientation {self.orientation.at + 1} of {len(STEPS)}: {step.title}", "bold")
        rows = ink.wrapped(self._keyed(step.text), cells, STRONG)
        last = line(*done, ("Esc on an empty line, or a click here, skips the orientation", MUTED))
        self.query_one("#guide-text", Static).update(content([*rows, last]))

    def _tell_bare(self, cells: int) -> None:
        """Say the step in two lines without a frame."""
        step = self.orientation.step
        if step is None:
            rows = [
                line(("✓ orientation done. ", style("good")), ("The brief, the goals and the pager tell the rest. ", ""), ("Esc", MUTED))
            ]
        else:
            lead = f"{'✓ ' if self.done else ''}{self.orientation.at + 1}/{len(STEPS)} "
            rows = ink.wrapped(f"{lead}{self._keyed(step.text)} (Esc skips)", cells, STRONG)
        self.query_one("#guide-text", Static).update(content(rows))

    def _keyed(self, text: str) -> str:
        """Put in the keys as they are now, a player's own first."""
        keys = {each.id: self.own.get(each.id, each.keys) for each in rebindable()}
        return re.sub(r"\{([a-z.]+)\}", lambda found: shown(keys.get(found[1], "F1")), text)
