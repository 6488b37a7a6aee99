"""The demo's debrief: turns its own pages, then lets the next road be played."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from textual.widgets import OptionList

from cloudlab.app.screens.debrief.screen import SECTIONS, DebriefScreen
from cloudlab.app.widgets.any_key import AnyKey

if TYPE_CHECKING:
    from cloudlab.app.doors import Doors
    from cloudlab.lab.debrief import Side
    from cloudlab.lab.session import Session
    from cloudlab.levels.loader import Level

READING = 7.0
"""Wall seconds that a section stands."""
SHOWN = ("score", "other", "money", "incidents")


class DemoDebrief(AnyKey, DebriefScreen, inherit_bindings=False):
    """Nobody's debrief: nothing is kept, nothing is played meanwhile."""

    CSS_PATH = "debrief.tcss"

    class Done(Message):
        """Every section was shown."""

        def __init__(self, level: Level, road: str) -> None:
            super().__init__()
            self.level = level
            self.road = road

    def __init__(self, session: Session, doors: Doors, road: str, other: Side | None) -> None:
        super().__init__(session, doors)
        self.road = road
        self.other = other
        self.other_state = "" if other is not None else "Nobody plays the other road of this level."
        self._ahead = [*SHOWN]

    def on_mount(self) -> None:
        self.call_after_refresh(self._turn)  # the debrief's own beginning comes after this
        self.set_interval(READING, self._turn)

    def _turn(self) -> None:
        """Show the next section; after the last one the demo goes on."""
        if self.gone:
            return
        if self._ahead:
            section = self._ahead.pop(0)
            self.query_one("#sections", OptionList).highlighted = next(i for i, (key, _) in enumerate(SECTIONS) if key == section)
            self._show(section)
        else:
            self.gone = True
            self.post_message(self.Done(self.session.level, self.road))

    def _remember(self) -> None:
        """Nobody played."""

    async def _play_on(self) -> None:
        """The other road is known already, and nobody waits for a hundred futures."""
