"""From a key to the changed screen while a real training runs and the clock runs at full pace; prints the distribution."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pytest

from cloudlab.app.doors import Doors
from cloudlab.app.main import Start, make_app
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.lab.open import level, unsaved_run
from cloudlab.lab.view.build import ViewBuilder
from cloudlab.model.training import TrainingSpec

KEYS = 120
P99_MS = 50

HEAVY = TrainingSpec(
    "xgboost",
    "churn",
    ("train", "validation"),
    (("eval_metric", "auc"), ("max_depth", "9"), ("num_round", "2000"), ("objective", "binary:logistic")),
    0,
)


async def test_a_key_reaches_the_screen_while_a_training_runs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    app = make_app(Start(), Doors())
    waits: list[float] = []
    stalls: list[float] = []
    async with app.run_test(size=(120, 36)) as pilot:
        work: Any = await app.doors.work()
        await work.runner.warm()
        session = unsaved_run(level("01"), work, seed=5)
        screen = PlayScreen(session, app.doors.live, pace=2)
        await app.push_screen(screen)
        await pilot.pause()
        screen.sitting.pacer.run(idle_too=True)
        work.begin(HEAVY)
        line = screen.terminal.line
        line.focus()
        stop = asyncio.create_task(_watch(stalls))
        for i in range(KEYS):
            began = time.perf_counter()
            line.insert_text_at_cursor("ec2 create-vpc --cidr-block 10.0.0.0/16 "[i % 40])
            shown = asyncio.Event()
            screen.call_after_refresh(shown.set)
            await shown.wait()
            waits.append((time.perf_counter() - began) * 1000)
            if i % 40 == 39:
                line.put("")
            await asyncio.sleep(0.02)
        stop.cancel()
        busy = not work.jobs[HEAVY.digest()].done
        work.cancel(HEAVY.digest())
        await app.doors.close()
    with capsys.disabled():
        cuts = quantiles(waits, n=100)
        print(f"\nkey to screen while a training runs: median {median(waits):.1f} ms, p99 {cuts[98]:.1f} ms")
        print(f"event loop late by: median {median(stalls):.1f} ms, max {max(stalls):.1f} ms")
    assert busy
    assert quantiles(waits, n=100)[98] < P99_MS


async def _watch(stalls: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.01)
        stalls.append(max(0.0, (time.perf_counter() - began - 0.01) * 1000))


async def test_a_view_is_built_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Four days into level 01: the View is what every tick of a running clock builds."""
    doors = Doors()
    session = unsaved_run(level("01"), await doors.work(), seed=5)
    session.step(session.level.scenario.ends - 3_600)
    builder = ViewBuilder(session)
    took = []
    for _ in range(50):
        began = time.perf_counter()
        builder.build()
        took.append((time.perf_counter() - began) * 1000)
    await doors.close()
    with capsys.disabled():
        print(f"\nView four days in: median {median(took):.2f} ms, max {max(took):.2f} ms")
