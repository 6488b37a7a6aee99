"""The jobs over the whole screen, while the run goes on behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widget import Widget

from cloudlab.app.bars.keys import KeysBar
from cloudlab.app.bars.status import StatusBar
from cloudlab.app.ink import MUTED
from cloudlab.app.panes.trainings.board import JobsBoard
from cloudlab.app.panes.trainings.help import JOBS_HELP

if TYPE_CHECKING:
    from cloudlab.app.drawing.status import Clock
    from cloudlab.lab.live import LiveTraining
    from cloudlab.lab.view.slices import View

Answer = tuple[str, str]
"""The name of a job to be stopped, and the line that does it."""


class JobsScreen(Screen["Answer | None"]):
    """Follows the screen and the pane it was opened from; returns a job that should be stopped."""

    CSS_PATH = "jobs.tcss"
    AUTO_FOCUS = "JobsBoard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back", key_display="Esc"),
        Binding("space", "clock", "run/pause"),
        Binding("f1,question_mark", "help", "help"),
    ]

    def __init__(self, behind: Widget, pane: Widget, selected: int, marked: str | None) -> None:
        super().__init__()
        self.behind = behind
        self.pane = pane
        self.board = JobsBoard()
        self.board.selected, self.board.marked = selected, marked

    def compose(self) -> ComposeResult:
        yield StatusBar()
        with Vertical(id="all-jobs"):
            yield self.board
        yield KeysBar()

    def on_mount(self) -> None:
        self.query_one("#all-jobs").border_title = Content.assemble(("jobs ", "bold"), ("F5", MUTED))
        self.watch(self.behind, "view", self._told)
        self.watch(self.behind, "clock", self._clock)
        self.watch(self.pane, "live", self._live)

    def _told(self, view: View | None) -> None:
        if view is not None:
            self.query_one(StatusBar).view = view
            self.board.told(view)

    def _clock(self, clock: Clock) -> None:
        self.query_one(StatusBar).clock = clock

    def _live(self, live: dict[str, LiveTraining]) -> None:
        self.board.told_live(live)

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < 110, "-narrow")

    @on(JobsBoard.Opened)
    def _opened(self) -> None:
        self.action_close()

    @on(JobsBoard.Stopping)
    def _stopping(self, event: JobsBoard.Stopping) -> None:
        self.dismiss((event.name, event.line))

    def action_close(self) -> None:
        self.dismiss(None)

    async def action_clock(self) -> None:
        await self.behind.run_action("toggle_clock")

    def action_help(self) -> None:
        from cloudlab.app.screens.help.screen import HelpScreen

        self.app.push_screen(HelpScreen(JOBS_HELP))
