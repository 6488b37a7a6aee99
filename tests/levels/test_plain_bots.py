"""The plain face has full parity: the level's own bots, typed into it line by line, end in the very World of the script."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date

import pytest

from cloudlab import paths
from cloudlab.lab import open as opening
from cloudlab.lab.afterwards import replayed
from cloudlab.lab.golden import SEED, golden_path
from cloudlab.lab.plain import PlainFace
from cloudlab.lab.script_run import run_bot
from cloudlab.lab.work import KnownWork
from cloudlab.levels.loader import level_ids
from cloudlab.model.training import Fact

CASES = [(level, bot) for level in map(opening.level, level_ids(paths.levels_dir())) for bot in level.file.bots if bot.main]


@pytest.mark.parametrize(("level", "bot"), CASES, ids=[f"{level.id}-{bot.road}" for level, bot in CASES])
def test_a_bot_typed_into_the_plain_face_ends_like_its_script(level, bot):
    facts: dict[str, Fact] = {}
    for other in (b for b in level.file.bots if b.main):
        facts |= replayed(golden_path(level, other))[0].world.facts
    scripted = asyncio.run(run_bot(level, bot.file, KnownWork(facts), seed=SEED))

    typed: Iterator[str] = iter((level.folder / "bots" / bot.file).read_text(encoding="utf-8").splitlines())
    said: list[str] = []

    def ask(prompt: str) -> str:
        if prompt.startswith("your choice"):
            return ""  # the bot commits by `predict` and `answer`
        line = next(typed, None)
        if line is None:
            raise EOFError
        return line

    session = opening.unsaved_run(level, KnownWork(facts), seed=SEED)
    outcome = asyncio.run(PlainFace(session, KnownWork(facts), said.append, ask, date(2026, 1, 1)).play())

    text = "\n".join(said)
    assert outcome == bot.expect
    assert session.world.digest() == scripted.world.digest()
    assert "Refused." not in text
    assert "Both roads on the same seed" in text
    assert "The principle: " in text
    assert f"Score {scripted.score.total} of 1,000" in text
