"""Review cards: found again by the key under which the profile keeps them."""

from __future__ import annotations

from cloudlab.lab import open as opening
from cloudlab.levels.error import LevelError
from cloudlab.levels.schema import CardPart


def card_of(key: str) -> CardPart | None:
    """Return the card `<level>/<card>`; None where its level or the card is gone."""
    level, _, wanted = key.partition("/")
    try:
        cards = opening.level(level).file.cards
    except LevelError:
        return None
    return next((c for c in cards if c.id == wanted), None)
