"""Forms: every command as rows one fills in, made from its declaration alone; what is filled in is a Command, and a line that says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from cloudlab.commands.base import Command
from cloudlab.commands.cli import WrongValue
from cloudlab.commands.registry import COMMANDS
from cloudlab.commands.shapes import Boolean, Listing, Number, Parameter, Record, Shape, Table, Text, parameters
from cloudlab.dialects.aws_cli import NamedFlag, flags_of
from cloudlab.dialects.render import line_of, quoted

Path = tuple[str | int, ...]
"""Where a value stands: names of members, positions in lists; `("Tags", 0, "Key")`. In a map, an entry's `key` and `value`."""

KEY, VALUE = "key", "value"
_TEXT = Text()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a form, in the order in which it is read."""

    path: Path
    depth: int
    label: str
    kind: str
    """text, number, switch (true, false or left out), group (a heading), entry (a heading that can be removed), add (one more entry)."""
    value: str = ""
    """As written; empty where it is left out."""
    required: bool = False
    help: str = ""
    default: str = ""
    """What stands where it is left out, in words; may be empty."""
    shape: Shape = _TEXT


@dataclass(frozen=True, slots=True)
class Problem:
    """Why what is filled in is no command yet."""

    path: Path
    sentence: str


class _Incomplete(Exception):
    def __init__(self, path: Path, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = Problem(path, sentence)


@dataclass(frozen=True, slots=True)
class Form:
    """A command being filled in. Nothing is ever lost by changing something else; every change is another form."""

    command: type[Command]
    filled: Mapping[Path, str] = field(default_factory=dict)
    counts: Mapping[Path, int] = field(default_factory=dict)
    """How many entries a list of structures has."""

    @property
    def empty(self) -> bool:
        return not self.filled and not any(self.counts.values())

    # filling in -------------------------------------------------------------------------------------------------------

    def put(self, path: Path, text: str) -> Form:
        """Write a value; an empty one leaves it out, and lists and maps close the gap."""
        filled = dict(self.filled)
        if text:
            filled[path] = text
            return replace(self, filled=filled)
        filled.pop(path, None)
        form = replace(self, filled=filled)
        if path and isinstance(path[-1], int):
            return form._closed(path[:-1], path[-1])
        if path and path[-1] == KEY and len(path) > 1 and isinstance(path[-2], int):
            return form._closed(path[:-2], path[-2])
        return form

    def toggle(self, path: Path) -> Form:
        """Turn a switch: to the opposite of its default, to the other one where it has none, and out again."""
        row = next(r for r in self.rows() if r.path == path)
        states = [s for s in ("", "true", "false") if not s or s != row.default]
        return self.put(path, states[(states.index(row.value) + 1) % len(states)] if row.value in states else "")

    def add(self, path: Path) -> Form:
        """Add an entry to a list of structures."""
        return replace(self, counts={**self.counts, path: self.counts.get(path, 0) + 1})

    def remove(self, path: Path) -> Form:
        """Remove the entry of a list at `path`, whose last part is its position."""
        assert isinstance(path[-1], int)
        holder = path[:-1]
        form = self._closed(holder, path[-1])
        return replace(form, counts={**form.counts, holder: max(0, form.counts.get(holder, 0) - 1)})

    def _closed(self, holder: Path, at: int) -> Form:
        """Return the form without what stands at a position of a list, what follows moved up."""

        def moved(path: Path) -> Path | None:
            here = path[len(holder)] if len(path) > len(holder) and path[: len(holder)] == holder else None
            if not isinstance(here, int) or here < at:
                return path
            return None if here == at else (*holder, here - 1, *path[len(holder) + 1 :])

        filled = {to: text for path, text in self.filled.items() if (to := moved(path)) is not None}
        counts = {to: count for path, count in self.counts.items() if (to := moved(path)) is not None}
        return replace(self, filled=filled, counts=counts)

    # reading ----------------------------------------------------------------------------------------------------------

    def rows(self) -> tuple[Row, ...]:
        """Return every row, required ones first, as the command's flags stand."""
        return tuple(row for flag in flags_of(self.command).values() for row in self._flag_rows(flag))

    def _flag_rows(self, flag: NamedFlag) -> Iterator[Row]:
        if flag.parameter is not None:
            yield from self._rows(flag.parameter, (flag.parameter.name,), 0, flag.name)
        elif flag.extra is not None:
            path: Path = (f"--{flag.name}",)
            shape = Text(ref=flag.extra.ref, choices=flag.extra.choices or ((flag.extra.example,) if flag.extra.example else ()))
            yield Row(path, 0, flag.name, "text", self.filled.get(path, ""), help=flag.extra.meaning, shape=shape)

    def _rows(self, parameter: Parameter, path: Path, depth: int, label: str) -> Iterator[Row]:
        shape, default = parameter.shape, _told(parameter.default)
        heading = Row(path, depth, label, "group", "", parameter.required, parameter.meaning, default, shape)
        if isinstance(shape, Record) and not shape.is_switch:
            yield heading
            for member in shape.members:
                yield from self._rows(member, (*path, member.name), depth + 1, member.name)
        elif isinstance(shape, Listing) and isinstance(shape.member, Record):
            yield heading
            for index in range(self.counts.get(path, 0)):
                here = (*path, index)
                yield Row(here, depth + 1, f"{_singular(label)} {index + 1}", "entry", shape=shape.member)
                for member in shape.member.members:
                    yield from self._rows(member, (*here, member.name), depth + 2, member.name)
            yield Row(path, depth + 1, f"add {_singular(label)}", "add", shape=shape)
        elif isinstance(shape, Table):
            yield heading
            for index in range(self._entries(path) + 1):
                key = (*path, index, KEY)
                yield Row(key, depth + 1, "name" if key in self.filled else "add a name", "text", self.filled.get(key, ""))
                if key in self.filled:
                    yield from self._scalars(shape.value, (*path, index, VALUE), depth + 2, "value", heading)
        else:
            yield from self._scalars(shape, path, depth, label, heading)

    def _scalars(self, shape: Shape, path: Path, depth: int, label: str, about: Row) -> Iterator[Row]:
        """Return the row of a single value, or the rows of a list of them with one left free."""
        if not isinstance(shape, Listing):
            required = about.required or label == VALUE
            yield Row(path, depth, label, _kind(shape), self.filled.get(path, ""), required, about.help, about.default, shape)
            return
        count = self._texts(path)
        for index in range(count + 1):
            here, more = (*path, index), f"{label}, more"
            required = (about.required or label == VALUE) and index == 0
            value = self.filled.get(here, "")
            yield Row(here, depth, label if index == 0 else more, _kind(shape.member), value, required, about.help, "", shape.member)

    def _texts(self, path: Path) -> int:
        index = 0
        while (*path, index) in self.filled:
            index += 1
        return index

    def _entries(self, path: Path) -> int:
        index = 0
        while (*path, index, KEY) in self.filled:
            index += 1
        return index

    # what it says -----------------------------------------------------------------------------------------------------

    def line(self) -> str:
        """Return the aws line that says what is filled in, whole or not."""
        return line_of(self.command, self._said(), self._wire(strict=False))

    def statement(self, person: str = "", capture: str = "") -> str:
        """Return the line as it is entered: who is to do it, and what keeps the new id."""
        keep = f" -> ${capture.lstrip('$')}" if capture.strip("$ ") else ""
        return (f"as {quoted(person)} " if person else "") + self.line() + keep

    def built(self) -> Command | Problem:
        """Return the command, or the first thing that is missing or malformed."""
        try:
            wire = self._wire(strict=True)
            said = self._said()
            for custom in self.command.cli:
                wire = custom.fold({f.name: said[f.name] for f in custom.flags if f.name in said}, wire)
            missing = next((p for p in parameters(self.command) if p.required and p.name not in wire), None)
            if missing is not None:
                return Problem((missing.name,), f"--{missing.flag} is required.")
            return self.command.model_validate(wire)
        except _Incomplete as wrong:
            return wrong.problem
        except WrongValue as wrong:
            return Problem((f"--{wrong.flag}",), f"{wrong.sentence}. {wrong.accepted}")
        except ValidationError as wrong:
            first = wrong.errors(include_url=False)[0]
            return Problem(tuple(first["loc"]), f"{'.'.join(map(str, first['loc']))}: {first['msg']}.")

    def _said(self) -> dict[str, str]:
        """Return the aws CLI's own flags that are filled in, in the order of their declaration."""
        extra = [flag.name for flag in flags_of(self.command).values() if flag.extra is not None]
        return {name: self.filled[(f"--{name}",)] for name in extra if (f"--{name}",) in self.filled}

    def _wire(self, *, strict: bool) -> dict[str, Any]:
        replaced = {name for custom in self.command.cli for name in custom.replaces}
        found = {p.name: self._value(p.shape, (p.name,), strict) for p in parameters(self.command) if p.name not in replaced}
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, shape: Shape, path: Path, strict: bool) -> Any:
        """Return what stands at a path, None where nothing does."""
        if isinstance(shape, Record) and not shape.is_switch:
            return self._structure(shape, path, strict)
        if isinstance(shape, Listing):
            size = self.counts.get(path, 0) if isinstance(shape.member, Record) else self._texts(path)
            listed = [self._value(shape.member, (*path, index), strict) for index in range(size)]
            return [member for member in listed if member is not None] or None
        if isinstance(shape, Table):
            entries = {}
            for index in range(self._entries(path)):
                value = self._value(shape.value, (*path, index, VALUE), strict)
                name = self.filled[(*path, index, KEY)]
                if value is None and strict:
                    raise _Incomplete((*path, index, VALUE), f"{name} has no value yet.")
                entries[name] = "" if value is None else value
            return entries or None
        text = self.filled.get(path)
        if text is None:
            return None
        if isinstance(shape, Number):
            return _number(shape, text, path, strict)
        if isinstance(shape, Record):
            return {shape.members[0].name: text == "true"}
        return text == "true" if isinstance(shape, Boolean) else text

    def _structure(self, shape: Record, path: Path, strict: bool) -> dict[str, Any] | None:
        found = {m.name: self._value(m.shape, (*path, m.name), strict) for m in shape.members}
        there = {name: value for name, value in found.items() if value is not None}
        missing = next((m for m in shape.members if m.required and m.name not in there), None)
        if there and missing is not None and strict:
            raise _Incomplete((*path, missing.name), f"{missing.name} is required beside {', '.join(there)}.")
        return there or None


