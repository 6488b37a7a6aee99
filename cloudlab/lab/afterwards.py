"""Afterwards: a finished or unfinished journal brought back as a Result, verified on the way."""

from __future__ import annotations

from pathlib import Path

from cloudlab.engine.simulation import Happening, Simulation
from cloudlab.journal.file import read
from cloudlab.journal.replay import Step, replay
from cloudlab.lab import open as opening
from cloudlab.lab.result import Result
from cloudlab.levels.judge import LevelReferee


def replayed(path: Path) -> tuple[Result, str]:
    """Replay a journal; return the result and a sentence on its state. Raises JournalError or LevelError.

    The journal's own real results are used; nothing is trained again.
    """
    reading = read(path)
    level = opening.level(reading.header.level, reading.header.start)
    simulation = Simulation.open(level.scenario, reading.header.seed, LevelReferee(level.file))
    history: list[Happening] = []
    lengths = {0: 0}

    def seen(step: Step) -> None:
        if step.record.kind == "rewound":
            del history[lengths[int(step.record.body["to"])] :]
        history.extend((*step.passed, *step.outcome))
        lengths[step.record.n] = len(history)

    replay(reading.header, reading.records, simulation, seen=seen)
    result = Result(level, simulation.world, tuple(history), reading.header.mood, str(path))
    whole = f"{len(reading.records)} records, chain whole, every record has the effect it had; digest {simulation.digest()}"
    return result, f"{reading.damage} Up to there: {whole}" if reading.damage else whole
