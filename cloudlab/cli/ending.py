"""How the command ends: its exit statuses, and errors as one sentence on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from typing import Any

WON, LOST, SCRIPT_ERROR, LEVEL_OR_SAVE_ERROR = 0, 1, 2, 3
"""Exit statuses; a fixed interface. 1 stands for lost and for unfinished; 2 for a bad script or bad arguments."""


def guarded(work: Callable[[], int]) -> int:
    """Turn the errors of levels, saves and scripts into one clear sentence and their fixed exit status."""
    from cloudlab.dialects.script import ScriptError
    from cloudlab.lab.errors import TELLABLE

    try:
        return work()
    except TELLABLE as error:
        return fail(str(error), SCRIPT_ERROR if isinstance(error, ScriptError) else LEVEL_OR_SAVE_ERROR)


def guarded_async(work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Do the same for work that waits for processes."""
    import asyncio

    return guarded(lambda: asyncio.run(work()))


def fail(sentence: str, status: int = LEVEL_OR_SAVE_ERROR) -> int:
    """Say what is wrong; returns the status to leave with."""
    print(f"cloudlab: {sentence}", file=sys.stderr)
    return status
