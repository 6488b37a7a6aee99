"""Real work behind a session: trainings begun with their jobs, facts fetched when the clock needs them."""

from __future__ import annotations

from collections.abc import Callable

from cloudlab.engine.kernel import Want
from cloudlab.jobs.job import Job
from cloudlab.jobs.outcome import Unfinished
from cloudlab.jobs.runner import JobRunner
from cloudlab.model.training import Fact, Trained, TrainingSpec


class WorkFailed(Exception):
    """This machine could not do the real work; the run is intact and may go on once it can."""


class RealWork:
    """Trains and scores through a JobRunner. With `reuse`, stored facts of earlier runs are taken; a live run trains anew."""

    def __init__(self, runner: JobRunner, *, reuse: bool, begun: Callable[[Job], None] = lambda _: None) -> None:
        self.runner = runner
        self.reuse = reuse
        self.jobs: dict[str, Job] = {}
        """Spec digest -> the job that trains or trained it in this run, with its live progress and what was observed."""
        self._begun = begun

    def begin(self, spec: TrainingSpec) -> None:
        digest = spec.digest()
        known = self.jobs.get(digest)
        if known is None or known.done:
            self.jobs[digest] = self.runner.train(spec, reuse=self.reuse)
            self._begun(self.jobs[digest])

    def cancel(self, spec_digest: str) -> None:
        job = self.jobs.pop(spec_digest, None)
        if job is not None:
            job.cancel()

    async def fact(self, want: Want) -> Fact:
        if want.dataset is not None:
            scored = await self.runner.score(want.spec, want.dataset)
            if isinstance(scored, Unfinished):
                raise WorkFailed(scored.reason)
            return scored
        digest = want.spec.digest()
        if digest not in self.jobs:
            self.begin(want.spec)
        outcome = await self.jobs[digest].result()
        if isinstance(outcome, Unfinished):
            self.jobs.pop(digest, None)
            raise WorkFailed(outcome.reason)
        return outcome

    async def predict(self, spec: TrainingSpec, body: str) -> list[float]:
        known = self.runner.known(spec)
        if not isinstance(known, Trained):
            known = await self.runner.train(spec, reuse=True).result()  # type: ignore[assignment]
        if not isinstance(known, Trained):
            raise WorkFailed("the model is not in the store and could not be trained again")
        return list(await self.runner.predict(known.artifact, body))


class KnownWork:
    """Facts that are known already and nothing else: for goldens, ghosts and checks that must not train."""

    def __init__(self, facts: dict[str, Fact]) -> None:
        self.facts = facts

    def begin(self, spec: TrainingSpec) -> None:
        """Nothing to begin: what is not known is an error when it is needed."""

    def cancel(self, spec_digest: str) -> None:
        """Nothing to cancel."""

    async def fact(self, want: Want) -> Fact:
        digest = want.spec.digest()
        key = f"trained/{digest}" if want.dataset is None else f"scored/{digest}/{want.dataset}"
        if key not in self.facts:
            raise WorkFailed(f"needs training: {want.spec.container} on {want.spec.dataset}")
        return self.facts[key]

    async def predict(self, spec: TrainingSpec, body: str) -> list[float]:  # noqa: ARG002 - the shape of Work
        raise WorkFailed("there is no model at hand to ask")
