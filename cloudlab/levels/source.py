"""The text of a level.yaml: read once, with the line of every key, so that an error can point at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from cloudlab.levels.error import LevelError, nearest
from cloudlab.levels.schema import LevelFile

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Location = tuple[int | str, ...]
"""A path through the text: keys of mappings and places in lists."""


class Source:
    """A level.yaml as its author wrote it. Raises LevelError where it is no YAML, no mapping, or says a key twice."""

    def __init__(self, path: Path, raw: bytes) -> None:
        self.path = path
        loader = _Loader(raw)
        try:
            self._root = loader.get_single_node()
            self.content: Any = loader.construct_document(self._root) if self._root is not None else None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark is not None else None
            raise LevelError(path, f"this is no YAML: {error.problem}", line=line) from error
        except (yaml.YAMLError, ValueError) as error:
            raise LevelError(path, f"this is no YAML: {' '.join(str(error).split())}") from error
        finally:
            loader.dispose()
        if not isinstance(self.content, dict):
            raise LevelError(path, "a level is a mapping of keys.", line=1, accepted="See docs/levels.md.")
        for node in _twice(self._root):
            raise LevelError(
                path, f"'{node.value}' stands here a second time.", key=node.value, line=node.start_mark.line + 1, accepted="Keep one."
            )

    def error(self, problem: str, *location: int | str, accepted: str = "") -> LevelError:
        """Return the error that points at `location`, to be raised."""
        return LevelError(self.path, problem, key=".".join(map(str, location)), line=self.line(location), accepted=accepted)

    def line(self, location: Location) -> int | None:
        """Return the line (from 1) of the deepest part of `location` that is written there."""
        node, found = self._root, None
        for step in location:
            if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                found = node.start_mark.line + 1
            elif isinstance(node, yaml.MappingNode) and (pair := next((p for p in node.value if p[0].value == str(step)), None)):
                found, node = pair[0].start_mark.line + 1, pair[1]
        return found

    def read(self) -> LevelFile:
        """Check the shape; raises LevelError for the first fault."""
        try:
            return LevelFile.model_validate(self.content)
        except ValidationError as error:
            # a misspelt key is both missing and too much: the latter says where it stands
            first = min(error.errors(), key=lambda e: e["type"] == "missing")
            where = tuple(step for step in first["loc"] if step not in _TAGS)
            if first["type"] == "extra_forbidden":
                known = list(_part_at(first["loc"][:-1]).model_fields)
                raise self.error("there is no such key.", *where, accepted=nearest(str(where[-1]), known)) from error
            if first["type"] == "missing":
                raise self.error("this key is missing.", *where) from error
            raise self.error(first["msg"].removeprefix("Value error, ") + ".", *where) from error


_TAGS = ("ChoicePart", "str")
"""What pydantic adds to a location to say which member of a union it tried."""


def _twice(node: Any) -> Iterator[Any]:
    """Yield every key that its mapping has had before: YAML would silently take the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                yield key
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else "")
            yield from _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(value)


def _part_at(location: Location) -> type[BaseModel]:
    """Return the part of the schema that a location leads to."""
    part: type[BaseModel] = LevelFile
    for step in location:
        if step in part.model_fields:
            part = next(_parts(part.model_fields[str(step)].annotation), part)
    return part


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _parts(inner)
