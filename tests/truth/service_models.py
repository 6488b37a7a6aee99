"""AWS's own service models, as botocore ships them: what they say of the parameters of cloudlab's commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, Shape

from cloudlab.commands.base import Command
from cloudlab.commands.shapes import Boolean, Listing, Number, Parameter, Record, Table, Text, parameters
from cloudlab.commands.shapes import Shape as Ours

TYPES: dict[type, tuple[str, ...]] = {
    Text: ("string", "blob", "timestamp"),
    Number: ("integer", "long", "float", "double"),
    Boolean: ("boolean",),
    Listing: ("list",),
    Table: ("map",),
    Record: ("structure",),
}
"""What our shapes may be in a service model. Decimal numbers of the API are ours too; instants and files are written as text here."""


@cache
def _service(name: str) -> Any:
    return botocore.session.get_session().get_service_model({"s3api": "s3"}.get(name, name))


def operation(command: type[Command]) -> OperationModel | None:
    model = _service(command.service)
    return model.operation_model(command.operation) if command.operation in model.operation_names else None


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter, or a member of one, with what the model says of it."""

    path: tuple[str, ...]
    """Names from the command inwards; `[]` for a list's members, `{}` for a map's values."""
    ours: Ours
    theirs: Shape

    @property
    def rules(self) -> dict[str, Any]:
        return {name: value for name, value in self.theirs.metadata.items() if name in ("min", "max", "pattern", "enum")}


def members(command: type[Command]) -> Iterator[Member]:
    """Yield every parameter of a command, and what is inside it, that the model knows, too."""
    model = operation(command)
    if model is not None and model.input_shape is not None:
        yield from _within((), parameters(command), model.input_shape)


def _within(path: tuple[str, ...], ours: tuple[Parameter, ...], theirs: Any) -> Iterator[Member]:
    for parameter in ours:
        if parameter.name in theirs.members:
            yield from _at((*path, parameter.name), parameter.shape, theirs.members[parameter.name])


def _at(path: tuple[str, ...], ours: Ours, theirs: Any) -> Iterator[Member]:
    yield Member(path, ours, theirs)
    if theirs.type_name not in TYPES[type(ours)]:
        return
    if isinstance(ours, Listing):
        yield from _at((*path, "[]"), ours.member, theirs.member)
    elif isinstance(ours, Table):
        yield from _at((*path, "{}"), ours.value, theirs.value)
    elif isinstance(ours, Record):
        yield from _within(path, ours.members, theirs)


_ANY_TEXT = re.compile("[\\x20-\U0010ffff\\r\\n\\t]*")
"""Auto Scaling's expression writes UTF-16 out, which only says: no control characters."""


def pattern_of(rule: str) -> re.Pattern[str]:
    """Return a service's regular expression as Python reads it: character classes by property are near enough letters and digits."""
    if r"\uD7FF" in rule:
        return _ANY_TEXT
    plain = rule.replace(r"\p{L}", r"\w").replace(r"\p{N}", r"\d").replace(r"\p{Z}", r"\s").replace(r"\p{ASCII}", r"[\x00-\x7f]")
    return re.compile(plain)


def wrong_values(member: Member, right: Any) -> Iterator[tuple[str, Any]]:
    """Yield (rule, value) for values that break one rule of the model each; `right` is one that breaks none."""
    rules, kind = member.rules, member.ours
    if isinstance(kind, Number):
        if "min" in rules:
            yield "min", int(rules["min"]) - 1
        if "max" in rules:
            yield "max", int(rules["max"]) + 1
    elif isinstance(kind, Text):
        if "enum" in rules:
            yield "enum", "nonsense"
        if "max" in rules:
            yield "max", _longer(str(right or "a"), int(rules["max"]))
        if int(rules.get("min", 0)) > 0:
            yield "min", ""
        if "pattern" in rules:
            broken = [text for text in ("not_this!", "no blanks", "-", "\x07", "é~") if not pattern_of(rules["pattern"]).fullmatch(text)]
            yield from (("pattern", text) for text in broken[:2])
    elif isinstance(kind, Listing):
        if int(rules.get("min", 0)) > 0:
            yield "min", []
        if "max" in rules and right:
            yield "max", [right[0]] * (int(rules["max"]) + 1)
    elif isinstance(kind, Table) and "max" in rules and right:
        yield "max", {f"{next(iter(right))}{n}": next(iter(right.values())) for n in range(int(rules["max"]) + 1)}


def _longer(right: str, most: int) -> str:
    """Return a text like the right one that is one too long."""
    return (right + "a" * (most + 1 - len(right)))[: most + 1]


def put(wire: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any] | None:
    """Return a command's parameters with one value replaced; None where there is nothing on the way to it."""
    name, rest = path[0], path[1:]
    if not rest:
        return {**wire, name: value}
    inner = wire.get(name)
    if rest[0] in ("[]", "{}"):
        if not inner:
            return None
        first = 0 if rest[0] == "[]" else next(iter(inner))
        changed = _put_into(inner[first], rest[1:], value)
        if changed is None:
            return None
        return {**wire, name: [changed, *inner[1:]] if first == 0 else {**inner, first: changed}}
    if not isinstance(inner, dict):
        return None
    changed = put(inner, rest, value)
    return None if changed is None else {**wire, name: changed}


def _put_into(inner: Any, path: tuple[str, ...], value: Any) -> Any:
    return value if not path else put(inner, path, value) if isinstance(inner, dict) else None


def get(wire: Any, path: tuple[str, ...]) -> Any:
    """Return what lies at a path, or None."""
    for name in path:
        if not wire:
            return None
        wire = wire[0] if name == "[]" else next(iter(wire.values())) if name == "{}" else wire.get(name)
    return wire
