"""Constraints: the checks services make before they look at anything else, and AWS's one sentence for all that failed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cloudlab.engine.kernel import refuse


@dataclass(frozen=True, slots=True)
class Broken:
    """A constraint that a value does not keep, in the service's wording, and what would."""

    sentence: str
    accepted: str


def pattern(value: str, path: str, expression: str, accepted: str) -> Broken | None:
    """Check a string against the service's own regular expression, whole."""
    if re.fullmatch(expression, value):
        return None
    return _broken(value, path, f"Member must satisfy regular expression pattern: {expression}", accepted)


def no_longer_than(value: str, path: str, limit: int) -> Broken | None:
    if len(value) <= limit:
        return None
    return _broken(value, path, f"Member must have length less than or equal to {limit}", f"At most {limit} characters.")


def one_of(value: str, path: str, known: Iterable[str], accepted: str) -> Broken | None:
    """Check a string against an enumeration."""
    values = list(known)
    if value in values:
        return None
    return _broken(value, path, f"Member must satisfy enum value set: [{', '.join(values)}]", accepted)


def between(value: int, path: str, least: int, most: int) -> Broken | None:
    """Check a whole number against both ends of its range."""
    accepted = f"{least:,} to {most:,}."
    if value < least:
        return _broken(str(value), path, f"Member must have value greater than or equal to {least}", accepted)
    if value > most:
        return _broken(str(value), path, f"Member must have value less than or equal to {most}", accepted)
    return None


_TAG = re.compile(r"[\w\s.:/=+\-@]*")
_MOST_TAGS = 50


def tag_fault(tags: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """Return what is wrong with tags as AWS's services take them, in words, and what would be accepted; None where nothing is."""
    given = list(tags)
    allowed = "Letters, digits, blanks and _ . : / = + - @; a key of 1 to 128 characters, a value of at most 256."
    if len(given) > _MOST_TAGS:
        return f"{len(given)} tags are too many.", f"At most {_MOST_TAGS}."
    for key, value in given:
        if not 1 <= len(key) <= 128 or not _TAG.fullmatch(key):
            return f"The tag key '{key}' is not valid.", allowed
        if len(value) > 256 or not _TAG.fullmatch(value):
            return f"The value '{value}' of the tag '{key}' is not valid.", allowed
    return None


def _broken(value: str, path: str, rule: str, accepted: str) -> Broken:
    return Broken(f"Value '{value}' at '{path}' failed to satisfy constraint: {rule}", accepted)


def constrain(*checks: Broken | None) -> None:
    """Refuse with ValidationException where anything is broken, counting as the services do."""
    broken = [b for b in checks if b is not None]
    if broken:
        counted = "1 validation error" if len(broken) == 1 else f"{len(broken)} validation errors"
        hints = dict.fromkeys(b.accepted for b in broken)
        refuse("ValidationException", f"{counted} detected: {'; '.join(b.sentence for b in broken)}", " ".join(hints))
