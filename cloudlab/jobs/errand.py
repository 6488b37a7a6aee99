"""One request taken to one fresh worker: watched, bounded, tried again once when the worker is lost, and always cleaned up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cloudlab.jobs.limits import OUT_OF_MEMORY, Limits, resident_mib, why_gone
from cloudlab.jobs.outcome import Cause, LogText, Progress, Restarted, Round
from cloudlab.jobs.process import Worker, WorkerLost
from cloudlab.jobs.wire import Answers, Failed, Finished, LogLine, ProtocolError, Reply, Request, RoundsDone

_LOOK_SECONDS = 0.05
_PARTING_SECONDS = 2.0

Versions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an errand ended."""

    reply: Finished | Answers | Failed | None
    """The worker's last word; None when there was none."""
    cause: Cause | None
    """Why there was none, or none that counts."""
    reason: str
    versions: Versions
    attempts: int
    log: Path
    peak_rss_mib: int
    seconds: float


class _Watch:
    """Looks at a worker at work, and ends it when it uses more than it may."""

    def __init__(self, worker: Worker, limits: Limits) -> None:
        self.peak_mib = 0
        self.cause: Cause | None = None
        self.reason = ""
        self._worker = worker
        self._limits = limits
        self._task = asyncio.create_task(self._look(), name=f"watch {worker.pid}")

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _look(self) -> None:
        until = time.monotonic() + self._limits.wall_seconds
        while self.cause is None:
            self.peak_mib = max(self.peak_mib, resident_mib(self._worker.pid))
            if self.peak_mib > self._limits.memory_mib:
                self.cause, self.reason = "out of memory", OUT_OF_MEMORY
            elif (left := until - time.monotonic()) <= 0:
                self.cause = "over time"
                self.reason = f"not done after {self._limits.wall_seconds:g} s on this machine: ask for fewer rounds"
            else:
                await asyncio.sleep(min(_LOOK_SECONDS, left))
        self._worker.kill()


async def run_errand(
    take: Callable[[], Awaitable[Worker]], request: Request, limits: Limits, tell: Callable[[Progress], None], nowhere: Path
) -> Delivery:
    """Take a request to a fresh worker and return how it ended. Never raises but CancelledError, and leaves no worker behind.

    `nowhere` stands for the log file when no worker could be had.
    """
    began = time.monotonic()
    attempt, log, peak, reason = 0, nowhere, 0, ""
    versions: Versions = ()
    cause: Cause = "worker lost"
    for attempt in (1, 2):
        try:
            worker = await take()
        except WorkerLost as error:
            reason = str(error)
            continue
        log, versions = worker.log, worker.hello.versions
        watch = _Watch(worker, limits)
        falling = False
        try:
            reply = await _converse(worker, request, tell)
            falling = reply is None
        finally:
            # One that is just falling over keeps its own exit code. Any other is killed before anything is awaited, so that not
            # even a second cancellation could leave it running.
            if not falling:
                worker.kill()
            await watch.close()
            code = await _part(worker)
        peak = max(watch.peak_mib, getattr(reply, "peak_rss_mib", 0))
        if isinstance(reply, Failed) and reply.kind == "OutOfMemory":
            return Delivery(None, "out of memory", OUT_OF_MEMORY, versions, attempt, log, peak, time.monotonic() - began)
        if isinstance(reply, Finished | Answers | Failed):
            return Delivery(reply, None, "", versions, attempt, log, peak, time.monotonic() - began)
        if watch.cause is not None:
            cause, reason = watch.cause, watch.reason
            break
        cause, reason = why_gone(code, log, peak, limits)
        if cause != "worker lost":
            break
        if attempt == 1:
            tell(Restarted(f"{reason}; trying again"))
    return Delivery(None, cause, reason, versions, attempt, log, peak, time.monotonic() - began)


async def _converse(worker: Worker, request: Request, tell: Callable[[Progress], None]) -> Reply | None:
    """Return the worker's last word; None when it was lost, or talked nonsense, before it."""
    try:
        await worker.send(request)
        while True:
            reply = await worker.receive()
            if isinstance(reply, RoundsDone):
                for number, metrics in reply.rounds:
                    tell(Round(number, reply.asked, metrics))
            elif isinstance(reply, LogLine):
                tell(LogText(reply.text))
            else:
                return reply
    except (WorkerLost, ProtocolError):
        return None


async def _part(worker: Worker) -> int | None:
    """See a worker off, with a little time to fall over by itself, and return its exit code as far as known."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(worker.gone()), _PARTING_SECONDS)
    return await worker.end()