def _number(shape: Number, text: str, path: Path, strict: bool) -> int | float | str:
    try:
        return int(text) if shape.whole or text.strip("-").isdecimal() else float(text)
    except ValueError:
        if strict:
            raise _Incomplete(path, f"'{text}' is not a {'whole ' if shape.whole else ''}number.") from None
        return text


def _kind(shape: Shape) -> str:
    return "number" if isinstance(shape, Number) else "switch" if isinstance(shape, Boolean | Record) else "text"


def _told(default: Any) -> str:
    if isinstance(default, bool):
        return "true" if default else "false"
    return str(default) if isinstance(default, str | int | float) and default != "" else ""


def _singular(label: str) -> str:
    return label[:-1] if label.endswith("s") else label


@dataclass(frozen=True, slots=True)
class Listed:
    """A command one can pick."""

    service: str
    verb: str
    gloss: str


def listed(search: str = "") -> tuple[Listed, ...]:
    """Return the commands whose name or gloss holds every word of a search; those whose name does come first."""
    words = search.lower().split()
    every = [Listed(c.service, c.verb(), c.gloss) for c in COMMANDS.values()]
    found = [c for c in every if all(w in f"{c.service} {c.verb} {c.gloss}".lower() for w in words)]
    return tuple(sorted(found, key=lambda c: not all(w in f"{c.service} {c.verb}" for w in words))) if words else tuple(found)


def form_of(service: str, verb: str) -> Form:
    """Return the empty form of a command."""
    return Form(COMMANDS[service, verb])
