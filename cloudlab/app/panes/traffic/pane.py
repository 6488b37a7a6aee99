"""Requests per hour: answered in time, slow, failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from cloudlab.app.drawing.traffic import draw_service
from cloudlab.app.ink import Line
from cloudlab.app.panes.pane import Pane
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


class TrafficPane(Pane):
    """Draws View.services."""

    NAME = "traffic"
    TITLE = "requests per hour"
    KEY = "f8"
    HELP = """\
# Requests per hour

One bar per hour, as high as the requests asked in it: █ answered in time, ▒ answered but slow, ╳ failed.
What is neither in time nor answered burns the error budget.

The service is in one of four states:

| state | means |
|---|---|
| fine | within the objective |
| degraded | slower or less than promised, the budget holds |
| burning | the error budget will be gone in the time shown |
| down | nobody gets an answer |

Without monitoring you see the traffic **as of your last look**; the age is told.
"""

    def compose(self) -> ComposeResult:
        yield Sheet()

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.services,)

    def show(self, view: View) -> None:
        services, now = view.services, view.status.now
        self.border_title = self.titled(services[0].title if services else "")

        def draw(cells: int, rows: int) -> list[Line]:
            each = max(5, rows // max(1, len(services)))
            return [row for service in services for row in draw_service(service, now, cells, each)]

        self.query_one(Sheet).set_drawing(draw)
