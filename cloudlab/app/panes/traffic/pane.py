"""The plots beside the map: requests per hour first, the others by key; Enter lets them fill the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.events import Click, Resize

from cloudlab.app.panes.pane import Pane
from cloudlab.app.panes.plots.help import PLOTS_HELP
from cloudlab.app.panes.plots.plot import Plot, tab_at, tab_strip

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


class TrafficPane(Pane):
    """Draws View.services, View.series or View.money: whichever tab is chosen."""

    NAME = "traffic"
    TITLE = "requests per hour"
    KEY = "f8"
    HELP = PLOTS_HELP
    DEFAULT_CSS = "TrafficPane { border-subtitle-align: left; border-subtitle-color: $foreground; }"

    def __init__(self) -> None:
        super().__init__()
        self.plot = Plot()

    def compose(self) -> ComposeResult:
        yield self.plot

    def slices(self, view: View) -> tuple[object, ...]:
        return self.plot.slices(view)

    def show(self, view: View) -> None:
        self.border_title = self.titled(view.services[0].title if view.services else "")
        self.plot.told(view)

    @on(Plot.Turned)
    def _turned(self) -> None:
        self._shown = None  # another tab shows other slices
        self._tell()
        self._strip()

    @on(Plot.Opened)
    def _opened(self, event: Plot.Opened) -> None:
        from cloudlab.app.panes.plots.screen import PlotsScreen

        self.app.push_screen(PlotsScreen(self.screen, event.tab))

    def on_resize(self, event: Resize) -> None:
        self._strip()

    def _strip(self) -> None:
        self.border_subtitle = tab_strip(self.plot.tab, self.size.width)

    def on_click(self, event: Click) -> None:
        """A click on a name in the strip chooses that tab."""
        if event.screen_y == self.region.bottom - 1:
            tab = tab_at(event.screen_x - self.region.x - 2, self.plot.tab, self.size.width)
            if tab is not None:
                self.plot.focus()
                self.plot.action_tab(tab)
