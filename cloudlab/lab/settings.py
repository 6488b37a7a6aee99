"""Settings: the few things a player may set, in one small JSON file; a damaged file counts as none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from cloudlab import paths

MOODS = ("learn", "win")
PACES = ("1 min/s", "10 min/s", "1 h/s")
"""Names of the pacer's paces, here because the menu should not pay for reading the engine."""


@dataclass(frozen=True, slots=True)
class Settings:
    pace: int = 1
    """Index into the pacer's paces: 1 min/s, 10 min/s, 1 h/s."""
    reduced_motion: bool = False
    mood: str = "learn"
    """Of the next new run."""
    theme: str = "dark"
    """The word of a theme; one that is not there counts as dark."""
    sounds: bool = False
    """Whether the terminal's bell rings when the team is paged."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """One's own keys, besides the built-in ones: by the id of the key's action."""
    oriented: bool = False
    """Whether the orientation was offered."""


_SOUND: dict[str, Callable[[Any], bool]] = {
    "pace": lambda v: type(v) is int and 0 <= v < len(PACES),
    "reduced_motion": lambda v: type(v) is bool,
    "mood": lambda v: v in MOODS,
    "theme": lambda v: isinstance(v, str),
    "sounds": lambda v: type(v) is bool,
    "keys": lambda v: isinstance(v, dict) and all(isinstance(k, str) and isinstance(own, str) and own for k, own in v.items()),
    "oriented": lambda v: type(v) is bool,
}


def settings_path() -> Path:
    """Return where the settings lie."""
    return paths.home_dir() / "settings.json"


def load_settings() -> Settings:
    """Return the player's settings; defaults for what is missing or makes no sense."""
    try:
        read: Any = json.loads(settings_path().read_bytes())
    except (OSError, ValueError, RecursionError):
        return Settings()
    if not isinstance(read, dict):
        return Settings()
    known = [f.name for f in fields(Settings)]
    return replace(Settings(), **{name: read[name] for name in known if name in read and _SOUND[name](read[name])})


def save_settings(settings: Settings) -> None:
    """Write the settings in one step; raises SaveError where the folder cannot be written."""
    from cloudlab.lab.saves import write_whole

    write_whole(settings_path(), json.dumps(asdict(settings), indent=2, sort_keys=True) + "\n")
