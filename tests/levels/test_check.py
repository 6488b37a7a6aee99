"""Every level is proven by its bots, really trained: won with the lesson, lost without, and the same in every process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cloudlab import paths
from cloudlab.lab import open as opening
from cloudlab.lab.afterwards import replayed
from cloudlab.lab.check import Checked, check, table
from cloudlab.lab.golden import golden_path
from cloudlab.lab.script_run import run_bot
from cloudlab.lab.work import KnownWork, RealWork
from cloudlab.levels.loader import level_ids
from tests.small_level import FakeWork, small_level

ROOT = Path(__file__).parents[2]
LEVELS = level_ids(paths.levels_dir())
SEEDS = (1, 2)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained models are kept for all tests of a process: each is trained once."""
    return tmp_path_factory.mktemp("models")


async def checked(word: str, store: Path, seeds: tuple[int, ...]) -> Checked:
    async with opening.runner(store) as runner:
        return await check(opening.level(word), RealWork(runner, reuse=True), seeds)


@pytest.mark.parametrize("word", LEVELS)
async def test_a_levels_bots_do_what_the_level_promises(word: str, store: Path) -> None:
    found = await checked(word, store, SEEDS)
    assert found.ok, table(found)
    bots = opening.level(word).file.bots
    assert len(found.runs) == len(SEEDS) * len(bots)
    assert {run.bot.road for run in found.runs if run.outcome == "won"} == {b.road for b in bots if b.expect == "won"}
    for run in found.runs:
        assert 0 <= run.score <= 1_000
    worst = min(run.score for run in found.runs if run.bot.expect == "won")
    assert all(run.score < worst for run in found.runs if run.bot.expect == "lost"), table(found)


def digests(seed: int) -> list[str]:
    """Play the main bots of all levels on a seed with the real results that the golden journals hold; return the last digests."""
    ends = []
    for level in map(opening.level, LEVELS):
        mains = [b for b in level.file.bots if b.main]
        facts = {k: fact for bot in mains for k, fact in replayed(golden_path(level, bot))[0].world.facts.items()}
        ends += [asyncio.run(run_bot(level, bot.file, KnownWork(facts), seed=seed)).world.digest() for bot in mains]
    return ends


PROGRAM = "from tests.levels.test_check import digests; print(*digests(11))"


def test_the_same_script_ends_in_the_same_world_in_every_process() -> None:
    here = digests(11)
    assert digests(11) == here
    assert len(set(here)) == len(here)
    for hash_seed in ("0", "1"):
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert ran.stdout.split() == here


# what a check complains of ----------------------------------------------------------------------------------------------


async def complaints(folder: Path, **changes: Any) -> str:
    return table(await check(small_level(folder, **changes), FakeWork(), (1,)))


NOTHING = {"file": "nothing.aws", "road": "hand-built", "expect": "lost", "because": "answered"}


async def test_a_level_without_a_winner_is_red(tmp_path: Path) -> None:
    said = await complaints(tmp_path)
    assert "WRONG no bot wins this level" in said
    assert "WRONG fewer than two tempting losers" in said
    assert "WRONG no one-round model" in said
    assert said.endswith("red")
    assert "nothing.aws  1     lost     0" in said


@pytest.mark.parametrize(
    ("bot", "says"),
    [
        ({**NOTHING, "expect": "won"}, "WRONG expected won: 0 of 108,000 requests answered"),
        ({**NOTHING, "because": "breach"}, "WRONG lost, but not because of 'breach'"),
        ({**NOTHING, "value_share_max": -0.5}, "WRONG value $0.00 is over"),
    ],
)
async def test_a_bot_that_does_otherwise_is_red(tmp_path: Path, bot: dict[str, object], says: str) -> None:
    assert says in await complaints(tmp_path, bots=[bot])


async def test_a_bot_whose_script_is_refused_is_red(tmp_path: Path) -> None:
    level = small_level(tmp_path)
    (level.folder / "bots" / "nothing.aws").write_text("ec2 create-vpc --cidr-block 10.0.0.0/8\n", encoding="utf-8")
    found = await check(level, FakeWork(), (1,))
    assert found.runs[0].outcome == "error"
    assert "nothing.aws:1: InvalidVpc.Range" in table(found)
