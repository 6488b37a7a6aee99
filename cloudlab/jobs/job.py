"""A training job as its caller holds it: live progress, the outcome, a way to stop it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from cloudlab.jobs.outcome import Observed, Progress, TrainingOutcome, Unfinished
from cloudlab.model.training import TrainingSpec

Work = Callable[[Callable[[Progress], None]], "asyncio.Future[tuple[TrainingOutcome, Observed | None]]"]


class Run:
    """One piece of real training, shared by every job that asked for the same spec while it was under way."""

    def __init__(self, spec: TrainingSpec) -> None:
        self.spec = spec
        self.events: list[Progress] = []
        self.outcome: TrainingOutcome | None = None
        self.observed: Observed | None = None
        self.jobs: set[Job] = set()
        self.task: asyncio.Task[None] | None = None
        """The training itself; None for a run whose fact was known already."""
        self._news = asyncio.Event()

    def tell(self, event: Progress) -> None:
        """Add a piece of progress and wake those who wait for one."""
        self.events.append(event)
        self._wake()

    def finish(self, outcome: TrainingOutcome, observed: Observed | None) -> None:
        """Set the outcome, once."""
        self.outcome, self.observed = outcome, observed
        for job in self.jobs:
            job.settle(outcome)
        self._wake()

    async def news(self) -> None:
        """Wait for the next event, or the end."""
        await self._news.wait()

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


class Job:
    """One caller's hold on a run. Stopping it stops the run only when nobody else holds it."""

    def __init__(self, run: Run, *, reused: bool) -> None:
        self.reused = reused
        """Whether the outcome is a stored fact, so that nothing is trained."""
        self._run = run
        self._settled: asyncio.Future[TrainingOutcome] = asyncio.get_running_loop().create_future()
        run.jobs.add(self)
        if run.outcome is not None:
            self.settle(run.outcome)

    @property
    def spec(self) -> TrainingSpec:
        """What is trained."""
        return self._run.spec

    @property
    def done(self) -> bool:
        """Whether the outcome is there."""
        return self._settled.done()

    @property
    def observed(self) -> Observed | None:
        """What this machine did; None while it is at it, and for a stored fact."""
        return self._run.observed

    async def result(self) -> TrainingOutcome:
        """Wait for the outcome: the fact, or an Unfinished that says why there is none. Cancelling the wait stops nothing."""
        return await asyncio.shield(self._settled)

    async def progress(self) -> AsyncIterator[Progress]:
        """Yield everything that is told, from the first round on, until the job is done."""
        seen = 0
        while True:
            while seen < len(self._run.events):
                yield self._run.events[seen]
                seen += 1
            if self.done or self._run.outcome is not None:
                return
            await self._run.news()

    def cancel(self) -> None:
        """Stop: the outcome becomes Unfinished `cancelled` as soon as the process is gone. Harmless when done."""
        if self.done:
            return
        self._run.jobs.discard(self)
        if self._run.jobs or self._run.task is None:
            self.settle(Unfinished(self.spec.digest(), "cancelled", "stopped on request"))
            return
        self._run.jobs.add(self)
        self._run.task.cancel()

    def settle(self, outcome: TrainingOutcome) -> None:
        """Set the outcome unless there is one already. For the run only."""
        if not self._settled.done():
            self._settled.set_result(outcome)
