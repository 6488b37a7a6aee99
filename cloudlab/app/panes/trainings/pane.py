"""Jobs: trainings as the cloud bills them, and beside each what this machine really does for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.reactive import var

from cloudlab.app import ink
from cloudlab.app.drawing.operations import draw_job
from cloudlab.app.ink import MUTED, Line
from cloudlab.app.panes.pane import DECK, Pane
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.lab.live import LiveTraining
    from cloudlab.lab.view.slices import View


class TrainingsPane(Pane):
    """Draws View.jobs; `live` is what the real workers tell, by spec digest."""

    NAME = "jobs"
    TITLE = "jobs"
    KEY = "f5"
    DECK = DECK
    HELP = """\
# Jobs

Each training, on both roads, with its metrics. Two times are kept apart:

- **modelled** is what the clock and the bill go by: the job at the size the data stands for, on the instance type you chose.
- **really** is your own machine training the real rows, right now, in a process beside the game. It never changes the bill.

The clock waits where it needs a real result that is not there yet; the status line says so.
"""

    live: var[dict[str, LiveTraining]] = var(dict, init=False)

    def compose(self) -> ComposeResult:
        yield Sheet()

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.jobs,)

    def watch_live(self) -> None:
        if self.view is not None and self.is_mounted:
            self.show(self.view)

    def show(self, view: View) -> None:
        jobs, now, live = view.jobs, view.status.now, self.live
        running = sum(1 for each in live.values() if not each.done)
        self.border_title = self.titled(f"{running} really training" if running else "")

        def draw(cells: int, _rows: int) -> list[Line]:
            if not jobs:
                return ink.wrapped(
                    "No training yet. A job on SageMaker or a training document on an instance shows here, round by round.", cells, MUTED
                )
            return [row for job in reversed(jobs) for row in (*draw_job(job, live.get(job.spec_digest), now, cells), ())]

        self.query_one(Sheet).set_drawing(draw)
