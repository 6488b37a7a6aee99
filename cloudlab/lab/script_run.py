"""A script played without a face: for `cloudlab run`, the ghost and the check of a level."""

from __future__ import annotations

from pathlib import Path

from cloudlab.dialects.script import Script, parse_script
from cloudlab.lab.open import unsaved_run
from cloudlab.lab.performer import Performer
from cloudlab.lab.result import Result
from cloudlab.lab.session import Session, Work
from cloudlab.levels.loader import Level


def read_script(path: Path) -> Script:
    """Read a script file; raises OSError, or ScriptError naming file and line."""
    return parse_script(path.read_text(encoding="utf-8"), path.name)


def result_of(session: Session) -> Result:
    """Return how a session stands."""
    path = getattr(session.journal, "path", None)
    return Result(session.level, session.world, tuple(session.history), session.mood, str(path) if path is not None else "")


async def run_script(session: Session, script: Script) -> Result:
    """Play a script in a session to its last line; raises ScriptError."""
    await Performer(session).perform_script(script)
    return result_of(session)


async def run_bot(level: Level, file: str, work: Work, *, seed: int) -> Result:
    """Play one of the level's own bots on a seed, leaving no trace; raises ScriptError."""
    return await run_script(unsaved_run(level, work, seed=seed), read_script(level.folder / "bots" / file))
