"""A trace: two ends are picked, the hops light up on the map one by one, and where the way stops it says why and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Click, DescendantFocus, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Region, Size
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cloudlab.app.drawing.way import draw_hops, draw_trace, way_marks
from cloudlab.app.figures import short_ids
from cloudlab.app.ink import MUTED, plain
from cloudlab.app.panes.cloud_map.surface import MapSurface
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.lab.tracing import End, Trace

STEP = 0.35
"""Wall seconds between two hops lighting up."""
TALLEST = 24
KEYS = "Tab other end  click two on the map  Enter remedy to terminal  Esc back"
LEAST = Size(46, 9)
"""In less room beside the map the window stands over it."""
Goal = tuple["End", int]
"""An end and a port."""


class TraceScreen(ModalScreen[str]):
    """Lights up ways on a map. Returns the line that mends the last one, if that was chosen; else nothing, and the map is as before."""

    CSS_PATH = "trace.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back"),
        Binding("enter", "mend", "mend", priority=True),
        Binding("left,right,tab,shift+tab", "other", show=False, priority=True),
        Binding("pageup", "scroll(-1)", show=False, priority=True),
        Binding("pagedown", "scroll(1)", show=False, priority=True),
    ]

    def __init__(
        self,
        goals: Mapping[End, tuple[Goal, ...]],
        find: Callable[[str, str, int], Trace],
        surface: MapSurface,
        chosen: str = "",
        *,
        outside: str = "",
        moving: bool = True,
    ) -> None:
        """`goals`: where a trace may begin, and for each where it may lead. `chosen` is to be one of the ends.

        `outside` is the end that an internet gateway stands for on the map. `moving`: step by step.
        """
        super().__init__()
        self.goals = {source: targets for source, targets in goals.items() if targets}
        self.find = find
        self.surface = surface
        self.chosen = chosen
        self.outside = outside
        self.moving = moving
        self.way: Trace | None = None
        self.lit = 0
        self._stepping: Timer | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="trace"):
            if self.goals:
                with Vertical(id="trace-ends"):
                    yield Static(id="trace-from-title")
                    yield OptionList(id="trace-from", markup=False)
                    yield Static(id="trace-to-title")
                    yield OptionList(id="trace-to", markup=False)
            yield Sheet(id="trace-way")

    def on_mount(self) -> None:
        window = self.query_one("#trace")
        window.border_title = Content.styled("Trace: where does a packet get to?", "bold")
        window.border_subtitle = Content.styled(KEYS, MUTED)
        self._place()
        if not self.goals:
            text = "There is nothing to trace yet: a trace begins or ends at an instance, and you know of none."
            self.query_one("#trace-way", Sheet).set_drawing(lambda cells, _rows: [((text[:cells], ""),)])
            return
        listed = self.query_one("#trace-from", OptionList)
        for source in self.goals:
            listed.add_option(Option(Content(plain(short_ids(source.label)))))
        listed.highlighted = 0
        listed.focus()

    # its place: beside the map, never over it where there is room -----------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._place)

    def _place(self) -> None:
        place = beside(self.surface.parent.region if self.surface.is_on_screen else Region(), self.app.size)  # type: ignore[union-attr]
        window = self.query_one("#trace")
        window.styles.offset = place.offset
        window.styles.width, window.styles.height = place.size

    # picking the ends -------------------------------------------------------------------------------------------------

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        if not self.goals:
            return
        for name in ("from", "to"):
            here = self.query_one(f"#trace-{name}").has_focus
            title = Content.styled(f"{'›' if here else ' '} {name}", "bold $text-accent" if here else MUTED)
            self.query_one(f"#trace-{name}-title", Static).update(title)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_list.id == "trace-from":
            self._list_goals()
        else:
            self._follow()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click only chooses an end."""
        event.stop()

    @property
    def source(self) -> End | None:
        at = self.query_one("#trace-from", OptionList).highlighted
        return list(self.goals)[at] if at is not None else None

    def _list_goals(self) -> None:
        listed = self.query_one("#trace-to", OptionList)
        listed.clear_options()
        if self.source is None:
            return
        targets = self.goals[self.source]
        for end, port in targets:
            listed.add_option(Option(Content(f"{plain(short_ids(end.label))}  tcp/{port}")))
        listed.highlighted = next((i for i, (end, _) in enumerate(targets) if end.id == self.chosen), 0)

    def on_click(self, event: Click) -> None:
        """A click on the map picks the end whose list has the keyboard, then goes on to the other one."""
        spot = self.surface.spot_at(event.screen_x, event.screen_y) if event.widget is self else None
        if spot is not None and self.goals:
            self.pick(self.outside if spot.kind == "internet-gateway" else spot.id)

    def pick(self, end: str) -> None:
        """Make a thing the end whose list has the keyboard."""
        sources, targets = self.query_one("#trace-from", OptionList), self.query_one("#trace-to", OptionList)
        if targets.has_focus and self.source is not None:
            at = next((i for i, (goal, _) in enumerate(self.goals[self.source]) if goal.id == end), None)
            listed, other = targets, sources
        else:
            at = next((i for i, source in enumerate(self.goals) if source.id == end), None)
            listed, other = sources, targets
        if at is None:
            self.query_one("#trace").border_subtitle = Content("A trace leads from one instance, or the internet, to another.")
            return
        listed.highlighted = at
        other.focus()

    # following the way ------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        at = self.query_one("#trace-to", OptionList).highlighted
        if self.source is None or at is None or at >= len(self.goals[self.source]):
            return
        end, port = self.goals[self.source][at]
        self.way = self.find(self.source.id, end.id, port)
        if self._stepping is not None:
            self._stepping.stop()
        self.lit = 1 if self.moving else len(self.way.hops)
        if self.moving:
            self._stepping = self.set_interval(STEP, self._step)
        self._show()

    def _step(self) -> None:
        if self.way is None or self.lit >= len(self.way.hops):
            if self._stepping is not None:
                self._stepping.stop()
            return
        self.lit += 1
        self._show()

    def _show(self) -> None:
        way, lit = self.way, self.lit
        if way is None:
            return
        sheet = self.query_one("#trace-way", Sheet)
        sheet.set_drawing(lambda cells, _rows: draw_trace(way, lit, cells))
        self.surface.mark(way_marks(way, lit), following=True)
        self.call_after_refresh(self._keep_in_sight, sheet)

    def _keep_in_sight(self, sheet: Sheet) -> None:
        """Scroll the text to the hop that lit up last; in the end to what came of it."""
        region = sheet.scrollable_content_region
        if self.way is not None and region.width:
            done = self.lit >= len(self.way.hops)
            draw = draw_trace if done else draw_hops
            sheet.scroll_to(y=max(0, len(draw(self.way, self.lit, region.width - 1)) - region.height), animate=False)

    # keys -------------------------------------------------------------------------------------------------------------

    def action_mend(self) -> None:
        if self.way is None:
            return
        if self.way.line:
            self.surface.mark(way_marks(self.way, len(self.way.hops)))
            self.dismiss(self.way.line)
        else:
            self.lit = len(self.way.hops)
            self._show()

    def action_other(self) -> None:
        """Go to the list of the other end."""
        if self.goals:
            here = self.query_one("#trace-from", OptionList)
            (self.query_one("#trace-to", OptionList) if here.has_focus else here).focus()

    def action_scroll(self, way: int) -> None:
        self.query_one("#trace-way", Sheet).scroll_relative(y=way * 5, animate=False)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._scroll_map(event, 1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._scroll_map(event, -1)

    def _scroll_map(self, event: MouseScrollDown | MouseScrollUp, way: int) -> None:
        if self.surface.region.contains(event.screen_x, event.screen_y):
            self.surface.scroll_relative(y=way * 3, animate=False)

    def action_close(self) -> None:
        self.surface.mark({})
        self.dismiss("")


def beside(map_: Region, screen: Size) -> Region:
    """Return where the window stands: below the map, else at its right, else over it at the lower edge."""
    below = Region(map_.x, map_.bottom, screen.width - map_.x, min(TALLEST, screen.height - map_.bottom))
    if map_ and below.height >= LEAST.height:
        return below
    right = Region(map_.right, map_.y, screen.width - map_.right, min(TALLEST, screen.height - map_.y))
    if map_ and right.width >= LEAST.width and right.height >= LEAST.height:
        return right
    height = min(screen.height, LEAST.height + 2)
    return Region(0, screen.height - height, screen.width, height)
