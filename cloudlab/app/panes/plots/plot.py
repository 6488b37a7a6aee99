"""Plot: one drawing of the run at a time, with a window of time one can zoom and move. It is told slices and draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key, MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.message import Message
from textual.widget import Widget

from cloudlab.app import ink
from cloudlab.app.drawing.traffic import draw_service
from cloudlab.app.ink import MUTED, Line, content
from cloudlab.model.time import HOUR, Seconds

if TYPE_CHECKING:
    from cloudlab.app.drawing.plots import Window
    from cloudlab.lab.view.slices import Chart, Mark, View

TABS = (
    ("requests", "requests"),
    ("rates", "rates"),
    ("latency", "latency"),
    ("busy", "busy"),
    ("budget", "budget"),
    ("value", "value"),
    ("money", "money"),
    ("bill", "bill"),
)
"""(chart, its name on the tab)."""

KEYS = {
    "plus": "zoom(True)",
    "equals_sign": "zoom(True)",
    "minus": "zoom(False)",
    "0": "whole",
    "left_square_bracket": "step(-1)",
    "right_square_bracket": "step(1)",
    "full_stop": "mark(1)",
    "comma": "mark(-1)",
    "semicolon": "service",
    **{str(i + 1): f"tab({i})" for i in range(len(TABS))},
}
"""Characters that are the plot's while it has the keyboard. None of them begins a line; letters are left to the terminal."""


