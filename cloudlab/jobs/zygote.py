"""The app's side of the zygote: asks it for forked workers, hears of their ends, and replaces it when it dies. Linux only."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import platform
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from cloudlab.jobs.process import HELLO_SECONDS, LogFiles, Setting, Worker, WorkerLost, WorkerSource, spawn
from cloudlab.jobs.wire import LINE_LIMIT

_NEWS_LIMIT = 64 * 1024


def can_fork_safely() -> bool:
    """Return whether this system has what the zygote needs: Linux with process descriptors (5.3 and newer)."""
    if platform.system() != "Linux" or not hasattr(os, "pidfd_open"):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:  # An old kernel, or a sandbox that forbids it.
        return False
    return True


class Zygote:
    """One zygote process and its control socket."""

    def __init__(self, process: asyncio.subprocess.Process, control: socket.socket) -> None:
        self.alive = True
        self._process = process
        self._control = control
        self._numbers = itertools.count(1)
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._births: dict[int, asyncio.Future[int]] = {}
        self._ends: dict[int, asyncio.Future[int | None]] = {}
        self._unwanted: set[int] = set()
        """Workers whose taker went away while they were being born."""
        self._listening = asyncio.create_task(self._listen(), name="zygote news")

    @property
    def pid(self) -> int:
        """The zygote's own process id."""
        return self._process.pid

    async def ready(self) -> None:
        """Wait until everything is imported. Raises WorkerLost when that never happens."""
        try:
            await asyncio.wait_for(asyncio.shield(self._ready), HELLO_SECONDS)
        except TimeoutError as error:
            raise WorkerLost("the zygote is not ready after a minute") from error

    async def fork(self, log: Path) -> Worker:
        """Return a new worker, born but not greeted yet. Raises WorkerLost when the zygote is gone."""
        number = next(self._numbers)
        birth: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._births[number] = birth
        ours, theirs = socket.socketpair()
        line: int | None = None
        try:
            with theirs:
                socket.send_fds(self._control, [json.dumps({"fork": number, "log": str(log)}).encode()], [theirs.fileno()])
            pid = await birth
            line = os.pidfd_open(pid)
            reader, writer = await asyncio.open_unix_connection(sock=ours, limit=LINE_LIMIT)
        except BaseException as error:
            # The worker, born or not, finds its line closed and ends by itself; nobody is going to ask how.
            ours.close()
            if line is not None:
                os.close(line)
            if birth.done() and not birth.cancelled() and birth.exception() is None:
                self._unwanted.add(birth.result())
            if isinstance(error, OSError):
                raise WorkerLost(f"the zygote can't fork: {error}") from error
            raise
        finally:
            self._births.pop(number, None)
        return ForkedWorker(pid, line, reader, writer, log, self)

    async def end_of(self, pid: int) -> int | None:
        """Wait for a worker's end; return its exit code, or None at once when the zygote is no longer there to say."""
        return await asyncio.shield(self._ends[pid]) if pid in self._ends else None

    def bury(self, pid: int) -> None:
        """Let the system forget a worker that is gone; its pid may be given away from now on."""
        self._ends.pop(pid, None)
        with suppress(OSError):
            self._control.send(json.dumps({"bury": pid}).encode())

    async def close(self) -> None:
        """Kill the zygote and wait until it is gone. Its workers live on until they are ended."""
        with suppress(ProcessLookupError):
            if self._process.returncode is None:
                os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        self._control.close()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while news := await loop.sock_recv(self._control, _NEWS_LIMIT):
                self._hear(json.loads(news))
        except (OSError, ValueError, KeyError):
            pass  # A zygote that talks nonsense is as good as dead.
        finally:
            self.alive = False
            lost = WorkerLost("the zygote is gone")
            waiting: list[asyncio.Future[Any]] = [self._ready, *self._births.values()]
            for future in waiting:
                if not future.done():
                    future.set_exception(lost)
                    future.exception()  # Nobody need be waiting; asyncio would complain.
            for end in self._ends.values():
                if not end.done():
                    end.set_result(None)

    def _hear(self, news: dict[str, Any]) -> None:
        if "ready" in news:
            if not self._ready.done():
                self._ready.set_result(None)
        elif "born" in news:
            self._ends[news["pid"]] = asyncio.get_running_loop().create_future()
            birth = self._births.get(news["born"])
            if birth is not None and not birth.done():
                birth.set_result(news["pid"])
            else:
                self._unwanted.add(news["pid"])
        elif "gone" in news:
            end = self._ends.get(news["gone"])
            if end is not None and not end.done():
                end.set_result(news["code"])
            if news["gone"] in self._unwanted:
                self._unwanted.discard(news["gone"])
                self.bury(news["gone"])


