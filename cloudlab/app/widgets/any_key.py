"""Any key: a screen that plays itself, and is left by whatever is pressed, clicked or pasted; Enter takes over."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.events import Event, Key, MouseDown, Paste
from textual.message import Message
from textual.screen import Screen

from cloudlab.app.bars.keys import Told


class AnyKey(Screen[Any]):
    """To be mixed into the screen that is shown. No widget of it hears of a key."""

    KEYS_ONLY: ClassVar[tuple[Told, ...]] = (
        Told("enter", "enter", "play this level yourself"),
        Told("escape", "any other key", "ends the demo"),
    )
    """All that the row of keys says."""

    class Pressed(Message):
        """The player is there."""

        def __init__(self, takes_over: bool) -> None:
            super().__init__()
            self.takes_over = takes_over

    gone = False
    """Whether the player has pressed something: nothing goes on by itself any more."""

    def _forward_event(self, event: Event) -> None:
        if not isinstance(event, Key | MouseDown | Paste):
            super()._forward_event(event)
        elif self.is_current and not self.gone:
            self.gone = True
            self.post_message(self.Pressed(isinstance(event, Key) and event.key == "enter"))