class Plot(Widget, can_focus=True):
    """Draws the tab that is chosen. `told` gives it a View; it repaints when a slice it shows is another one."""

    DEFAULT_CSS = "Plot { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign", "zoom(True)", "zoom", key_display="+/-"),
        Binding("left", "pan(-1)", "pan", key_display="←/→"),
        Binding("right", "pan(1)", "pan", show=False),
        Binding("0", "whole", "all of it"),
        Binding("right_square_bracket", "step(1)", "tab", key_display="[ ]"),
        Binding("full_stop", "mark(1)", "mark", key_display=", ."),
        Binding("up", "scroll_by(-1)", "scroll", key_display="↑/↓"),
        Binding("down", "scroll_by(1)", show=False),
        Binding("pageup", "scroll_page(-1)", show=False),
        Binding("pagedown", "scroll_page(1)", show=False),
        Binding("enter,f8", "open", "fill the screen", show=False),
    ]

    class Turned(Message):
        """Another tab was chosen."""

    class Opened(Message):
        """The plot should fill the screen."""

        def __init__(self, tab: int) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, tab: int = 0, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tab = tab
        self.repaints = 0
        """How often it drew; tests read it."""
        self._view: View | None = None
        self._window: Window | None = None
        """None: the whole run so far."""
        self._picked: Mark | None = None
        self._which = 0
        self._top = 0
        self._dragged: int | None = None

    @property
    def name_of_tab(self) -> str:
        return TABS[self.tab][0]

    def slices(self, view: View) -> tuple[object, ...]:
        """Return what of the View the chosen tab shows."""
        if self.name_of_tab == "requests":
            return (view.services,)
        return (view.money,) if self.name_of_tab == "bill" else (view.series,)

    def told(self, view: View) -> None:
        """Take a View; draw again where it shows something else."""
        before, self._view = self._view, view
        if before is None or any(a is not b for a, b in zip(self.slices(before), self.slices(view), strict=True)):
            self.refresh()

    # drawing ----------------------------------------------------------------------------------------------------------

    def render(self) -> Content:
        self.repaints += 1
        cells, rows = self.size.width, self.size.height
        if self._view is None or cells < 20 or rows < 3:
            return Content()
        return content(self._lines(self._view, cells, rows))

    def _lines(self, view: View, cells: int, rows: int) -> list[Line]:
        now = view.status.now
        if self.name_of_tab == "requests":
            each = max(5, rows // max(1, len(view.services)))
            return [row for service in view.services for row in draw_service(service, now, cells, each)]
        from cloudlab.app.drawing.plots import draw_bill, draw_chart

        if self.name_of_tab == "bill":
            lines = draw_bill(view.money, cells - 1)
            self._top = max(0, min(self._top, len(lines) - rows))
            shown = lines[self._top : self._top + rows]
            if self._top + rows < len(lines):
                shown[-1] = ink.fit(((f"↓ {len(lines) - self._top - rows + 1} more lines", MUTED),), cells)
            return shown
        chart = self.chart(view)
        if chart is None:
            return [ink.line(("nothing to draw yet", MUTED))]
        return draw_chart(chart, self.window(view), view.series.marks, cells, rows, now=now, picked=self._picked)

    def chart(self, view: View) -> Chart | None:
        """Return the chart of the tab, of the service that is chosen; money with where it is going."""
        charts = [c for c in view.series.charts if c.id == self.name_of_tab]
        if not charts:
            return None
        chart = charts[self._which % len(charts)]
        if chart.id == "money" and view.money.projected_micros and chart.as_of is not None and view.status.over is None:
            from dataclasses import replace

            from cloudlab.lab.view.slices import Curve

            going = ((chart.as_of, chart.curves[-1].points[-1][1]), (view.money.ends, view.money.projected_micros))
            return replace(chart, curves=(*chart.curves, Curve("at this rate", going)))
        return chart

    def window(self, view: View) -> Window:
        """Return the stretch of time shown."""
        from cloudlab.app.drawing.plots import Window

        low, high = view.series.starts, view.series.ends
        if self._window is None or (self._window.low, self._window.high) != (low, high):
            told = max((c.as_of or low for c in view.series.charts), default=low)
            end = high if self.name_of_tab == "money" else min(max(told, low + 2 * HOUR), high)
            return Window(low, end, low, high)
        return self._window

    # keys -------------------------------------------------------------------------------------------------------------

    async def on_key(self, event: Key) -> None:
        if event.key in KEYS:
            event.stop()
            event.prevent_default()
            await self.run_action(KEYS[event.key])

    @property
    def _in_time(self) -> bool:
        return self.name_of_tab not in ("requests", "bill")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what lies along time is zoomed and panned; only the bill is longer than its place."""
        if action in ("zoom", "pan", "whole", "mark"):
            return self._in_time
        return self.name_of_tab == "bill" if action in ("scroll_by", "scroll_page") else super().check_action(action, parameters)

    def action_tab(self, index: int) -> None:
        if index != self.tab:
            self.tab = index
            self._top = 0
            self.post_message(self.Turned())
            self.refresh_bindings()
        self.refresh()

    def action_step(self, by: int) -> None:
        self.action_tab((self.tab + by) % len(TABS))

    def action_open(self) -> None:
        self.post_message(self.Opened(self.tab))

    def action_zoom(self, inwards: bool, around: Seconds | None = None) -> None:
        if self._view is not None and self._in_time:
            at = around if around is not None else self._picked.at if self._picked is not None else None
            self._window = self.window(self._view).zoomed(inwards, at)
            self.refresh()

    def action_pan(self, by: int) -> None:
        if self._view is not None and self._in_time:
            window = self.window(self._view)
            self._window = window.panned(by * max((window.end - window.start) // 8, HOUR // 4))
            self.refresh()

    def action_whole(self) -> None:
        self._window = self._picked = None
        self.refresh()

    def action_service(self) -> None:
        self._which += 1
        self.refresh()

    def action_scroll_by(self, by: int) -> None:
        self._top = max(0, self._top + by)
        self.refresh()

    def action_scroll_page(self, by: int) -> None:
        self.action_scroll_by(by * max(1, self.size.height - 2))

    def action_mark(self, by: int) -> None:
        """Tell the next or previous mark on the time axis, and bring it into sight."""
        if self._view is None or not self._in_time or not self._view.series.marks:
            return
        marks = self._view.series.marks
        at = marks.index(self._picked) + by if self._picked in marks else (0 if by > 0 else -1)
        self._picked = marks[at % len(marks)]
        window = self.window(self._view)
        if not window.start <= self._picked.at <= window.end:
            self._window = window.panned(self._picked.at - (window.start + window.end) // 2)
        self.refresh()

    # mouse ------------------------------------------------------------------------------------------------------------

    def _at(self, x: int) -> Seconds:
        from cloudlab.app.drawing.plots import LEFT, instant_of

        assert self._view is not None
        window = self.window(self._view)
        return instant_of(x - LEFT, (window.start, window.end), self.size.width - LEFT)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._wheel(event, True)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._wheel(event, False)

    def _wheel(self, event: MouseScrollUp | MouseScrollDown, inwards: bool) -> None:
        event.stop()
        if self._view is not None and self._in_time:
            self.action_zoom(inwards, self._at(event.x))
        else:
            self.action_scroll_by(-2 if inwards else 2)

    def on_mouse_down(self, event: MouseDown) -> None:
        if self._view is not None and self._in_time:
            self._dragged = event.x
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._dragged is not None and self._view is not None and event.x != self._dragged:
            self._window = self.window(self._view).panned(self._at(self._dragged) - self._at(event.x))
            self._dragged = event.x
            self.refresh()

    def on_mouse_up(self, event: MouseUp) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()


def _strip(chosen: int, cells: int) -> list[str]:
    """Return the texts of the strip, one per tab; closer together where there is little room."""
    names = [f"{i + 1} [{name}]" if i == chosen else f"{i + 1} {name}" for i, (_, name) in enumerate(TABS)]
    gap = "  " if sum(len(name) + 2 for name in names) <= cells else " "
    return [*(name + gap for name in names[:-1]), names[-1]]


def tab_strip(chosen: int, cells: int) -> Content:
    """Return the names of the tabs with their keys, the chosen one in brackets; only that one where there is no room."""
    parts = _strip(chosen, cells)
    if sum(map(len, parts)) > cells:
        return Content.assemble((f"{chosen + 1} of {len(TABS)} ", MUTED), (f"[{TABS[chosen][1]}]", "bold"), ("  [ ] others", MUTED))
    return Content.assemble(*((text, "bold" if i == chosen else MUTED) for i, text in enumerate(parts)))


def tab_at(x: int, chosen: int, cells: int) -> int | None:
    """Return the tab whose name in the strip stands at column `x`."""
    parts = _strip(chosen, cells)
    if sum(map(len, parts)) > cells:
        return None
    at = 0
    for i, text in enumerate(parts):
        at += len(text)
        if x < at:
            return i
    return None
