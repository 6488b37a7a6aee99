"""From the words after a flag to the value of a parameter, by its shape; with the sentences the aws CLI has for what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from cloudlab.commands.shapes import Boolean, Listing, Number, Parameter, Record, Shape, Table, Text
from cloudlab.dialects.errors import MalformedValue, MissingParameter, NotModelled, UnknownWord, did_you_mean
from cloudlab.dialects.shorthand import ShorthandError, read_shorthand
from cloudlab.dialects.tokens import Word

Span = tuple[int, int]


def value_of(shape: Shape, words: Sequence[Word], flag: str, at: Span) -> Any:
    """Return the JSON-ready value that `words` say for `--flag` of this shape; `at` is the flag's own place.

    Raises MalformedValue, NotModelled.
    """
    if not words:
        raise MissingParameter(f"argument --{flag}: expected a value.", f"Write {example(shape, flag)}", at)
    if isinstance(shape, Listing):
        if len(words) == 1 and (listed := _json(words[0], "[", flag)) is not None:
            return checked(shape, listed, flag, words[0].span)
        return [_one(shape.member, word, flag) for word in words]
    if len(words) > 1:
        extra = words[1]
        raise UnknownWord(f"Unknown options: {extra.text}", f"--{flag} takes one value: {example(shape, flag)}", extra.span)
    return _one(shape, words[0], flag)


def _one(shape: Shape, word: Word, flag: str) -> Any:
    text = word.text
    from_file = isinstance(shape, Text) and shape.group == "template" and text.startswith("file://")
    if not word.quoted and text.startswith(("file://", "fileb://")) and not from_file:  # the lab reads templates (lab/templates.py)
        raise NotModelled(f"--{flag} {text}: reading a value from a file is not modelled.", "Write the value itself.", word.span)
    if isinstance(shape, Text):
        return text
    if isinstance(shape, Number):
        return _number(shape, text, flag, word.span)
    if isinstance(shape, Boolean):
        return checked(shape, text, flag, word.span)
    opening = "[" if isinstance(shape, Listing) else "{"
    structured = _json(word, opening, flag)
    if structured is None:
        if isinstance(shape, Listing):
            raise MalformedValue(f"Error parsing parameter '--{flag}': expected a JSON list.", _write(shape, flag), word.span)
        try:
            structured = read_shorthand(text)
        except ShorthandError as wrong:
            sentence = f"Error parsing parameter '--{flag}': {wrong} at column {wrong.at + 1} of '{text}'."
            raise MalformedValue(sentence, _write(shape, flag), word.span) from None
    return checked(shape, structured, flag, word.span)


def _json(word: Word, opening: str, flag: str) -> Any:
    if not word.text.lstrip().startswith(opening):
        return None
    try:
        return json.loads(word.text)
    except ValueError as wrong:
        raise MalformedValue(
            f"Error parsing parameter '--{flag}': Invalid JSON: {wrong}",
            "Inside JSON every name and text stands between double quotes, the whole between single ones.",
            word.span,
        ) from None


def checked(shape: Shape, value: Any, path: str, at: Span) -> Any:
    """Return a value read from JSON or shorthand, fitted to `shape`; `path` names it in errors."""
    if isinstance(shape, Record):
        return _structure(shape, value, path, at)
    if isinstance(shape, Table):
        if not isinstance(value, dict):
            raise _wrong_type(path, value, "a map", at)
        return {key: checked(shape.value, inner, f"{path}.{key}", at) for key, inner in value.items()}
    if isinstance(shape, Listing):
        members = value if isinstance(value, list) else [value]
        return [checked(shape.member, member, f"{path}[{index}]", at) for index, member in enumerate(members)]
    if isinstance(shape, Text):
        if not isinstance(value, str):
            raise _wrong_type(path, value, "a text", at)
        return value
    if isinstance(shape, Boolean):
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise _wrong_type(path, value, "true or false", at)
        return value
    if isinstance(value, str):
        return _number(shape, value, path, at)
    if isinstance(value, bool) or not isinstance(value, int if shape.whole else int | float):
        raise _wrong_type(path, value, "a whole number" if shape.whole else "a number", at)
    return value


def _structure(shape: Record, value: Any, path: str, at: Span) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong_type(path, value, f"a structure of {_names(shape.members)}", at)
    there = {member.name: member for member in shape.members}
    for name in value:
        if name not in there:
            sentence = f'Unknown parameter in {path}: "{name}", must be one of: {_names(shape.members)}.'
            raise UnknownWord(sentence, did_you_mean(name, there), at)
    for member in shape.members:
        if member.required and member.name not in value:
            sentence = f'Missing required parameter in {path}: "{member.name}".'
            raise MissingParameter(sentence, f"It takes {_names(shape.members)}.", at)
    return {name: checked(there[name].shape, inner, f"{path}.{name}", at) for name, inner in value.items()}


def _number(shape: Number, text: str, path: str, at: Span) -> int | float:
    if re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    if not shape.whole and re.fullmatch(r"-?[0-9]*\.?[0-9]+(e-?[0-9]+)?", text):
        return float(text)
    kind = "a whole number" if shape.whole else "a number"
    raise MalformedValue(f"Invalid value for {path}: '{text}' is not {kind}.", f"Write {kind}.", at)


def _wrong_type(path: str, value: Any, wanted: str, at: Span) -> MalformedValue:
    shown = json.dumps(value)
    hint = "Quote a value that holds a comma." if isinstance(value, list) else ""
    return MalformedValue(f"Invalid type for parameter {path}, value: {shown}; valid: {wanted}.", hint, at)


def _names(members: tuple[Parameter, ...]) -> str:
    return ", ".join(member.name for member in members)


def _write(shape: Shape, flag: str) -> str:
    return f"Write {example(shape, flag)} or JSON."


def example(shape: Shape, flag: str) -> str:
    """Return how `--flag` is written: `--vpc-id VALUE`, `--filters Name=VALUE,Values=[VALUE]`."""
    return f"--{flag} {placeholder(shape)}"


def placeholder(shape: Shape, depth: int = 0) -> str:
    """Return what stands for a value of this shape in usage lines."""
    if isinstance(shape, Text):
        if shape.choices and len(shape.choices) <= 4:
            return "|".join(shape.choices)
        return (shape.ref or shape.group or "text").replace("_", "-").upper()
    if isinstance(shape, Number):
        return "NUMBER"
    if isinstance(shape, Boolean):
        return "true|false"
    if isinstance(shape, Listing):
        return f"[{placeholder(shape.member, depth + 1)},...]" if depth else f"{placeholder(shape.member)} ..."
    if isinstance(shape, Table):
        return f"KEY={placeholder(shape.value, depth + 1)},..."
    if depth > 1:
        return "{...}"
    written = ",".join(f"{m.name}={placeholder(m.shape, depth + 1)}" for m in shape.members)
    return f"{{{written}}}" if depth else written
