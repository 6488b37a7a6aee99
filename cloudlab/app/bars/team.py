"""The team bar: who is busy with what, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from cloudlab.app.drawing.operations import draw_team
from cloudlab.app.ink import content

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


class TeamBar(Widget):
    """Shows the team on one line."""

    view: var[View | None] = var(None, init=False)

    def __init__(self) -> None:
        super().__init__(id="team")
        self._team: object = None

    def watch_view(self, view: View | None) -> None:
        if view is not None and view.team is not self._team:
            self._team = view.team
            self.refresh()

    def render(self) -> Content:
        if self.view is None:
            return Content()
        return content([draw_team(self.view.team, self.view.status.now, self.size.width)])
