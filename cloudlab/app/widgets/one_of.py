"""OneOf: a few answers of which one may be chosen; the glyph before it says which, and so does its weight."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from cloudlab.app.ink import plain


class OneOf(OptionList):
    """Choices by key. Enter or a click chooses; another choice replaces it."""

    DEFAULT_CSS = """
    OneOf { height: auto; border: none; padding: 0; background: $background; }
    OneOf:focus { border: none; background-tint: $foreground 0%; }
    """

    class Chosen(Message):
        """Another answer was chosen."""

        def __init__(self, one_of: OneOf, key: str) -> None:
            super().__init__()
            self.one_of = one_of
            self.key = key

    def __init__(self, choices: Mapping[str, str], *, chosen: str | None = None, named: bool = True, id: str | None = None) -> None:
        """`named`: each choice stands behind its key, which is a letter one may refer to."""
        super().__init__(id=id, markup=False)
        self.choices = dict(choices)
        self.chosen = chosen
        self.named = named
        for key in self.choices:
            self.add_option(Option(self._prompt(key), id=key))
        if chosen is not None:
            self.highlighted = list(self.choices).index(chosen)

    def _prompt(self, key: str) -> Content:
        taken = key == self.chosen
        name = f"{key}  " if self.named else ""
        return Content.styled(f"{'◉' if taken else '○'} {name}{plain(self.choices[key])}", "bold" if taken else "")

    def action_select(self) -> None:
        """Choose at once: whoever goes on with the very next key has chosen by then."""
        if self.highlighted is not None:
            self._choose(self.get_option_at_index(self.highlighted).id)
        super().action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(event.option.id)

    def _choose(self, chosen: str | None) -> None:
        if chosen is not None and chosen != self.chosen:
            self.post_message(self.Chosen(self, chosen))
        self.chosen = chosen
        for key in self.choices:
            self.replace_option_prompt(key, self._prompt(key))
