"""Live trainings: what the real workers tell while they train, gathered as plain values that a face can show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

from cloudlab.jobs.job import Job
from cloudlab.jobs.outcome import LogText, Restarted, Round, Unfinished
from cloudlab.model.training import TrainingFailed

KEPT_LINES = 60


@dataclass(frozen=True, slots=True)
class LiveTraining:
    """One real training so far. Observations of this machine, never part of the World."""

    spec_digest: str
    round: int = 0
    asked: int = 0
    metrics: tuple[tuple[str, int], ...] = ()
    """Of the newest round, in ppm."""
    curves: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Each metric round by round, in ppm."""
    rounds_per_second: float = 0.0
    """Measured here, from the first round told to the newest."""
    said: tuple[str, ...] = ()
    done: bool = False
    measured: str = ""
    """What this machine took, in words."""


class LiveTrainings:
    """Follows real jobs; `of` holds the newest value per spec digest, `changed` is called when one of them is new."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self.of: dict[str, LiveTraining] = {}
        self.changed = changed
        self._following: set[asyncio.Task[None]] = set()

    def follow(self, job: Job) -> None:
        """Follow a job from its first round to its end. Needs a running event loop."""
        task = asyncio.get_running_loop().create_task(self._follow(job), name=f"follow {job.spec.digest()[:8]}")
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    def stop(self) -> None:
        """Follow nothing any more; the jobs themselves go on."""
        for task in self._following:
            task.cancel()

    async def _follow(self, job: Job) -> None:
        digest = job.spec.digest()
        self._set(LiveTraining(digest))
        first: tuple[int, float] | None = None
        async for told in job.progress():
            live = self.of[digest]
            match told:
                case Round(number=number, asked=asked, metrics=metrics):
                    told_at = monotonic()
                    if number <= 1 or not first:
                        first = (number, told_at)
                    passed = told_at - first[1]
                    rate = (number - first[0]) / passed if passed > 0.05 else live.rounds_per_second
                    curves = _longer(live.curves, metrics)
                    self._set(replace(live, round=number, asked=asked, metrics=metrics, curves=curves, rounds_per_second=rate))
                case LogText(text=text):
                    self._set(replace(live, said=(*live.said, text)[-KEPT_LINES:]))
                case Restarted(reason=reason):
                    self._set(LiveTraining(digest, said=(*live.said, f"started again: {reason}")[-KEPT_LINES:]))
        outcome = await job.result()
        live = self.of[digest]
        self._set(replace(live, done=True, measured=_measured(job, outcome, live.round)))

    def _set(self, live: LiveTraining) -> None:
        self.of[live.spec_digest] = live
        self.changed()


Curves = tuple[tuple[str, tuple[int, ...]], ...]


def _longer(curves: Curves, metrics: tuple[tuple[str, int], ...]) -> Curves:
    """Return the curves with a round more; a metric that was not told keeps its curve."""
    known = dict(curves)
    return tuple({**known, **{name: (*known.get(name, ()), value) for name, value in metrics}}.items())


def _measured(job: Job, outcome: object, rounds: int) -> str:
    if isinstance(outcome, Unfinished | TrainingFailed):
        return outcome.reason
    seen = job.observed
    if seen is None:
        return "known from an earlier run, not trained again"
    threads = f"{seen.threads} thread{'' if seen.threads == 1 else 's'}"
    speed = f", {rounds / seen.train_seconds:,.0f} rounds/s" if rounds and seen.train_seconds > 0 else ""
    return f"{seen.train_seconds:.2f} s of training{speed}, {seen.wall_seconds:.2f} s in all, {seen.peak_rss_mib:,} MiB, {threads}"
