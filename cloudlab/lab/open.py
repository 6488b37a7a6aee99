"""Opening runs: levels, seeds, save files and the runner behind them, for every face alike."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from cloudlab import paths
from cloudlab.engine.simulation import Simulation
from cloudlab.jobs.runner import JobRunner
from cloudlab.lab.memory import MemoryJournal
from cloudlab.lab.session import Session, Work
from cloudlab.levels.judge import LevelReferee
from cloudlab.levels.loader import Level, find_level, load_level

Runner = JobRunner
"""Real work, as faces hold it without knowing the room it comes from."""


def level(word: str, start: str = "") -> Level:
    """Return the level that `word` means (`01-first-server` or `1`), with one of its starts (the first unless named); LevelError."""
    return load_level(paths.levels_dir(), paths.assets_dir(), find_level(paths.levels_dir(), word), start)


def fresh_seed() -> int:
    """Return a seed nobody knows beforehand, short enough to read aloud."""
    return secrets.randbelow(900_000) + 100_000


@asynccontextmanager
async def runner(store: Path | None = None) -> AsyncIterator[JobRunner]:
    """Yield a started JobRunner that keeps its models in the player's folder; nothing of it is left afterwards."""
    home = store or paths.home_dir() / "models"
    working = JobRunner(home, home / "logs", paths.assets_dir(), shipped=(paths.assets_dir() / "models",))
    await working.start()
    try:
        yield working
    finally:
        await working.close()


def open_run(played: Level, work: Work, *, seed: int, mood: str, player: str, path: Path | None = None) -> Session:
    """Start a run with a journal of its own in the save folder; raises SaveError where it cannot be written."""
    from cloudlab.lab.saves import new_save_path

    started = datetime.now(UTC)
    where = path or new_save_path(played.id, seed, started)
    return Session.start(played, seed, where, work, mood=mood, player=player, started=started.isoformat(timespec="seconds"))


def unsaved_run(played: Level, work: Work, *, seed: int, mood: str = "learn") -> Session:
    """Start a run that leaves no trace: a ghost, a check, a future."""
    simulation = Simulation.open(played.scenario, seed, LevelReferee(played.file))
    return Session(played, simulation, MemoryJournal(), work, mood=mood)


def resume_run(path: Path, work: Work) -> Session:
    """Go on with a saved run; raises JournalError, JournalLocked or LevelError."""
    from cloudlab.journal.file import read

    header = read(path).header
    return Session.resume(level(header.level, header.start), path, work)
