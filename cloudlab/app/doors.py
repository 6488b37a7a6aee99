"""Doors: all that the app asks of the lab, imported when it is asked for and not before."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudlab.lab.campaign import Entry
    from cloudlab.lab.debrief import Debrief, Side
    from cloudlab.lab.demo import Lines
    from cloudlab.lab.futures import Futures
    from cloudlab.lab.live import LiveTrainings
    from cloudlab.lab.open import Runner
    from cloudlab.lab.review import DueCard
    from cloudlab.lab.session import Session, Work
    from cloudlab.levels.loader import Level


class CannotOpen(Exception):
    """A level or a save cannot be opened; the text is for the player."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """A run that was not finished."""

    path: Path
    level: str
    told: str
    """Title, and where the clock stands, in words."""
    more: str = ""
    """Mood and seed, in words."""
    damage: str = ""
    """What is wrong with the file, and is cut off when it is gone on with; empty for nothing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the player has reached in a level."""

    stars: int
    best: int | None
    """Best score; None while it was never finished."""


class Doors:
    """Opens levels and runs, and keeps the one runner of real work behind them. Tests give the app another one."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._runner: Runner | None = None
        self._live: LiveTrainings | None = None

    # the menu ---------------------------------------------------------------------------------------------------------

    def campaign(self) -> tuple[Entry, ...]:
        from cloudlab import paths
        from cloudlab.lab.campaign import campaign

        return campaign(paths.levels_dir())

    def home(self) -> Path:
        from cloudlab import paths

        return paths.home_dir()

    async def last_run(self) -> LastRun | None:
        """Return the newest unfinished run, if any."""
        return await asyncio.to_thread(_last_run)

    async def standings(self) -> dict[str, Standing]:
        """Return what was reached, by level id."""
        return await asyncio.to_thread(_standings)

    async def unusable(self) -> tuple[str, ...]:
        """Return what is wrong with saves that cannot be gone on with, newest first, a sentence each."""
        return await asyncio.to_thread(_unusable)

    async def due(self) -> int:
        """Return how many review cards are due."""
        return await asyncio.to_thread(_due)

    # review -----------------------------------------------------------------------------------------------------------

    async def review(self) -> tuple[list[DueCard], str]:
        """Return the cards that are due, and what to say where there are none; raises CannotOpen."""
        return await asyncio.to_thread(_review)

    def reviewed(self, card: str, knew: bool) -> None:
        """Keep whether a card was known; raises CannotOpen."""
        from datetime import date

        from cloudlab.lab.profile import reviewed
        from cloudlab.lab.saves import SaveError

        try:
            reviewed(card, knew, date.today())
        except SaveError as error:
            raise CannotOpen(str(error)) from error

    # runs -------------------------------------------------------------------------------------------------------------

    async def level(self, word: str, start: str = "") -> Level:
        """Read a level as it opens with one of its starts, the first unless named; raises CannotOpen."""
        return await asyncio.to_thread(_level, word, start)

    def fresh_seed(self) -> int:
        from cloudlab.lab.open import fresh_seed

        return fresh_seed()

    async def open_run(self, level: Level, seed: int, mood: str, player: str) -> Session:
        """Start a run; raises CannotOpen."""
        from cloudlab.lab.open import open_run

        work = await self.work()
        return _telling(lambda: open_run(level, work, seed=seed, mood=mood, player=player))

    async def resume_run(self, path: Path) -> Session:
        """Go on with a run; raises CannotOpen."""
        from cloudlab.lab.open import resume_run

        work = await self.work()
        return _telling(lambda: resume_run(path, work))

    async def demo(self, word: str, road: str) -> tuple[Session, Lines]:
        """Start a run that its level's own bot will play; it is never saved, and nothing is trained. Raises CannotOpen."""
        return await asyncio.to_thread(_demo, word, road)

    async def demo_side(self, session: Session, road: str) -> Side | None:
        """Return the figures of the road that the demo of a level shows next, as its golden run had them."""
        from cloudlab.lab.demo import side_of

        return await asyncio.to_thread(side_of, session.level, road)

    async def work(self, *, reuse: bool = False) -> Work:
        """Return real work; started when it is first asked for."""
        from cloudlab.lab.live import LiveTrainings
        from cloudlab.lab.open import runner
        from cloudlab.lab.work import RealWork

        if self._runner is None:
            self._runner = await self._stack.enter_async_context(runner())
        if reuse:
            return RealWork(self._runner, reuse=True)
        if self._live is not None:
            self._live.stop()
        self._live = LiveTrainings()
        return RealWork(self._runner, reuse=False, begun=self._live.follow)

    @property
    def live(self) -> LiveTrainings | None:
        """What the real workers tell of the run opened last."""
        return self._live

    # afterwards -------------------------------------------------------------------------------------------------------

    def debrief(self, session: Session) -> Debrief:
        from cloudlab.lab.debrief import debrief
        from cloudlab.lab.script_run import result_of

        return debrief(result_of(session))

    async def other_road(self, session: Session) -> Side | None:
        """Play the other road on the same seed; raises CannotOpen where that cannot be done."""
        from cloudlab.lab.debrief import ghost, side
        from cloudlab.lab.errors import TELLABLE
        from cloudlab.lab.script_run import result_of

        try:
            played = await ghost(result_of(session), await self.work_for_ghost())
        except TELLABLE as error:
            raise CannotOpen(str(error)) from error
        return side(played) if played is not None else None

    async def work_for_ghost(self) -> Work:
        return await self.work(reuse=True)

    async def futures(self, session: Session, each: Callable[[Futures], None]) -> tuple[int, Futures]:
        """Play the finished run's design on other seeds beside the screen; return the stars with the third one, and the futures."""
        from cloudlab.lab.futures import futures, stars_with
        from cloudlab.lab.script_run import result_of

        result = result_of(session)
        played = await futures(result, each=each)
        return stars_with(result.score.stars, played), played

    def remember(self, session: Session, stars: int, score: int) -> None:
        """Keep stars and score of a finished run, and have its cards come back; raises CannotOpen."""
        from datetime import date

        from cloudlab.lab.profile import remember_run
        from cloudlab.lab.saves import SaveError

        if not session.over:
            return
        try:
            remember_run(session.level, stars, score, date.today())
        except SaveError as error:
            raise CannotOpen(str(error)) from error

    def save_report(self, session: Session, other: Side | None, futures: Futures | None = None) -> Path:
        """Write the report beside the saves as Markdown, JSON and a page with its plots; return the page. Raises CannotOpen."""
        from cloudlab.lab.report import form_of, written
        from cloudlab.lab.saves import SaveError, write_whole
        from cloudlab.lab.script_run import result_of

        result = result_of(session)
        name = Path(result.journal).stem or result.level.id
        shown, *beside = [self.home() / "reports" / (name + ending) for ending in (".html", ".md", ".json")]
        try:
            for file in (*beside, shown):
                write_whole(file, written(form_of(file), result, other, futures))
        except SaveError as error:
            raise CannotOpen(str(error)) from error
        return shown

    async def close(self) -> None:
        if self._live is not None:
            self._live.stop()
        await self._stack.aclose()
        self._runner = None


