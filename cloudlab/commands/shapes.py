"""Shapes: what a command's parameters look like, read once from its declaration, for every dialect and form."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from cloudlab.commands.base import Choice, Command, FromCatalogue, Ref, Structure, kebab


@dataclass(frozen=True, slots=True)
class Text:
    """A string, with what a face may offer for it."""

    ref: str | None = None
    """Record kind whose ids fit (`vpc`)."""
    group: str | None = None
    """Catalogue group whose values fit (`instance-type`)."""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Boolean:
    pass


@dataclass(frozen=True, slots=True)
class Listing:
    member: Shape


@dataclass(frozen=True, slots=True)
class Table:
    """A map from strings to values of one shape."""

    value: Shape


@dataclass(frozen=True, slots=True)
class Record:
    """A structure with named members."""

    model: type[Structure]

    @property
    def members(self) -> tuple[Parameter, ...]:
        return parameters(self.model)

    @property
    def is_switch(self) -> bool:
        """A structure of one boolean is written as a switch, as the aws CLI does."""
        return len(self.members) == 1 and isinstance(self.members[0].shape, Boolean)


Shape = Text | Number | Boolean | Listing | Table | Record


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a command, or one member of a structure."""

    field: str
    """Name of the Python field."""
    name: str
    """AWS's name: CidrBlock."""
    flag: str
    """The aws CLI's name, without dashes: cidr-block."""
    shape: Shape
    required: bool
    default: Any
    """Value where it is left out, as the field holds it; None for a required one."""
    meaning: str
    """One phrase from the declaration, may be empty."""


_COMMON = {
    "DryRun": "only check, change nothing",
    "TagSpecifications": "tags at birth; the tag Name is what screens show",
    "Filters": "only those that match, such as Name=tag:Name,Values=web",
}
"""What parameters mean that many commands share, where a declaration says nothing itself."""


@cache
def parameters(model: type[Structure]) -> tuple[Parameter, ...]:
    """Return the parameters a command or structure declares, in order."""
    found = []
    for field, info in model.model_fields.items():
        name = info.alias or field
        required = info.is_required()
        default = None if required else info.get_default(call_default_factory=True, validated_data={})
        shape = _with_marks(_shape(info.annotation), info.metadata)
        found.append(Parameter(field, name, kebab(name), shape, required, default, info.description or _COMMON.get(name, "")))
    return tuple(found)


def parameter(command: type[Command], name: str) -> Parameter | None:
    """Return the parameter of AWS's `name`, or None."""
    return next((p for p in parameters(command) if p.name == name), None)


def scalar(shape: Shape) -> Shape:
    """Return what one word of it is: the member of a list, else itself."""
    return scalar(shape.member) if isinstance(shape, Listing) else shape


_SCALARS: Mapping[Any, Shape] = {
    str: Text(),
    int: Number(),
    float: Number(whole=False),
    Decimal: Number(whole=False),
    bool: Boolean(),
}


def _shape(annotation: Any) -> Shape:
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _with_marks(_shape(args[0]), args[1:])
    if origin in (Union, types.UnionType):
        return _shape(next(a for a in args if a is not type(None)))
    if origin is Literal:
        return Text(choices=tuple(str(a) for a in args))
    if origin in (tuple, list):
        return Listing(_shape(args[0]))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Table(_shape(args[1]))
    if isinstance(annotation, type) and issubclass(annotation, Structure):
        return Record(annotation)
    raise AssertionError(f"no dialect can write a {annotation}")


def _with_marks(shape: Shape, marks: Any) -> Shape:
    for mark in marks:
        if isinstance(mark, FieldInfo):
            shape = _with_marks(shape, mark.metadata)
        elif isinstance(mark, Ref):
            shape = _marked(shape, Text(ref=mark.kind))
        elif isinstance(mark, FromCatalogue):
            shape = _marked(shape, Text(group=mark.group))
        elif isinstance(mark, Choice):
            shape = _marked(shape, Text(choices=mark.values))
    return shape


def _marked(shape: Shape, text: Text) -> Shape:
    """Put a mark on a string, or on the strings of a list."""
    if isinstance(shape, Listing):
        return Listing(_marked(shape.member, text))
    return text if isinstance(shape, Text) else shape
