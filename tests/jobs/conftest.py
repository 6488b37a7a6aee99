"""Runners for tests that really train, and short ways to say what is trained."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cloudlab.jobs.runner import JobRunner
from cloudlab.model.training import TrainingSpec
from cloudlab.paths import assets_dir

FAKE = Path(__file__).with_name("fake_worker.py")


def _spec(container: str = "xgboost", dataset: str = "breast-cancer", validation: bool = True, seed: int = 0, **words: Any) -> TrainingSpec:
    if not words:
        words = {"predictor_type": "binary_classifier"} if container == "linear-learner" else {"num_round": 5}
    channels = ("train", "validation") if validation else ("train",)
    return TrainingSpec(container, dataset, channels, tuple(sorted((name, str(value)) for name, value in words.items())), seed)


@pytest.fixture(scope="session")
def spec() -> Callable[..., TrainingSpec]:
    """Return a maker of specs: `spec("xgboost", "churn", num_round=5)`."""
    return _spec


@pytest.fixture(scope="session")
def endless() -> TrainingSpec:
    """Return a spec that trains far longer than any test waits."""
    return _spec("xgboost", "churn", num_round=1_000_000)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[JobRunner]:
    """Open one runner for a whole module: its zygote is the expensive part."""
    folder = tmp_path_factory.mktemp("jobs")
    runner = JobRunner(folder / "store", folder / "logs", assets_dir(), parallel=2, nice=0)
    await runner.start()
    yield runner
    await runner.close()


@pytest_asyncio.fixture
async def open_runner(tmp_path: Path) -> AsyncIterator[Callable[..., JobRunner]]:
    """Return a maker of runners over this test's own folders; all are closed in the end."""
    opened: list[JobRunner] = []

    def make(**options: Any) -> JobRunner:
        opened.append(JobRunner(tmp_path / "store", tmp_path / "logs", assets_dir(), nice=0, **options))
        return opened[-1]

    yield make
    for runner in opened:
        await runner.close()


@pytest.fixture
def fake(open_runner: Callable[..., JobRunner], tmp_path: Path) -> Callable[[str], JobRunner]:
    """Return a maker of runners whose workers behave as a word says (see fake_worker.py)."""
    return lambda manner: open_runner(fork=False, command=(sys.executable, "-P", str(FAKE), manner, str(tmp_path)))
