"""Hyperparameters as they arrive: strings, read once and ticked off, so that none is ever silently ignored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from cloudlab.jobs.worker.failures import ClientError

T = TypeVar("T")


def names(text: str) -> frozenset[str]:
    """Return the words of a text, as a table of names that reads well in the source."""
    return frozenset(text.split())


class Words:
    """The hyperparameters of one job."""

    def __init__(self, pairs: Iterable[tuple[str, str]], aliases: dict[str, str] | None = None) -> None:
        self._values = {(aliases or {}).get(name, name): value for name, value in pairs}
        self._read: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, default: str) -> str:
        """Return a value as it was given."""
        self._read.add(name)
        return self._values.get(name, default)

    def required(self, name: str) -> str:
        """Return a value that has no default. Raises ClientError when it is missing."""
        if name not in self._values:
            raise ClientError(f"Missing required hyperparameter: {name}")
        return self.text(name, "")

    def parsed(self, name: str, default: T, parse: Callable[[str], T]) -> T:
        """Return a value turned into a number. Raises ClientError when it isn't one."""
        given = self.text(name, "")
        if not given:
            return default
        try:
            return parse(given)
        except ValueError as error:
            raise ClientError(f"Hyperparameter {name}: could not parse value (caused by ValueError)") from error

    def flag(self, name: str, default: bool) -> bool:
        """Return `true` or `false`; `auto` means the default. Raises ClientError for another word."""
        given = self.text(name, "auto")
        if given not in {"true", "false", "auto"}:
            raise ClientError(f"Hyperparameter {name}: {given} is not in ['auto', 'true', 'false']")
        return default if given == "auto" else given == "true"

    def passed(self, names: Collection[str]) -> dict[str, str]:
        """Return those that go to the library as they are."""
        self._read.update(names)
        return {name: value for name, value in self._values.items() if name in names}

    def set_aside(self, names: Collection[str]) -> list[str]:
        """Return, as `name=value`, those that are accepted but not modelled here."""
        self._read.update(names)
        return [f"{name}={value}" for name, value in sorted(self._values.items()) if name in names]

    def refuse_the_rest(self) -> None:
        """Raise ClientError for a hyperparameter nobody has read."""
        for name in sorted(self._values.keys() - self._read):
            raise ClientError(f"Extraneous hyperparameter found: {name}")
