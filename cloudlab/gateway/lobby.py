"""Who sits where: a bounded number of places, each kept for its player for a while."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from cloudlab.gateway.seat import Seat
from cloudlab.jobs.app_process import app_command

KEEP_SECONDS = 120.0
"""How long a place is kept for a browser that has gone."""


class Full(Exception):
    """Every place is taken."""


def app_environment() -> dict[str, str]:
    """Return what turns the game in a terminal into the game behind this gateway."""
    return {
        "TEXTUAL_DRIVER": "cloudlab.app.browser:BrowserDriver",
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        # The browser gets at most a dozen pieces a second; drawing more often would only warm the machine, and nothing glides
        # at that pace, so nothing tries to. 30 rather than 12, because a key waits for the next stroke of this clock.
        "TEXTUAL_FPS": "30",
        "TEXTUAL_ANIMATIONS": "none",
    }


@dataclass(slots=True)
class Lobby:
    """The places of one gateway."""

    places: int
    keep: float = KEEP_SECONDS
    command: tuple[str, ...] = field(default_factory=app_command)
    seats: dict[str, Seat] = field(default_factory=dict)
    _closing: set[asyncio.Task[None]] = field(default_factory=set)

    async def seat(self, player: str, wanted: str | None, size: tuple[int, int]) -> Seat:
        """Return the place this browser page sits at: its own, one the same browser has left, or a new one.

        Raises Full when every place is taken, OSError when the app cannot be started.
        """
        known = self.seats.get(wanted or "")
        if known is not None and known.player == player and not known.over:
            return known
        for left in reversed(self.seats.values()):
            if left.player == player and not left.watched and not left.over and left.pid is not None:
                return left
        if len(self.seats) >= self.places:
            raise Full
        seat = Seat(player, size)
        self.seats[seat.id] = seat  # before anything is waited for, so that no two take the last place
        try:
            await seat.open(self.command, app_environment(), self._over)
        except BaseException:
            del self.seats[seat.id]
            raise
        return seat

    def empty(self, seat: Seat) -> None:
        """Nobody came back: close the app."""
        task = asyncio.create_task(seat.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close every app and wait until all are gone."""
        await asyncio.gather(*(seat.close() for seat in self.seats.values()), *self._closing, return_exceptions=True)
        self.kill()

    def kill(self) -> None:
        """End every app at once."""
        for seat in self.seats.values():
            seat.kill()

    def _over(self, seat: Seat) -> None:
        self.seats.pop(seat.id, None)
