"""A thing of the map at length, at the right edge over the play screen: all that is known of it, and what can be done now."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cloudlab.app.drawing.inspection import action_text, draw_inspection
from cloudlab.app.ink import MUTED, content, plain
from cloudlab.app.widgets.sheet import Sheet
from cloudlab.app.widgets.two_rows import TwoRows

if TYPE_CHECKING:
    from cloudlab.lab.actions import Action
    from cloudlab.lab.inspecting import Inspection

Answer = tuple[str, str]
"""`("line", line)` to put it into the terminal, `("run", line)` to give it at once, `("trace", id)`, `("copy", id)`."""


class InspectScreen(ModalScreen["Answer | None"]):
    """Returns what the player chose, or nothing."""

    CSS_PATH = "inspect.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back"),
        Binding("r", "run", "do it now"),
        Binding("t", "trace", "trace"),
        Binding("c", "copy", "copy id"),
        Binding("pageup", "scroll(-1)", show=False, priority=True),
        Binding("pagedown", "scroll(1)", show=False, priority=True),
    ]

    def __init__(self, seen: Inspection, actions: tuple[Action, ...]) -> None:
        super().__init__()
        self.seen = seen
        self.actions = actions

    def compose(self) -> ComposeResult:
        with Vertical(id="inspect"):
            yield Sheet(id="inspect-text")
            if self.actions:
                yield Static(Content.styled("What you can do with it", "bold"), id="inspect-head")
                yield OptionList(id="actions", markup=False)
            yield TwoRows(id="inspect-line")
            yield Static(Content.styled("Enter to terminal  r do it now  t trace  c copy id  PgDn  Esc back", MUTED), id="inspect-keys")

    def on_mount(self) -> None:
        seen = self.seen
        frame = self.query_one("#inspect")
        name = (f"  {plain(seen.name)}", "bold") if seen.name != seen.id else ("", "")
        frame.border_title = Content.assemble((seen.kind, MUTED), name, (f"  {plain(seen.id)}", MUTED))
        self.query_one("#inspect-text", Sheet).set_drawing(lambda cells, _rows: draw_inspection(seen, cells))
        if not self.actions:
            self.query_one("#inspect-text", Sheet).focus()
            return
        listed = self.query_one("#actions", OptionList)
        cells = max(30, min(72, self.app.size.width) - 7)
        for action in self.actions:
            listed.add_option(Option(content(action_text(action, cells)), disabled=not action.enabled))
        listed.highlighted = next((i for i, a in enumerate(self.actions) if a.enabled), None)
        listed.focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        line = self.actions[event.option_index].line
        shown = self.query_one("#inspect-line", TwoRows)
        shown.tell(f"$ aws {line}", "$text-accent", max(30, shown.size.width or min(72, self.app.size.width) - 7), ends=True)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(("line", self.actions[event.option_index].line))

    def _chosen(self) -> Action | None:
        if not self.actions:
            return None
        at = self.query_one("#actions", OptionList).highlighted
        return self.actions[at] if at is not None else None

    def action_run(self) -> None:
        """Give the order at once; what is not a whole line goes into the terminal to be completed."""
        action = self._chosen()
        if action is not None and action.enabled:
            self.dismiss(("run" if action.whole else "line", action.line))

    def action_trace(self) -> None:
        self.dismiss(("trace", self.seen.id))

    def action_copy(self) -> None:
        self.dismiss(("copy", self.seen.id))

    def action_scroll(self, way: int) -> None:
        sheet = self.query_one("#inspect-text", Sheet)
        sheet.scroll_relative(y=way * max(1, sheet.size.height - 1), animate=False)

    def action_close(self) -> None:
        self.dismiss(None)
