"""The debrief: what the run came to, section by section; the other road is played meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cloudlab.app.bars.keys import KeysBar
from cloudlab.app.doors import CannotOpen
from cloudlab.app.drawing import debrief as draw
from cloudlab.app.drawing import roads
from cloudlab.app.drawing.futures import draw_futures
from cloudlab.app.ink import MUTED, STRONG, Line, content, folded, line, style
from cloudlab.app.screens.debrief.questions import Questions
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.app.doors import Doors
    from cloudlab.lab.debrief import Side
    from cloudlab.lab.futures import Futures
    from cloudlab.lab.session import Session

SECTIONS = (
    ("questions", "questions"),
    ("score", "score"),
    ("other", "both roads"),
    ("money", "money and hours"),
    ("incidents", "incidents"),
    ("provider", "what AWS did"),
    ("futures", "100 futures"),
    ("cards", "review cards"),
    ("timeline", "timeline"),
)
PLAYING = "The other road is being played on the same seed, models and all. Look round meanwhile; it appears here."
WAITING = "The futures are played once the other road is there."


class DebriefScreen(Screen[None]):
    """A list of sections, and the one chosen."""

    CSS_PATH = "debrief.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "save report"),
        Binding("n", "again", "new seed"),
        Binding("o", "same", "same seed"),
        Binding("escape,m,f10", "leave", "menu"),
        Binding("pagedown", "page(1)", "scroll", key_display="PgDn", priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("f1", "help", "help"),
    ]

    class Left(Message):
        """Back to the menu."""

    class Again(Message):
        """Play the level again, with this seed or a new one."""

        def __init__(self, seed: int | None = None) -> None:
            super().__init__()
            self.seed = seed

    def __init__(self, session: Session, doors: Doors) -> None:
        super().__init__()
        self.session = session
        self.doors = doors
        self.told = doors.debrief(session)
        self.other: Side | None = None
        self.other_state = PLAYING
        self.futures: Futures | None = None
        """The futures played so far."""
        self.futures_state = WAITING
        self.stars = self.told.score.stars
        """With the third one as soon as its futures are played."""
        self.section = ""

    def compose(self) -> ComposeResult:
        yield Static(self._head(), id="outcome", markup=False)
        with Horizontal(id="debrief"):
            yield OptionList(*(Option(Content(f" {word}"), id=key) for key, word in SECTIONS), id="sections", markup=False)
            with Vertical(id="section"):
                yield Sheet(id="section-text")
                yield Questions(self.told.quizzes)
        yield Static(Content(), id="told", markup=False)
        yield KeysBar()

    def on_mount(self) -> None:
        self.query_one("#sections").border_title = Content.styled("debrief", "bold")
        self.query_one("#sections").focus()
        asked = any(q.kind == "answered" and q.chosen is None for q in self.told.quizzes)
        self._show("questions" if asked else "score")
        self.query_one("#sections", OptionList).highlighted = 0 if asked else 1
        self._remember()
        self.run_worker(self._play_on(), name="other road and futures")

    def _remember(self) -> None:
        try:
            self.doors.remember(self.session, self.stars, self.told.score.total)
        except CannotOpen as error:
            self._tell_below(f"Stars and score could not be kept: {error}", "bad")

    def _head(self) -> Content:
        told, outcome = self.told, self.told.mine.outcome
        tone = "good" if outcome == "won" else "bad"
        stars = "★" * self.stars + "☆" * (3 - self.stars)
        return content(
            [
                line(
                    (f" {'✓' if outcome == 'won' else '▲'} {outcome.upper()} ", style(tone)),
                    (f" {told.title}", STRONG),
                    (f"   {told.score.total:,} of 1,000", ""),
                    (f"   {stars}", "$text-accent"),
                    (f"   {told.mine.road} road", MUTED),
                    (f"   seed {self.session.world.seed}", MUTED),
                )
            ]
        )

    async def _play_on(self) -> None:
        """Play the other road, then the futures. What comes is shown in the screen's own turn: it may be on its way out by then."""
        try:
            self.other = await self.doors.other_road(self.session)
            self.other_state = "" if self.other is not None else "This level has nobody who plays the other road."
        except CannotOpen as error:
            self.other_state = f"The other road cannot be shown: {error}"
        self.call_later(self._other_road_came)
        if not self.session.over:
            self.futures_state = "Futures are played for a run that is over."
            self.call_later(self._tell_section, "futures", "")
            return
        self.stars, self.futures = await self.doors.futures(self.session, self._future_came)
        self.call_later(self._futures_came)

    def _other_road_came(self) -> None:
        self._tell_section("other", "✓" if self.other is not None else "▲")
        if self.section in ("money", "incidents"):
            self._show(self.section)

    def _future_came(self, played: Futures) -> None:
        self.call_later(self._another_future, played)

    def _another_future(self, played: Futures) -> None:
        self.futures = played
        if self.section == "futures":
            self.query_one("#section-text", Sheet).set_drawing(self._draw)
        if len(played.runs) % 10 == 0:
            self._mark("futures", f"{len(played.runs)}")

    def _futures_came(self) -> None:
        self._tell_section("futures", "✓")
        if self.stars > self.told.score.stars:
            self.query_one("#outcome", Static).update(self._head())
            self._remember()

    def _tell_section(self, section: str, mark: str) -> None:
        """Show what has come to a section, and mark it in the list."""
        self._mark(section, mark)
        if self.section == section:
            self._show(section)

    def _mark(self, section: str, mark: str) -> None:
        listed = self.query_one("#sections", OptionList)
        listed.replace_option_prompt(section, Content(f" {dict(SECTIONS)[section]} {mark}"))

    # sections ---------------------------------------------------------------------------------------------------------

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_list.id == "sections" and event.option.id:
            self._show(event.option.id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_list.id == "sections":
            shown = self.query_one("#section")
            target = next((w for w in shown.query("*") if w.focusable and w.display), None)
            if target is not None:
                target.focus()

    def _show(self, section: str) -> None:
        self.section = section
        frame = self.query_one("#section")
        frame.border_title = Content.styled(dict(SECTIONS)[section], "bold")
        self.query_one(Questions).display = section == "questions"
        sheet = self.query_one("#section-text", Sheet)
        sheet.display = section != "questions"
        sheet.set_drawing(self._draw)
        sheet.scroll_home(animate=False)

    def _draw(self, cells: int, rows: int) -> list[Line]:
        told = self.told
        match self.section:
            case "score":
                return draw.draw_score(told, cells, self.stars)
            case "money":
                return roads.draw_ledgers(told.mine, self.other, cells)
            case "incidents":
                theirs = [(), *roads.draw_incidents_of(self.other, cells)] if self.other is not None else []
                return draw.draw_incidents(told, cells) + theirs
            case "futures":
                from cloudlab.lab.futures import FIXED, ROBUST

                return draw_futures(self.futures, FIXED, ROBUST, told.score.stars, self.futures_state, cells)
            case "provider":
                return draw.draw_provider(told, cells)
            case "other":
                from cloudlab.lab.debrief import compare

                compared = compare(told.mine, self.other) if self.other is not None else []
                return draw.draw_other_road(told, self.other, self.other_state, compared, cells)
            case "cards":
                return draw.draw_cards(told, cells)
            case "timeline":
                return draw.draw_timeline(told, cells)
        return []

    @on(Questions.Answered)
    async def _answered(self, event: Questions.Answered) -> None:
        self.session.commit("answered", event.question, event.choice)
        self.told = self.doors.debrief(self.session)
        self.query_one("#outcome", Static).update(self._head())
        self._remember()
        await self.query_one(Questions).tell(self.told.quizzes)

    # keys -------------------------------------------------------------------------------------------------------------

    def action_page(self, way: int) -> None:
        """Scroll the section that is shown, also while the cursor is in the list."""
        shown = self.query_one(Questions) if self.section == "questions" else self.query_one("#section-text", Sheet)
        (shown.scroll_page_down if way > 0 else shown.scroll_page_up)(animate=False)

    def action_save(self) -> None:
        try:
            path = self.doors.save_report(self.session, self.other, self.futures if self._all_played() else None)
        except CannotOpen as error:
            self._tell_below(str(error), "bad")
            return
        self._tell_below(f"Saved: {path}, beside it the same as .md and .json", "good")

    def _tell_below(self, text: str, tone: str) -> None:
        """Say something in the row above the keys; it covers nothing, and stays until something else is said."""
        told = self.query_one("#told", Static)
        told.display = True
        told.update(Content.styled(folded(f"{'✓' if tone == 'good' else '▲'} {text}", self.size.width - 2), style(tone)))

    def _all_played(self) -> bool:
        from cloudlab.lab.futures import FIXED

        return self.futures is not None and len(self.futures.runs) >= FIXED

    def action_again(self) -> None:
        self.post_message(self.Again())

    def action_same(self) -> None:
        self.post_message(self.Again(self.session.world.seed))

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_help(self) -> None:
        from cloudlab.app.screens.debrief.help import DEBRIEF_HELP
        from cloudlab.app.screens.help.screen import HelpScreen

        self.app.push_screen(HelpScreen(DEBRIEF_HELP))
