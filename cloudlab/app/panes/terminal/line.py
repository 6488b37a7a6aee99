"""The line: an input that completes, remembers, and leaves the clock's keys alone while it is empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import Input

from cloudlab.app.bars.keys import Told
from cloudlab.app.panes.terminal.colours import LineHighlighter
from cloudlab.app.panes.terminal.history import History

CLOCK_KEYS = {
    "space": "toggle_clock",
    "plus": "faster",
    "minus": "slower",
    "question_mark": "help",
    "percent_sign": "hint",
    "greater_than_sign": "next_event",
    "exclamation_mark": "patching",
    "less_than_sign": "undo",
}
"""No statement begins with one of these, so an empty line passes them on to the screen."""


class LineInput(Input):
    """One line of the script grammar. Up and down are the history's, or the completions' while they are open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete", show=False),
        Binding("up", "up", show=False),
        Binding("down", "down", show=False),
        Binding("escape", "escape", "leave the line", show=False),
        Binding("ctrl+r", "search", "history", show=False),
        Binding("alt+backspace,ctrl+backspace", "delete_left_word", show=False),
        Binding("shift+enter,alt+enter,ctrl+j", "go_on", "next line", show=False),
    ]

    class Completing(Message):
        """Tab, or a move in the open completions: `move` is 0 to take the chosen one."""

        def __init__(self, move: int) -> None:
            super().__init__()
            self.move = move

    class Left(Message):
        """Escape on an empty line: the keyboard goes elsewhere."""

    class Searching(Message):
        """The history is to be searched."""

    class GoesOn(Message):
        """The statement goes on in another line; `text` is what this one held."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Pasted(Message):
        """Several lines were pasted."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class ClockKey(Message):
        """A key of the clock on an empty line."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self) -> None:
        super().__init__(placeholder="aws ec2 create-vpc ...  |  help", id="line", select_on_focus=False)
        self.highlighter = LineHighlighter(self)
        self.cursor_blink = False  # nothing on these screens ever blinks
        self.history = History()
        self.choosing = False
        """Whether completions are open and take up and down."""
        self.searching = False
        """Whether what is typed searches the history."""
        self.begun = False
        """Whether the statement began in a line above: this one may well begin with `--`."""

    async def on_key(self, event: Key) -> None:
        """Take Enter in its turn among the letters: a binding would be asked only after those that were typed meanwhile."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            await self.action_submit()
        elif not self.value and not self.begun and event.key in CLOCK_KEYS:
            event.stop()
            event.prevent_default()
            self.post_message(self.ClockKey(CLOCK_KEYS[event.key]))

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """The footer shows the keys of the clock while the line is empty."""
        return not (key in CLOCK_KEYS and not self.value and not self.begun) and super().check_consume_key(key, character)

    def keys_now(self) -> Iterator[Told]:
        """Yield the keys of the line while it holds text."""
        if self.value:
            yield from (Told("enter", "enter", "give it"), Told("tab", "tab", "complete"), Told("escape", "esc", "clear"))

    def put(self, text: str, cursor: int | None = None) -> None:
        """Replace the whole line."""
        self.value = text
        self.cursor_position = len(text) if cursor is None else cursor

    def _on_paste(self, event: Paste) -> None:
        """Several lines are the screen's to ask about; one line is pasted as usual."""
        if "\n" in event.text.strip() or "\r" in event.text.strip():
            event.stop()
            event.prevent_default()
            self.post_message(self.Pasted(event.text))

    async def action_submit(self) -> None:
        """Hand the line over and be empty at once: what is typed next, however fast, is the next line's."""
        text = self.value
        if not self.searching:
            self.begun = self.begun or text.rstrip().endswith("\\")
            self._empty()
        self.post_message(self.Submitted(self, text))

    def _empty(self) -> None:
        """Hold nothing any more; whoever was handed the line tells what follows from that."""
        with self.prevent(Input.Changed):
            self.put("")

    def action_search(self) -> None:
        self.searching = True
        self.post_message(self.Searching())

    def action_go_on(self) -> None:
        if text := self.value.strip():
            self.begun = True
            self._empty()
            self.post_message(self.GoesOn(text))

    def action_complete(self) -> None:
        self.post_message(self.Completing(0))

    def action_up(self) -> None:
        if self.choosing:
            self.post_message(self.Completing(-1))
        elif (text := self.history.older(self.value)) is not None:
            self.put(text)

    def action_down(self) -> None:
        if self.choosing:
            self.post_message(self.Completing(1))
        elif (text := self.history.newer()) is not None:
            self.put(text)

    def action_escape(self) -> None:
        if self.choosing:
            self.post_message(self.Completing(99))
        elif self.value:
            self.put("")
        else:
            self.post_message(self.Left())
