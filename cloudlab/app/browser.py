"""The app's terminal when it is a page in a browser: Textual's own web driver, which may be left and found again."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from textual import events
from textual.app import App
from textual.color import Color
from textual.drivers.web_driver import WebDriver

LAST_SECONDS = 5.0
"""How long the app may take to close by itself once nobody is at the other end."""

_MODES = "\x1b[?1049h\x1b[?25l"
"""The alternate screen, without a cursor: what every full-screen program asks of a terminal."""


class BrowserDriver(WebDriver):
    """Named by TEXTUAL_DRIVER; the gateway is at the other end of the pipes.

    Differs from Textual's in five ways: the app has the focus from its first frame; `repaint` draws everything for a page that
    came back; `quit`, or the end of the input, leaves the game properly, so that the run is closed; the page takes the theme's ground
    for its edges; and nobody listening is no bug.
    """

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._write = self._put  # type: ignore[assignment]

    def start_application_mode(self) -> None:
        """Start as Textual's does, which ends with taking the focus away; the page has it, so take it back, in this order."""
        super().start_application_mode()
        self._app.call_later(self._app.post_message, events.AppFocus())
        self._colour_ground()
        self._app.call_later(self._app.theme_changed_signal.subscribe, self._app, lambda _: self._colour_ground())

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Take what the gateway says. Runs in the input's thread."""
        if packet_type == "repaint":
            self._app.call_later(self._repaint)
        elif packet_type == "quit":
            self._leave()
        else:
            super().on_meta(packet_type, payload)

    def run_input_thread(self) -> None:
        """Read until the app ends; should the input end first, the gateway is gone and the app goes too."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._leave()
            if not self.exit_event.wait(LAST_SECONDS):
                os._exit(1)

    def _leave(self) -> None:
        self._app.call_later(self._app.run_action, "quit")

    def _repaint(self) -> None:
        """Tell a new terminal its modes, and draw every cell."""
        self.write(_MODES)
        self._colour_ground()
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._app.refresh()

    def _colour_ground(self) -> None:
        """Tell the terminal the colour of what lies beside and behind the cells: it is a page, seldom a whole number of cells wide."""
        self.write(f"\x1b]11;{Color.parse(self._app.theme_variables['background']).hex6}\x07")

    def _put(self, data: bytes) -> int:
        with suppress(BrokenPipeError):
            while data:
                data = data[os.write(self.fileno, data) :]
        return 0
