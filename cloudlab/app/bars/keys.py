"""The row of keys below a screen: those that matter here, most useful first, whole words only; the rest stands behind F1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.events import Click, Resize
from textual.screen import Screen
from textual.widget import Widget

from cloudlab.app.ink import MUTED

KEY = "bold $footer-key-foreground"
LAST = {"f1": "help, keys", "ctrl+p": "palette"}
"""What stands at the right end wherever it works: the way to everything else."""


class Told(NamedTuple):
    """A key as it is shown: what pressing it sends, how it is written, what it does."""

    key: str
    written: str
    words: str

    @property
    def cells(self) -> int:
        return cell_len(self.written) + 1 + cell_len(self.words)


class KeysBar(Widget):
    """One line, told anew whenever other keys work. A click on a key is that key."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "KeysBar { dock: bottom; height: 1; background: $footer-background; color: $footer-description-foreground; }"

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[int, int, str]] = []
        """(first column, column after the last, key)."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def on_resize(self, event: Resize) -> None:
        self.refresh()

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.refresh()

    def _told(self) -> tuple[list[Told], list[Told]]:
        """Return the keys for the left, most useful first, and those at the right end."""
        if only := getattr(self.screen, "KEYS_ONLY", ()):
            return list(only), []
        tellers = (getattr(each, "keys_now", None) for each in (self.screen.focused, self.screen))
        left: list[Told] = [told for tell in tellers if tell is not None for told in tell()]
        right: list[Told] = []
        said = {"", "help", *(each.words for each in left)}
        for binding, key in _shown(self.screen):
            if binding.key in LAST:
                right.append(Told(binding.key, key, LAST[binding.key]))
            elif binding.show and binding.description not in said:
                said.add(binding.description)
                left.append(Told(binding.key, key, binding.description))
        return left, sorted(right, key=lambda each: list(LAST).index(each.key))

    def render(self) -> Content:
        left, right = self._told()
        room = self.size.width
        end = sum(each.cells + 2 for each in right)
        parts: list[str | tuple[str, str]] = [" "]
        self._places = []
        at = 1
        for each in left:
            if at + each.cells + 2 > room - end:
                continue
            at = self._put(each, at, parts)
        if right and (gap := room - end - at) >= 0:
            parts.append(" " * gap)
            at += gap
            for each in right:
                at = self._put(each, at, parts)
        return Content.assemble(*parts)

    def _put(self, each: Told, at: int, parts: list[str | tuple[str, str]]) -> int:
        parts += [(each.written, KEY), (f" {each.words}", MUTED), "  "]
        self._places.append((at, at + each.cells, each.key))
        return at + each.cells + 2

    def on_click(self, event: Click) -> None:
        for start, end, key in self._places:
            if start <= event.x < end:
                self.app.simulate_key(key)
                return


def _shown(screen: Screen[object]) -> Iterator[tuple[Binding, str]]:
    """Yield the bindings that work on a screen, those of what has the keyboard first, and how each key is written."""
    for active in screen.active_bindings.values():
        if active.enabled:
            yield active.binding, screen.app.get_key_display(active.binding).replace("⏎", "enter")
