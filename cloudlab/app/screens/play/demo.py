"""The demo: the play screen with a bot at its line. Any key ends it; it leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.events import Event, Key, MouseDown, Paste

from cloudlab.app.screens.play.screen import PlayScreen
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


class DemoScreen(PlayScreen, inherit_bindings=False):
    """One run on the screen that plays itself."""

    CSS_PATH = "play.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "ends the demo", key_display="any key")]

    def __init__(self, session: Session, lines: Lines) -> None:
        super().__init__(session, pace=len(PACES) - 1)
        self.demo = Demo(self.sitting, lines)
        self._over_told = True  # nobody's run has no debrief
        self._text = ""
        self._pause = BREATH
        self._gone = False

    def on_mount(self) -> None:
        self.terminal.line.can_focus = False
        self.set_interval(BEAT, self._beat)

    def _beat(self) -> None:
        """Type a stroke, give the line, or wait."""
        if self._gone or self.app.screen is not self:
            return
        if self._pause:
            self._pause -= 1
        elif not self._text:
            self._text = self.demo.next_line() or ""
            if self.demo.over:
                self._end()
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
        self._gone = True
        ended = self.session.world.over
        self.terminal.say(f"The run is {ended}. Any key goes to the menu." if ended else "The demo cannot go on. Any key goes to the menu.")

    def _forward_event(self, event: Event) -> None:
        """Whatever is pressed, clicked or pasted ends the demo, before any widget hears of it."""
        if not isinstance(event, Key | MouseDown | Paste):
            super()._forward_event(event)
        elif self.is_current:
            self._gone = True
            self.action_leave()

    def on_unmount(self) -> None:
        self.session.close()
