"""Answers as plain text: JMESPath queries, and the aws CLI's json, text and table forms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloudlab.dialects.errors import MalformedValue

FORMATS = ("json", "text", "table")


def checked_query(expression: str, at: tuple[int, int] = (0, 0)) -> None:
    """Raise MalformedValue where `expression` is no JMESPath."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        jmespath.compile(expression)
    except JMESPathError as wrong:
        raise _bad_query(expression, wrong, at) from None


def query(expression: str, response: Any) -> Any:
    """Return what a JMESPath expression finds in a response; None where it finds nothing. Raises MalformedValue."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.search(expression, response)
    except JMESPathError as wrong:
        raise _bad_query(expression, wrong, (0, 0)) from None


def _bad_query(expression: str, wrong: Exception, at: tuple[int, int]) -> MalformedValue:
    why = str(wrong).split("\n")[0].rstrip(".")
    return MalformedValue(f"Bad value for --query {expression}: {why}.", "A JMESPath expression such as 'Vpcs[].VpcId'.", at)


def write(response: Any, form: str = "json", title: str = "", cells: int = 0) -> str:
    """Write a response (or what a query left of it) as json, text or table; `title` heads the table.

    `cells` is how wide a table may be, 0 for as wide as it is: what does not fit stands upright, its values broken over rows.
    """
    if form == "text":
        return _text(response)
    if form == "table":
        return _table(response, title, cells)
    return json.dumps(response, indent=4, ensure_ascii=False)


# text -----------------------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if not isinstance(value, Mapping | list):
        return _cell(value)
    lines: list[str] = []
    _text_lines(value, None, lines)
    return "\n".join(lines)


def _text_lines(value: Any, name: str | None, lines: list[str]) -> None:
    """Add one line of scalars per structure, its name in capitals first, its members sorted by name, then what it contains."""
    head = [name.upper()] if name else []
    if isinstance(value, Mapping):
        flat = [_cell(value[key]) for key in sorted(value) if not isinstance(value[key], Mapping | list)]
        if flat:
            lines.append("\t".join([*head, *flat]))
        for key in sorted(value):
            if isinstance(value[key], Mapping | list):
                _text_lines(value[key], key, lines)
        return
    if all(not isinstance(member, Mapping | list) for member in value):
        if not value:
            return
        if name:
            lines += ["\t".join([*head, _cell(member)]) for member in value]
        else:
            lines.append("\t".join(_cell(member) for member in value))
        return
    for member in value:
        if isinstance(member, Mapping | list):
            _text_lines(member, name, lines)
        else:
            lines.append("\t".join([*head, _cell(member)]))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "True" if value else "False"
    return "None" if value is None else str(value)


# table ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Box:
    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def widths(self) -> list[int]:
        every = [row for row in (self.header, *self.rows) if row]
        return [max(len(row[column]) for row in every) for column in range(len(every[0]))] if every else []

    def upright(self, room: int) -> list[_Box]:
        """Return the box where it fits into `room` cells, else one of names and values for each of its rows."""
        if self.width <= room or not self.rows:
            return [self]
        if self.header:
            each = [_Box(self.heading, (), tuple(zip(self.header, row, strict=True))) for row in self.rows]
            return [box for one in each for box in one.upright(room)]
        widths = self.widths()
        last = max(8, room - sum(widths[:-1]) - 3 * (len(widths) - 1))
        rows = [
            (*(row[:-1] if at == 0 else [""] * (len(row) - 1)), row[-1][at : at + last])
            for row in self.rows
            for at in range(0, max(1, len(row[-1])), last)
        ]
        return [_Box(self.heading, (), tuple(rows))]

    @property
    def width(self) -> int:
        widths = self.widths()
        return max(len(self.heading), sum(widths) + 3 * (len(widths) - 1))


def _table(value: Any, title: str, cells: int) -> str:
    """Draw boxes of ASCII: a structure as rows of name and value, a list of structures as a grid, what they contain below."""
    boxes: list[_Box] = []
    _boxes(value, title, boxes)
    if not boxes:
        return ""
    if cells:
        boxes = [part for box in boxes for part in box.upright(cells - 4)]
    inner = max(box.width for box in boxes)
    lines = ["-" * (inner + 4)]
    for box in boxes:
        widths = box.widths()
        if widths:
            widths[-1] += inner - sum(widths) - 3 * (len(widths) - 1)
        rule = "+" + "+".join("-" * (width + 2) for width in widths or [inner]) + "+"
        if box.heading:
            lines += [f"| {box.heading.center(inner)} |", rule]
        if box.header:
            lines += [_row(box.header, widths), rule]
        lines += [_row(row, widths) for row in box.rows]
        if box.rows:
            lines.append(rule)
    return "\n".join(lines)


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def _boxes(value: Any, heading: str, boxes: list[_Box]) -> None:
    if isinstance(value, Mapping):
        flat = tuple((key, _cell(value[key])) for key in sorted(value) if not isinstance(value[key], Mapping | list))
        if flat or heading:
            boxes.append(_Box(heading, (), flat))
        for key in sorted(value):
            if isinstance(value[key], Mapping | list) and value[key]:
                _boxes(value[key], key, boxes)
    elif not isinstance(value, list):
        boxes.append(_Box(heading, (), ((_cell(value),),)))
    elif value and all(isinstance(member, Mapping) for member in value):
        nested = any(isinstance(inner, Mapping | list) and inner for member in value for inner in member.values())
        names = tuple(sorted({k for member in value for k, inner in member.items() if not isinstance(inner, Mapping | list)}))
        if nested:
            for member in value:
                _boxes(member, heading, boxes)
        else:
            boxes.append(_Box(heading, names, tuple(tuple(_cell(member.get(n, "")) for n in names) for member in value)))
    elif any(isinstance(member, Mapping | list) for member in value):
        for member in value:
            _boxes(member, heading, boxes)
    elif value:
        boxes.append(_Box(heading, (), tuple((_cell(member),) for member in value)))
