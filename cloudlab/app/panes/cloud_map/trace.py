"""A trace: two ends are picked, the hops light up one by one, and where the way stops it says why and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cloudlab.app.drawing.inspection import draw_trace
from cloudlab.app.figures import short_ids
from cloudlab.app.ink import MUTED, plain
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.lab.tracing import End, Trace

STEP = 0.25
"""Wall seconds between two hops lighting up."""
Goal = tuple["End", int]
"""An end and a port."""
Answer = tuple[str, "Trace | None"]
"""A line for the terminal, or empty; and the way to be shown on the map."""


class TraceScreen(ModalScreen["Answer"]):
    """Returns the line that mends the way, if that was chosen, and the way itself."""

    CSS_PATH = "trace.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back"),
        Binding("enter", "mend", "mend", priority=True),
        Binding("left,right", "other", show=False, priority=True),
        Binding("pageup", "scroll(-1)", show=False, priority=True),
        Binding("pagedown", "scroll(1)", show=False, priority=True),
    ]

    def __init__(
        self, goals: Mapping[End, tuple[Goal, ...]], find: Callable[[str, str, int], Trace], chosen: str = "", *, moving: bool = True
    ) -> None:
        """`goals`: where a trace may begin, and for each where it may lead. `chosen` is to be one of the ends. `moving`: step by step."""
        super().__init__()
        self.goals = {source: targets for source, targets in goals.items() if targets}
        self.find = find
        self.chosen = chosen
        self.moving = moving
        self.way: Trace | None = None
        self.lit = 0
        self._stepping: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="trace"):
            if self.goals:
                with Horizontal(id="trace-ends"):
                    with Vertical(classes="trace-end"):
                        yield Static(Content.styled("from", MUTED))
                        yield OptionList(id="trace-from", markup=False)
                    with Vertical(classes="trace-end"):
                        yield Static(Content.styled("to", MUTED))
                        yield OptionList(id="trace-to", markup=False)
            yield Sheet(id="trace-way")
            yield Static(Content.styled("arrows pick the ends   Enter its remedy to terminal   Esc back", MUTED))

    def on_mount(self) -> None:
        self.query_one("#trace").border_title = Content.styled("Trace: where does a packet get to?", "bold")
        if not self.goals:
            text = "There is nothing to trace yet: a trace begins or ends at an instance, and you know of none."
            self.query_one("#trace-way", Sheet).set_drawing(lambda cells, _rows: [((text[:cells], ""),)])
            return
        listed = self.query_one("#trace-from", OptionList)
        for source in self.goals:
            listed.add_option(Option(Content(plain(short_ids(source.label)))))
        listed.highlighted = 0
        self.query_one("#trace-to", OptionList).focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_list.id == "trace-from":
            self._list_goals()
        else:
            self._follow()

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
        if way is not None:
            self.query_one("#trace-way", Sheet).set_drawing(lambda cells, _rows: draw_trace(way, lit, cells))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click only chooses an end."""
        event.stop()

    def action_mend(self) -> None:
        if self.way is not None and self.way.line:
            self.dismiss((self.way.line, self.way))
        elif self.way is not None:
            self.lit = len(self.way.hops)
            self._show()

    def action_other(self) -> None:
        """Go to the list of the other end."""
        if self.goals:
            here = self.query_one("#trace-from", OptionList)
            (self.query_one("#trace-to", OptionList) if here.has_focus else here).focus()

    def action_scroll(self, way: int) -> None:
        self.query_one("#trace-way", Sheet).scroll_relative(y=way * 5, animate=False)

    def action_close(self) -> None:
        self.dismiss(("", self.way))
