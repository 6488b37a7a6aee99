"""Patching over the whole screen, while the run goes on behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widget import Widget

from cloudlab.app import ink
from cloudlab.app.bars.keys import KeysBar
from cloudlab.app.bars.status import StatusBar
from cloudlab.app.ink import MUTED, STRONG, Line, line, style
from cloudlab.app.screens.patching.help import PATCHING_HELP
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.app.drawing.status import Clock
    from cloudlab.lab.patches import PatchLine
    from cloudlab.lab.view.slices import View

SIGNS = {"bad": "!", "warn": "·", "good": "✓", "quiet": " "}


class PatchingScreen(Screen[None]):
    """Follows the screen it was opened from, and draws View.patching."""

    CSS_PATH = "patching.tcss"
    AUTO_FOCUS = "Sheet"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,exclamation_mark", "close", "back", key_display="Esc"),
        Binding("space", "clock", "run/pause"),
        Binding("f1,question_mark", "help", "help"),
    ]

    def __init__(self, behind: Widget) -> None:
        super().__init__()
        self.behind = behind
        self._lines: tuple[PatchLine, ...] | None = None

    def compose(self) -> ComposeResult:
        yield StatusBar()
        with Vertical(id="patching"):
            yield Sheet()
        yield KeysBar()

    def on_mount(self) -> None:
        self.watch(self.behind, "view", self._told)
        self.watch(self.behind, "clock", self._clock)

    def _told(self, view: View | None) -> None:
        if view is None:
            return
        self.query_one(StatusBar).view = view
        if view.patching is not self._lines:
            self._lines = view.patching
            exposed = sum(p.tone == "bad" for p in view.patching)
            told = (f"{exposed} exposed", style("bad")) if exposed else ("nobody exposed", MUTED)
            self.query_one("#patching").border_title = Content.assemble(("patching ", "bold"), told)
            self.query_one(Sheet).set_drawing(self._draw)

    def _clock(self, clock: Clock) -> None:
        self.query_one(StatusBar).clock = clock

    def _draw(self, cells: int, _rows: int) -> list[Line]:
        lines: list[Line] = []
        for told in self._lines or ():
            tone = MUTED if told.tone == "quiet" else style(told.tone)
            for n, row in enumerate(ink.wrapped(told.about, cells - 2, STRONG)):
                lines.append(line((f"{SIGNS[told.tone]} " if n == 0 else "  ", tone), *row))
            lines += [line(("  ", ""), *row) for part in told.text.split("; ") if part for row in ink.wrapped(part, cells - 2, tone)]
        return lines

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < 110, "-narrow")

    def action_close(self) -> None:
        self.dismiss(None)

    async def action_clock(self) -> None:
        await self.behind.run_action("toggle_clock")

    def action_help(self) -> None:
        from cloudlab.app.screens.help.screen import HelpScreen

        self.app.push_screen(HelpScreen(PATCHING_HELP))
