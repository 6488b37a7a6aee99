"""What one browser is sent: at once while little happens, in few larger pieces under load, and never more than it can take."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

FRAMES_PER_SECOND = 12
"""Pieces sent per second when the app draws without a pause."""
BURST = 3
"""Pieces that may go at once after a pause, so that a key's answer never waits."""
SETTLE = 0.003
"""Seconds to wait for the rest of a frame: the app writes one frame in several packets."""
LARGEST_BACKLOG = 1 << 20
"""Bytes that may wait for a slow browser. Beyond, they are thrown away and the screen is drawn anew when it has caught up."""


class Frames:
    """Output on its way to one browser. One side puts, the other takes."""

    def __init__(self, repaint: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._repaint = repaint
        self._clock = clock
        self._waiting: list[bytes] = []
        self._size = 0
        self._stale = False
        self._news = asyncio.Event()
        self._closed = False
        self._credit = float(BURST)
        self._counted = clock()

    def put(self, data: bytes) -> None:
        """Add whole packets of output."""
        if self._stale:
            return
        self._waiting.append(data)
        self._size += len(data)
        if self._size > LARGEST_BACKLOG:
            self._waiting.clear()
            self._stale = True
        self._news.set()

    def close(self) -> None:
        """Say that nothing will follow; what waits is still sent."""
        self._closed = True
        self._news.set()

    async def take(self) -> bytes | None:
        """Wait for the next piece; None when nothing will follow."""
        while True:
            await self._news.wait()
            if not self._closed:
                await asyncio.sleep(self.pause())
            self._news.clear()
            if self._stale:
                self._stale = False
                self._size = 0
                self._repaint()
            if self._waiting:
                piece = b"".join(self._waiting)
                self._waiting.clear()
                self._size = 0
                self._credit -= 1
                if self._closed:
                    self._news.set()
                return piece
            if self._closed:
                self._news.set()
                return None

    def pause(self) -> float:
        """Return how many seconds to wait before the next piece may go."""
        now = self._clock()
        self._credit = min(float(BURST), self._credit + (now - self._counted) * FRAMES_PER_SECOND)
        self._counted = now
        return max(SETTLE, (1 - self._credit) / FRAMES_PER_SECOND)
