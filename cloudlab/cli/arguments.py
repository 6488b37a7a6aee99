"""What several commands read alike: seeds, levels, and whether there is a screen."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]
    """What a command is declared to."""


def seed(text: str) -> int:
    """Read a seed."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is no seed; give a whole number from 0 on")
    return int(text)


def checked_level(word: str) -> str:
    """Return the level's whole id, so that a misspelt one is told before the screen opens. Raises LevelError."""
    from cloudlab import paths
    from cloudlab.levels.loader import find_level

    return find_level(paths.levels_dir(), word)


def no_screen() -> str | None:
    """Return why the screens cannot open here, or None."""
    import os

    if os.environ.get("TEXTUAL_DRIVER"):
        return None  # the screen is elsewhere: a browser, behind the pipes
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "No terminal is attached. Use `cloudlab play LEVEL --plain` for text, or `cloudlab run LEVEL --script FILE`."
    size = os.get_terminal_size()
    if size.columns < 80 or size.lines < 24:
        return f"This terminal is {size.columns}x{size.lines}; the screens need 80x24. Enlarge it, or play with --plain."
    return None
