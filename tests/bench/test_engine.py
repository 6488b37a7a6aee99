"""How long the engine takes for level 01's longest bot, training left out: run on purpose with `make bench`."""

from __future__ import annotations

import asyncio
from statistics import median
from time import perf_counter

from cloudlab.engine import simulation as engine
from cloudlab.engine.rules import traffic
from cloudlab.lab import open as opening
from cloudlab.lab.script_run import run_bot
from cloudlab.lab.work import KnownWork, RealWork

RUNS = 15


def test_engine_time_of_the_longest_bot(tmp_path, monkeypatch, capsys):
    level = opening.level("1")
    longest = max((b for b in level.file.bots if b.expect == "won"), key=lambda b: (level.folder / "bots" / b.file).stat().st_size)

    async def facts():
        async with opening.runner(tmp_path) as runner:
            return dict((await run_bot(level, longest.file, RealWork(runner, reuse=True), seed=1)).world.facts)

    known = asyncio.run(facts())
    inside = 0.0

    def timed(method):
        def call(self, *arguments, **named):
            nonlocal inside
            began = perf_counter()
            try:
                return method(self, *arguments, **named)
            finally:
                inside += perf_counter() - began

        return call

    monkeypatch.setattr(engine.Simulation, "submit", timed(engine.Simulation.submit))
    monkeypatch.setattr(engine.Simulation, "advance", timed(engine.Simulation.advance))
    engine_ms, whole_ms = [], []
    for _ in range(RUNS):
        traffic._settle_and_keep.cache_clear()
        inside, began = 0.0, perf_counter()
        result = asyncio.run(run_bot(level, longest.file, KnownWork(known), seed=1))
        result.json()
        whole_ms.append((perf_counter() - began) * 1000)
        engine_ms.append(inside * 1000)
    assert result.outcome == "won"
    with capsys.disabled():
        for name, values in (("engine (submit + advance)", engine_ms), ("whole run with parsing and result", whole_ms)):
            print(
                f"\n{longest.file}: {name}: min {min(values):.1f}, median {median(values):.1f}, max {max(values):.1f} ms over {RUNS} runs"
            )
