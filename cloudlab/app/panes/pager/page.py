"""A page at length, over the play screen: story, holder, what waiting means, and the ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cloudlab.app.drawing.operations import exit_text, page_text, timeline_text
from cloudlab.app.ink import MUTED, STRONG, content
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.app.ink import Line
    from cloudlab.lab.telling import Line as Told
    from cloudlab.lab.view.slices import Page

Answer = tuple[str, str]
"""`("ack", "")`, `("line", command)` to put a way out into the terminal line, or `("inspect", resource)`."""

WAYS = "Ways out. Enter puts the chosen one's line into the terminal."


class PageScreen(ModalScreen["Answer | None"]):
    """Returns what the player chose: acknowledge, a way out to be typed into the line, or nothing."""

    CSS_PATH = "page.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "back"),
        Binding("a,ctrl+k", "acknowledge", "acknowledge"),
        Binding("i", "inspect", "the resource"),
        Binding("pageup", "scroll(-1)", show=False, priority=True),
        Binding("pagedown", "scroll(1)", show=False, priority=True),
    ]

    def __init__(self, page: Page, now: int, told: tuple[Told, ...] = ()) -> None:
        """`told` is its timeline so far."""
        super().__init__()
        self.page = page
        self.now = now
        self.told = told

    def compose(self) -> ComposeResult:
        with Vertical(id="page"):
            yield Sheet(id="page-text")
            if self.page.ways_out:
                yield Static(
                    Content.styled("Ways out. Enter puts the chosen one's line into the terminal.", MUTED),
                    id="page-ways",
                )
                yield OptionList(id="ways", markup=False)
            use = "Enter use this way  " if self.page.ways_out else ""
            yield Static(Content.styled(f"a acknowledge  {use}i the resource  PgUp PgDn  Esc back", MUTED), id="page-keys")

    def on_mount(self) -> None:
        page = self.page
        frame = self.query_one("#page")
        frame.border_title = Content.assemble((f"{page.title}  ", "bold"), (page.holder, "bold $text-accent"), (f"  {page.id}", MUTED))
        text = self.query_one("#page-text", Sheet)
        text.can_focus = False  # PgUp and PgDn scroll it from anywhere; Enter, up and down always mean the ways
        text.set_drawing(lambda cells, _rows: self._text(cells))
        if page.ways_out:
            ways = self.query_one("#ways", OptionList)
            ways.add_options([Option(self._way(at)) for at in range(len(page.ways_out))])
            ways.highlighted = 0
            ways.focus()

    def _way(self, at: int) -> Content:
        """Draw a way out; the chosen one has a mark, for who does not see its colour."""
        chosen = self.query_one("#ways", OptionList).highlighted == at
        cells = max(30, min(90, self.app.size.width - 12))
        rows = exit_text(self.page.ways_out[at], cells)
        return content([(("› " if chosen and i == 0 else "  ", "bold $text-accent"), *row) for i, row in enumerate(rows)])

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        for at in range(event.option_list.option_count):
            event.option_list.replace_option_prompt_at_index(at, self._way(at))

    def _text(self, cells: int) -> list[Line]:
        lines = page_text(self.page, self.now, cells)
        return [*lines, (), (("Timeline", STRONG),), *timeline_text(self.told, cells)] if self.told else lines

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        way = self.page.ways_out[event.option_index]
        if way.command:
            self.dismiss(("line", way.command))
        else:
            self.notify("Nothing is to be given for this one: time passes, and it is done.")

    def action_inspect(self) -> None:
        self.dismiss(("inspect", self.page.resource))

    def action_scroll(self, way: int) -> None:
        sheet = self.query_one("#page-text", Sheet)
        sheet.scroll_relative(y=way * max(1, sheet.size.height - 1), animate=False)

    def action_acknowledge(self) -> None:
        self.dismiss(("ack", ""))

    def action_close(self) -> None:
        self.dismiss(None)
