r"""Words of a line, as a POSIX shell splits them, each with its place; variables stay marked until they are filled in.

Quoting: `'...'` takes everything as it stands, `"..."` lets `\"` and `\\` through, a backslash outside quotes takes the next
character as it stands, a backslash at the end of a line continues it, `#` at the start of a word opens a comment. A quoted text
may run over several lines.

Variables: `$name` (letters, digits, `_`; not starting with a digit) and `$incident.id`, `.resource`, `.due` are replaced outside
and inside all quotes, so that they work in quoted JSON; `$$` is a dollar sign. A variable holds a text or a list of texts. A
word that is nothing but a list becomes one word per element; inside a longer word the elements are joined with commas, and with
`","` where the variable stands between double quotes of its own (`'["$both"]'`). Any other dollar sign stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cloudlab.dialects.errors import LineError, MalformedValue, did_you_mean

Value = str | tuple[str, ...]
"""What a variable holds."""
Variables = Mapping[str, Value]

_VARIABLE = re.compile(r"\$(?:\$|incident\.[a-z]+|[A-Za-z_][A-Za-z0-9_]*)")


class UnknownVariable(LineError):
    """A variable that nothing was captured in yet."""


class OpenQuote(MalformedValue):
    """A quote that is never closed."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `parts` are plain texts and variable names in turn (text, name, text, ..., text)."""

    parts: tuple[str, ...]
    start: int
    end: int
    quoted: bool = False
    """It opens with a quote: never an operator or a flag."""

    @property
    def text(self) -> str:
        """The word with its variables still written as `$name`."""
        return "".join(part if index % 2 == 0 else f"${part}" for index, part in enumerate(self.parts))

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end

    @property
    def variables(self) -> tuple[str, ...]:
        return self.parts[1::2]

    def is_bare(self, text: str) -> bool:
        """Is it this word, unquoted and without variables?"""
        return not self.quoted and self.parts == (text,)

    def fill(self, variables: Variables) -> tuple[Word, ...]:
        """Return the word with its variables replaced: one word, or one per element of a list that stands alone."""
        if len(self.parts) == 1:
            return (self,)
        if self.parts[0] == self.parts[-1] == "" and len(self.parts) == 3:
            value = self._value(self.parts[1], variables)
            alone = (value,) if isinstance(value, str) else value
            # what a variable brings in is a value, whatever it looks like
            return tuple(Word((text,), self.start, self.end, quoted=True) for text in alone)
        text = ""
        for index, part in enumerate(self.parts):
            if index % 2 == 0:
                text += part
                continue
            value = self._value(part, variables)
            between = '","' if text.endswith('"') and self.parts[index + 1].startswith('"') else ","
            text += value if isinstance(value, str) else between.join(value)
        return (Word((text,), self.start, self.end, self.quoted),)

    def _value(self, name: str, variables: Variables) -> Value:
        if name in variables:
            return variables[name]
        known = [f"${other}" for other in variables]
        hint = did_you_mean(f"${name}", known) or (f"Known here: {', '.join(known)}." if known else "Nothing was captured yet.")
        raise UnknownVariable(f"There is no variable ${name}.", hint, self.span)


def fill(words: Iterable[Word], variables: Variables) -> tuple[Word, ...]:
    """Replace the variables of all words. Raises UnknownVariable."""
    return tuple(filled for word in words for filled in word.fill(variables))


@dataclass(frozen=True, slots=True)
class Statement:
    """The words of one line (continuations included) and where they lie in the text."""

    words: tuple[Word, ...]
    start: int
    end: int
    comment: tuple[int, int] | None = None


def words_of(line: str, variables: Variables | None = None) -> tuple[Word, ...]:
    """Split one line. Without `variables` a dollar sign is nothing special. Raises OpenQuote, UnknownVariable."""
    found = [word for statement in statements(line, marked=variables is not None) for word in statement.words]
    return fill(found, variables) if variables is not None else tuple(found)


def statements(text: str, *, marked: bool = True, verbatim: tuple[str, ...] = (), forgiving: bool = False) -> list[Statement]:
    """Split a text into statements; `marked` finds variables.

    After a first word among `verbatim` the rest of its line is one word, quotes, dollars and all. A `forgiving` reading takes an
    open quote for closed at the end, as one still being typed. Raises OpenQuote.
    """
    found: list[Statement] = []
    at = 0
    while at < len(text):
        statement = _statement(text, at, marked, verbatim, forgiving)
        if statement.words or statement.comment:
            found.append(statement)
        at = max(statement.end, at) + 1
    return found


def _statement(text: str, at: int, marked: bool, verbatim: tuple[str, ...], forgiving: bool) -> Statement:
    words: list[Word] = []
    start = at
    while at < len(text):
        char = text[at]
        if char == "\n":
            break
        if char in " \t\r":
            at += 1
        elif text.startswith(("\\\n", "\\\r\n"), at):
            at = text.index("\n", at) + 1
        elif len(words) == 1 and not words[0].quoted and words[0].text in verbatim:
            end = _line_end(text, at)
            words.append(Word(_parts(text[at:end].rstrip(), marked), at, end, quoted=True))
            return Statement(tuple(words), start, end)
        elif char == "#":
            end = _line_end(text, at)
            return Statement(tuple(words), start, end, (at, end))
        else:
            word = _word(text, at, marked, forgiving)
            words.append(word)
            at = word.end
    return Statement(tuple(words), start, at)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _word(text: str, start: int, marked: bool, forgiving: bool) -> Word:
    parts = [""]
    at = start
    inside = ""
    opened = start
    while at < len(text):
        char = text[at]
        if not inside and char in " \t\r\n":
            break
        if not inside and char in "'\"":
            inside, opened = char, at
            at += 1
        elif char == inside:
            inside = ""
            at += 1
        elif char == "\\" and inside != "'" and at + 1 < len(text):
            following = text[at + 1]
            if following == "\n":
                at += 2
            elif inside and following not in '"\\$`':
                parts[-1] += char
                at += 1
            else:
                parts[-1] += following
                at += 2
        elif marked and char == "$" and (match := _VARIABLE.match(text, at)):
            if match[0] == "$$":
                parts[-1] += "$"
            else:
                parts += [match[0][1:], ""]
            at = match.end()
        else:
            parts[-1] += char
            at += 1
    if inside and not forgiving:
        raise OpenQuote(f"The quote {inside} is never closed.", f"End the text with {inside}.", (opened, len(text)))
    return Word(tuple(parts), start, at, quoted=text[start] in "'\"")


def _parts(text: str, marked: bool) -> tuple[str, ...]:
    """Return raw text as parts: no quotes, only variables."""
    if not marked:
        return (text,)
    parts, at = [""], 0
    for match in _VARIABLE.finditer(text):
        parts[-1] += text[at : match.start()]
        if match[0] == "$$":
            parts[-1] += "$"
        else:
            parts += [match[0][1:], ""]
        at = match.end()
    parts[-1] += text[at:]
    return tuple(parts)
