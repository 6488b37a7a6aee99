"""The console's own widgets: a list that keeps its place while its lines change, what a row may be filled with, and the buttons."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, OptionList
from textual.widgets.option_list import Option

from cloudlab.app.drawing.console import draw_offer
from cloudlab.app.ink import content

Offered = tuple[tuple[str, str], ...]
"""(what may be filled in, what it is)"""


class KeptList(OptionList):
    """Lines by key. Where only what they say is another, nothing moves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "choose")]

    def lay(self, options: list[tuple[str, Content]]) -> None:
        """Show these lines; the highlighted place stays where it is."""
        at = self.highlighted
        if [key for key, _ in options] == [each.id for each in self.options]:
            for i, (_, prompt) in enumerate(options):
                self.replace_option_prompt_at_index(i, prompt)
            return
        self.set_options([Option(prompt, id=key) for key, prompt in options])
        if options:
            self.highlighted = min(at or 0, len(options) - 1)

    def move(self, by: int) -> None:
        """Highlight the next line or the one before, round the ends."""
        if self.option_count:
            at = self.highlighted
            self.highlighted = (0 if by > 0 else self.option_count - 1) if at is None else (at + by) % self.option_count


class OfferList(KeptList):
    """What a row may be filled with, narrowed by what is typed. It shows itself only where there is something."""

    MOST = 60
    """More than this nobody reads: one types instead."""

    def __init__(self) -> None:
        super().__init__(id="console-offers", markup=False, compact=True)
        self.all: Offered = ()
        self.shown: Offered = ()

    def narrow(self, typed: str, cells: int) -> None:
        low = typed.lower()
        self.shown = tuple((text, about) for text, about in self.all if low in text.lower() or low in about.lower())
        self.set_options([Option(content([draw_offer(text, about, cells)])) for text, about in self.shown[: self.MOST]])
        self.highlighted = None
        self.display = bool(self.shown)

    @property
    def chosen(self) -> str | None:
        return self.shown[self.highlighted][0] if self.highlighted is not None else None


class Buttons(Horizontal):
    """What can be done with a form; each button is named after the pane's action."""

    ACTIONS = (("submit", "Submit ^S"), ("copy", "Copy ^Y"), ("send", "To terminal"), ("clear", "Clear"), ("back", "Back Esc"))

    def __init__(self) -> None:
        super().__init__(id="console-buttons")

    class Chosen(Message):
        """A button was pressed."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Chosen((event.button.id or "").removeprefix("console-")))

    def compose(self) -> ComposeResult:
        for action, words in self.ACTIONS:
            yield Button(words, id=f"console-{action}", variant="primary" if action == "submit" else "default", compact=True)
