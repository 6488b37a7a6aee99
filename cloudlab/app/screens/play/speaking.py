"""What is said: what is typed or filled in goes to the sitting, and what would come of it goes back to where it is written."""

from __future__ import annotations

from textual import on
from textual.events import Key, Paste
from textual.screen import Screen

from cloudlab.app.panes.console.draft import KEEP, PERSON
from cloudlab.app.panes.console.messages import ConsoleLeft, FormEdited, FormSubmitted, LineSent, OffersWanted
from cloudlab.app.panes.console.pane import ConsolePane
from cloudlab.app.panes.pane import Pane
from cloudlab.app.panes.terminal.choices import Choice, Choices
from cloudlab.app.panes.terminal.line import LineInput
from cloudlab.app.panes.terminal.pane import Foresight, TerminalPane
from cloudlab.lab.offers import capture
from cloudlab.lab.sitting import Sitting
from cloudlab.lab.typed import remember_typed


class Speaking(Screen[None]):
    """The half of the play screen that has to do with words. It owns no rules."""

    sitting: Sitting
    refused = ""
    """What was said of the last refusal."""
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
        self.terminal.echo(event.text.split("\n")[-1], "> " if "\n" in event.text else "$ ")
        self.hold_clock()
        if "\n" not in (once := event.text.replace("\\\n", "")):
            remember_typed(once)
        self.sitting.enter(event.text)
        self.refresh_view()

    @on(TerminalPane.Pasted)
    def _pasted(self, event: TerminalPane.Pasted) -> None:
        """Ask before more than one statement is given; a single one that was broken over lines is put into the line."""
        from cloudlab.app.screens.ask.screen import AskScreen

        lines = self.sitting.read_pasted(event.text)
        if len(lines) == 1:
            self.terminal.line.put(self.terminal.line.value + lines[0].text)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                for each in lines:
                    self.terminal.line.history.add(each.text)
                self.sitting.run_pasted(lines, self.terminal.echo)

        if lines:
            told = "\n".join(each.text for each in lines[:8]) + (f"\n... and {len(lines) - 8} more" if len(lines) > 8 else "")
            text = (
                f"{told}\n\nOne after another, each when the work before it is done. It stops where one is refused; `stop` stops it, too."
            )
            self.app.push_screen(AskScreen(f"Give these {len(lines)} lines?", text, "Give them"), answered)

    def on_paste(self, event: Paste) -> None:
        """What is pasted anywhere else goes to the line, too."""
        if self.console not in (self.focused.ancestors if self.focused is not None else ()):
            self.action_show_pane("terminal")
            self.terminal.line.post_message(Paste(event.text))

    @on(TerminalPane.Edited)
    def _edited(self, event: TerminalPane.Edited) -> None:
        text = event.before + event.text
        if bool(event.text) != self._typing:
            self._typing = bool(event.text)
            self.refresh_bindings()  # the clock's keys are the line's own while it holds text
        self.hold_clock()
        seen = self.sitting.foresee(text)
        self.terminal.foresight = Foresight(seen.tone, seen.text, seen.usage)
        if text.strip() and event.cursor == len(event.text):
            above = len(event.before)
            found = self.sitting.complete(text, len(text))
            typed = text[found.start :]
            offers = tuple(Choice(c.text, c.meaning, c.complete) for c in found.candidates if c.text != typed)
            self.terminal.choices = Choices(max(0, found.start - above), offers[:40])
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

        What no line begins with (space, +, -, digits) is the clock's or the pane's while the line is empty.
        """
        line = self.terminal.line
        if self.console in (self.focused.ancestors if self.focused is not None else ()):
            return  # the console has rows and a search of its own
        if event.character is None or not event.is_printable or not (line.value or event.character.isalpha() or event.character in "#!$"):
            return
        event.stop()
        event.prevent_default()
        self.action_show_pane("terminal")
        line.put(line.value + event.character)

    # the console's form -----------------------------------------------------------------------------------------------

    @property
    def console(self) -> ConsolePane:
        return self.query_one(ConsolePane)

    def hold_clock(self) -> None:
        """Hold the clock while the line holds text, or an open form has something in it."""
        begun = self.console.form is not None and not self.console.form.empty
        form = begun and self.console.has_class("-shown")
        self.sitting.pacer.hold(
            "typing" if (self.terminal.before + self.terminal.line.value).strip() else "a form is open" if form else None
        )

    @on(FormEdited)
    def _form_edited(self, event: FormEdited) -> None:
        self.hold_clock()
        if event.statement:
            seen = self.sitting.foresee(event.statement)
            self.console.foresight = Foresight(seen.tone, seen.text)

    @on(OffersWanted)
    def _offers_wanted(self, event: OffersWanted) -> None:
        asked = event.row.path
        if asked == PERSON:
            found = self.sitting.people(event.form)
        elif asked == KEEP:
            found = [(name, "")] if (name := capture(event.form.command)) else []
        else:
            found = self.sitting.offers(event.form, event.row)
        self.console.offered = tuple(found)

    @on(FormSubmitted)
    def _form_submitted(self, event: FormSubmitted) -> None:
        """The same way as a typed line; a form that is refused stays as it is."""
        self.terminal.echo(event.statement)
        self.terminal.line.history.add(event.statement)
        remember_typed(event.statement)
        if self.sitting.enter(event.statement):
            self.console.done()
        else:
            self.console.foresight = Foresight("bad", self.refused)
        self.hold_clock()
        self.refresh_view()

    @on(LineSent)
    def _form_sent(self, event: LineSent) -> None:
        self.action_show_pane("terminal")
        self.terminal.line.put(event.statement)

    @on(ConsoleLeft)
    def _left_console(self) -> None:
        self.stage_pane.target().focus()

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

        self.app.push_screen(HelpScreen(self.sitting.brief_again(), keys=False))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Undo is a key of learn mood only."""
        return self.sitting.session.mood == "learn" if action == "undo" else True
