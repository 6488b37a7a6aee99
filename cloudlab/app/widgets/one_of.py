"""OneOf: a few answers of which one may be chosen; the glyph before it says which, and so does its weight."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from cloudlab.app.ink import plain


class OneOf(OptionList):
    """Choices by key. Enter or a click chooses; another choice replaces it."""

    DEFAULT_CSS = """
    OneOf { height: auto; border: none; padding: 0; background: $background; }
    OneOf:focus { border: none; background-tint: $foreground 0%; }
    """

    def __init__(self, choices: Mapping[str, str], *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.choices = dict(choices)
        self.chosen: str | None = None
        for key in self.choices:
            self.add_option(Option(self._prompt(key), id=key))

    def _prompt(self, key: str) -> Content:
        taken = key == self.chosen
        return Content.styled(f"{'◉' if taken else '○'} {key}  {plain(self.choices[key])}", "bold" if taken else "")

    def action_select(self) -> None:
        """Choose at once: whoever goes on with the very next key has chosen by then."""
        if self.highlighted is not None:
            self._choose(self.get_option_at_index(self.highlighted).id)
        super().action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(event.option.id)

    def _choose(self, chosen: str | None) -> None:
        self.chosen = chosen
        for key in self.choices:
            self.replace_option_prompt(key, self._prompt(key))
