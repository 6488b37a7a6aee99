"""Template: the stacks there are; Enter opens the desk where a template is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from cloudlab.app.ink import Line
from cloudlab.app.panes.pane import DECK, Pane
from cloudlab.app.panes.template.drawing import draw_stacks
from cloudlab.app.panes.template.help import TEMPLATE_HELP
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


class TemplatePane(Pane):
    """Draws View.stacks, the newest first."""

    NAME = "template"
    TITLE = "template"
    KEY = "f12"
    DECK = DECK
    HELP = TEMPLATE_HELP
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "desk", "write one")]

    class Opened(Message):
        """The desk is wanted."""

    def compose(self) -> ComposeResult:
        yield Sheet()

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.stacks,)

    def show(self, view: View) -> None:
        stacks = view.stacks

        def draw(cells: int, _rows: int) -> list[Line]:
            return draw_stacks(stacks, cells)

        self.query_one(Sheet).set_drawing(draw)

    def action_desk(self) -> None:
        self.post_message(self.Opened())

    def on_click(self, event: Click) -> None:
        super().on_click(event)
        if event.chain == 2 and event.y > 0:
            self.action_desk()
