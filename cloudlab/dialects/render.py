"""Commands written as aws CLI lines: canonical, quoted for a shell, and read back as the same command."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from cloudlab.commands.base import Command
from cloudlab.commands.cli import Customisation, WrongValue, negative
from cloudlab.commands.shapes import Boolean, Listing, Number, Record, Shape, Text, parameters
from cloudlab.dialects.shorthand import write_shorthand

_UNQUOTED = re.compile(r"[A-Za-z0-9_@%+=:,./\-]+")


def render(command: Command) -> str:
    """Return the canonical line: `ec2 create-subnet --vpc-id vpc-1 --cidr-block 10.0.0.0/24`; parse(render(c)) == c."""
    return line_of(type(command), *unfolded(command))


def line_of(command: type[Command], said: Mapping[str, str], wire: Mapping[str, Any]) -> str:
    """Write the aws CLI's own flags and the parameters that are left, whether or not they are a whole command yet."""
    extra = [word for name, value in said.items() for word in _written(name, [value])]
    words = [command.service, command.verb()]
    required = [p for p in parameters(command) if p.required]
    optional = [p for p in parameters(command) if not p.required]
    for parameter in required:
        if parameter.name in wire:
            words += _flag(parameter.flag, parameter.shape, wire[parameter.name])
    words += extra
    for parameter in optional:
        if parameter.name in wire:
            words += _flag(parameter.flag, parameter.shape, wire[parameter.name])
    return " ".join(words)


def unfolded(command: Command) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what the aws CLI's own flags say of a command, and the parameters that are left."""
    wire = command.wire()
    every: dict[str, str] = {}
    for custom in command.cli:
        said, rest = custom.unfold(wire)
        if said and _undoes(custom, said, rest, wire):
            every, wire = {**every, **said}, rest
    return every, wire


def _undoes(custom: Customisation, said: dict[str, str], rest: dict[str, Any], wire: dict[str, Any]) -> bool:
    """Does reading the flags give back exactly what they were written from?"""
    try:
        return custom.fold(said, rest) == custom.fold({}, wire)
    except WrongValue:
        return False


def quoted(word: str) -> str:
    """Quote a word for a shell, where it needs it."""
    if _UNQUOTED.fullmatch(word):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


def _flag(flag: str, shape: Shape, value: Any) -> list[str]:
    if isinstance(shape, Boolean):
        return [f"--{flag}" if value else f"--{negative(flag)}"]
    if isinstance(shape, Record) and shape.is_switch and set(value) == {shape.members[0].name}:
        return [f"--{flag}" if value[shape.members[0].name] else f"--{negative(flag)}"]
    if isinstance(shape, Listing) and isinstance(shape.member, Text | Number | Record):
        return _written(flag, _list_words(shape, value))
    return _written(flag, [_word(shape, value)])


def _list_words(shape: Listing, members: list[Any]) -> list[str]:
    """Return one word per element, or a single JSON list where words would be read otherwise."""
    words = [_word(shape.member, member) for member in members]
    structured = isinstance(shape.member, Record) and any(word.startswith("{") for word in words)
    if not words or structured or words[0].lstrip().startswith("[") or any(word.startswith("--") for word in words):
        return [_json(members)]
    return words


def _word(shape: Shape, value: Any) -> str:
    if isinstance(shape, Text):
        return str(value)
    if isinstance(shape, Number):
        return str(value)
    short = write_shorthand(value) if isinstance(value, dict) else None
    return short if short is not None else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _written(flag: str, words: list[str]) -> list[str]:
    """Return flag and words, quoted; a value that looks like a flag is tied to its own by `=`."""
    if len(words) == 1 and words[0].startswith("--"):
        return [f"--{flag}={quoted(words[0])}"]
    return [f"--{flag}", *(f"'{word}'" if word.startswith(("file://", "fileb://")) else quoted(word) for word in words)]
