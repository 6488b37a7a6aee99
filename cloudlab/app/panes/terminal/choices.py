"""The completions: a short list over the transcript, right above the line."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from cloudlab.app import ink
from cloudlab.app.ink import MUTED, Line, content, line

SHOWN = 7


@dataclass(frozen=True, slots=True)
class Choice:
    """What may stand at the cursor, and a few words about it."""

    text: str
    about: str = ""
    whole: bool = True
    """A blank follows when it is taken; False where more of the same word does."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What may replace line[start:cursor]."""

    start: int = 0
    all: tuple[Choice, ...] = ()


class ChoiceList(Widget):
    """Shows choices with the chosen one marked; it never takes the keyboard, the line moves it."""

    can_focus = False
    choices: var[Choices] = var(Choices, init=False)
    chosen: var[int] = var(0, init=False)

    class Clicked(Message):
        """A choice was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = 0

    def watch_choices(self) -> None:
        self.chosen = 0
        rows = min(self._most, len(self.choices.all))
        if rows != self._rows:  # only another height moves what is around it
            self._rows = rows
            self.display = rows > 0
            self.styles.height = max(rows, 1)
        self.refresh()

    def watch_chosen(self) -> None:
        self.refresh()

    def move(self, by: int) -> None:
        if self.choices.all:
            self.chosen = (self.chosen + by) % len(self.choices.all)

    def render(self) -> Content:
        cells = self.size.width
        first = self._first()
        lines: list[Line] = []
        for i, choice in enumerate(self.choices.all[first : first + self._most], first):
            mark = "› " if i == self.chosen else "  "
            look = "bold $text-accent" if i == self.chosen else ""
            lines.append(ink.fit(line((mark, look), (choice.text, look), (f"  {choice.about}" if choice.about else "", MUTED)), cells))
        return content(lines)

    def _first(self) -> int:
        return max(0, min(self.chosen - self._most + 2, len(self.choices.all) - self._most))

    @property
    def _most(self) -> int:
        """How many rows there is room for beside the prompt, what the line would do, and one row of what was said."""
        above = self.parent.content_region.height if isinstance(self.parent, Widget) else 0
        return min(SHOWN, max(2, above - 4)) if above else SHOWN

    def on_click(self, event: Click) -> None:
        self.post_message(self.Clicked(self._first() + event.y))
