"""Settings: the few things a player may set, in one small JSON file; a damaged file counts as none."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from cloudlab import paths


@dataclass(frozen=True, slots=True)
class Settings:
    pace: int = 1
    """Index into the pacer's paces: 1 min/s, 10 min/s, 1 h/s."""
    reduced_motion: bool = False
    mood: str = "learn"
    """Of the next new run."""


def settings_path() -> Path:
    """Return where the settings lie."""
    return paths.home_dir() / "settings.json"


def load_settings() -> Settings:
    """Return the player's settings; defaults for what is missing or makes no sense."""
    try:
        read: Any = json.loads(settings_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()
    known = {f.name: type(f.default) for f in fields(Settings)}
    kept: dict[str, Any] = {k: v for k, v in read.items() if k in known and type(v) is known[k]} if isinstance(read, dict) else {}
    settings = Settings(**kept)
    if not 0 <= settings.pace <= 2 or settings.mood not in ("learn", "win"):
        return Settings(reduced_motion=settings.reduced_motion)
    return settings


def save_settings(settings: Settings) -> None:
    """Write the settings; raises OSError where the folder cannot be written."""
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(asdict(settings), indent=2) + "\n", encoding="utf-8")
    beside.replace(path)
