"""The brief: the problem first, then a prediction to commit to, then the run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from cloudlab.app.bars.keys import KeysBar, Told
from cloudlab.app.doors import CannotOpen
from cloudlab.app.drawing.prose import draw_prose
from cloudlab.app.ink import MUTED, plain
from cloudlab.app.widgets.one_of import OneOf
from cloudlab.app.widgets.sheet import Sheet

if TYPE_CHECKING:
    from cloudlab.levels.loader import Level

MOODS = {
    "learn": "Learn: hints are free, a decision can be undone.",
    "win": "Win: nothing is undone, hints cost points.",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What the player chose to start with."""

    seed: int
    mood: str
    predictions: tuple[tuple[str, str], ...]
    """(question, choice) for each prediction committed to."""
    start: str
    """Which of the level's starts it opens with."""


class BriefScreen(Screen["Plan | None"]):
    """Returns the plan, or None where the player goes back."""

    CSS_PATH = "brief.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "start"),  # no priority: it waits its turn behind an answer just chosen
        Binding("f5", "start", "start", show=False),
        Binding("m", "mood", "mood"),
        Binding("escape", "back", "menu"),
        Binding("pagedown", "page(1)", "scroll", key_display="PgDn", priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("f1", "help", "help"),
    ]

    def __init__(self, level: Level, seed: int, mood: str, opened_with: Callable[[str], Awaitable[Level]]) -> None:
        """`opened_with` reads the level as it opens with another of its starts; it raises CannotOpen."""
        super().__init__()
        self.level = level
        self.opened_with = opened_with
        self.seed = seed
        self.mood = mood

    def compose(self) -> ComposeResult:
        with Horizontal(id="brief"):
            yield Sheet(id="brief-text")
            with VerticalScroll(id="brief-plan", can_focus=False):
                if len(self.level.file.starts) > 1:
                    yield Static(Content.styled("What you are handed", "bold $text-accent"), classes="asked")
                    starts = {start.id: start.title for start in self.level.file.starts}
                    yield OneOf(starts, chosen=self.level.scenario.start, named=False, id="start-with")
                yield Static(Content.styled("The road is free: by hand, managed, or mixed, need by need.", ""), classes="said")
                for question in self.level.file.predictions:
                    yield Static(Content.assemble(("Predict. ", "bold $text-accent"), plain(question.text)), classes="asked", markup=False)
                    yield OneOf({key: question.choice_text(key) for key in question.choices}, id=f"predict-{question.id}")
                yield Static(
                    Content.styled("A prediction counts for insight, right or wrong: it is asked again in the debrief.", MUTED),
                    classes="said",
                )
                yield Static(Content(), id="mood")
                with Horizontal(id="seed-row"):
                    yield Static(Content.styled("seed ", MUTED), id="seed-word")
                    yield Input(str(self.seed), id="seed", restrict=r"[0-9]{0,9}", compact=True)
                yield Static(Content.styled("The seed fixes traffic and fate: the same number, the same days.", MUTED), classes="said")
                with Vertical(id="go"):
                    yield Button("Start  (Ctrl+S)", id="start", variant="primary", compact=True)
        yield KeysBar()

    def on_mount(self) -> None:
        title = self.query_one("#brief-text", Sheet)
        self._show_brief()
        title.border_title = Content.assemble((f"{self.level.id.partition('-')[0]}  ", MUTED), (plain(self.level.file.title), "bold"))
        self.query_one("#seed", Input).cursor_blink = False  # nothing on these screens ever blinks
        self.query_one("#brief-plan").border_title = Content.styled("before you start", "bold")
        self._show_mood()
        asked = [each for each in self.query(OneOf) if each.id != "start-with"]
        (asked[0] if asked else self.query_one("#start")).focus()

    def _show_brief(self) -> None:
        text = self.level.brief()
        self.query_one("#brief-text", Sheet).set_drawing(lambda cells, _rows: draw_prose(text, cells))

    def on_one_of_chosen(self, event: OneOf.Chosen) -> None:
        if event.one_of.id == "start-with":
            self.run_worker(self._open_with(event.key), exclusive=True)

    async def _open_with(self, start: str) -> None:
        try:
            self.level = await self.opened_with(start)
        except CannotOpen as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.call_later(self._show_brief)

    def _show_mood(self) -> None:
        self.query_one("#mood", Static).update(Content.assemble(("mood ", MUTED), MOODS[self.mood], (" m changes it", MUTED)))

    def keys_now(self) -> Iterator[Told]:
        """Yield first what leads on."""
        yield Told("ctrl+s", "^s", "start")

    def action_page(self, way: int) -> None:
        """Scroll the text, wherever the cursor is."""
        text = self.query_one("#brief-text", Sheet)
        (text.scroll_page_down if way > 0 else text.scroll_page_up)(animate=False)

    def action_mood(self) -> None:
        self.mood = "win" if self.mood == "learn" else "learn"
        self._show_mood()

    def action_help(self) -> None:
        from cloudlab.app.screens.brief.help import BRIEF_HELP
        from cloudlab.app.screens.help.screen import HelpScreen

        self.app.push_screen(HelpScreen(BRIEF_HELP))

    def action_back(self) -> None:
        self.dismiss(None)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_start()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.action_start()

    def action_start(self) -> None:
        """Hand the plan back. What was not predicted is simply not predicted."""
        said = []
        for question in self.level.file.predictions:
            chosen = self.query_one(f"#predict-{question.id}", OneOf).chosen
            if chosen is not None:
                said.append((question.id, chosen))
        typed = self.query_one("#seed", Input).value
        start = next((each.chosen for each in self.query(OneOf) if each.id == "start-with"), None) or self.level.scenario.start
        self.dismiss(Plan(int(typed) if typed else self.seed, self.mood, tuple(said), start))
