"""How quickly workers come and go, what the runner costs beside the bare library, and whether the screen would notice."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from cloudlab.jobs.outcome import Round
from cloudlab.jobs.runner import JobRunner
from cloudlab.jobs.zygote import can_fork_safely
from cloudlab.model.training import Trained, TrainingSpec
from cloudlab.paths import assets_dir

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 300
SPEC = TrainingSpec("xgboost", "churn", ("train", "validation"), (("num_round", str(ROUNDS)), ("objective", "binary:logistic")), 0)
ENDLESS = TrainingSpec("xgboost", "churn", ("train",), (("num_round", "1000000"),), 0)


@pytest_asyncio.fixture
async def runner(tmp_path: Path) -> AsyncIterator[JobRunner]:
    opened = JobRunner(tmp_path / "store", tmp_path / "logs", assets_dir(), nice=0)
    await opened.start()
    await opened.warm()
    await asyncio.sleep(1.0)  # The zygote still makes its data sets.
    yield opened
    await opened.close()


def told(what: str, values: Sequence[float], unit: str = "ms") -> float:
    """Print median and spread, and return the median."""
    scale = 1000 if unit == "ms" else 1
    low, middle, high = (scale * value for value in (min(values), statistics.median(values), max(values)))
    print(f"\n{what:<46} median {middle:8.1f} {unit}   {low:8.1f} to {high:8.1f}   n={len(values)}")
    return statistics.median(values)


@pytest.mark.skipif(not can_fork_safely(), reason="elsewhere the warm spare is simply there")
async def test_a_warm_worker_is_there_at_once(runner: JobRunner) -> None:
    took = []
    for _ in range(20):
        began = time.perf_counter()
        worker = await runner._take()
        took.append(time.perf_counter() - began)
        await worker.end()
    assert told("a worker from the zygote", took) < 0.050


async def test_cancel_is_quick(runner: JobRunner) -> None:
    took = []
    for _ in range(10):
        job = runner.train(ENDLESS, reuse=False)
        async for event in job.progress():
            if isinstance(event, Round):
                break
        began = time.perf_counter()
        job.cancel()
        await job.result()
        took.append(time.perf_counter() - began)
    assert told("cancel until the process is gone", took) < 0.100


_BARE = """
    import sys, time
    from pathlib import Path
    import xgboost
    from cloudlab.jobs.recipe import load_recipe
    from cloudlab.jobs.worker import data
    rows = data.load(load_recipe(Path(sys.argv[1]), "churn"))
    for _ in range(int(sys.argv[4])):
        began = time.perf_counter()
        train, validation = (xgboost.DMatrix(s.features, s.labels, nthread=int(sys.argv[2])) for s in (rows.train, rows.validation))
        xgboost.train({"objective": "binary:logistic", "base_score": 0.5, "nthread": int(sys.argv[2])}, train, int(sys.argv[3]),
                      evals=[(train, "train"), (validation, "validation")], verbose_eval=False)
        print(time.perf_counter() - began, flush=True)
"""


async def test_the_runner_adds_little_to_the_bare_library(runner: JobRunner) -> None:
    words = [str(assets_dir() / "data"), str(runner.threads), str(ROUNDS), "1"]
    bare, through = [], []
    for _ in range(5):  # In turns, so that a busy minute touches both.
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", textwrap.dedent(_BARE), *words],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        bare.append(float(done.stdout))
        began = time.perf_counter()
        assert isinstance(await runner.train(SPEC, reuse=False).result(), Trained)
        through.append(time.perf_counter() - began)
    library = told(f"xgboost itself, {ROUNDS} rounds", bare, "s ")
    ours = told("the same through the runner", through, "s ")
    print(f"\nadded: {ours - library:.3f} s, {ours / library - 1:.1%}")
    assert ours <= library * 1.05 + 0.3


async def test_the_event_loop_stays_free(runner: JobRunner) -> None:
    late: list[float] = []

    async def heartbeat() -> None:
        while True:
            due = time.perf_counter() + 0.010
            await asyncio.sleep(0.010)
            late.append(time.perf_counter() - due)

    beating = asyncio.create_task(heartbeat())
    for _ in range(3):
        job = runner.train(SPEC, reuse=False)
        assert sum(isinstance(event, Round) for event in [event async for event in job.progress()]) == ROUNDS
    beating.cancel()
    p99 = statistics.quantiles(late, n=100)[98]
    told("event loop late while training", late)
    print(f"\np99 {1000 * p99:.1f} ms")
    assert p99 < 0.020


async def test_from_start_to_warm(tmp_path: Path) -> None:
    began_to, warm = [], []
    for number in range(3):
        opened = JobRunner(tmp_path / str(number), tmp_path / "logs", assets_dir())
        began = time.perf_counter()
        await opened.start()
        began_to.append(time.perf_counter() - began)
        await opened.warm()
        warm.append(time.perf_counter() - began)
        await opened.close()
    told("start() returns", began_to)
    told("warm after start()", warm)


async def test_answers_and_predictions(runner: JobRunner) -> None:
    fact = await runner.train(SPEC).result()
    assert isinstance(fact, Trained)
    began = time.perf_counter()
    await runner.score(SPEC)
    told("20,000 answers scored", [time.perf_counter() - began])
    row = ",".join(["1"] * 16)
    took = []
    for _ in range(50):
        began = time.perf_counter()
        await runner.predict(fact.artifact, row)
        took.append(time.perf_counter() - began)
    told("one prediction", took)
