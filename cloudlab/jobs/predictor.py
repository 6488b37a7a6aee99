"""Answers prediction requests with a real model: one worker that stays, with the models it has loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from cloudlab.jobs.process import Worker, WorkerLost
from cloudlab.jobs.wire import Failed, Predict, ProtocolError, Scores


class BadRows(ValueError):
    """The rows sent aren't numbers, or not as many columns as the model was trained on."""


class NoArtifact(LookupError):
    """There is no such model file, or it is damaged."""


_SECONDS = 60.0
"""As long as SageMaker waits for a container's answer."""


class Predictor:
    """Asks one worker at a time, and gets another one when it was lost."""

    def __init__(self, take: Callable[[], Awaitable[Worker]], threads: int) -> None:
        self._take = take
        self._threads = threads
        self._worker: Worker | None = None
        self._turn = asyncio.Lock()

    async def predict(self, artifact: Path, csv: str) -> tuple[float, ...]:
        """Return one score per line. Raises BadRows, NoArtifact, WorkerLost or TimeoutError."""
        async with self._turn:
            for last in (False, True):
                try:
                    return await self._ask(Predict(str(artifact), csv, self._threads))
                except (WorkerLost, ProtocolError) as error:
                    await self._drop()
                    if last:
                        raise WorkerLost(f"no worker could answer: {error}") from error
                except (TimeoutError, asyncio.CancelledError):
                    await self._drop()  # Whatever it says later would be taken for the answer to another question.
                    raise
        raise AssertionError("the loop returns or raises")

    async def close(self) -> None:
        """End the worker."""
        await self._drop()

    async def _ask(self, request: Predict) -> tuple[float, ...]:
        if self._worker is None:
            self._worker = await self._take()
        worker = self._worker
        async with asyncio.timeout(_SECONDS):
            await worker.send(request)
            reply = await worker.receive()
        if isinstance(reply, Scores):
            return reply.values
        if isinstance(reply, Failed) and reply.kind == "BadRows":
            raise BadRows(reply.reason)
        if isinstance(reply, Failed) and reply.kind == "ArtifactDamaged":
            raise NoArtifact(reply.reason)
        raise WorkerLost(reply.reason if isinstance(reply, Failed) else "the worker is gone")

    async def _drop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()
