"""What the command palette offers on a screen: every key's action that works there now, by its words, and what is always at hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.screen import Screen

from cloudlab.app.keys import TOLD, shown
from cloudlab.app.panes.pane import Pane
from cloudlab.app.screens.help.screen import HelpScreen
from cloudlab.app.screens.settings.screen import SettingsScreen

if TYPE_CHECKING:
    from cloudlab.app.app import CloudlabApp

MOVES = ("scroll", "cursor", "page", "focus", "delete", "select", "copy_text", "minimize", "command_palette", "help_quit", "quit")
"""Beginnings of actions that move about or edit a line: nobody looks for those."""


def offered(app: CloudlabApp, screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Yield (words, key, action) of what can be done: the screen's own keys first, then help pages, then the app's."""
    seen: set[str] = set()
    for key, (node, binding, enabled, _) in screen.active_bindings.items():
        words = TOLD.get(binding.id or "") or binding.description
        if not isinstance(node, Screen | Pane) or not enabled or not words or binding.action in seen:
            continue
        if binding.action.rpartition(".")[2].startswith(MOVES):
            continue
        seen.add(binding.action)
        yield SystemCommand(_capital(words), f"key {shown(key)}", partial(app.run_action, binding.action, node))
    if screen.query(Pane):
        yield SystemCommand("Orientation", "the first five minutes, step by step", app.start_orientation)
    for pane in screen.query(Pane):
        if pane.HELP:
            yield SystemCommand(f"Help: {pane.TITLE}", "what it shows, and its keys", partial(app.push_screen, HelpScreen(pane.HELP)))
    if not isinstance(screen, SettingsScreen):
        yield SystemCommand("Settings", "theme, motion, pace, sounds, keys", app.open_settings)
    yield SystemCommand("Quit", "key Ctrl+Q; everything is saved", app.action_quit)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
