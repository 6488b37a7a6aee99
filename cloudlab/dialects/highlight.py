"""Colours for a line being typed: which part is a service, a verb, a flag, a value, a variable, a string, a comment, or wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from cloudlab.commands.cli import negative
from cloudlab.dialects import aws_cli
from cloudlab.dialects.errors import LineError, MissingParameter
from cloudlab.dialects.script import VERBS
from cloudlab.dialects.tokens import Statement, Word, statements
from cloudlab.dialects.usage import without_prefix

Role = Literal["service", "verb", "flag", "value", "variable", "string", "comment", "error"]


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    role: Role


_VARIABLE = re.compile(r"\$(?:incident\.[a-z]+|[A-Za-z_][A-Za-z0-9_]*)")


def highlight(text: str) -> tuple[Span, ...]:
    """Return the parts of a text that have a role, in order, none overlapping.

    A word at the very end is still being typed: it is wrong only if nothing right begins with it.
    """
    spans: list[Span] = []
    for statement in statements(text, forgiving=True, verbatim=("note",)):
        roles = _roles(statement, len(text))
        for word, role in zip(statement.words, roles, strict=True):
            spans += _with_variables(text, word, role)
        if statement.comment is not None:
            spans.append(Span(*statement.comment, "comment"))
    return tuple(spans)


def _roles(statement: Statement, length: int) -> list[Role]:
    words = statement.words
    order = without_prefix(words)
    skipped = len(words) - len(order)
    roles: list[Role] = ["verb" if word.is_bare("as") or word.is_bare("!") else "value" for word in words[:skipped]]
    if not order:
        return roles
    if order[0].text in (*VERBS, "end"):
        return [*roles, "verb", *(_value(word) for word in order[1:])]
    wrong = _wrong(order, length)
    place = 1 if order[0].text == "aws" else 0
    for index, word in enumerate(order):
        if word.span == wrong:
            roles.append("error")
        elif index <= place:
            roles.append("service")
        elif index == place + 1 or word.is_bare("->") or word.is_bare("&"):
            roles.append("verb")
        else:
            roles.append("flag" if aws_cli.is_flag(word) else _value(word))
    return roles


def _value(word: Word) -> Role:
    return "string" if word.quoted else "value"


def _wrong(words: tuple[Word, ...], length: int) -> tuple[int, int] | None:
    """Return the place of the word that makes a line wrong, if one does."""
    order = words[:-1] if words[-1].is_bare("&") else words
    arrow = next((index for index, word in enumerate(order) if word.is_bare("->")), len(order))
    try:
        aws_cli.parse_words([_standing_in(word) for word in order[:arrow]])
    except MissingParameter:
        return None
    except LineError as wrong:
        return None if wrong.end == length and _promising(order, wrong) else (wrong.start, wrong.end)
    return None


def _promising(order: tuple[Word, ...], wrong: LineError) -> bool:
    """Could the last word, still being typed, become right?"""
    word = next((word for word in order if word.span == (wrong.start, wrong.end)), None)
    if word is None:
        return False
    index = order.index(word) - (1 if order[0].text == "aws" else 0)
    if index <= 0:
        return any(known.startswith(word.text) for known in (*aws_cli.services(), *VERBS, "as", "aws", "end"))
    if index == 1:
        service = order[order.index(word) - 1].text
        return any(verb.startswith(word.text) for verb in aws_cli.verbs(service))
    if not aws_cli.is_flag(word):
        return True
    try:
        command, _ = aws_cli.resolve(order)
    except LineError:
        return False
    names = [
        name for flag in aws_cli.flags_of(command).values() for name in (flag.name, negative(flag.name) if flag.is_switch else flag.name)
    ]
    return any(f"--{name}".startswith(word.text) for name in (*names, *aws_cli.GENERIC))


def _standing_in(word: Word) -> Word:
    """Return the word with its variables as plain text, so that it can be read before they have values."""
    return word if len(word.parts) == 1 else Word((word.text,), word.start, word.end, quoted=True)


def _with_variables(text: str, word: Word, role: Role) -> list[Span]:
    """Split a word at the variables inside it."""
    if len(word.parts) == 1:
        return [Span(word.start, word.end, role)]
    spans: list[Span] = []
    at = word.start
    for match in _VARIABLE.finditer(text, word.start, word.end):
        if at < match.start():
            spans.append(Span(at, match.start(), role))
        spans.append(Span(match.start(), match.end(), "variable"))
        at = match.end()
    if at < word.end:
        spans.append(Span(at, word.end, role))
    return spans
