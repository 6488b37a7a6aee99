"""The terminal: one types what the aws CLI takes; the preview tells what it would cost before Enter does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Input, Static

from cloudlab.app import ink
from cloudlab.app.ink import MUTED, style
from cloudlab.app.panes.pane import DECK, Pane
from cloudlab.app.panes.terminal.choices import Choice, ChoiceList, Choices
from cloudlab.app.panes.terminal.line import LineInput
from cloudlab.app.widgets.two_rows import TwoRows

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
| `on incident KIND`, lines, `end` | a standing order: they are given at each such page; `standing` lists, `standing off KIND` ends |
| `hint` | be told where you are wrong |
| `help`, `help ec2 run-instances` | see what may be asked, and with what |

**Tab** takes the chosen completion, **up and down** choose or go through the history, **Escape** closes, clears, leaves.
Below the line stands what Enter would do: effort, price, finish, or why it would be refused and what would be accepted.

**Ctrl+R** searches the history, which is kept from run to run. A `\\` at the end, **Alt+Enter** or **Ctrl+J** goes on in another line.
Several lines pasted at once are given one after another, as a script would be; you are asked before. **Ctrl+Y** copies the last answer.
`--output table` and `--query EXPR` shape an answer.

On an empty line **space** runs and pauses the clock, **+** and **-** change its pace.
"""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+y", "copy", "copy answer", show=False)]

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
        """The line holds another text; `before` are the lines of the same statement above it."""

        def __init__(self, text: str, cursor: int, before: str = "") -> None:
            super().__init__()
            self.text = text
            self.cursor = cursor
            self.before = before

    class Pasted(Message):
        """Several lines were pasted."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__()
        self.before = ""
        """Lines of the statement being written that are already above the line, each ended by a newline."""
        self._answer = ""
        self._cells = 0

    def compose(self) -> ComposeResult:
        yield VerticalScroll(id="transcript", can_focus=True)
        yield ChoiceList(id="choices")
        with Horizontal(id="prompt"):
            yield Static("$", id="prompt-sign", markup=False)
            yield LineInput()
        yield TwoRows(id="foresight")

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

    @property
    def cells(self) -> int:
        """How wide what is said may be before it is broken; also while another pane lies over this one."""
        width = self.query_one("#transcript").scrollable_content_region.width
        self._cells = width or self._cells
        return self._cells

    # told from above --------------------------------------------------------------------------------------------------

    def say(self, text: str, tone: str = "") -> None:
        """Add a block to the transcript; the text is shown as it is, never as markup."""
        transcript = self.query_one("#transcript", VerticalScroll)
        shown = "\n".join(ink.plain(row) for row in text.split("\n"))
        if not tone:
            self._answer = text
        block = Static(Content.styled(shown, style(tone) if tone else ""), classes="block", markup=False)
        transcript.mount(block)
        blocks = transcript.query(".block")
        if len(blocks) > KEPT_BLOCKS:
            blocks.first().remove()
        transcript.scroll_end(animate=False, immediate=False)

    def echo(self, text: str, sign: str = "$ ") -> None:
        """Show a line that was typed."""
        transcript = self.query_one("#transcript", VerticalScroll)
        transcript.mount(Static(Content.assemble((sign, MUTED), (ink.plain(text), "bold")), classes="block", markup=False))
        transcript.scroll_end(animate=False, immediate=False)

    def to_end(self) -> None:
        """Bring the end of what was said into sight, also of what was said while another pane lay here."""
        self.call_after_refresh(self.query_one("#transcript", VerticalScroll).scroll_end, animate=False, immediate=False)

    def watch_choices(self, choices: Choices) -> None:
        shown = self.query_one(ChoiceList)
        shown.choices = choices
        self.line.choosing = bool(choices.all)
        # where completions take rows, the end of what was said stays in sight
        self.call_after_refresh(self.query_one("#transcript", VerticalScroll).scroll_end, animate=False, immediate=False)

    def watch_foresight(self, foresight: Foresight) -> None:
        shown = self.query_one("#foresight", TwoRows)
        glyph = {"good": "✓ ", "bad": "▲ "}.get(foresight.tone, "") if foresight.text else ""
        shown.tell(glyph + foresight.text, style(foresight.tone), max(20, shown.size.width), below=foresight.usage)

    def watch_busy(self, busy: str) -> None:
        self.border_title = self.titled(busy)

    # said upwards -----------------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.line.searching:
            self._search()
        else:
            self._edited()

    def _edited(self) -> None:
        self.post_message(self.Edited(self.line.value, self.line.cursor_position, self.before))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.line.searching:
            self._take(self.query_one(ChoiceList).chosen)
            return
        text = event.value.strip()
        self.choices = Choices()
        if text.endswith("\\"):
            self._go_on(text)
        elif text != "end" and (self.before + text).split()[:2] == ["on", "incident"]:
            if text:  # a standing order goes on until `end`
                self._go_on(text)
        elif text or self.before:
            whole = self.before + text
            if "\n" not in (once := whole.replace("\\\n", "")):
                self.line.history.add(once)
            self._write_on("")
            self.post_message(self.Entered(whole))
            self._edited()

    def on_line_input_goes_on(self, event: LineInput.GoesOn) -> None:
        event.stop()
        self._go_on(event.text + " \\")

    def _go_on(self, text: str) -> None:
        """Keep a line that is not the statement's last, and show it above."""
        self.echo(text, "> " if self.before else "$ ")
        self._write_on(f"{self.before}{text}\n")
        self._edited()

    def _write_on(self, before: str) -> None:
        self.before = before
        self.line.begun = bool(before)
        self.border_title = self.titled("goes on; Esc forgets it" if before else "")
        self.query_one("#prompt-sign", Static).update(">" if before else "$")

    def on_line_input_pasted(self, event: LineInput.Pasted) -> None:
        event.stop()
        self.post_message(self.Pasted(event.text))

    def on_line_input_left(self, event: LineInput.Left) -> None:
        """Escape on an empty line first forgets the lines above it."""
        if self.before:
            event.stop()
            self._write_on("")
            self._edited()

    def on_line_input_searching(self, event: LineInput.Searching) -> None:
        event.stop()
        self.border_title = self.titled("history: type to search, Enter takes it")
        self._search()

    def _search(self) -> None:
        self.choices = Choices(0, tuple(Choice(each, whole=False) for each in self.line.history.holding(self.line.value)[:40]))

    def _stop_searching(self) -> None:
        if self.line.searching:
            self.line.searching = False
            self._write_on(self.before)

    def action_copy(self) -> None:
        """Put the last answer into the clipboard."""
        if self._answer:
            self.app.copy_to_clipboard(self._answer)
            self.border_title = self.titled("the last answer is in the clipboard")

    def on_line_input_completing(self, event: LineInput.Completing) -> None:
        event.stop()
        shown = self.query_one(ChoiceList)
        if event.move in (-1, 1):
            shown.move(event.move)
        elif event.move == 0:
            self._take(shown.chosen)
        else:
            self.choices = Choices()
            self._stop_searching()

    def on_choice_list_clicked(self, event: ChoiceList.Clicked) -> None:
        event.stop()
        self._take(event.index)
        self.line.focus()

    def _take(self, index: int) -> None:
        searching = self.line.searching
        self._stop_searching()
        if index >= len(self.choices.all):
            return
        start, text, whole = self.choices.start, self.choices.all[index].text, self.choices.all[index].whole
        before, after = self.line.value[:start], "" if searching else self.line.value[self.line.cursor_position :]
        gap = " " if whole and not after.startswith(" ") else ""
        self.choices = Choices()
        self.line.put(before + text + gap + after, len(before) + len(text) + len(gap))
