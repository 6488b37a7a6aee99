"""What is said: what is typed or filled in goes to the sitting, and what would come of it goes back to where it is written."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.screen import Screen

from cloudlab.app.panes.pane import Pane
from cloudlab.app.panes.terminal.choices import Choice, Choices
from cloudlab.app.panes.terminal.line import CLOCK_KEYS, LineInput
from cloudlab.app.panes.terminal.pane import Foresight, TerminalPane
from cloudlab.lab.sitting import Sitting


class Speaking(Screen[None]):
    """The half of the play screen that has to do with words. It owns no rules."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "hint", "hint", id="run.hint"),
        Binding("ctrl+g", "undo", "go back", id="run.undo"),
        Binding("ctrl+o", "brief", "brief", id="run.brief"),
    ]

    sitting: Sitting
    _typing = False

    @property
    def terminal(self) -> TerminalPane:
        return self.query_one(TerminalPane)

    @property
    def stage_pane(self) -> Pane:
        """Where the keyboard goes when it leaves the line."""
        raise NotImplementedError

    def refresh_view(self) -> None:
        """Show at once what has changed."""
        raise NotImplementedError

    def action_show_pane(self, name: str) -> None:
        raise NotImplementedError

    # the terminal's line ----------------------------------------------------------------------------------------------

    @on(TerminalPane.Entered)
    def _entered(self, event: TerminalPane.Entered) -> None:
        self.terminal.echo(event.text)
        self.sitting.pacer.hold(None)
        self.sitting.enter(event.text)
        self.refresh_view()

    @on(TerminalPane.Edited)
    def _edited(self, event: TerminalPane.Edited) -> None:
        text = event.text
        if bool(text) != self._typing:
            self._typing = bool(text)
            self.refresh_bindings()  # the clock's keys are the line's own while it holds text
        self.sitting.pacer.hold("typing" if text.strip() else None)
        seen = self.sitting.foresee(text)
        self.terminal.foresight = Foresight(seen.tone, seen.text, seen.usage)
        if text.strip() and event.cursor == len(text):
            found = self.sitting.complete(text, event.cursor)
            typed = text[found.start : event.cursor]
            offers = tuple(Choice(c.text, c.meaning, c.complete) for c in found.candidates if c.text != typed)
            self.terminal.choices = Choices(found.start, offers[:40])
        else:
            self.terminal.choices = Choices()

    @on(LineInput.ClockKey)
    async def _clock_key(self, event: LineInput.ClockKey) -> None:
        await self.run_action(event.action)

    @on(LineInput.Left)
    def _left_line(self) -> None:
        self.stage_pane.target().focus()

    def on_key(self, event: Key) -> None:
        """A character typed anywhere goes to the terminal's line, so no letter is ever a shortcut.

        The clock's own keys (space, +, -, ?) are the line's only while it holds text. Panes that take text stop the key before.
        """
        line = self.terminal.line
        if event.character is None or not event.is_printable or (event.key in CLOCK_KEYS and not line.value):
            return
        event.stop()
        event.prevent_default()
        self.action_show_pane("terminal")
        line.put(line.value + event.character)

    # help on the way --------------------------------------------------------------------------------------------------

    def action_hint(self) -> None:
        self.sitting.hint()

    def action_undo(self) -> None:
        """Ask, showing what would be taken back; its line then stands in the history, to be given again."""
        from cloudlab.app.screens.ask.screen import AskScreen

        last = self.sitting.last_decision()
        if last is None or self.sitting.session.mood != "learn":
            self.sitting.undo()  # says why not
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.sitting.undo()
                if last.line:
                    self.terminal.line.history.add(last.line)
                self.refresh_view()

        again = f"\n\nUp in the terminal brings `{last.line}` back." if last.line else ""
        text = f"{last.told}\n\nThe clock goes back to {last.when}, just before it; what came after has not happened.{again}"
        self.app.push_screen(AskScreen("Take the last decision back?", text, "Go back", "Stay"), answered)

    def action_brief(self) -> None:
        """Show the brief again, with what was predicted."""
        from cloudlab.app.screens.help.screen import HelpScreen

        self.app.push_screen(HelpScreen(self.sitting.brief_again()))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Undo is a key of learn mood only."""
        return self.sitting.session.mood == "learn" if action == "undo" else True
