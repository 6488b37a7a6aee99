"""The door to the app: what to open with, one factory for the command and for tests, and what is said after it has closed."""

from __future__ import annotations

import gc
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloudlab.app.app import CloudlabApp
    from cloudlab.app.doors import Doors


@dataclass(frozen=True, slots=True)
class Start:
    """What the app opens with; nothing given means the menu."""

    level: str | None = None
    seed: int | None = None
    mood: str | None = None
    player: str = "you"
    resume: Path | None = None
    start: str = ""
    """Which of the level's starts it is to open with; the first where it says nothing."""
    demo: str | None = None
    """The road on which the level's own bot plays it, unsaved, until a key is pressed."""


def make_app(start: Start, doors: Doors | None = None) -> CloudlabApp:
    """Return the app, not yet running. `doors` is another way to levels and runs, for tests."""
    from cloudlab.app.app import CloudlabApp
    from cloudlab.app.doors import Doors

    return CloudlabApp(start, doors or Doors())


def run_app(start: Start) -> int:
    """Run the app until it is left; return the exit status: 0 won or left from the menu, 1 lost or unfinished, 3 cannot open."""
    # Nothing made while starting is garbage; collecting would only be paid for. The app turns it on again after its first frame.
    gc.disable()
    app = make_app(start)
    status = app.run()
    if app.farewell:
        print(app.farewell)
    if app.crash is not None:
        traceback.print_exception(app.crash)
        print(_crashed(app.crash, app.journal), file=sys.stderr)
        return 1
    return status if status is not None else 0


def _crashed(error: BaseException, journal: str | None) -> str:
    """Return what is said after a bug: the run is safe, and its journal is the report."""
    kept = f"Your run is safe. Its journal is the bug report; please attach it: {journal}" if journal else "No run was open."
    return f"cloudlab stopped because of a bug: {type(error).__name__}: {error}\n{kept}"
