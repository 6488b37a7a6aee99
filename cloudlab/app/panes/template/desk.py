"""The desk: a template is written in an editor, read as one types, saved, and handed to the terminal to be deployed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Static, TextArea

from cloudlab.app.bars.keys import KeysBar
from cloudlab.app.ink import Line, line, style
from cloudlab.app.panes.template.drawing import draw_examined
from cloudlab.app.panes.template.help import TEMPLATE_HELP
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.lab.template_desk import Examined

PAUSE = 0.25
"""Wall seconds without a key until the template is read."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A template being written: its file name, and its text."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Doings:
    """What the desk can have done; it owns no rules itself."""

    examine: Callable[[str, str], Examined]
    save: Callable[[str, str], str | None]
    """(file, text) -> why it can't be saved, or None."""
    standing: Callable[[], str]
    following: Callable[[str], Draft | None]
    """The saved template after the one of this name; None where there is none."""


class Desk(Screen["tuple[Draft, str]"]):
    """Returns the draft as it is, and the line to put into the terminal, empty for none."""

    CSS_PATH = "template.tcss"
    AUTO_FOCUS = "#template-text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "back", key_display="Esc", priority=True),
        Binding("ctrl+s", "save", "save", priority=True),
        Binding("f2", "deploy", "deploy", priority=True),
        Binding("f3", "standing", "what stands", priority=True),
        Binding("f4", "following", "next saved", priority=True),
        Binding("f1", "help", "help", priority=True),
    ]

    def __init__(self, draft: Draft, doings: Doings) -> None:
        super().__init__()
        self.draft = draft
        self.doings = doings
        self._reading: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="desk"):
            with Horizontal(id="template-head"):
                yield Static("file ", markup=False)
                yield Input(self.draft.file, id="template-file", compact=True)
                yield Static("", id="template-said", markup=False)
            with Horizontal(id="template-body"):
                yield TextArea(self.draft.text, id="template-text", show_line_numbers=True, soft_wrap=False, compact=True)
                yield Sheet(id="template-findings")
        yield KeysBar()

    def on_mount(self) -> None:
        self.query_one("#desk").border_title = "template F12"
        self._read()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < 110, "-narrow")

    @property
    def now(self) -> Draft:
        return Draft(self.query_one("#template-file", Input).value.strip(), self.query_one("#template-text", TextArea).text)

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _changed(self) -> None:
        """It is read once the typing pauses."""
        if self._reading is not None:
            self._reading.stop()
        self._say("")
        self._reading = self.set_timer(PAUSE, self._read)

    @on(Input.Submitted)
    def _named(self) -> None:
        self.query_one("#template-text").focus()

    def _read(self) -> None:
        draft = self.now
        examined = self.doings.examine(draft.file, draft.text)

        def draw(cells: int, _rows: int) -> list[Line]:
            return draw_examined(examined, cells)

        self.query_one("#template-findings", Sheet).set_drawing(draw)

    def _say(self, text: str, tone: str = "quiet") -> None:
        from cloudlab.app.ink import content

        self.query_one("#template-said", Static).update(content([line((text, style(tone)))]))

    def action_save(self) -> bool:
        draft = self.now
        wrong = self.doings.save(draft.file, draft.text)
        self._say(wrong or f"saved {draft.file}", "bad" if wrong else "good")
        return wrong is None

    def action_deploy(self) -> None:
        if self.action_save():
            self.dismiss((self.now, f"deploy {self.now.file}"))

    def action_standing(self) -> None:
        """Put what stands in the text's place; the editor's undo brings the text back."""
        self._put(self.doings.standing())

    def action_following(self) -> None:
        found = self.doings.following(self.now.file)
        if found is None:
            self._say("no template is saved yet")
            return
        self.query_one("#template-file", Input).value = found.file
        self._put(found.text)

    def _put(self, text: str) -> None:
        area = self.query_one("#template-text", TextArea)
        area.replace(text, (0, 0), area.document.end)
        area.move_cursor((0, 0))
        area.focus()

    def action_close(self) -> None:
        self.dismiss((self.now, ""))

    def action_help(self) -> None:
        from cloudlab.app.screens.help.screen import HelpScreen

        self.app.push_screen(HelpScreen(TEMPLATE_HELP))
