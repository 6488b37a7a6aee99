"""Workers started as programs, with one warm spare at hand: for platforms that can't fork safely."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from cloudlab.jobs.process import LogFiles, Setting, SpawnedWorker, Worker, WorkerLost, WorkerSource, spawn


class SpareWorkers(WorkerSource):
    """Starts the next worker while the last one is at work, so that nobody waits for imports."""

    def __init__(self, setting: Setting, logs: LogFiles) -> None:
        self._setting = setting
        self._logs = logs
        self._spare: asyncio.Task[Worker] | None = None

    def warm_up(self) -> None:
        if self._spare is None:
            self._spare = asyncio.create_task(self._start(), name="spare worker")

    async def ready(self) -> None:
        """Wait until the spare is ready. Raises WorkerLost when it never is."""
        self.warm_up()
        if self._spare is not None:
            await asyncio.shield(self._spare)

    async def take(self) -> Worker:
        for _ in range(2):  # A spare may have died while it waited.
            self.warm_up()
            spare, self._spare = self._spare, None
            assert spare is not None, "warm_up always leaves a spare"
            try:
                worker = await spare
            except asyncio.CancelledError:
                await self._discard(spare)
                raise
            if worker.alive():
                # The next one starts only now: two interpreters importing at once would delay the one that is needed.
                self.warm_up()
                return worker
            await worker.end()
        raise WorkerLost("workers die as soon as they are ready")

    async def close(self) -> None:
        spare, self._spare = self._spare, None
        if spare is not None:
            await self._discard(spare)

    async def _start(self) -> Worker:
        log = self._logs.new("worker")
        try:
            worker = SpawnedWorker(await spawn(self._setting, log), log)
        except OSError as error:
            raise WorkerLost(f"can't start a worker: {error}") from error
        try:
            await worker.greet()
        except BaseException:
            await worker.end()
            raise
        return worker

    @staticmethod
    async def _discard(spare: asyncio.Task[Worker]) -> None:
        spare.cancel()
        with suppress(asyncio.CancelledError, WorkerLost):
            await (await spare).end()
