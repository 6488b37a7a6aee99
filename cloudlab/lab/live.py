"""Live trainings: what the real workers tell while they train, gathered as plain values that a face can show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from cloudlab.jobs.job import Job
from cloudlab.jobs.outcome import LogText, Restarted, Round, Unfinished
from cloudlab.model.training import TrainingFailed

KEPT_LINES = 20


@dataclass(frozen=True, slots=True)
class LiveTraining:
    """One real training so far. Observations of this machine, never part of the World."""

    spec_digest: str
    round: int = 0
    asked: int = 0
    metrics: tuple[tuple[str, int], ...] = ()
    """Of the newest round, in ppm."""
    curve: tuple[int, ...] = ()
    """The first metric round by round, in ppm."""
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
        async for told in job.progress():
            live = self.of[digest]
            match told:
                case Round(number=number, asked=asked, metrics=metrics):
                    curve = (*live.curve, metrics[0][1]) if metrics else live.curve
                    self._set(replace(live, round=number, asked=asked, metrics=metrics, curve=curve))
                case LogText(text=text):
                    self._set(replace(live, said=(*live.said, text)[-KEPT_LINES:]))
                case Restarted(reason=reason):
                    self._set(LiveTraining(digest, said=(*live.said, f"started again: {reason}")[-KEPT_LINES:]))
        outcome = await job.result()
        self._set(replace(self.of[digest], done=True, measured=_measured(job, outcome)))

    def _set(self, live: LiveTraining) -> None:
        self.of[live.spec_digest] = live
        self.changed()


def _measured(job: Job, outcome: object) -> str:
    if isinstance(outcome, Unfinished | TrainingFailed):
        return outcome.reason
    seen = job.observed
    if seen is None:
        return "known from an earlier run, not trained again"
    threads = f"{seen.threads} thread{'' if seen.threads == 1 else 's'}"
    return f"{seen.train_seconds:.2f} s of training, {seen.wall_seconds:.2f} s in all, {seen.peak_rss_mib:,} MiB, {threads}"
