"""The game itself as a child process: bytes in, bytes out, a group of its own, and a sure end."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

CHUNK = 1 << 16
"""How much is read at once, in bytes."""
LAST_WORDS = 4000
"""How much of what it said on its error stream is kept, in bytes."""


def app_command() -> tuple[str, ...]:
    """Return the command of the game. `-P`: a file called yaml.py in the player's folder must not be imported."""
    return (sys.executable, "-P", "-m", "cloudlab")


class AppProcess:
    """One running app, spoken to over its standard streams."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.pid = process.pid
        self._process = process
        self._input = process.stdin
        self._output = process.stdout
        self._said = b""
        self._listening = asyncio.create_task(self._listen(process.stderr))

    @classmethod
    async def start(cls, command: tuple[str, ...], environment: Mapping[str, str]) -> AppProcess:
        """Start the game with `environment` added to ours. Raises OSError when it cannot be started."""
        root = str(Path(__file__).resolve().parents[2])
        inherited = os.environ.get("PYTHONPATH")
        start = functools.partial(
            asyncio.create_subprocess_exec,
            *command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            limit=CHUNK * 4,
            env={**os.environ, **environment, "PYTHONPATH": f"{root}{os.pathsep}{inherited}" if inherited else root},
        )
        # A group of its own: Ctrl-C in our terminal is for us, and ending the group ends what the app has started in it.
        if sys.platform == "win32":
            return cls(await start(creationflags=subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW))
        return cls(await start(process_group=0))

    @property
    def last_words(self) -> str:
        """What it said last on its error stream."""
        return self._said.decode("utf-8", "replace").strip()

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.returncode

    async def read(self) -> bytes:
        """Wait for output; empty when there will be no more. Somebody has to read always: a full pipe would stop the app."""
        try:
            return await self._output.read(CHUNK)
        except ConnectionError:
            return b""

    def write(self, data: bytes) -> None:
        """Hand over input; input for an app that is gone is dropped."""
        with suppress(ConnectionError, RuntimeError):
            self._input.write(data)

    async def drain(self) -> None:
        """Wait until the app has taken most of its input."""
        with suppress(ConnectionError, RuntimeError):
            await self._input.drain()

    def kill(self) -> None:
        """End the app and its group at once. Harmless when it is gone already."""
        # asyncio reaps the process itself and sets the code in the same step, so this pid can't be somebody else's.
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                if sys.platform == "win32":
                    self._process.kill()
                else:
                    os.killpg(self._process.pid, signal.SIGKILL)

    async def end(self, grace: float) -> int | None:
        """Close its input, by which it knows that it should go; kill it after `grace` seconds. Returns its exit status."""
        with suppress(ConnectionError, RuntimeError):
            self._input.close()
        try:
            await asyncio.wait_for(self._process.wait(), grace)
        except TimeoutError:
            self.kill()
            # bounded, because a child of the app's that holds its streams open would keep us here
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), grace)
        finally:
            self.kill()
        await asyncio.wait({self._listening}, timeout=0.5)
        self._listening.cancel()
        return self._process.returncode

    async def _listen(self, errors: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while said := await errors.read(CHUNK):
                self._said = (self._said + said)[-LAST_WORDS:]
