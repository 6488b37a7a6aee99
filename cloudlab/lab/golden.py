"""Golden journals: each level's main bots played once and kept, so that an unintended change of the simulation is noticed.

`python -m cloudlab.lab.golden [LEVEL]` writes them anew, really training; do that on purpose, together with a raise of RULES
where the simulation behaves otherwise than before.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from cloudlab import paths
from cloudlab.engine.simulation import Simulation
from cloudlab.journal.file import Journal, read
from cloudlab.journal.replay import replay
from cloudlab.lab import open as opening
from cloudlab.lab.script_run import read_script, run_script
from cloudlab.lab.work import RealWork
from cloudlab.levels.judge import LevelReferee
from cloudlab.levels.loader import Level, level_ids
from cloudlab.levels.schema import BotPart

SEED = 1


def golden_path(level: Level, bot: BotPart) -> Path:
    """Return where a bot's golden journal lies: `golden.jsonl` for the first main bot, `golden-<road>.jsonl` for others."""
    mains = [b for b in level.file.bots if b.main]
    return level.folder / ("golden.jsonl" if bot == mains[0] else f"golden-{bot.road}.jsonl")


def replayed(level: Level, path: Path) -> tuple[str, str]:
    """Replay a golden journal; return (digest then, digest now). Raises JournalError where it cannot be replayed."""
    reading = read(path)
    simulation = Simulation.open(level.scenario, reading.header.seed, LevelReferee(level.file))
    replay(reading.header, reading.records, simulation)
    pinned = next(str(r.body["digest"]) for r in reversed(reading.records) if r.kind == "observed" and "digest" in r.body)
    return pinned, simulation.digest()


async def write(level: Level) -> list[Path]:
    """Play the main bots of a level with real training and keep their journals, each with the digest it ended in."""
    written = []
    async with opening.runner() as runner:
        for bot in (b for b in level.file.bots if b.main):
            path = golden_path(level, bot)
            draft = path.with_suffix(".draft")
            draft.unlink(missing_ok=True)
            session = opening.open_run(level, RealWork(runner, reuse=False), seed=SEED, mood="learn", player="golden", path=draft)
            result = await run_script(session, read_script(level.folder / "bots" / bot.file))
            session.hold("closed")
            assert isinstance(session.journal, Journal)
            body = {"digest": session.world.digest(), "outcome": result.outcome, "score": result.score.total}
            session.journal.append(at=session.now, kind="observed", body=body)
            session.journal.close()
            draft.replace(path)
            written.append(path)
    return written


def main() -> None:
    """Write the golden journals of the level named, or of all."""
    for level_id in sys.argv[1:] or level_ids(paths.levels_dir()):
        for path in asyncio.run(write(opening.level(level_id))):
            print(path)


if __name__ == "__main__":
    main()
