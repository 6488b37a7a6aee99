"""Jobs: trainings as the cloud bills them, and beside each what this machine really does for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.reactive import var

from cloudlab.app.panes.pane import DECK, Pane
from cloudlab.app.panes.trainings.board import JobsBoard
from cloudlab.app.panes.trainings.help import JOBS_HELP

if TYPE_CHECKING:
    from cloudlab.app.panes.trainings.screen import Answer
    from cloudlab.lab.live import LiveTraining
    from cloudlab.lab.view.slices import View


class TrainingsPane(Pane):
    """Draws View.jobs; `live` is what the real workers tell, by spec digest."""

    NAME = "jobs"
    TITLE = "jobs"
    KEY = "f5"
    DECK = DECK
    HELP = JOBS_HELP

    live: var[dict[str, LiveTraining]] = var(dict, init=False)

    def __init__(self) -> None:
        super().__init__()
        self.board = JobsBoard()

    def compose(self) -> ComposeResult:
        yield self.board

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.jobs,)

    def watch_live(self, before: dict[str, LiveTraining], live: dict[str, LiveTraining]) -> None:
        if not self.is_mounted:
            return
        self.board.told_live(live)
        if _running(before) != _running(live):
            self._entitle()

    def show(self, view: View) -> None:
        self._entitle()
        self.board.told(view)

    def _entitle(self) -> None:
        running = _running(self.live)
        self.border_title = self.titled(f"{running} really training" if running else "")

    @on(JobsBoard.Opened)
    def _opened(self) -> None:
        from cloudlab.app.panes.trainings.screen import JobsScreen

        screen = JobsScreen(self.screen, self, self.board.selected, self.board.marked)

        def closed(answer: Answer | None) -> None:
            self.board.selected, self.board.marked = screen.board.selected, screen.board.marked
            self.board.refresh()
            if answer is not None:
                self.post_message(JobsBoard.Stopping(*answer))

        self.app.push_screen(screen, closed)


def _running(live: dict[str, LiveTraining]) -> int:
    return sum(1 for each in live.values() if not each.done)
