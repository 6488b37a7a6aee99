"""The player's profile: stars and best scores per level, and the review cards that come back later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudlab import paths
from cloudlab.lab.saves import put_aside, write_whole

if TYPE_CHECKING:  # the menu reads the profile, and should not pay for reading levels
    from cloudlab.levels.loader import Level

SCHEMA = 1
INTERVALS = (1, 3, 7, 21)
"""Days until a review card comes back, by how often it was known in a row."""


@dataclass(frozen=True, slots=True)
class Due:
    """When a review card comes back."""

    on: date
    times: int = 0
    """How often it has been answered."""


@dataclass(frozen=True, slots=True)
class Profile:
    stars: Mapping[str, int] = field(default_factory=dict)
    """By level id, 1 to 3."""
    best: Mapping[str, int] = field(default_factory=dict)
    """Best score by level id, out of 1,000."""
    cards: Mapping[str, Due] = field(default_factory=dict)
    """By `<level>/<card>`."""
    damage: str | None = None
    """What was wrong with the file it was read from, in one sentence; never written."""

    def finished(self, level: str, stars: int, score: int) -> Profile:
        """Return the profile after a finished run: what was reached before is never lost."""
        return replace(
            self,
            stars={**self.stars, level: max(stars, self.stars.get(level, 0))},
            best={**self.best, level: max(score, self.best.get(level, 0))},
        )

    def due(self, today: date) -> tuple[str, ...]:
        """Return the cards to look at again, longest waiting first."""
        return tuple(key for _, key in sorted((card.on, key) for key, card in self.cards.items() if card.on <= today))

    def remembered(self, card: str, on: date, times: int = 0) -> Profile:
        """Return the profile with a card to come back on a day."""
        return replace(self, cards={**self.cards, card: Due(on, times)})


def remember_run(level: Level, stars: int, score: int, today: date) -> Profile:
    """Note a finished run in the profile: stars, best score, and its review cards for tomorrow. Raises SaveError."""
    profile = load_profile().finished(level.id, stars, score)
    for card in level.file.cards:
        key = f"{level.id}/{card.id}"
        if key not in profile.cards:
            profile = profile.remembered(key, today + timedelta(days=1))
    save_profile(profile)
    return profile


def reviewed(card: str, knew_it: bool, today: date) -> Profile:
    """Note that a review card was looked at again: what was known comes back later and later. Raises SaveError."""
    profile = load_profile()
    times = profile.cards[card].times + 1 if knew_it and card in profile.cards else 0
    profile = profile.remembered(card, today + timedelta(days=INTERVALS[min(times, len(INTERVALS) - 1)]), times)
    save_profile(profile)
    return profile


def profile_path() -> Path:
    return paths.home_dir() / "profile.json"


def load_profile() -> Profile:
    """Return the player's profile, an empty one where there is none.

    A damaged file is put aside and told in `damage`; what of it makes sense is kept. Raises SaveError where it cannot be put aside.
    """
    path = profile_path()
    try:
        content: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Profile()
    except OSError as error:
        return Profile(damage=f"{path} cannot be read ({error.strerror}); nothing of it counts now.")
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict) and isinstance(content.get("schema"), int) and content["schema"] > SCHEMA:
        kept = put_aside(path)
        return Profile(damage=f"{path.name} was written by a newer cloudlab; it is kept as {kept.name}, and a new one begins.")
    profile = _profile(content)
    if content == _content(profile):
        return profile
    kept = put_aside(path)
    saved = "what makes sense of it still counts" if profile != Profile() else "stars and scores begin anew"
    return replace(profile, damage=f"{path.name} was damaged; it is kept as {kept.name}, and {saved}.")


def save_profile(profile: Profile) -> None:
    """Write the profile in one step; raises SaveError."""
    write_whole(profile_path(), json.dumps(_content(profile), indent=2, sort_keys=True) + "\n")


def _content(profile: Profile) -> dict[str, Any]:
    cards = {key: {"on": card.on.isoformat(), "times": card.times} for key, card in profile.cards.items()}
    return {"schema": SCHEMA, "stars": dict(profile.stars), "best": dict(profile.best), "cards": cards}


def _profile(content: object) -> Profile:
    """Return what of a file's content makes sense."""
    parts = content if isinstance(content, dict) else {}
    cards = {}
    for key, card in _mapping(parts.get("cards")).items():
        match card:
            case {"on": str() as on, "times": int() as times}:
                try:
                    cards[key] = Due(date.fromisoformat(on), times)
                except ValueError:
                    continue
    return Profile(_counts(parts.get("stars"), 3), _counts(parts.get("best"), 1000), cards)


def _counts(part: object, most: int) -> dict[str, int]:
    return {key: count for key, count in _mapping(part).items() if type(count) is int and 0 <= count <= most}


def _mapping(part: object) -> dict[str, Any]:
    return part if isinstance(part, dict) else {}
