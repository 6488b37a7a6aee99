"""The console: pick a command, fill in its rows, see the line it comes to and what would come of it, submit."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Input, OptionList

from cloudlab.app import ink
from cloudlab.app.drawing.console import draw_row
from cloudlab.app.ink import MUTED, content, style
from cloudlab.app.panes.console.body import SEARCH, ConsoleBody
from cloudlab.app.panes.console.choices import choices, gloss_of
from cloudlab.app.panes.console.draft import Draft, empty_draft
from cloudlab.app.panes.console.help import CONSOLE_HELP
from cloudlab.app.panes.console.lists import Buttons, Offered
from cloudlab.app.panes.console.messages import ConsoleLeft, FormEdited, FormSubmitted, LineSent, OffersWanted
from cloudlab.app.panes.pane import DECK
from cloudlab.app.panes.terminal.pane import Foresight
from cloudlab.lab.forms import Form, Row

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View


class ConsolePane(ConsoleBody):
    """Picks, then fills in. It holds the forms begun, whole or not; what they would do it is told."""

    NAME = "console"
    TITLE = "console"
    KEY = "f2"
    DECK = DECK
    HELP = CONSOLE_HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "submit"),
        Binding("ctrl+y", "copy", "copy line"),
        Binding("ctrl+l", "send", "to terminal", show=False),
        Binding("delete", "clear_row", "clear", show=False),
        Binding("escape", "back", "back"),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
    ]

    draft: var[Draft | None] = var(None, init=False)
    """The command picked, as far as it is filled in."""
    foresight: var[Foresight] = var(Foresight, init=False)
    offered: var[Offered] = var((), init=False)
    """What the row being edited may be filled with."""

    def __init__(self) -> None:
        super().__init__()
        self.drafts: dict[tuple[str, str], Draft] = {}
        """Those begun and left, by command: picking the command again goes on with it."""
        self.service = ""
        self.row: Row | None = None
        """The row being edited."""
        self._rows: tuple[Row, ...] = ()
        self._given = ""
        """What was said of the last form that was accepted, until another command is looked for."""

    def on_mount(self) -> None:
        super().on_mount()
        self._show()

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.team,)

    def show(self, view: View) -> None:
        """Who is free is another: what the form would do may be, too."""
        self.post_message(FormEdited(self.statement))

    def on_resize(self, event: Resize) -> None:
        self._show()

    @property
    def statement(self) -> str:
        """The line as it would be entered; empty while no command is picked."""
        return self.draft.statement if self.draft is not None else ""

    @property
    def form(self) -> Form | None:
        return self.draft.form if self.draft is not None else None

    def target(self) -> Widget:
        return self.rows if self.draft is not None and self.row is None else self.input

    # drawing ----------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Draw lists, title and line for what is picked and filled in."""
        if not self.is_mounted or not self.size.width:
            return
        cells, draft = self.cells, self.draft
        self.line.display = self.query_one(Buttons).display = draft is not None
        self.input.display = draft is None or self.row is not None
        self.offers.display = self.row is not None
        self.query_one("#console-title").display = draft is not None or bool(self.service)
        if draft is None:
            self.title(ink.line((f"{self.service}  ", "bold"), ("Esc goes back to the services", MUTED)))
            self.rows.lay([(key, content([ink.fit(line, cells)])) for key, line in choices(self.input.value.strip(), self.service)])
            self._tell_gloss()
            return
        self.below.display = True
        command = draft.form.command
        kept = f" {self.row.label}: Enter takes it, Esc leaves it as it was" if self.row is not None else f" {command.gloss}"
        self.title(ink.line((command.title(), "bold"), (kept, MUTED)))
        self._rows = draft.rows()
        self.rows.lay([(str(i), content([draw_row(row, cells)])) for i, row in enumerate(self._rows)])
        self.line.tell("aws " + draft.statement, "$text-accent", cells, ends=True)

    def _tell_gloss(self) -> None:
        """While a command is picked, what it is for stands whole below the list, which has room for its beginning only."""
        at = self.rows.highlighted_option
        gloss = gloss_of(at.id or "") if at is not None else ""
        self.below.display = bool(gloss or self._given)
        self.below.tell(gloss or self._given, MUTED if gloss else style("good"), self.cells)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self.draft is None:
            self._tell_gloss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a form can be submitted, copied or sent."""
        return self.draft is not None if action in ("submit", "copy", "send") else super().check_action(action, parameters)

    def watch_draft(self) -> None:
        self.refresh_bindings()

    def watch_foresight(self, foresight: Foresight) -> None:
        glyph = {"good": "✓ ", "bad": "▲ "}.get(foresight.tone, "○ ") if foresight.text else ""
        self.below.tell(glyph + foresight.text, style(foresight.tone), self.cells)

    # picking ----------------------------------------------------------------------------------------------------------

    def open(self, service: str, verb: str) -> None:
        """Show the form of a command: the one begun before, or an empty one."""
        self._keep_draft()
        self._given = ""
        self.draft = self.drafts.get((service, verb)) or empty_draft(service, verb)
        self.row = None
        self.input.value = ""
        self.rows.highlighted = 0
        self._changed()
        self.rows.focus()

    def _keep_draft(self) -> None:
        if self.draft is not None:
            self.drafts[self.draft.key] = self.draft

    def _close(self) -> None:
        """Go back to picking."""
        self.draft, self.row = None, None
        self.input.value = ""
        self.input.placeholder = SEARCH
        self._changed()
        self.rows.highlighted = 0
        self.input.focus()

    def done(self) -> None:
        """The form was accepted: it is empty again, and another command may be picked."""
        if self.draft is not None:
            self.drafts.pop(self.draft.key, None)
            self._given = f"✓ given: aws {self.draft.statement}. What comes of it stands in the terminal (F3)."
            self._close()

    # filling in -------------------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._show()
        self.post_message(FormEdited(self.statement))

    def _edit(self, row: Row) -> None:
        if self.draft is None:
            return
        if row.kind == "switch":
            self.draft = self.draft.toggle(row)
        elif row.kind == "add":
            self.draft = self.draft.add(row)
        elif row.kind in ("text", "number"):
            self.row = row
            self.offered = ()
            self.input.value = row.value
            self.input.placeholder = "write a value, or take one from below"
            self._show()
            self.input.focus()
            self.input.cursor_position = len(row.value)
            self.post_message(OffersWanted(self.draft.form, row))
            return
        self._changed()

    def watch_offered(self) -> None:
        self.offers.all = self.offered
        self._narrow("")

    def _narrow(self, typed: str) -> None:
        if self.row is not None:
            self.offers.narrow(typed, self.cells - 2)

    def _take(self, text: str) -> None:
        """Fill the row being edited, and go on to the next one that is to be filled."""
        row = self.row
        if row is None or self.draft is None:
            return
        self.row = None
        self._put(row, text.strip())
        self.rows.focus()
        at = next((i for i, r in enumerate(self._rows) if r.path == row.path), None)
        if at is not None:
            free = [i for i, r in enumerate(self._rows) if i > at and r.kind != "group"]
            self.rows.highlighted = free[0] if free and text else at

    def _put(self, row: Row, text: str) -> None:
        assert self.draft is not None
        self.draft = self.draft.put(row, text)
        self._changed()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.row is not None:
            self._narrow(event.value if event.value != self.row.value else "")
        elif self.draft is None:
            self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.row is not None:
            self._take(self.offers.chosen or event.value)
        elif self.rows.option_count:
            self._picked(self.rows.get_option_at_index(self.rows.highlighted or 0).id or "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_list is self.offers:
            self._take(self.offers.shown[event.option_index][0])
        elif self.draft is None:
            self._picked(event.option_id or "")
        else:
            self.row = None
            self._edit(self._rows[event.option_index])

    def _picked(self, key: str) -> None:
        match key.split():
            case ["s", service]:
                self.service = service
                self.rows.highlighted = 0
                self._show()
                self.rows.focus()
            case ["b"]:
                self.action_back()
            case ["c", service, verb]:
                self.open(service, verb)

    # keys and buttons -------------------------------------------------------------------------------------------------

    async def on_buttons_chosen(self, event: Buttons.Chosen) -> None:
        event.stop()
        await self.run_action(event.action)

    def action_submit(self) -> None:
        if self.row is not None:
            self._take(self.input.value)
        if self.draft is not None:
            self.post_message(FormSubmitted(self.statement))

    def action_copy(self) -> None:
        if self.draft is not None:
            self.app.copy_to_clipboard("aws " + self.draft.form.line())
            self.foresight = Foresight("good", "The line is in the clipboard.")

    def action_send(self) -> None:
        if self.draft is not None:
            self.post_message(LineSent(self.statement))

    def action_clear(self) -> None:
        if self.draft is not None:
            self.draft, self.row = empty_draft(*self.draft.key), None
            self._changed()
            self.rows.focus()

    def action_clear_row(self) -> None:
        at = self.rows.highlighted
        if self.draft is None or at is None or self.row is not None or at >= len(self._rows):
            return
        row = self._rows[at]
        if row.kind == "entry":
            self.draft = self.draft.remove(row)
            self._changed()
        elif row.kind != "add":
            self._put(row, "")

    def action_back(self) -> None:
        if self.row is not None:
            self.row = None
            self._show()
            self.rows.focus()
        elif self.draft is not None:
            self._keep_draft()
            self._close()
        elif self.service or self.input.value:
            self.service, self.input.value = "", ""
            self._show()
        else:
            self.post_message(ConsoleLeft())

    def action_move(self, by: int) -> None:
        """Up and down reach the lists from the input."""
        (self.offers if self.row is not None else self.rows).move(by)
