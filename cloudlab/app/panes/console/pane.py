"""The console: pick a command, fill in its rows, see the line it comes to and what would come of it, submit."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from cloudlab.app import ink
from cloudlab.app.drawing.console import draw_offer, draw_row
from cloudlab.app.ink import MUTED, content, style
from cloudlab.app.panes.console.help import CONSOLE_HELP
from cloudlab.app.panes.console.lists import Buttons, KeptList
from cloudlab.app.panes.console.messages import ConsoleLeft, FormEdited, FormSubmitted, LineSent, OffersWanted
from cloudlab.app.panes.console.rows import KEEP, PERSON, all_rows, choices
from cloudlab.app.panes.pane import DECK, Pane
from cloudlab.app.panes.terminal.pane import Foresight
from cloudlab.lab.forms import Form, Row, form_of

if TYPE_CHECKING:
    from cloudlab.lab.view.slices import View

SEARCH = "search a command: subnet, role, train ..."
Offered = tuple[tuple[str, str], ...]


class ConsolePane(Pane):
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
        Binding("escape", "back", "back", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
    ]

    form: var[Form | None] = var(None, init=False)
    foresight: var[Foresight] = var(Foresight, init=False)
    offered: var[Offered] = var((), init=False)
    """What the row being edited may be filled with."""

    def __init__(self) -> None:
        super().__init__()
        self.drafts: dict[tuple[str, str], tuple[Form, dict[tuple[str, ...], str]]] = {}
        """Forms begun and left, by command: picking the command again goes on with it."""
        self.extra: dict[tuple[str, ...], str] = {}
        """Who is to do it, and what keeps the id."""
        self.service = ""
        self.row: Row | None = None
        """The row being edited."""
        self._rows: tuple[Row, ...] = ()
        self._offers: Offered = ()

    def compose(self) -> ComposeResult:
        yield Static(Content(), id="console-title", markup=False)
        yield Input(placeholder=SEARCH, id="console-input", compact=True, select_on_focus=False)
        yield KeptList(id="console-offers", markup=False, compact=True)
        yield KeptList(id="console-rows", markup=False, compact=True)
        yield Static(Content(), id="console-line", markup=False)
        yield Static(Content(), id="console-foresight", markup=False)
        yield Buttons()

    def on_mount(self) -> None:
        super().on_mount()
        self.input.cursor_blink = False
        self._show()

    def slices(self, view: View) -> tuple[object, ...]:
        return (view.team,)

    def show(self, view: View) -> None:
        """Who is free is another: what the form would do may be, too."""
        self.post_message(FormEdited(self.statement))

    def on_resize(self, event: Resize) -> None:
        self._show()

    @property
    def input(self) -> Input:
        return self.query_one("#console-input", Input)

    @property
    def rows(self) -> KeptList:
        return self.query_one("#console-rows", KeptList)

    @property
    def offers(self) -> KeptList:
        return self.query_one("#console-offers", KeptList)

    @property
    def statement(self) -> str:
        """The line as it would be entered; empty while no command is picked."""
        return self.form.statement(self.extra.get(PERSON, ""), self.extra.get(KEEP, "")) if self.form is not None else ""

    def target(self) -> Widget:
        return self.rows if self.form is not None and self.row is None else self.input

    # drawing ----------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Draw lists, title and line for what is picked and filled in."""
        if not self.is_mounted or not self.size.width:
            return
        cells = max(30, self.size.width - 6)
        form = self.form
        for name in ("#console-line", "#console-foresight", "#console-buttons"):
            self.query_one(name).display = form is not None
        self.input.display = form is None or self.row is not None
        self.offers.display = self.row is not None
        self.query_one("#console-title").display = form is not None or bool(self.service)
        if form is None:
            self._title(ink.line((f"{self.service}  ", "bold"), ("Esc goes back to the services", MUTED)))
            self.rows.lay([(key, content([ink.fit(line, cells)])) for key, line in choices(self.input.value.strip(), self.service)])
            return
        kept = f" {self.row.label}: Enter takes it, Esc leaves it as it was" if self.row is not None else f" {form.command.gloss}"
        self._title(ink.line((form.command.title(), "bold"), (kept, MUTED)))
        self._rows = all_rows(form, self.extra)
        self.rows.lay([(str(i), content([draw_row(row, cells)])) for i, row in enumerate(self._rows)])
        lines = ink.wrapped("aws " + self.statement, cells, "$text-accent")
        shown = lines if len(lines) <= 2 else [lines[0], ink.fit(ink.line(("…" + lines[-1][0][0], "$text-accent")), cells)]
        self.query_one("#console-line", Static).update(content(shown), layout=False)
        self.query_one("#console-line").tooltip = Content(self.statement) if len(lines) > 2 else None

    def _title(self, line: ink.Line) -> None:
        self.query_one("#console-title", Static).update(content([ink.fit(line, max(30, self.size.width - 6))]), layout=False)

    def watch_foresight(self, foresight: Foresight) -> None:
        shown = self.query_one("#console-foresight", Static)
        glyph = {"good": "✓ ", "bad": "▲ "}.get(foresight.tone, "○ ") if foresight.text else ""
        lines = ink.wrapped(glyph + foresight.text, max(30, self.size.width - 6), style(foresight.tone))
        shown.update(content(lines[:2]), layout=False)
        shown.tooltip = Content(foresight.text) if len(lines) > 2 else None

    # picking ----------------------------------------------------------------------------------------------------------

    def open(self, service: str, verb: str) -> None:
        """Show the form of a command: the one begun before, or an empty one."""
        self._keep_draft()
        self.form, self.extra = self.drafts.get((service, verb), (form_of(service, verb), {}))
        self.row = None
        self.input.value = ""
        self.rows.highlighted = 0
        self._changed()
        self.rows.focus()

    def _keep_draft(self) -> None:
        if self.form is not None:
            self.drafts[self.form.command.service, self.form.command.verb()] = (self.form, self.extra)

    def _close(self) -> None:
        """Go back to picking; what is filled in is kept."""
        self._keep_draft()
        self.form, self.row, self.extra = None, None, {}
        self.input.value = ""
        self.input.placeholder = SEARCH
        self._changed()
        self.rows.highlighted = 0
        self.input.focus()

    def done(self) -> None:
        """The form was accepted: it is empty again, and another command may be picked."""
        if self.form is not None:
            self.drafts.pop((self.form.command.service, self.form.command.verb()), None)
            self.form = Form(self.form.command)
            self._close()

    # filling in -------------------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._show()
        self.post_message(FormEdited(self.statement))

    def _edit(self, row: Row) -> None:
        if self.form is None:
            return
        if row.kind == "switch":
            self.form = self.form.toggle(row.path)
        elif row.kind == "add":
            self.form = self.form.add(row.path)
        elif row.kind in ("text", "number"):
            self.row = row
            self.offered = ()
            self.input.value = row.value
            self.input.placeholder = "write a value, or take one from below"
            self._show()
            self.input.focus()
            self.input.cursor_position = len(row.value)
            self.post_message(OffersWanted(self.form, row))
            return
        self._changed()

    def watch_offered(self) -> None:
        self._filter_offers("")

    def _filter_offers(self, typed: str) -> None:
        low = typed.lower()
        found = [(text, about) for text, about in self.offered if low in text.lower() or low in about.lower()]
        self._offers = tuple(found)
        cells = max(30, self.size.width - 6)
        self.offers.set_options([Option(content([draw_offer(text, about, cells)])) for text, about in found[:60]])
        self.offers.highlighted = None
        self.offers.display = self.row is not None and bool(found)

    def _take(self, text: str) -> None:
        """Fill the row being edited, and go on to the next one that is to be filled."""
        row = self.row
        if row is None or self.form is None:
            return
        self.row = None
        self._put(row, text.strip())
        self.rows.focus()
        at = next((i for i, r in enumerate(self._rows) if r.path == row.path), None)
        if at is not None:
            free = [i for i, r in enumerate(self._rows) if i > at and r.kind != "group"]
            self.rows.highlighted = free[0] if free and text else at

    def _put(self, row: Row, text: str) -> None:
        assert self.form is not None
        if row.path in (PERSON, KEEP):
            self.extra = {**self.extra, row.path[:1]: text} if text else {k: v for k, v in self.extra.items() if k != row.path}
        else:
            self.form = self.form.put(row.path, text)
        self._changed()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.row is not None:
            self._filter_offers(event.value if event.value != self.row.value else "")
        elif self.form is None:
            self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.row is not None:
            at = self.offers.highlighted
            self._take(self._offers[at][0] if at is not None else event.value)
        elif self.rows.option_count:
            self._picked(self.rows.get_option_at_index(self.rows.highlighted or 0).id or "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_list is self.offers:
            self._take(self._offers[event.option_index][0])
        elif self.form is None:
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
        if self.form is not None:
            self.post_message(FormSubmitted(self.statement))

    def action_copy(self) -> None:
        if self.form is not None:
            self.app.copy_to_clipboard("aws " + self.form.line())
            self.foresight = Foresight("good", "The line is in the clipboard.")

    def action_send(self) -> None:
        if self.form is not None:
            self.post_message(LineSent(self.statement))

    def action_clear(self) -> None:
        if self.form is not None:
            self.form, self.extra, self.row = Form(self.form.command), {}, None
            self._changed()
            self.rows.focus()

    def action_clear_row(self) -> None:
        at = self.rows.highlighted
        if self.form is None or at is None or self.row is not None or at >= len(self._rows):
            return
        row = self._rows[at]
        if row.kind == "entry":
            self.form = self.form.remove(row.path)
            self._changed()
        elif row.kind != "add":
            self._put(row, "")

    def action_back(self) -> None:
        if self.row is not None:
            self.row = None
            self._show()
            self.rows.focus()
        elif self.form is not None:
            self._close()
        elif self.service or self.input.value:
            self.service, self.input.value = "", ""
            self._show()
        else:
            self.post_message(ConsoleLeft())

    def action_move(self, by: int) -> None:
        """Up and down reach the lists from the input."""
        (self.offers if self.row is not None else self.rows).move(by)
