"""The settings: one list, each line changed by Enter, and seen and kept at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cloudlab.app import ink
from cloudlab.app.bars.keys import KeysBar, Told
from cloudlab.app.ink import MUTED, STRONG, content, line
from cloudlab.app.keys import FIXED, all_shown, keymap, rebindable, shown
from cloudlab.app.theme import THEMES
from cloudlab.lab.settings import MOODS, PACES, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOLD = {
    "theme": "Dark, light, high contrast, or colours that stay apart for every common kind of colour vision. Colour never says anything "
    "that a glyph and a word do not say.",
    "reduced_motion": "Reduced: nothing slides or fades. Nothing ever blinks.",
    "pace": "How fast the cloud's clock runs to begin with; + and - change it in play.",
    "mood": "Of the next new run. Learn: hints are free and a decision can be undone. Win: played as it falls.",
    "sounds": "On: the terminal's bell rings once when your team is paged.",
}
SETTINGS_HELP = """\
# Settings

**Enter**, a click, or **left and right** change the chosen line. Each change is seen at once and kept in the profile folder.

**Keys**: Enter on an action waits for a key of your own. The built-in key goes on working beside it, so nothing can be lost;
Backspace takes your own key away again. **Esc** goes back.
"""


class SettingsScreen(Screen[None]):
    """Posts each change; whoever opened it keeps the settings and applies them."""

    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f10", "leave", "back"),
        Binding("right", "change(1)", "change", show=False),
        Binding("left", "change(-1)", "change", show=False),
        Binding("f1", "help", "help"),
    ]

    class Changed(Message):
        """The settings are others now."""

        def __init__(self, settings: Settings) -> None:
            super().__init__()
            self.settings = settings

    def __init__(self, settings: Settings, where: str) -> None:
        super().__init__()
        self.settings = settings
        self.where = where

    def compose(self) -> ComposeResult:
        with Vertical(id="settings"):
            with Horizontal(id="settings-body"):
                yield OptionList(id="settings-list", markup=False)
                yield Static(Content(), id="settings-told", markup=False)
            yield Static(Content.styled(f"kept in {ink.plain(self.where)}", MUTED), id="settings-where", markup=False)
        yield KeysBar()

    def on_mount(self) -> None:
        listed = self.query_one("#settings-list", OptionList)
        listed.border_title = Content.styled("settings", "bold")
        self._fill()
        listed.highlighted = 0
        listed.focus()

    # the list ---------------------------------------------------------------------------------------------------------

    def _values(self) -> list[tuple[str, str, str]]:
        """Return (field, word, value) of each setting."""
        now = self.settings
        return [
            ("theme", "theme", now.theme if now.theme in THEMES else "dark"),
            ("reduced_motion", "motion", "reduced" if now.reduced_motion else "full"),
            ("pace", "pace", PACES[now.pace]),
            ("mood", "mood", now.mood),
            ("sounds", "sounds", "on" if now.sounds else "off"),
        ]

    def _fill(self) -> None:
        listed = self.query_one("#settings-list", OptionList)
        kept = listed.highlighted
        room = max(30, (listed.scrollable_content_region.width or 60) - 4)
        listed.clear_options()
        for name, word, value in self._values():
            listed.add_option(Option(content([line((f"  {word:<10}", MUTED), (value, STRONG))]), id=f"set:{name}"))
        listed.add_options([None, Option(Content.styled("  keys in play", MUTED), disabled=True)])
        working = keymap(self.settings.keys)
        for each in rebindable():
            own = self.settings.keys[each.id] if each.id in working else ""
            keys = line((f"  {shown(each.keys):<8}", MUTED), (f"{shown(own)}  " if own else "", STRONG), each.told)
            listed.add_option(Option(content([ink.fit(keys, room)]), id=f"key:{each.id}"))
        listed.add_option(None)
        for key, told in FIXED:
            listed.add_option(Option(content([ink.fit(line((f"  {shown(key):<8}", ""), told), room)]), disabled=True))
        listed.highlighted = kept
        self._tell()

    def _tell(self) -> None:
        chosen = self.query_one("#settings-list", OptionList).highlighted_option
        kind, _, name = (chosen.id if chosen is not None and chosen.id else "").partition(":")
        room = max(16, self.query_one("#settings-told").content_region.width)
        if kind == "set":
            rows = [*ink.wrapped(TOLD[name], room), (), line(("Enter changes it.", MUTED))]
        elif kind == "key":
            each = next(r for r in rebindable() if r.id == name)
            rows = [
                *ink.wrapped(each.told.capitalize(), room, STRONG),
                (),
                line((f"built in: {all_shown(each.keys)}", "")),
                line((f"your own: {shown(self.settings.keys[name]) if name in self.settings.keys else 'none'}", "")),
                (),
                *ink.wrapped("Enter, then the key. The built-in one goes on working.", room, MUTED),
            ]
        else:
            rows = []
        self.query_one("#settings-told", Static).update(content(rows))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._tell()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        kind, _, name = (event.option.id or "").partition(":")
        if kind == "set":
            self._change(name, 1)
        elif kind == "key":
            self._ask_key(name)

    def on_resize(self) -> None:
        if self.query("#settings-list"):
            self._fill()

    # changing ---------------------------------------------------------------------------------------------------------

    def keys_now(self) -> Iterator[Told]:
        """Yield what Enter does in the list."""
        yield Told("enter", "enter", "change")

    def action_change(self, by: int) -> None:
        chosen = self.query_one("#settings-list", OptionList).highlighted_option
        if chosen is not None and chosen.id and chosen.id.startswith("set:"):
            self._change(chosen.id.removeprefix("set:"), by)

    def _change(self, name: str, by: int) -> None:
        now = self.settings
        match name:
            case "theme":
                self._set(replace(now, theme=_next(list(THEMES), now.theme, by)))
            case "reduced_motion":
                self._set(replace(now, reduced_motion=not now.reduced_motion))
            case "pace":
                self._set(replace(now, pace=(now.pace + by) % len(PACES)))
            case "mood":
                self._set(replace(now, mood=_next(MOODS, now.mood, by)))
            case "sounds":
                self._set(replace(now, sounds=not now.sounds))

    def _set(self, settings: Settings) -> None:
        self.settings = settings
        self._fill()
        self.post_message(self.Changed(settings))

    def _ask_key(self, action: str) -> None:
        from cloudlab.app.screens.settings.key import KeyScreen

        def given(key: str | None) -> None:
            if key is not None:
                own = {k: v for k, v in self.settings.keys.items() if k != action}
                self._set(replace(self.settings, keys=own | ({action: key} if key else {})))

        self.app.push_screen(KeyScreen(next(r for r in rebindable() if r.id == action), self.settings.keys), given)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_help(self) -> None:
        from cloudlab.app.screens.help.screen import HelpScreen

        self.app.push_screen(HelpScreen(SETTINGS_HELP))


def _next(words: Sequence[str], now: str, by: int) -> str:
    at = words.index(now) if now in words else 0
    return words[(at + by) % len(words)]
