"""Attract mode: a level's bots play one road after the other, each with its debrief, until a key is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.app import App

from cloudlab.app.doors import CannotOpen

if TYPE_CHECKING:
    from cloudlab.app.doors import Doors
    from cloudlab.app.screens.debrief.demo import DemoDebrief
    from cloudlab.app.screens.play.demo import DemoScreen
    from cloudlab.app.widgets.any_key import AnyKey


class Demonstrating(App[int]):
    """The part of the app that plays by itself. Its runs are nobody's: neither saved nor counted."""

    doors: Doors
    shown: str = ""
    """The level that is played."""

    def leave_run(self) -> None:
        """Go back to the menu; the run on the screen is closed."""
        raise NotImplementedError

    def open_brief(self, word: str) -> object:
        raise NotImplementedError

    def cannot(self, error: CannotOpen) -> None:
        """Say why something cannot be opened."""
        raise NotImplementedError

    @work(exclusive=True, group="opening")
    async def open_demo(self, word: str, road: str) -> None:
        """Have a level's own bot play it."""
        from cloudlab.app.screens.play.demo import DemoScreen

        try:
            session, lines = await self.doors.demo(word, road)
        except CannotOpen as error:
            self.cannot(error)
            return
        self.shown = session.level.id
        await self.push_screen(DemoScreen(session, lines, road))

    async def on_demo_screen_ended(self, event: DemoScreen.Ended) -> None:
        from cloudlab.app.screens.debrief.demo import DemoDebrief

        other = await self.doors.demo_side(event.session, event.road)
        self.leave_run()
        await self.push_screen(DemoDebrief(event.session, self.doors, event.road, other))

    def on_demo_debrief_done(self, event: DemoDebrief.Done) -> None:
        """On to the level's next road, and round again."""
        from cloudlab.lab.demo import next_road

        self.leave_run()
        self.open_demo(event.level.id, next_road(event.level, event.road))

    def on_any_key_pressed(self, event: AnyKey.Pressed) -> None:
        self.leave_run()
        if event.takes_over:
            self.open_brief(self.shown)
