"""The demo: the play screen with a bot at its line. It leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.app.widgets.any_key import AnyKey
from cloudlab.lab.demo import Demo
from cloudlab.lab.pacer import PACES

if TYPE_CHECKING:
    from cloudlab.lab.demo import Lines
    from cloudlab.lab.session import Session

BEAT = 0.04
"""Wall seconds between two strokes."""
STROKES = 75
"""A line takes at most so many strokes; a longer one is typed several letters at a stroke."""
READING = 18
"""Beats that a whole line stands before it is given, so that its preview can be read."""
BREATH = 12
"""Beats between what came of a line and the next one."""
END = 75
"""Beats that the last screen of a run stands."""


class DemoScreen(AnyKey, PlayScreen, inherit_bindings=False):
    """One run on the screen that plays itself."""

    CSS_PATH = "play.tcss"
    AUTO_FOCUS = ""

    class Ended(Message):
        """The run is over; its debrief may be shown."""

        def __init__(self, session: Session, road: str) -> None:
            super().__init__()
            self.session = session
            self.road = road

    def __init__(self, session: Session, lines: Lines, road: str) -> None:
        super().__init__(session, pace=len(PACES) - 1)
        self.demo = Demo(self.sitting, lines)
        self.road = road
        self._over_told = True  # the debrief comes a little later, and is another one
        self._text = ""
        self._pause = BREATH
        self._ending = False

    def on_mount(self) -> None:
        self.terminal.line.can_focus = False
        self.set_interval(BEAT, self._beat)

    def _beat(self) -> None:
        """Type a stroke, give the line, or wait."""
        if self.gone or self.app.screen is not self:
            return
        if self._pause:
            self._pause -= 1
        elif self._ending:
            self._end()
        elif not self._text:
            self._text = self.demo.next_line() or ""
            if self.demo.over:
                self._ending, self._pause = True, END
        elif (shown := self.terminal.line.value) != self._text:
            whole = self.app.animation_level == "none"
            more = len(self._text) if whole else -(-len(self._text) // STROKES)
            self.terminal.line.put(self._text[: len(shown) + more])
            if self.terminal.line.value == self._text:
                self._pause = READING
        else:
            self._give()

    def _give(self) -> None:
        """Give the line as it stands; unlike a player's it is not kept in the history."""
        text, self._text, self._pause = self._text, "", BREATH
        self.terminal.echo(text)
        self.terminal.line.put("")
        self.hold_clock()
        self.sitting.enter(text)
        self.refresh_view()

    def _end(self) -> None:
        if self.session.over:
            self.gone = True
            self.post_message(self.Ended(self.session, self.road))
        else:
            self._pause = 10**9
            self.terminal.say("The demo cannot go on: a real result is not known. Any key goes to the menu.", "bad")

    def on_unmount(self) -> None:
        self.session.close()
