"""The app: goes from screen to screen. It knows no rules, no level and no pane; it knows which screen follows which."""

from __future__ import annotations

import gc
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.events import Resize

from cloudlab.app.demo import Demonstrating
from cloudlab.app.doors import CannotOpen
from cloudlab.app.screens.menu.screen import MenuScreen
from cloudlab.app.theme import DARK, THEMES
from cloudlab.lab.settings import Settings, load_settings, save_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from textual.app import SystemCommand
    from textual.screen import Screen

    from cloudlab.app.doors import Doors
    from cloudlab.app.main import Start
    from cloudlab.app.screens.debrief.screen import DebriefScreen
    from cloudlab.app.screens.settings.screen import SettingsScreen
    from cloudlab.lab.session import Session


class CloudlabApp(Demonstrating):
    """Menu, brief, play, debrief."""

    TITLE = "cloudlab"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "quit", priority=True),
        Binding("escape", "end_orientation", show=False, priority=True),
    ]

    def __init__(self, start: Start, doors: Doors) -> None:
        super().__init__()
        for theme in THEMES.values():
            self.register_theme(theme)
        self.settings = load_settings()
        self.theme = THEMES.get(self.settings.theme, DARK).name
        self.start = start
        self.doors = doors
        self.session: Session | None = None
        self.journal: str | None = None
        """Journal of the run opened last; a crash names it."""
        self.crash: BaseException | None = None
        self.farewell = ""
        """What is said once the terminal is its own again."""
        self.outcome = 0

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give every theme the one colour that is ours."""
        return {"muted": DARK.variables["muted"]}

    def on_mount(self) -> None:
        self._apply_settings()
        self.push_screen(MenuScreen(self.doors))
        self.call_after_refresh(self._first_frame)

    def _first_frame(self) -> None:
        gc.enable()
        gc.freeze()
        self._check_size(*self.size)
        if self.start.resume is not None:
            self.resume(self.start.resume)
        elif self.start.level is not None and self.start.demo is not None:
            self.open_demo(self.start.level, self.start.demo)
        elif self.start.level is not None:
            self.open_brief(self.start.level, self.start.seed, self.start.mood)

    def _apply_settings(self) -> None:
        from cloudlab.app.keys import keymap

        self.animation_level = "none" if self.settings.reduced_motion else "full"
        self.theme = THEMES.get(self.settings.theme, DARK).name
        self.set_keymap(keymap(self.settings.keys))

    # size -------------------------------------------------------------------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        self._check_size(*event.size)

    def _check_size(self, columns: int, rows: int) -> None:
        from cloudlab.app.screens.too_small.screen import TooSmallScreen, fits

        if not fits(columns, rows) and not isinstance(self.screen, TooSmallScreen):
            self.push_screen(TooSmallScreen())

    # from screen to screen --------------------------------------------------------------------------------------------

    @on(MenuScreen.LevelChosen)
    def _level_chosen(self, event: MenuScreen.LevelChosen) -> None:
        self.open_brief(event.level)

    @on(MenuScreen.OrientationChosen)
    def _orientation_chosen(self, event: MenuScreen.OrientationChosen) -> None:
        self.open_brief(event.level, oriented=True)

    @on(MenuScreen.ResumeChosen)
    def _resume_chosen(self, event: MenuScreen.ResumeChosen) -> None:
        self.resume(event.path)

    @on(MenuScreen.SettingsChosen)
    def open_settings(self) -> None:
        """Show the settings over whatever is shown."""
        from cloudlab.app.screens.settings.screen import SettingsScreen

        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen(self.settings, str(self.doors.home())))

    def on_settings_screen_changed(self, event: SettingsScreen.Changed) -> None:
        self.keep_settings(event.settings)

    def keep_settings(self, settings: Settings) -> None:
        """Apply settings and keep them; tells where they cannot be kept."""
        from cloudlab.lab.saves import SaveError

        self.settings = settings
        self._apply_settings()
        try:
            save_settings(settings)
        except SaveError as error:
            self.notify(str(error), title="The settings cannot be kept", severity="warning", markup=False)

    @on(MenuScreen.ReviewChosen)
    def open_review(self) -> None:
        """Show the cards that are due."""
        from cloudlab.app.screens.review.screen import ReviewScreen

        def back(_: None) -> None:
            if isinstance(self.screen, MenuScreen):
                self.screen.look_again()

        self.push_screen(ReviewScreen(self.doors), back)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer in the command palette what can be done on this screen."""
        from cloudlab.app.palette import offered

        return offered(self, screen)

    @work(exclusive=True, group="opening")
    async def open_brief(
        self, word: str, seed: int | None = None, mood: str | None = None, *, start: str = "", oriented: bool = False
    ) -> None:
        """Read a level and show its brief; then play it, if the player starts. The very first run, and one asked for so, has a guide."""
        from cloudlab.app.screens.brief.screen import BriefScreen

        try:
            level = await self.doors.level(word, start or (self.start.start if word == self.start.level else ""))
        except CannotOpen as error:
            self.cannot(error)
            return
        chosen = seed if seed is not None else self.doors.fresh_seed()
        plan = await self.push_screen_wait(BriefScreen(level, chosen, mood or self.settings.mood, partial(self.doors.level, word)))
        if plan is None:
            return
        try:
            level = level if plan.start == level.scenario.start else await self.doors.level(word, plan.start)
            session = await self.doors.open_run(level, plan.seed, plan.mood, self.start.player)
        except CannotOpen as error:
            self.cannot(error)
            return
        for question, choice in plan.predictions:
            session.commit("predicted", question, choice)
        await self._play(session)
        if oriented or not self.settings.oriented:
            self.start_orientation()

    @work(exclusive=True, group="opening")
    async def resume(self, path: Path) -> None:
        """Go on with a saved run."""
        try:
            session = await self.doors.resume_run(path)
        except CannotOpen as error:
            self.cannot(error)
            return
        if session.journal.repair:
            self.notify(session.journal.repair, title="The save was mended", severity="warning", markup=False, timeout=15)
        if session.over:
            self._debrief(session)
        else:
            await self._play(session)

    async def _play(self, session: Session) -> None:
        from cloudlab.app.screens.play.screen import PlayScreen

        self.session = session
        self.journal = _journal_of(session)
        self.outcome = 1
        session.listeners.append(self._ring)
        await self.push_screen(PlayScreen(session, self.doors.live, pace=self.settings.pace))

    # the orientation --------------------------------------------------------------------------------------------------

    def start_orientation(self) -> None:
        """Put the guide on the play screen, from its first step."""
        from cloudlab.app.guide.guide import Guide
        from cloudlab.app.screens.play.screen import PlayScreen

        if isinstance(self.screen, PlayScreen) and not self.screen.query("#guide"):
            self.screen.mount(Guide(dict(self.settings.keys)), before="#stage")
            if not self.settings.oriented:
                self.keep_settings(replace(self.settings, oriented=True))

    def action_end_orientation(self) -> None:
        self.screen.query("#guide").remove()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc ends the orientation only where it would do nothing else: on an empty line or in a pane without a way back of its own."""
        if action != "end_orientation":
            return super().check_action(action, parameters)
        if not self.screen_stack or not self.screen.query("#guide"):
            return False
        here = self.focused
        return here is None or not (getattr(here, "value", "") or any(each.id == "console" for each in here.ancestors))

    def _ring(self, happenings: Sequence[Any]) -> None:
        """Ring the terminal's bell when the team is paged, where the player wants sounds."""
        from cloudlab.lab.session import pages_team

        if self.settings.sounds and self.session is not None:
            world = self.session.world
            if any(pages_team(world, each.event) for each in happenings):
                self.bell()

    def _debrief(self, session: Session) -> None:
        from cloudlab.app.screens.debrief.screen import DebriefScreen

        self.session = session
        self.outcome = 0 if session.world.over == "won" else 1
        self.push_screen(DebriefScreen(session, self.doors))

    def on_play_screen_over(self, event: object) -> None:
        """The run has ended: the debrief takes the play screen's place."""
        assert self.session is not None
        self._pop_to_menu()
        self._debrief(self.session)

    def on_play_screen_left(self, event: object) -> None:
        """Back to the menu; the run is on disk."""
        path = self.journal
        self.leave_run()
        if path and isinstance(self.screen, MenuScreen):
            self.screen.tell(f"saved: {path}")

    def on_debrief_screen_left(self, event: object) -> None:
        self.leave_run()

    def on_debrief_screen_again(self, event: DebriefScreen.Again) -> None:
        """Play the level again: with the same seed, or a new one."""
        assert self.session is not None
        level = self.session.level
        self.leave_run()
        seed = event.seed if event.seed is not None else self.doors.fresh_seed()
        self.open_brief(level.id, seed, start=level.scenario.start)

    def leave_run(self) -> None:
        self._pop_to_menu()
        if self.session is not None:
            self.session.close()
            self.session = None
        self.outcome = 0
        if isinstance(self.screen, MenuScreen):
            self.screen.look_again()

    def _pop_to_menu(self) -> None:
        while len(self.screen_stack) > 1 and not isinstance(self.screen, MenuScreen):
            self.pop_screen()

    def cannot(self, error: CannotOpen) -> None:
        self.notify(str(error), title="This cannot be opened", severity="error", timeout=20, markup=False)

    # leaving ----------------------------------------------------------------------------------------------------------

    async def action_quit(self) -> None:
        """Leave; say where the run lies."""
        session, outcome = self.session, self.outcome
        if session is not None:
            go_on = "" if session.over else "\nGo on with: cloudlab play --resume"
            self.farewell = f"Saved: {self.journal}{go_on}"
            session.close()
            self.session = None
        await self.doors.close()
        self.exit(outcome)

    def _handle_exception(self, error: Exception) -> None:
        """Keep what went wrong, so that the journal can be named once the terminal is its own again."""
        self.crash = self.crash or getattr(error, "error", error)  # a worker's failure wraps what really happened
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Leave without Textual's own page of locals; `run_app` tells what happened once the terminal is back."""
        self._close_messages_no_wait()


def _journal_of(session: Session) -> str | None:
    """Return where a run is saved; a run that leaves no trace has no file."""
    path: Path | None = session.journal.path
    return str(path) if path is not None else None
