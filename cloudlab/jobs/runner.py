"""The door to real work: trains, scores and predicts in worker processes, and remembers what came of it."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from cloudlab.jobs.errand import Delivery, run_errand
from cloudlab.jobs.job import Job, Run
from cloudlab.jobs.limits import Limits
from cloudlab.jobs.outcome import Observed, ScoringOutcome, TrainingOutcome, Unfinished
from cloudlab.jobs.predictor import NoArtifact, Predictor
from cloudlab.jobs.process import LogFiles, Setting, Worker, WorkerLost, WorkerSource, default_command
from cloudlab.jobs.recipe import Recipe, load_recipe
from cloudlab.jobs.spare import SpareWorkers
from cloudlab.jobs.store import FactStore
from cloudlab.jobs.wire import Answers, Failed, Finished, Score, Train
from cloudlab.jobs.zygote import ZygoteWorkers, can_fork_safely
from cloudlab.model.training import Scored, Trained, TrainingFact, TrainingFailed, TrainingSpec

_LOG = logging.getLogger(__name__)


class NotScorable(ValueError):
    """The model can't answer this data set: it was trained on other columns."""


class JobRunner:
    """Runs real training beside one event loop. Nothing is started before `start`; nothing is left after `close`."""

    def __init__(
        self,
        store_dir: Path,
        log_dir: Path,
        assets_dir: Path,
        *,
        shipped: tuple[Path, ...] = (),
        threads: int | None = None,
        parallel: int = 1,
        nice: int = 10,
        fork: bool | None = None,
        command: tuple[str, ...] | None = None,
    ) -> None:
        """`shipped`: stores that come with the game. `threads`: for xgboost, one fewer than the cores unless given.

        `parallel`: how many workers may train at once; further jobs wait. `nice`: how far workers step back behind the screen.
        `fork`: use a zygote; by itself where that is safe. `command`: another worker program, for tests.
        """
        self.store = FactStore(store_dir, shipped)
        self.threads = threads if threads is not None else max(1, _cores() - 1)
        setting = Setting(command or default_command(), assets_dir / "data", log_dir, self.threads, nice)
        self._data_dir = assets_dir / "data"
        self._log_dir = log_dir
        self._logs = LogFiles(log_dir)
        self._spares = SpareWorkers(setting, self._logs)
        self._zygote = ZygoteWorkers(setting, self._logs) if (can_fork_safely() if fork is None else fork) else None
        self._turns = asyncio.Semaphore(parallel)
        self._runs: dict[tuple[str, str, Limits], Run] = {}
        self._scorings: dict[tuple[str, str, Limits], asyncio.Task[ScoringOutcome | TrainingFailed]] = {}
        self._predictor = Predictor(self._take, self.threads)
        self._closed = False

    async def start(self) -> None:
        """Begin to warm up in the background. Returns at once."""
        self._source.warm_up()

    async def warm(self) -> None:
        """Wait until a worker is at hand: for benchmarks and tests, never for a screen. Raises WorkerLost."""
        if self._zygote is not None:
            await self._zygote.zygote()
        else:
            await self._spares.ready()

    def known(self, spec: TrainingSpec) -> TrainingFact | None:
        """Return the stored fact of a spec; None when it needs training, a missing model file included.

        Raises CardMissing for a data set that doesn't exist.
        """
        fact = self.store.trained(spec.digest(), load_recipe(self._data_dir, spec.dataset).data_edition())
        return None if isinstance(fact, Trained) and self.store.artifact(fact.artifact) is None else fact

    def known_score(self, spec: TrainingSpec, dataset: str | None = None) -> Scored | None:
        """Return the stored answers of a spec's model on a data set (its own unless given); None when they need work."""
        fact = self.known(spec)
        if not isinstance(fact, Trained):
            return None
        recipe = load_recipe(self._data_dir, dataset or spec.dataset)
        return self.store.scored(spec.digest(), recipe.dataset, recipe.answer_edition(), fact.artifact)

    def train(self, spec: TrainingSpec, limits: Limits | None = None, *, reuse: bool = True) -> Job:
        """Begin to train a spec, and return the job at once.

        With `reuse`, a stored fact ends the job at once; a job played live says False and really trains. A spec that is already
        being trained is not trained twice: both jobs share the run. Raises CardMissing for a data set that doesn't exist.
        """
        recipe = load_recipe(self._data_dir, spec.dataset)
        limits = limits or Limits()
        if reuse and (fact := self.known(spec)) is not None:
            known = Run(spec)
            known.finish(fact, None)
            return Job(known, reused=True)
        key = (spec.digest(), recipe.data_edition(), limits)
        run = self._runs.get(key)
        if run is None or run.outcome is not None or (run.task is not None and run.task.cancelling()):
            run = self._runs[key] = Run(spec)
            run.task = asyncio.create_task(self._train(run, recipe, limits), name=f"train {key[0][:8]}")
            run.task.add_done_callback(partial(self._forget, key, run))
        return Job(run, reused=False)

    async def score(self, spec: TrainingSpec, dataset: str | None = None, limits: Limits | None = None) -> ScoringOutcome | TrainingFailed:
        """Return what a spec's model answers on a data set's stream (its own unless given), from the store if it is there.

        Trains first if need be. Raises CardMissing, and NotScorable for a set with other columns. Cancelling the wait stops nothing.
        """
        limits = limits or Limits()
        key = (spec.digest(), dataset or spec.dataset, limits)
        task = self._scorings.get(key)
        if task is None:
            recipe = load_recipe(self._data_dir, dataset or spec.dataset)
            task = self._scorings[key] = asyncio.create_task(self._score(spec, recipe, limits), name=f"score {key[0][:8]}")
            task.add_done_callback(lambda _: self._scorings.pop(key, None))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():  # By close, not by whoever waits here.
                return Unfinished(key[0], "cancelled", "the game is closing")
            raise

    async def predict(self, artifact: str, csv_text: str) -> tuple[float, ...]:
        """Return one score per CSV line (features only, no header) from the model of that sha256.

        Raises BadRows, NoArtifact, WorkerLost, or TimeoutError after a minute.
        """
        path = self.store.artifact(artifact)
        if path is None:
            raise NoArtifact(f"no artifact {artifact}")
        try:
            return await self._predictor.predict(path, csv_text)
        except NoArtifact:
            self.store.drop_artifact(path)
            raise

    async def close(self) -> None:
        """Kill everything and wait until it is gone. Jobs that were under way end as `cancelled`."""
        self._closed = True
        tasks = [run.task for run in self._runs.values() if run.task is not None] + list(self._scorings.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._predictor.close()
        if self._zygote is not None:
            await self._zygote.close()
        await self._spares.close()

    @property
    def _source(self) -> WorkerSource:
        return self._zygote or self._spares

    async def _take(self) -> Worker:
        if self._closed:
            raise WorkerLost("the runner is closed")
        if self._zygote is not None:
            with suppress(WorkerLost):
                return await self._zygote.take()
            # Forking doesn't work here after all: start programs instead, from now on.
            _LOG.warning("no worker from the zygote; starting workers as programs; logs in %s", self._log_dir)
            broken, self._zygote = self._zygote, None
            await broken.close()
        return await self._spares.take()

    async def _train(self, run: Run, recipe: Recipe, limits: Limits) -> None:
        digest = run.spec.digest()
        try:
            async with self._turns:
                request = Train(run.spec, recipe, str(self.store.artifacts), self.threads, limits.memory_mib)
                delivery = await run_errand(self._take, request, limits, run.tell, self._log_dir)
            outcome = _training_outcome(digest, delivery)
            if isinstance(outcome, Trained | TrainingFailed):
                self._remember(partial(self.store.keep_trained, outcome, recipe.data_edition(), delivery.versions))
            run.finish(outcome, self._observed(delivery))
        except asyncio.CancelledError:
            run.finish(Unfinished(digest, "cancelled", "stopped on request"), None)
        except Exception as error:
            # A bug of ours must not leave a job waiting for ever.
            _LOG.exception("training %s", digest)
            run.finish(Unfinished(digest, "worker lost", f"{type(error).__name__}: {error}"), None)

    async def _score(self, spec: TrainingSpec, recipe: Recipe, limits: Limits) -> ScoringOutcome | TrainingFailed:
        digest, edition = spec.digest(), recipe.answer_edition()
        reason = "the model file is damaged, even a new one"
        for _ in range(2):  # A model file may turn out damaged; then it is trained again, once.
            trained = await self._trained(spec, limits)
            if not isinstance(trained, Trained):
                return trained
            known = self.store.scored(digest, recipe.dataset, edition, trained.artifact)
            if known is not None:
                return known
            path = self.store.artifact(trained.artifact)
            if path is None:
                continue
            # Takes no turn: it is done in milliseconds, and a deployment shouldn't wait for somebody's long training.
            request = Score(str(path), recipe, self.threads, limits.memory_mib)
            delivery = await run_errand(self._take, request, limits, lambda _: None, self._log_dir)
            reply = delivery.reply
            if isinstance(reply, Answers):
                scored = Scored(digest, recipe.dataset, reply.rows, base64.b64decode(reply.outcomes))
                self._remember(partial(self.store.keep_scored, scored, edition, trained.artifact, delivery.versions))
                return scored
            if isinstance(reply, Failed) and reply.kind == "ClientError":
                raise NotScorable(reply.reason)
            if not (isinstance(reply, Failed) and reply.kind == "ArtifactDamaged"):
                return _unfinished(digest, delivery)
            self.store.drop_artifact(path)
        return Unfinished(digest, "worker lost", reason)

    async def _trained(self, spec: TrainingSpec, limits: Limits) -> TrainingOutcome:
        job = self.train(spec, limits)
        try:
            return await job.result()
        except asyncio.CancelledError:
            job.cancel()
            raise

    def _forget(self, key: tuple[str, str, Limits], run: Run, _task: asyncio.Task[None]) -> None:
        if run.outcome is None:  # Cancelled before its first step, when none of its own code could say so.
            run.finish(Unfinished(key[0], "cancelled", "stopped on request"), None)
        if self._runs.get(key) is run:
            del self._runs[key]

    def _observed(self, delivery: Delivery) -> Observed:
        reply = delivery.reply if isinstance(delivery.reply, Finished) else None
        return Observed(
            wall_seconds=delivery.seconds,
            train_seconds=reply.train_ms / 1000 if reply else 0.0,
            cpu_seconds=reply.cpu_ms / 1000 if reply else 0.0,
            peak_rss_mib=delivery.peak_rss_mib,
            threads=self.threads,
            versions=delivery.versions,
            attempts=delivery.attempts,
            log=delivery.log,
        )

    @staticmethod
    def _remember(write: Callable[[], None]) -> None:
        """A full disk costs the memory of a fact, not the fact."""
        try:
            write()
        except OSError as error:
            _LOG.warning("a fact could not be stored: %s", error)


def _training_outcome(digest: str, delivery: Delivery) -> TrainingOutcome:
    reply = delivery.reply
    if isinstance(reply, Finished):
        return Trained(digest, reply.artifact, reply.rounds, reply.metrics)
    if isinstance(reply, Failed) and (reply.kind == "ClientError" or reply.kind == "AlgorithmError"):
        return TrainingFailed(digest, reply.kind, reply.reason)
    return _unfinished(digest, delivery)


def _unfinished(digest: str, delivery: Delivery) -> Unfinished:
    """Whatever else a worker says is this machine's trouble, such as a full disk, and no fact about the spec."""
    said = delivery.reply.reason if isinstance(delivery.reply, Failed) else delivery.reason
    return Unfinished(digest, delivery.cause or "worker lost", f"{said}; the log is {delivery.log}" if not delivery.cause else said)


def _cores() -> int:
    """Return how many cores this process may use, which in a container is fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
