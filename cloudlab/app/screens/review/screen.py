"""Review: one card at a time - the front, then the back, then whether it was known; what was known comes back later and later."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button

from cloudlab.app import ink
from cloudlab.app.bars.keys import KeysBar
from cloudlab.app.doors import CannotOpen
from cloudlab.app.ink import MUTED, STRONG, Line, line, style
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.app.doors import Doors
    from cloudlab.lab.review import DueCard

REVIEW_HELP = """\
# Review

Each finished level leaves a few cards. One that you knew comes back after 3 days, then 7, then 21; one you did not know, tomorrow.

Say the answer to yourself first. **Enter** turns the card; then **k** says you knew it, **d** that you did not. **Esc** goes back;
what was answered is kept card by card.
"""


class ReviewScreen(Screen[None]):
    """Goes through the cards that are due."""

    CSS_PATH = "review.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "turn", "turn the card"),
        Binding("k", "knew(True)", "knew it"),
        Binding("d", "knew(False)", "didn't"),
        Binding("escape,q,f10", "leave", "menu"),
        Binding("f1", "help", "help"),
    ]

    def __init__(self, doors: Doors) -> None:
        super().__init__()
        self.doors = doors
        self.cards: list[DueCard] = []
        self.at = 0
        self.turned = False
        self.known = 0
        self.empty = "Looking for cards that are due."

    def compose(self) -> ComposeResult:
        with Vertical(id="review"), Vertical(id="card"):
            yield Sheet(id="card-text")
            with Horizontal(id="card-keys"):
                yield Button("Turn (Enter)", id="turn", compact=True, variant="primary")
                yield Button("Knew it (k)", id="knew", compact=True, variant="success")
                yield Button("Didn't (d)", id="missed", compact=True)
        yield KeysBar()

    async def on_mount(self) -> None:
        self._show()
        try:
            self.cards, self.empty = await self.doors.review()
        except CannotOpen as error:
            self.empty = str(error)
        self._show()

    @property
    def card(self) -> DueCard | None:
        return self.cards[self.at] if self.at < len(self.cards) else None

    def _show(self) -> None:
        card = self.card
        frame = self.query_one("#card")
        frame.border_title = Content.styled(f"card {self.at + 1} of {len(self.cards)}" if card is not None else "review", "bold")
        self.query_one("#turn").display = card is not None and not self.turned
        self.query_one("#knew").display = self.query_one("#missed").display = card is not None and self.turned
        sheet = self.query_one("#card-text", Sheet)
        sheet.set_drawing(self._draw)
        if not isinstance(self.focused, Sheet):
            sheet.focus()
        self.refresh_bindings()

    def _draw(self, cells: int, _rows: int) -> list[Line]:
        card = self.card
        if card is None:
            done = ink.wrapped(f"Done: {self.known} of {len(self.cards)} known.", cells, STRONG) if self.cards else []
            return [*done, *ink.wrapped(self.empty, cells, "" if not done else MUTED)]
        lines: list[Line] = [line((card.level, MUTED)), (), *ink.wrapped(card.front, cells, STRONG), ()]
        if not self.turned:
            return [*lines, *ink.wrapped("Say it to yourself, then turn the card.", cells, MUTED)]
        return [*lines, line(("─" * min(cells, 40), MUTED)), (), *ink.wrapped(card.back, cells, style("good"))]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A card is turned first and judged then."""
        if action == "turn":
            return self.card is not None and not self.turned
        if action == "knew":
            return self.card is not None and self.turned
        return True

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "turn":
            self.action_turn()
        else:
            self.action_knew(event.button.id == "knew")

    def action_turn(self) -> None:
        self.turned = True
        self._show()

    def action_knew(self, knew: bool) -> None:
        """Keep whether the card was known, and go on to the next."""
        card = self.card
        if card is None:
            return
        try:
            self.doors.reviewed(card.key, knew)
        except CannotOpen as error:
            self.notify(str(error), title="This cannot be kept", severity="warning", markup=False)
        self.known += knew
        self.at += 1
        self.turned = False
        if self.card is None:
            self.empty = "What you knew comes back later, what you did not know tomorrow."
        self._show()

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_help(self) -> None:
        from cloudlab.app.screens.help.screen import HelpScreen

        self.app.push_screen(HelpScreen(REVIEW_HELP))
