"""The aws CLI's shorthand for structures: `Key=Value,Key=[a,b],Key={Inner=x},Key=a,b`; read and written.

Read without knowing the shape, as the aws CLI does: a text, a list or a map of these. A comma after a value belongs to the value's
list unless a new `Key=` follows it. Quote a value ('...' or "...") that holds a comma or a bracket.
"""

from __future__ import annotations

import re
from typing import Any

_KEY = re.compile(r"[A-Za-z0-9_.#/:\-]+(?==)")
_PLAIN_FIRST = re.compile(r"(?:\\,|[^,\[\]{}'\"\s])(?:\\,|[^,\[\]{}])*")
_PLAIN_LATER = re.compile(r"(?:\\,|[^,=\[\]{}'\"\s])(?:\\,|[^,=\[\]{}])*")
_QUOTED = re.compile(r"'(?:\\\\|\\'|[^'])*'|\"(?:\\\\|\\\"|[^\"])*\"")
_SAFE = re.compile(r"[A-Za-z0-9_./:@%+\-]+")
_SAFE_KEY = re.compile(r"[A-Za-z0-9_.#/:\-]+")


class ShorthandError(ValueError):
    """The text is no shorthand; `at` is the column, the message says what was expected there."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def read_shorthand(text: str) -> dict[str, Any]:
    """Read `Key=Value,...`. Raises ShorthandError."""
    return _Reader(text).whole()


def write_shorthand(value: dict[str, Any], *, nested: bool = False) -> str | None:
    """Write a map in shorthand, or return None where JSON is plainer: empty, odd or blank texts."""
    parts = []
    for key, inner in value.items():
        plain = isinstance(inner, list) and len(inner) > 0 and all(isinstance(m, str) and _SAFE.fullmatch(m) for m in inner)
        written = ",".join(inner) if plain and not nested else _inner(inner)
        if written is None or not _SAFE_KEY.fullmatch(key):
            return None
        parts.append(f"{key}={written}")
    return ",".join(parts) or None


def _inner(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return value if _SAFE.fullmatch(value) else None
    if isinstance(value, dict):
        written = write_shorthand(value, nested=True)
        return None if written is None else f"{{{written}}}"
    members = [_inner(member) for member in value]
    if not members or None in members:
        return None
    return f"[{','.join(m for m in members if m is not None)}]"


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def whole(self) -> dict[str, Any]:
        found = self.pairs("")
        if self.at < len(self.text):
            raise ShorthandError(f"expected a comma and the next Key=Value, not '{self.text[self.at :]}'", self.at)
        return found

    def pairs(self, closing: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            self.blanks()
            key = _KEY.match(self.text, self.at)
            if key is None:
                raise ShorthandError("expected Key=Value", self.at)
            if key[0] in found:
                raise ShorthandError(f"'{key[0]}' is given twice", self.at)
            self.at = key.end() + 1
            found[key[0]] = self.value_or_list(closing)
            self.blanks()
            if not self.text.startswith(",", self.at):
                return found
            self.at += 1

    def value_or_list(self, closing: str) -> Any:
        """Read what follows `Key=`: one value, or several with commas between them."""
        self.blanks()
        if self.at == len(self.text) or self.text[self.at] == "," or (closing and self.text[self.at] == closing):
            return ""
        first = self.value(_PLAIN_FIRST)
        if not isinstance(first, str):
            return first
        members = [first]
        while True:
            self.blanks()
            if not self.text.startswith(",", self.at) or _KEY.match(self.text, self.after_comma()):
                return first if len(members) == 1 else members
            self.at = self.after_comma()
            members.append(self.value(_PLAIN_LATER))

    def after_comma(self) -> int:
        at = self.at + 1
        while at < len(self.text) and self.text[at].isspace():
            at += 1
        return at

    def value(self, plain: re.Pattern[str]) -> Any:
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            return self.listed()
        if opening == "{":
            self.at += 1
            found = self.pairs("}")
            self.close("}")
            return found
        if quoted := _QUOTED.match(self.text, self.at):
            self.at = quoted.end()
            quote, body = quoted[0][0], quoted[0][1:-1]
            return body.replace(f"\\{quote}", quote).replace("\\\\", "\\")
        if match := plain.match(self.text, self.at):
            self.at = match.end()
            return match[0].rstrip().replace("\\,", ",")
        raise ShorthandError("expected a value", self.at)

    def listed(self) -> list[Any]:
        self.at += 1
        members: list[Any] = []
        self.blanks()
        while not self.text.startswith("]", self.at):
            members.append(self.value(_PLAIN_FIRST))
            self.blanks()
            if not self.text.startswith(",", self.at):
                break
            self.at += 1
            self.blanks()
        self.close("]")
        return members

    def close(self, closing: str) -> None:
        self.blanks()
        if not self.text.startswith(closing, self.at):
            raise ShorthandError(f"expected '{closing}'", self.at)
        self.at += 1

    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
