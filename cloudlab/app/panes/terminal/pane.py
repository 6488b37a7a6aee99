"""The terminal: one types what the aws CLI takes; the preview tells what it would cost before Enter does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Input, Static

from cloudlab.app import ink
from cloudlab.app.ink import MUTED, style
from cloudlab.app.panes.pane import DECK, Pane
from cloudlab.app.panes.terminal.choices import ChoiceList, Choices
from cloudlab.app.panes.terminal.line import LineInput

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View

KEPT_BLOCKS = 150


@dataclass(frozen=True, slots=True)
class Foresight:
    """What the line would do: a tone and a sentence, and how the command is written; empty for nothing to say."""

    tone: str = "quiet"
    text: str = ""
    usage: str = ""


class TerminalPane(Pane):
    """Transcript, completions, line and preview. It says what was typed; it is told what came of it."""

    NAME = "terminal"
    TITLE = "terminal"
    KEY = "f3"
    DECK = DECK
    HELP = """\
# Terminal

Lines as the **aws CLI** takes them; the word `aws` may be left out. The clock stands while the line holds text.

| type | to |
|---|---|
| `ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc` | do it, and keep the new id in `$vpc` |
| `as raj ...` | give the order to one person; orders queue |
| `wait 30m`, `wait for incident` | let time pass |
| `ack ID` | acknowledge a page |
| `hint` | be told where you are wrong |
| `help`, `help ec2 run-instances` | see what may be asked, and with what |

**Tab** takes the chosen completion, **up and down** choose or go through the history, **Escape** closes, clears, leaves.
Below the line stands what Enter would do: effort, price, finish, or why it would be refused and what would be accepted.

On an empty line **space** runs and pauses the clock, **+** and **-** change its pace.
"""

    choices: var[Choices] = var(Choices, init=False)
    foresight: var[Foresight] = var(Foresight, init=False)
    busy: var[str] = var("", init=False)
    """What the prompt waits for; the next line may be typed meanwhile."""

    class Entered(Message):
        """A line was typed and Enter pressed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Edited(Message):
        """The line holds another text."""

        def __init__(self, text: str, cursor: int) -> None:
            super().__init__()
            self.text = text
            self.cursor = cursor

    def compose(self) -> ComposeResult:
        yield VerticalScroll(id="transcript", can_focus=True)
        yield ChoiceList(id="choices")
        with Horizontal(id="prompt"):
            yield Static("$", id="prompt-sign", markup=False)
            yield LineInput()
        yield Static(Content(), id="foresight", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(ChoiceList).display = False

    def slices(self, view: View) -> tuple[object, ...]:
        return ()

    def show(self, view: View) -> None:
        """Nothing of the View shows here: the terminal is told line by line."""

    def target(self) -> Widget:
        return self.line

    @property
    def line(self) -> LineInput:
        return self.query_one(LineInput)

    # told from above --------------------------------------------------------------------------------------------------

    def say(self, text: str, tone: str = "") -> None:
        """Add a block to the transcript; the text is shown as it is, never as markup."""
        transcript = self.query_one("#transcript", VerticalScroll)
        shown = "\n".join(ink.plain(row) for row in text.split("\n"))
        block = Static(Content.styled(shown, style(tone) if tone else ""), classes="block", markup=False)
        transcript.mount(block)
        blocks = transcript.query(".block")
        if len(blocks) > KEPT_BLOCKS:
            blocks.first().remove()
        transcript.scroll_end(animate=False, immediate=False)

    def echo(self, text: str) -> None:
        """Show a line that was typed."""
        transcript = self.query_one("#transcript", VerticalScroll)
        transcript.mount(Static(Content.assemble(("$ ", MUTED), (ink.plain(text), "bold")), classes="block", markup=False))
        transcript.scroll_end(animate=False, immediate=False)

    def watch_choices(self, choices: Choices) -> None:
        shown = self.query_one(ChoiceList)
        shown.choices = choices
        self.line.choosing = bool(choices.all)

    def watch_foresight(self, foresight: Foresight) -> None:
        shown = self.query_one("#foresight", Static)
        cells = max(20, shown.size.width)
        glyph = {"good": "✓ ", "bad": "▲ "}.get(foresight.tone, "") if foresight.text else ""
        first, *more = ink.wrapped(glyph + foresight.text, cells, style(foresight.tone)) or [()]
        second = ink.fit(more[0], cells) if more else ink.fit(ink.line((foresight.usage, MUTED)), cells)
        shown.update(ink.content([first, second]), layout=False)  # its place is fixed: two lines
        shown.tooltip = foresight.text if len(more) > 1 else None

    def watch_busy(self, busy: str) -> None:
        self.border_title = self.titled(busy)

    # said upwards -----------------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(event.value, self.line.cursor_position))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        self.choices = Choices()
        if text:
            self.line.history.add(text)
            self.line.put("")
            self.post_message(self.Entered(text))

    def on_line_input_completing(self, event: LineInput.Completing) -> None:
        event.stop()
        shown = self.query_one(ChoiceList)
        if event.move in (-1, 1):
            shown.move(event.move)
        elif event.move == 0:
            self._take(shown.chosen)
        else:
            self.choices = Choices()

    def on_choice_list_clicked(self, event: ChoiceList.Clicked) -> None:
        event.stop()
        self._take(event.index)
        self.line.focus()

    def _take(self, index: int) -> None:
        if index >= len(self.choices.all):
            return
        start, text, whole = self.choices.start, self.choices.all[index].text, self.choices.all[index].whole
        before, after = self.line.value[:start], self.line.value[self.line.cursor_position :]
        gap = " " if whole and not after.startswith(" ") else ""
        self.choices = Choices()
        self.line.put(before + text + gap + after, len(before) + len(text) + len(gap))
