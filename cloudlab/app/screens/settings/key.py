"""A key of one's own: waits for the key that an action is to have besides its built-in one."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from cloudlab.app.ink import MUTED, content, line, style, wrapped
from cloudlab.app.keys import Rebindable, shown, taken


class KeyScreen(ModalScreen["str | None"]):
    """Returns the key pressed, an empty text to have none of one's own, or None where nothing is to change."""

    CSS_PATH = "key.tcss"

    def __init__(self, action: Rebindable, own: Mapping[str, str]) -> None:
        super().__init__()
        self.action = action
        self.own = own

    def compose(self) -> ComposeResult:
        with Vertical(id="own-key"):
            yield Static(Content(), id="own-key-text", markup=False)

    def on_mount(self) -> None:
        self.query_one("#own-key").border_title = Content.styled(self.action.told, "bold")
        self._tell("")

    def _tell(self, wrong: str) -> None:
        lines = [line(("Press the key it is to have besides ", ""), (shown(self.action.keys), "bold"), (".", "")), ()]
        lines += [*wrapped(wrong, 56, style("bad")), ()] if wrong else []
        self.query_one("#own-key-text", Static).update(
            content([*lines, line(("Esc leaves it as it is, Backspace takes your own key away", MUTED))])
        )

    def on_key(self, event: Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss(None)
        elif event.key in ("backspace", "delete"):
            self.dismiss("")
        elif (wrong := taken(event.key, self.action.id, self.own)) is not None:
            self._tell(wrong)
        else:
            self.dismiss(event.key)
