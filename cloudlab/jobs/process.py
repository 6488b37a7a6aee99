"""A worker process as the app sees it: a line of messages, a pid to kill, an exit code."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cloudlab.jobs.wire import LINE_LIMIT, PROTOCOL, Hello, ProtocolError, Reply, Request, decode_reply, encode

HELLO_SECONDS = 60.0
"""How long a worker may take to import its libraries: a cold disk on an old laptop is slow."""


class WorkerLost(RuntimeError):
    """No worker could be had, or it went away."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How workers are started."""

    command: tuple[str, ...]
    data_dir: Path
    log_dir: Path
    threads: int
    nice: int = 10
    """How far a worker steps back behind the screen, as `nice` counts it."""

    def environment(self) -> dict[str, str]:
        """Return the environment of a worker: pinned threads, so that models don't depend on what else runs."""
        root = str(Path(__file__).resolve().parents[2])
        inherited = os.environ.get("PYTHONPATH")
        # Only xgboost gains from threads. A second BLAS thread would spin against the screen and make linear models slower.
        pinned = {"OMP_NUM_THREADS": str(self.threads), "OMP_WAIT_POLICY": "PASSIVE"}
        pinned |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
        pinned["CLOUDLAB_WORKER_NICE"] = str(self.nice)
        return {**os.environ, **pinned, "PYTHONPATH": f"{root}{os.pathsep}{inherited}" if inherited else root}


def default_command() -> tuple[str, ...]:
    """Return the command of a worker. `-P`: a file called numpy.py in the player's folder must not be imported."""
    return (sys.executable, "-P", "-m", "cloudlab.jobs.worker")


class Worker(ABC):
    """A process that answers one request at a time."""

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, log: Path) -> None:
        self.pid = pid
        self.log = log
        self.hello = Hello(PROTOCOL, pid, ())
        self._reader = reader
        self._writer = writer

    async def greet(self) -> None:
        """Wait until the worker is ready. Raises WorkerLost when it never is, or speaks another protocol."""
        try:
            reply = await asyncio.wait_for(self.receive(), HELLO_SECONDS)
        except (TimeoutError, ProtocolError) as error:
            raise WorkerLost(f"the worker did not say hello: {error!r}") from error
        if not isinstance(reply, Hello) or reply.protocol != PROTOCOL:
            raise WorkerLost(f"the worker said {type(reply).__name__} instead of hello; see {self.log}")
        self.hello = reply

    async def send(self, request: Request) -> None:
        """Ask. Raises WorkerLost when nobody is there to hear it."""
        try:
            self._writer.write(encode(request))
            await self._writer.drain()
        except (ConnectionError, RuntimeError) as error:
            raise WorkerLost(str(error)) from error

    async def receive(self) -> Reply | None:
        """Wait for the next message; None when the worker is gone. Raises ProtocolError for a line that is none."""
        try:
            line = await self._reader.readline()
        except (ConnectionError, ValueError):
            return None
        return decode_reply(line) if line.endswith(b"\n") else None

    async def end(self) -> int | None:
        """Kill the worker if it still lives, wait until it is gone, and return its exit code as far as known."""
        self.kill()
        try:
            return await self.gone()
        finally:
            self._writer.close()
            with suppress(ConnectionError, TimeoutError):
                await asyncio.wait_for(self._writer.wait_closed(), 1.0)

    @abstractmethod
    def alive(self) -> bool:
        """Return whether the process is still there, as far as known."""

    @abstractmethod
    def kill(self) -> None:
        """Kill the worker and whatever it started, at once. Harmless when it is gone already."""

    @abstractmethod
    async def gone(self) -> int | None:
        """Wait until the process is gone; return its exit code, negative for a signal, None if nobody could tell."""


class SpawnedWorker(Worker):
    """A worker that was started as a program of its own. Every platform can do that; it takes most of a second."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        if process.stdout is None or process.stdin is None:
            raise WorkerLost("a worker without pipes")
        super().__init__(process.pid, process.stdout, process.stdin, log)
        self._process = process

    def alive(self) -> bool:
        return self._process.returncode is None

    def kill(self) -> None:
        # asyncio reaps the process itself and sets the code in the same step, so this pid can't be somebody else's.
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                if sys.platform == "win32":
                    self._process.kill()
                else:
                    os.killpg(self._process.pid, signal.SIGKILL)

    async def gone(self) -> int | None:
        return await self._process.wait()


async def spawn(
    setting: Setting, log: Path, *, talks: bool = True, extra: Sequence[str] = (), pass_fds: Sequence[int] = ()
) -> asyncio.subprocess.Process:
    """Start a worker program in a process group of its own, its errors going to a log file; `talks` gives it pipes.

    All three streams are given: inside a Textual app sys.stderr has no usable descriptor to inherit. Raises OSError.
    """
    setting.log_dir.mkdir(parents=True, exist_ok=True)
    start = functools.partial(
        asyncio.create_subprocess_exec,
        *setting.command,
        *extra,
        stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
        stdout=subprocess.PIPE if talks else subprocess.DEVNULL,
        limit=LINE_LIMIT,
        env=setting.environment(),
    )
    with log.open("ab") as journal:
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
            return await start(stderr=journal, creationflags=flags)
        return await start(stderr=journal, process_group=0, pass_fds=tuple(pass_fds))


class WorkerSource(ABC):
    """Where workers come from."""

    @abstractmethod
    def warm_up(self) -> None:
        """Begin, in the background, to have a worker at hand."""

    @abstractmethod
    async def take(self) -> Worker:
        """Return a worker that is ready. Raises WorkerLost when none can be had."""

    @abstractmethod
    async def close(self) -> None:
        """Kill what waits. Workers taken are their takers' business."""


class LogFiles:
    """Names for log files; the oldest ones make room for new ones."""

    _KEPT = 40

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def new(self, kind: str) -> Path:
        """Return the path of a log file nobody else writes to."""
        self._count += 1
        if self._count % 10 == 1:
            self._tidy()
        return self._folder / f"{kind}-{os.getpid()}-{self._count}.log"

    def _tidy(self) -> None:
        with suppress(OSError):
            logs = sorted(self._folder.glob("*.log"), key=lambda path: path.stat().st_mtime)
            for old in logs[: -self._KEPT]:
                old.unlink(missing_ok=True)
