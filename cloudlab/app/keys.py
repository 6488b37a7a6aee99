"""Keys of one's own: which actions take another key besides the built-in one, and which keys may be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

if TYPE_CHECKING:
    from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Rebindable:
    """An action of the play screen; `id` is its binding's, `keys` are the built-in ones."""

    id: str
    keys: str
    told: str


TOLD = {
    "clock.toggle": "run or pause the clock",
    "clock.faster": "a faster pace",
    "clock.slower": "a slower pace",
    "clock.next": "jump to the next event",
    "run.hint": "a hint",
    "run.undo": "take the last decision back",
    "run.brief": "the brief again",
    "run.leave": "back to the menu",
    "pane.map": "the map",
    "pane.console": "the console: commands as forms",
    "pane.terminal": "the terminal",
    "pane.board": "who holds it",
    "pane.jobs": "the jobs",
    "pane.pager": "the pager",
    "pane.objectives": "the objectives",
    "pane.traffic": "the requests",
    "pane.log": "the log",
    "pane.template": "templates and stacks",
}
"""What an action is, in more words than the footer has; by the id of its binding."""


@cache
def rebindable() -> tuple[Rebindable, ...]:
    """Return the actions that take another key: those of the play screen's bindings that have an id."""
    from cloudlab.app.screens.play.screen import PlayScreen

    found: dict[str, Rebindable] = {}
    for owner in reversed(PlayScreen.__mro__):
        for binding in vars(owner).get("BINDINGS", ()):
            if isinstance(binding, Binding) and binding.id:
                found[binding.id] = Rebindable(binding.id, binding.key, TOLD.get(binding.id, binding.description))
    listed = list(TOLD)
    return tuple(sorted(found.values(), key=lambda each: listed.index(each.id) if each.id in TOLD else len(listed)))


FIXED = (
    ("f1", "help where you are, and all its keys"),
    ("ctrl+p", "every command, searched by typing"),
    ("ctrl+q", "quit; all is saved (in a browser: F10, quit)"),
    ("ctrl+z", "suspend; `fg` brings it back"),
    ("tab", "the next pane; in the terminal, complete"),
    ("escape", "close, clear, leave the line"),
)
"""Keys that are always the same."""

FREE = (
    *(f"f{n}" for n in (11, *range(13, 25))),  # most terminals send Shift+F1 as F13, and so on
    *(f"shift+f{n}" for n in range(1, 13)),
    *(f"ctrl+f{n}" for n in range(1, 13)),
    *(f"alt+{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"),
)
"""Keys that neither write into the line nor do anything else."""


def keymap(own: Mapping[str, str]) -> dict[str, str]:
    """Return Textual's keymap: one's own key first, so that the footer shows it; the built-in one goes on working."""
    if not own:
        return {}  # the usual start: spare the imports
    known = {each.id: each.keys for each in rebindable()}
    return {action: f"{key},{known[action]}" for action, key in own.items() if action in known and key in FREE}


def taken(key: str, action: str, own: Mapping[str, str]) -> str | None:
    """Return why a key cannot be given to an action, or None where it can."""
    if key not in FREE:
        return (
            f"{shown(key)} has a meaning already or writes into the line. Free are F11, F12, Shift or Ctrl with F keys, Alt with a letter."
        )
    for each in rebindable():
        if each.id != action and own.get(each.id) == key:
            return f"{shown(key)} is yours for: {each.told}."
    return None


NAMES = {
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "question_mark": "?",
    "percent_sign": "%",
    "exclamation_mark": "!",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "asterisk": "*",
    "full_stop": ".",
    "comma": ",",
    "semicolon": ";",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "Esc",
    "delete": "Del",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
}
"""Keys whose names are not what stands on them."""


def shown(keys: str) -> str:
    """Write a key as people do: `Ctrl+N`, `F2`, `+`; of several the first."""
    return "+".join(NAMES.get(part, part.capitalize()) for part in keys.split(",")[0].split("+"))


def all_shown(keys: str) -> str:
    """Write every key of an action: `Ctrl+N >`."""
    return " ".join(dict.fromkeys(shown(key) for key in keys.split(",")))


def here(screen: Screen[Any]) -> list[tuple[str, str]]:
    """Return (keys, words) of everything a key does on a screen now, what has the keyboard first; those that always work last."""
    found: dict[tuple[int, str], tuple[list[str], str]] = {}
    for key, (node, binding, enabled, _) in screen.active_bindings.items():
        words = TOLD.get(binding.id or "") or binding.description
        if enabled and words and words not in _textuals(type(node)):
            found.setdefault((id(node), binding.action), ([], words))[0].append(shown(key))
    always = {shown(key) for key, _ in FIXED}
    rows: dict[str, list[str]] = {}
    for keys, words in found.values():
        if mine := [key for key in keys if key not in always]:
            rows.setdefault(words, []).extend(mine)
    return [(" ".join(keys), words) for words, keys in rows.items()] + [(shown(key), told) for key, told in FIXED]


@cache
def _textuals(node: type) -> frozenset[str]:
    """Return the words of the keys that a kind of widget has from Textual: how one moves in a line, which every terminal does."""
    classes = [each for each in node.__mro__ if each.__module__.startswith("textual.")]
    return frozenset(b.description for each in classes for b in vars(each).get("BINDINGS", ()) if isinstance(b, Binding))
