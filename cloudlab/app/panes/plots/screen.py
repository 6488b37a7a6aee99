"""The plots over the whole screen, while the run goes on behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click, Resize
from textual.screen import Screen
from textual.widget import Widget

from cloudlab.app.bars.keys import KeysBar
from cloudlab.app.bars.status import StatusBar
from cloudlab.app.ink import MUTED
from cloudlab.app.panes.plots.help import PLOTS_HELP
from cloudlab.app.panes.plots.plot import TABS, Plot, tab_at, tab_strip

if TYPE_CHECKING:
    from cloudlab.app.drawing.status import Clock
    from cloudlab.lab.view.slices import View


class PlotsScreen(Screen[None]):
    """Follows the `view` and the `clock` of the screen it was opened from."""

    CSS_PATH = "plots.tcss"
    AUTO_FOCUS = "Plot"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f8", "close", "back", key_display="Esc"),
        Binding("space", "clock", "run/pause"),
        Binding("f1,question_mark", "help", "help"),
    ]

    def __init__(self, behind: Widget, tab: int = 0) -> None:
        super().__init__()
        self.behind = behind
        self.plot = Plot(tab)

    def compose(self) -> ComposeResult:
        yield StatusBar()
        with Vertical(id="plots"):
            yield self.plot
        yield KeysBar()

    def on_mount(self) -> None:
        self.query_one("#plots").border_title = Content.assemble(("plots ", "bold"), ("F8", MUTED))
        self.watch(self.behind, "view", self._told)
        self.watch(self.behind, "clock", self._clock)
        self._turned()

    def _told(self, view: View | None) -> None:
        if view is not None:
            self.query_one(StatusBar).view = view
            self.plot.told(view)

    def _clock(self, clock: Clock) -> None:
        self.query_one(StatusBar).clock = clock

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < 110, "-narrow")
        self.call_after_refresh(self._turned)

    @on(Plot.Turned)
    def _turned(self) -> None:
        frame = self.query_one("#plots")
        frame.border_subtitle = tab_strip(self.plot.tab, max(frame.size.width, self.size.width - 4))

    @on(Plot.Opened)
    def _opened(self) -> None:
        self.action_close()

    def on_click(self, event: Click) -> None:
        """A click on a name in the strip chooses that tab."""
        frame = self.query_one("#plots").region
        if event.screen_y == frame.bottom - 1:
            tab = tab_at(event.screen_x - frame.x - 2, self.plot.tab, frame.width - 4)
            if tab is not None and tab < len(TABS):
                self.plot.action_tab(tab)

    def action_close(self) -> None:
        self.dismiss(None)

    async def action_clock(self) -> None:
        await self.behind.run_action("toggle_clock")

    def action_help(self) -> None:
        from cloudlab.app.screens.help.screen import HelpScreen

        self.app.push_screen(HelpScreen(PLOTS_HELP))
