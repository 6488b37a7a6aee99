"""Where things lie on disk: the lessons and tables shipped with the game, and the player's own folder."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


def _shipped(folder: str) -> Path:
    """Return a shipped folder: the checkout's own where the package lies in one, else the copy inside the installed package."""
    in_checkout = (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "levels").is_dir()
    return _CHECKOUT / folder if in_checkout else _PACKAGE / "_data" / folder


def levels_dir() -> Path:
    """Return the folder with one folder per level."""
    return _shipped("levels")


def assets_dir() -> Path:
    """Return the folder with the tables every level shares: catalogue, responsibilities, facts, data cards."""
    return _shipped("assets")


def home_dir() -> Path:
    """Return the player's own folder, `CLOUDLAB_HOME` or the platform's user-data folder; it is not created here."""
    chosen = os.environ.get("CLOUDLAB_HOME")
    if chosen:
        return Path(chosen).expanduser()
    # Late, because a worker process needs the other two functions and should not pay for this import.
    from platformdirs import user_data_path

    return user_data_path("cloudlab", appauthor=False)
