"""Keys of one's own: which actions take another key besides the built-in one, and which keys may be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from textual.binding import Binding


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
    "run.undo": "go back to before the last decision",
    "run.brief": "the brief again",
    "run.leave": "back to the menu",
    "pane.map": "the map",
    "pane.terminal": "the terminal",
    "pane.board": "who holds it",
    "pane.jobs": "the jobs",
    "pane.pager": "the pager",
    "pane.objectives": "the objectives",
    "pane.traffic": "the requests",
    "pane.log": "the log",
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
    ("f1", "help for the pane or screen you are in"),
    ("ctrl+p", "every command there is, searched by typing"),
    ("ctrl+q", "quit; everything is saved"),
    ("tab", "the next pane; in the terminal, take a completion"),
    ("escape", "close, clear, leave the line"),
)
"""Keys that are always the same."""

FREE = (
    *(f"f{n}" for n in (11, 12)),
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


def shown(keys: str) -> str:
    """Write a key as people do: `Ctrl+N`, `F2`, `+`."""
    names = {"plus": "+", "minus": "-", "equals_sign": "=", "escape": "Esc", "question_mark": "?"}
    parts = [names.get(part, part.capitalize()) for part in keys.split(",")[0].split("+")]
    return "+".join(parts)
