"""The console's own widgets: a list that keeps its place while its lines change, and the row of buttons."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, OptionList
from textual.widgets.option_list import Option


class KeptList(OptionList):
    """Lines by key. Where only what they say is another, nothing moves."""

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