class ForkedWorker(Worker):
    """A worker forked by the zygote, which is its parent and hears how it ends."""

    def __init__(self, pid: int, line: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, log: Path, zygote: Zygote) -> None:
        super().__init__(pid, reader, writer, log)
        self._line: int | None = line
        self._zygote = zygote
        self._end: asyncio.Task[int | None] | None = None

    def alive(self) -> bool:
        return self._line is not None and not self._reader.at_eof()

    def kill(self) -> None:
        if self._line is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            # Asks first whether this very process is still there: after the zygote's own death its pid may be somebody else's.
            signal.pidfd_send_signal(self._line, 0)
            os.killpg(self.pid, signal.SIGKILL)

    async def gone(self) -> int | None:
        if self._end is None:
            self._end = asyncio.create_task(self._gone(), name=f"end of worker {self.pid}")
        return await asyncio.shield(self._end)

    async def _gone(self) -> int | None:
        assert self._line is not None, "asked once only"
        code = await self._zygote.end_of(self.pid)
        if code is None:
            await _readable(self._line)
        self._zygote.bury(self.pid)
        os.close(self._line)
        self._line = None
        return code


async def _readable(descriptor: int) -> None:
    """Wait until a process descriptor says that its process has ended."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def end() -> None:
        loop.remove_reader(descriptor)
        if not ended.done():
            ended.set_result(None)

    loop.add_reader(descriptor, end)
    try:
        await ended
    finally:
        loop.remove_reader(descriptor)


class ZygoteWorkers(WorkerSource):
    """Workers forked from a zygote: there in milliseconds, sharing its imported libraries and data sets."""

    def __init__(self, setting: Setting, logs: LogFiles) -> None:
        self._setting = setting
        self._logs = logs
        self._nest: asyncio.Task[Zygote] | None = None

    def warm_up(self) -> None:
        if self._nest is None:
            self._nest = asyncio.create_task(self._start(), name="zygote")

    async def zygote(self) -> Zygote:
        """Return the zygote, a new one if the last one died. Raises WorkerLost when it can't be started."""
        if self._nest is not None and self._nest.done():
            failed = self._nest.cancelled() or self._nest.exception() is not None
            if failed or not self._nest.result().alive:
                dead, self._nest = self._nest, None
                if not failed:
                    await dead.result().close()
        self.warm_up()
        assert self._nest is not None, "warm_up always leaves a nest"
        return await asyncio.shield(self._nest)

    async def take(self) -> Worker:
        lost = WorkerLost("no zygote")
        for _ in range(2):  # The zygote may have died while nobody looked; its successor gets one chance.
            try:
                worker = await (await self.zygote()).fork(self._logs.new("worker"))
            except WorkerLost as error:
                lost = error
                continue
            try:
                await worker.greet()
            except WorkerLost as error:
                lost = error
                await worker.end()
            except BaseException:
                await worker.end()
                raise
            else:
                return worker
        raise lost

    async def close(self) -> None:
        nest, self._nest = self._nest, None
        if nest is not None:
            nest.cancel()
            with suppress(asyncio.CancelledError, WorkerLost):
                await (await nest).close()

    async def _start(self) -> Zygote:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        log = self._logs.new("zygote")
        try:
            with theirs:
                extra = ("--zygote", str(theirs.fileno()), str(self._setting.data_dir))
                process = await spawn(self._setting, log, talks=False, extra=extra, pass_fds=(theirs.fileno(),))
        except OSError as error:
            ours.close()
            raise WorkerLost(f"can't start the zygote: {error}") from error
        except BaseException:
            ours.close()
            raise
        zygote = Zygote(process, ours)
        try:
            await zygote.ready()
        except BaseException:
            await zygote.close()
            raise
        return zygote
