"""Review cards: found again by the key under which the profile keeps them, and those that are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cloudlab.lab import open as opening
from cloudlab.lab.profile import load_profile
from cloudlab.levels.error import LevelError
from cloudlab.levels.schema import CardPart


@dataclass(frozen=True, slots=True)
class DueCard:
    """A card to look at again. `times` says how often in a row it was known."""

    key: str
    level: str
    front: str
    back: str
    times: int


def card_of(key: str) -> CardPart | None:
    """Return the card `<level>/<card>`; None where its level or the card is gone."""
    level, _, wanted = key.partition("/")
    try:
        cards = opening.level(level).file.cards
    except LevelError:
        return None
    return next((c for c in cards if c.id == wanted), None)


def due_cards(today: date) -> list[DueCard]:
    """Return the cards due, longest waiting first; one whose level is gone is passed over. Raises SaveError."""
    profile = load_profile()
    found = []
    for key in profile.due(today):
        card = card_of(key)
        if card is not None:
            found.append(DueCard(key, key.partition("/")[0], card.front, card.back, profile.cards[key].times))
    return found


def next_due(today: date) -> date | None:
    """Return the day on which the next card comes back, of those that are not due yet. Raises SaveError."""
    return min((card.on for card in load_profile().cards.values() if card.on > today), default=None)
