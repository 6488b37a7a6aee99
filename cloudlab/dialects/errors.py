"""What can be wrong with a line before anybody asks the cloud: unknown words, ambiguous words, malformed values."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from cloudlab.model.refusal import Refusal

PARAM_VALIDATION = "ParamValidation"
"""The code of everything that is refused before a call is made."""


class LineError(Exception):
    """A line that says no command. `start` and `end` are the columns of the offending word, counted from 0."""

    def __init__(self, sentence: str, accepted: str = "", span: tuple[int, int] = (0, 0)) -> None:
        super().__init__(f"{sentence} {accepted}".strip())
        self.sentence = sentence
        self.accepted = accepted
        self.start, self.end = span

    @property
    def refusal(self) -> Refusal:
        """The error as the player sees it, under code ParamValidation."""
        return Refusal(PARAM_VALIDATION, self.sentence, self.accepted)


class UnknownWord(LineError):
    """No such service, verb or flag."""


class NotModelled(UnknownWord):
    """AWS has it, this simulation does not: refused by name, never ignored."""


class AmbiguousWord(LineError):
    """An abbreviation that could stand for several flags."""


class MalformedValue(LineError):
    """A value that cannot be read as what the parameter takes."""


class MissingParameter(MalformedValue):
    """Something required was left out."""


def did_you_mean(word: str, known: Iterable[str], lead: str = "Did you mean") -> str:
    """Return `Did you mean a or b?`, or an empty string where nothing comes near."""
    there = list(dict.fromkeys(known))
    near = get_close_matches(word, there, n=3, cutoff=0.6)
    near = near or [other for other in there if word and (other.startswith(word) or word in other.split("-"))][:3]
    return f"{lead} {either(near)}?" if near else ""


def either(words: Iterable[str]) -> str:
    """Return `a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