def _telling(make: Callable[[], Session]) -> Session:
    from cloudlab.lab.errors import TELLABLE

    try:
        return make()
    except TELLABLE as error:
        raise CannotOpen(str(error)) from error


def _level(word: str, start: str) -> Level:
    from cloudlab.lab.errors import TELLABLE
    from cloudlab.lab.open import level

    try:
        return level(word, start)
    except TELLABLE as error:
        raise CannotOpen(str(error)) from error


def _demo(word: str, road: str) -> tuple[Session, Lines]:
    from cloudlab.lab.demo import open_demo
    from cloudlab.lab.errors import TELLABLE

    try:
        return open_demo(word, road)
    except TELLABLE as error:
        raise CannotOpen(str(error)) from error


def _last_run() -> LastRun | None:
    from cloudlab import paths

    if not (paths.home_dir() / "saves").is_dir():
        return None  # nothing was ever played here: spare the imports
    from cloudlab.lab.campaign import campaign
    from cloudlab.lab.saves import latest_unfinished, saved
    from cloudlab.model.time import stamp

    path = latest_unfinished()
    if path is None:
        return None
    run = saved(path)
    titles = {e.id: f"{e.number} {e.title}" for e in campaign(paths.levels_dir())}
    where = stamp(run.instant) if run.instant is not None else "at its opening"
    more = f"{run.header.mood} mood, seed {run.header.seed}" if run.header is not None else ""
    return LastRun(path, run.level, f"{titles.get(run.level, run.level)}, {where}", more, run.damage or "")


def _unusable() -> tuple[str, ...]:
    from cloudlab import paths

    if not (paths.home_dir() / "saves").is_dir():
        return ()
    from cloudlab.lab.saves import unusable_since

    return tuple(run.damage for run in unusable_since(None) if run.damage)


def _due() -> int:
    from datetime import date

    from cloudlab.lab.profile import load_profile
    from cloudlab.lab.saves import SaveError

    try:
        return len(load_profile().due(date.today()))
    except SaveError:
        return 0


def _review() -> tuple[list[DueCard], str]:
    from datetime import date

    from cloudlab.lab.review import due_cards, next_due
    from cloudlab.lab.saves import SaveError

    today = date.today()
    try:
        cards, soon = due_cards(today), next_due(today)
    except SaveError as error:
        raise CannotOpen(str(error)) from error
    days = (soon - today).days if soon is not None else 0
    if soon is None:
        return cards, "No cards yet. Each finished level leaves a few; they come back a day or more later."
    return cards, f"Nothing is due today. The next card comes back {'tomorrow' if days == 1 else f'in {days} days'}."


def _standings() -> dict[str, Standing]:
    from cloudlab.lab.profile import load_profile

    profile = load_profile()
    return {level: Standing(profile.stars.get(level, 0), profile.best.get(level)) for level in {*profile.stars, *profile.best}}
