"""Runs of the small level for tests of the lab: open one, read its history, let a script do the rest."""

from __future__ import annotations

from pathlib import Path

from cloudlab.dialects.script import parse_script
from cloudlab.lab.performer import Performer
from cloudlab.lab.session import Session
from cloudlab.levels.loader import Level
from cloudlab.model.events import Event
from tests.small_level import FakeWork

STARTED = "2026-03-01T10:00:00+01:00"


def start(level: Level, folder: Path, work: FakeWork | None = None, *, mood: str = "learn", player: str = "eva", seed: int = 1) -> Session:
    folder.mkdir(parents=True, exist_ok=True)
    return Session.start(level, seed, folder / "run.jsonl", work or FakeWork(), mood=mood, player=player, started=STARTED)


def resume(session: Session, folder: Path, work: FakeWork | None = None) -> Session:
    """Close a session and open its journal again, as after leaving the game."""
    session.close()
    return Session.resume(session.level, folder / "run.jsonl", work or FakeWork())


async def perform(session: Session, text: str) -> Performer:
    """Play script lines to their end; raises ScriptError."""
    performer = Performer(session)
    await performer.perform_script(parse_script(text, "test"))
    return performer


def kinds(session: Session) -> list[str]:
    """Return the names of everything that has happened."""
    return [type(h.event).__name__ for h in session.history]


def happened(session: Session, kind: type[Event]) -> list[int]:
    """Return the instants at which events of a kind happened."""
    return [h.at for h in session.history if isinstance(h.event, kind)]
