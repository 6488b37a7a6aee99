"""The status bar: one line on a wide screen, two on a narrow one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from cloudlab.app.drawing.status import Clock, draw_status
from cloudlab.app.ink import content

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


class StatusBar(Widget):
    """Shows level, clock, money and service."""

    view: var[View | None] = var(None, init=False)
    clock: var[Clock] = var(Clock, init=False)

    def __init__(self) -> None:
        super().__init__(id="status")
        self._slices: tuple[object, ...] = ()

    def watch_view(self, view: View | None) -> None:
        if view is not None and not (self._slices and all(a is b for a, b in zip(self._slices, (view.status, view.services), strict=True))):
            self._slices = (view.status, view.services)
            self.refresh()

    def watch_clock(self) -> None:
        self.refresh()

    def render(self) -> Content:
        if self.view is None:
            return Content()
        return content(draw_status(self.view.status, self.view.services, self.clock, self.size.width, self.size.height))
