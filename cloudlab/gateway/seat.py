"""One player's place: a running app and, most of the time, the browser that shows it."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable

from cloudlab.gateway.frames import Frames
from cloudlab.gateway.packets import PacketError, PacketReader, data_packet, meta_packet
from cloudlab.jobs.app_process import AppProcess

GRACE = 4.0
"""Seconds an app may take to close its run; then it is killed. Nothing is lost by that: every order is on disk."""

LARGEST_SCREEN = (500, 200)
SMALLEST_SCREEN = (20, 5)


def sane_size(columns: object, rows: object) -> tuple[int, int] | None:
    """Return a screen's size within bounds; None if these are no numbers."""
    try:
        wide, high = int(str(columns)), int(str(rows))
    except ValueError:
        return None
    return (
        max(SMALLEST_SCREEN[0], min(wide, LARGEST_SCREEN[0])),
        max(SMALLEST_SCREEN[1], min(high, LARGEST_SCREEN[1])),
    )


class Seat:
    """A place that is taken. The app goes on while nobody looks, and is drawn anew for whoever comes back."""

    def __init__(self, player: str, size: tuple[int, int]) -> None:
        self.id = secrets.token_hex(16)
        self.player = player
        self.size = size
        self.farewell = ""
        """What the app said on its error stream, if it ended with a failure."""
        self.over = False
        self._process: AppProcess | None = None
        self._frames: Frames | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._empty: asyncio.TimerHandle | None = None
        self._shown = False

    @property
    def watched(self) -> bool:
        """Is a browser showing it?"""
        return self._frames is not None

    @property
    def pid(self) -> int | None:
        """The app's process, once there is one."""
        return self._process.pid if self._process is not None else None

    async def open(self, command: tuple[str, ...], environment: dict[str, str], over: Callable[[Seat], None]) -> None:
        """Start the app; `over` is called once when it has ended. Raises OSError when it cannot be started."""
        columns, rows = self.size
        process = await AppProcess.start(command, {**environment, "COLUMNS": str(columns), "ROWS": str(rows)})
        self._process = process
        self._reading = asyncio.create_task(self._read(process, over))

    # the browser's side -----------------------------------------------------------------------------------------------

    def watch(self, size: tuple[int, int]) -> Frames:
        """Show it in a browser from now on; another one that showed it until now is told so by the end of its frames."""
        again, self._shown = self._shown, True
        self._stop_waiting()
        before, self._frames = self._frames, Frames(self._repaint)
        if before is not None:
            before.close()
        if self.over:
            self._frames.close()
        elif again:
            self.resize(size)
            self._repaint()
            self._say(meta_packet("focus"))
        return self._frames

    def leave(self, frames: Frames, keep: float, empty: Callable[[Seat], None]) -> None:
        """The browser has gone. Unless it comes back within `keep` seconds, `empty` is called."""
        if self._frames is not frames:
            return
        self._frames = None
        if not self.over:
            self._empty = asyncio.get_running_loop().call_later(keep, empty, self)

    def shows(self, frames: Frames) -> bool:
        """Are these the frames of the browser that shows it now?"""
        return self._frames is frames

    async def type(self, text: str) -> None:
        """Hand over what was typed, pasted or clicked; waits when the app is slower than its player."""
        self._say(data_packet(text.encode("utf-8", "replace")))
        if self._process is not None:
            await self._process.drain()

    def resize(self, size: tuple[int, int]) -> None:
        """Tell the app the size of its screen, where it changed."""
        if size != self.size:
            self.size = size
            self._say(meta_packet("resize", width=size[0], height=size[1]))

    def focus(self, here: bool) -> None:
        """Tell the app whether the page is in front."""
        self._say(meta_packet("focus" if here else "blur"))

    # the app's side ---------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Ask the app to close its run and go; returns when the process is gone."""
        self._stop_waiting()
        self._say(meta_packet("quit"))
        await self._end()

    def kill(self) -> None:
        """End the app at once."""
        self._stop_waiting()
        if self._process is not None:
            self._process.kill()

    async def _end(self) -> None:
        if self._process is not None and self._ending is None:
            self._ending = asyncio.create_task(self._let_go(self._process))
        if self._ending is not None:
            await asyncio.shield(self._ending)

    async def _let_go(self, process: AppProcess) -> None:
        status = await process.end(GRACE)
        if status != 0:
            self.farewell = "\n".join(process.last_words.splitlines()[-3:])[:600]

    async def _read(self, process: AppProcess, over: Callable[[Seat], None]) -> None:
        packets = PacketReader()
        try:
            while not self.over and (data := await process.read()):
                for kind, payload in packets.feed(data):
                    if kind == "D" and self._frames is not None:
                        self._frames.put(payload)
                    elif kind == "M" and json.loads(payload).get("type") == "exit":
                        self.over = True
                        break
        except (PacketError, ValueError):
            process.kill()
        self.over = True
        # what it prints after its last packet is for a terminal; but a full pipe must not keep it from ending
        draining = asyncio.create_task(_drain(process))
        await self._end()
        draining.cancel()
        self._stop_waiting()
        over(self)
        if self._frames is not None:
            self._frames.close()

    def _say(self, packet: bytes) -> None:
        if self._process is not None:
            self._process.write(packet)

    def _repaint(self) -> None:
        self._say(meta_packet("repaint"))

    def _stop_waiting(self) -> None:
        if self._empty is not None:
            self._empty.cancel()
            self._empty = None


async def _drain(process: AppProcess) -> None:
    while await process.read():
        pass
