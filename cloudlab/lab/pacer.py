"""Pacer: the faces' only clock. It turns wall time into simulated time, and holds for pages, typing and real results."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cloudlab.engine.kernel import Want
from cloudlab.lab.session import QUIET, Session, came_to_its_end, noticed, pages_team
from cloudlab.lab.terminal import Waiting
from cloudlab.model.events import Event
from cloudlab.model.events.run import RunEnded
from cloudlab.model.events.work import OrderRefused
from cloudlab.model.people import Person
from cloudlab.model.time import HOUR, MINUTE, Seconds

PACES: tuple[Seconds, ...] = (MINUTE, 10 * MINUTE, HOUR)
"""Simulated seconds per wall second."""
PACE_NAMES = ("1 min/s", "10 min/s", "1 h/s")


class Pacer:
    """Runs while somebody works, or while the player lets time pass; stops by itself when there is something to decide.

    `tick` is to be called with the wall seconds since the last call; nothing here reads a clock.
    """

    def __init__(self, session: Session, changed: Callable[[], None] = lambda: None) -> None:
        self.session = session
        self.changed = changed
        self.pace = 1
        self.running = False
        self.held: str | None = None
        """Why the clock is held although it would run: `typing`, `form`."""
        self.stopped_because = "your move"
        self.waiting: Want | None = None
        """The real result the clock stands still for."""
        self.failed: str | None = None
        """Why the real result could not be had; the player may retry by running the clock again."""
        self.wait: Waiting | None = None
        """What a typed `wait` asked for: the clock runs, also while nobody works, until it is reached."""
        self._idle_too = False
        self._before: tuple[Waiting | None, bool] | None = None
        """What the clock ran for when a page stopped it, and whether also while nobody works."""
        self._carry = 0.0
        self._fetching: asyncio.Task[None] | None = None

    @property
    def moving(self) -> bool:
        return self.running and self.held is None and self.waiting is None and not self.session.over

    def faster(self) -> None:
        self.pace = min(self.pace + 1, len(PACES) - 1)
        self.changed()

    def slower(self) -> None:
        self.pace = max(self.pace - 1, 0)
        self.changed()

    def run(self, *, idle_too: bool = False) -> None:
        """Let time pass: while somebody works, and with `idle_too` also while nobody does."""
        if not self.session.over:
            self.running, self._idle_too, self.failed = True, idle_too, None
            self.changed()

    def wait_for(self, wait: Waiting) -> None:
        """Let time pass as a typed line asks: to its instant or until what it waits for is so, never beyond."""
        if not self.session.over:
            self.wait = wait
            self.run(idle_too=True)

    def interrupted(self) -> tuple[Waiting | None, bool] | None:
        """Take what the clock ran for when the last page stopped it; None where none did, or it was taken already."""
        before, self._before = self._before, None
        return before

    def go_on(self, before: tuple[Waiting | None, bool] | None) -> None:
        """Run on as before a page; nothing where that is reached, or where the player has stopped the clock since."""
        if before is None or self.running or self.stopped_because == "paused" or self.session.over:
            return
        wait, idle_too = before
        if wait is None or not (self.session.now >= wait.until or wait.reached()):
            self.wait = wait
            self.run(idle_too=idle_too)

    def pause(self, because: str = "paused") -> None:
        if self.running:
            self._stop(because)
            self.changed()

    def toggle(self) -> None:
        if self.running:
            self.pause()
        else:
            self.run(idle_too=True)

    def hold(self, because: str | None) -> None:
        """Hold the clock while a line or a form has text in it; None lets it go on."""
        if self.held != because:
            if because is not None and self.moving:
                self.session.hold(because)
            self.held = because
            self.changed()

    def tick(self, wall_seconds: float) -> None:
        """Let as much simulated time pass as the pace asks for."""
        if not self.moving:
            return
        if not self._idle_too and not self._anybody_busy():
            self._stop("your move")
            self.changed()
            return
        self._carry += wall_seconds * PACES[self.pace]
        whole = int(self._carry)
        if whole:
            self._carry -= whole
            self._step(self.session.now + whole)

    def to_next_event(self) -> None:
        """Jump to the next instant at which the team notices anything, at most over a quiet stretch of 12 hours.

        What happens unnoticed does not stop the clock: it would tell what nobody of the team can know.
        """
        if self.waiting is None and not self.session.over:
            self._step(self.session.now + QUIET, lambda e: noticed(e) or came_to_its_end(e) or self._waited())
            if not self.running:
                self.session.hold("next event")

    def _step(self, until: Seconds, stops: Callable[[Event], bool] | None = None) -> None:
        if self.wait is not None:
            until = min(until, self.wait.until)
        before = len(self.session.history)
        want = self.session.step(until, stops or self._stops)
        happened = [h.event for h in self.session.history[before:]]
        if want is not None:
            self._wait_for(want)
        if any(isinstance(e, RunEnded) for e in happened):
            self._stop("the run is over")
        elif any(pages_team(self.session.world, e) for e in happened):
            self._stop("paged")
        elif any(isinstance(e, OrderRefused) for e in happened):
            self._stop("an order was refused")
        elif any(map(self._leads_on, happened)) or (want is None and (self._waited() or (not self._idle_too and not self._anybody_busy()))):
            self._stop("your move")
        self.changed()

    def _stops(self, event: Event) -> bool:
        return (
            isinstance(event, OrderRefused | RunEnded)
            or pages_team(self.session.world, event)
            or (not self._idle_too and not self._anybody_busy())
            or self._leads_on(event)
            or self._waited()
        )

    def _leads_on(self, event: Event) -> bool:
        """Tell whether there is something to decide now: what was begun is through, nobody works, and no typed `wait` asks for more."""
        return came_to_its_end(event) and self.wait is None and not self._anybody_busy()

    def _waited(self) -> bool:
        """Tell whether what a typed `wait` asked for is so."""
        return self.wait is not None and (self.session.now >= self.wait.until or self.wait.reached())

    def _anybody_busy(self) -> bool:
        return any(p.current is not None or p.queue for p in self.session.world.every(Person))

    def _stop(self, because: str) -> None:
        if self.running:
            self.running = False
            self.stopped_because = because
            if because == "paged":
                self._before = (self.wait, self._idle_too)
            self.wait = None
            self._carry = 0.0
            self.session.hold(because)

    def _wait_for(self, want: Want) -> None:
        self.waiting = want
        self._fetching = asyncio.get_running_loop().create_task(self._fetch(want))

    async def _fetch(self, want: Want) -> None:
        try:
            await self.session.fetch(want)
        except Exception as error:  # the worker could not do it: say so and let the player retry, the run is intact
            self.failed = str(error) or type(error).__name__
            self._stop(f"the real job could not be done: {self.failed}")
        finally:
            self.waiting = None
            self.changed()

    async def settled(self) -> None:
        """Wait until no real result is being fetched."""
        if self._fetching is not None:
            await self._fetching
