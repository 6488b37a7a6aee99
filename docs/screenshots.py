"""Makes every picture in README and docs from a real run, models trained and all: `python docs/screenshots.py [NAME ...]`."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).parent / "images"
SEED = 1
WIDE, NARROW = (120, 36), (80, 24)
NIGHT = "wait until day 2 20:30"
"""When the instance of the hand-built road has failed its check, and nobody is on it yet."""

Run = tuple[Path, Path]
"""(a run left in its first night, a run that was won)."""


async def saved_runs() -> Run:
    """Play the hand-built bot of level 01 to its end, and again, without its answers to pages, until the first night."""
    from cloudlab.dialects.script import OnIncident, Script, WaitForEnd, parse_script
    from cloudlab.lab import open as opening
    from cloudlab.lab.script_run import read_script, run_script
    from cloudlab.lab.work import RealWork

    level = opening.level("1")
    bot = read_script(level.folder / "bots" / "hand-built.aws")
    kept = tuple(s for s in bot.statements if not isinstance(s, OnIncident | WaitForEnd))
    paths = []
    async with opening.runner() as runner:
        for statements in (kept + parse_script(NIGHT).statements, bot.statements):
            session = opening.open_run(level, RealWork(runner, reuse=True), seed=SEED, mood="learn", player="you")
            await run_script(session, Script(bot.file, statements))
            session.close()
            assert isinstance(session.journal.path, Path)
            paths.append(session.journal.path)
    return paths[0], paths[1]


class Camera:
    """A real app of a size, what is pressed in it, and the pictures taken of it."""

    def __init__(self, pilot: Any, wanted: frozenset[str]) -> None:
        self.pilot = pilot
        self.app = pilot.app
        self.wanted = wanted

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause(0.3)

    async def type(self, text: str) -> None:
        """Put text where the cursor is, as if pasted."""
        from textual.events import Paste

        self.app.screen.focused.post_message(Paste(text))
        await self.pilot.pause(0.5)

    async def until(self, true: Callable[[], bool], seconds: float = 120) -> None:
        for _ in range(int(seconds / 0.05)):
            if true():
                await self.pilot.pause(0.5)
                return
            await asyncio.sleep(0.05)
        raise AssertionError("it never came to be so")

    async def on(self, screen: str) -> None:
        """Wait for a screen, by the name of its class."""
        await self.until(lambda: type(self.app.screen).__name__ == screen)

    def take(self, name: str) -> None:
        if not self.wanted or name in self.wanted:
            (IMAGES / f"{name}.svg").write_text(self.app.export_screenshot(title="cloudlab"), encoding="utf-8")
            print(name)


@asynccontextmanager
async def camera(wanted: frozenset[str], size: tuple[int, int] = WIDE, **start: Any) -> AsyncIterator[Camera]:
    from cloudlab.app.main import Start, make_app

    app = make_app(Start(**start))
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.5)
        yield Camera(pilot, wanted)
        if app.session is not None:
            app.session.close()


async def night(run: Run, wanted: frozenset[str]) -> None:
    """The play screen and what opens over it, in the night in which the instance fails."""
    async with camera(wanted, NARROW, resume=run[0]) as seen:
        await seen.on("PlayScreen")
        seen.take("play-80x24")
    async with camera(wanted, resume=run[0]) as seen:
        await seen.on("PlayScreen")
        seen.take("play")
        await seen.type("ec2 run-instances --instance-type m")
        seen.take("terminal")
        await seen.press("escape", "escape", "escape")
        await seen.press("f4")
        await seen.press("down", "down", "enter")
        seen.take("board")
        await seen.press("escape")
        await seen.press("f6")
        await seen.press("enter")
        seen.take("page")
        await seen.press("escape")
        await seen.press("exclamation_mark")
        seen.take("patching")
        await seen.press("escape")
        await seen.press("f12", "enter", "f3")
        await seen.pilot.pause(0.5)
        seen.take("desk")
        await seen.press("escape")
        await form(seen)
    async with camera(wanted, (100, 30), resume=run[0]) as seen:  # a plot of 120 x 36 is a picture of 230 kB
        await seen.on("PlayScreen")
        await seen.press("f8")
        await seen.press("enter")
        seen.take("plots")


async def form(seen: Camera) -> None:
    """A command half filled in, with what it would cost as it stands."""
    console, known = seen.app.screen.console, seen.app.screen.sitting.known
    await seen.press("f2")
    console.open("ec2", "run-instances")
    for name, text in (
        ("ImageId", next(iter(known.catalogue("image")))[0]),
        ("InstanceType", "m5.large"),
        ("SubnetId", next(iter(known.resources("subnet")))[0]),
    ):
        console._edit(next(r for r in console._rows if r.path == (name,)))
        console._take(text)
    await seen.pilot.pause(0.5)
    seen.take("console")


async def opening(_: Run, wanted: frozenset[str]) -> None:
    """The brief, and a training job with its curves: the managed road, really trained."""
    from cloudlab.dialects.script import Script, WaitFor
    from cloudlab.lab import open as opening_
    from cloudlab.lab.script_run import read_script, run_script

    bot = read_script(opening_.level("1").folder / "bots" / "managed.aws")
    first = next(i for i, s in enumerate(bot.statements) if isinstance(s, WaitFor))
    async with camera(wanted, level="1", seed=SEED) as seen:
        await seen.on("BriefScreen")
        seen.take("brief")
        await seen.press("ctrl+s")
        await seen.on("PlayScreen")
        session = seen.app.session
        await run_script(session, Script(bot.file, tuple(s for s in bot.statements[: first + 1] if type(s).__name__ != "Predict")))
        await seen.until(lambda: any(live.done for live in seen.app.doors.live.of.values()))
        await seen.press("f5")
        await seen.press("enter")
        seen.take("jobs")


async def afterwards(run: Run, wanted: frozenset[str]) -> None:
    """The debrief, and what comes after it: the menu with its stars, the settings, a review card a day later."""
    from cloudlab.lab.profile import load_profile, save_profile

    async with camera(wanted, resume=run[1]) as seen:
        await seen.on("DebriefScreen")
        screen = seen.app.screen
        await seen.until(lambda: screen.futures is not None and len(screen.futures.runs) == 100)
        seen.take("debrief-score")
        await seen.press("down")
        seen.take("debrief-roads")
        for _ in range(4):
            await seen.press("down")
        seen.take("debrief-futures")
    profile = load_profile()
    for card in profile.cards:
        profile = profile.remembered(card, date.today())
    save_profile(profile)
    async with camera(wanted) as seen:
        await seen.on("MenuScreen")
        await seen.pilot.pause(1)
        seen.take("menu")
        seen.app.open_settings()
        await seen.on("SettingsScreen")
        seen.take("settings")
        await seen.press("escape")
        seen.app.open_review()
        await seen.on("ReviewScreen")
        await seen.press("enter")
        seen.take("review")


PARTS: tuple[Callable[[Run, frozenset[str]], Awaitable[None]], ...] = (night, opening, afterwards)


async def main(wanted: frozenset[str]) -> None:
    from cloudlab.lab.settings import Settings, save_settings

    save_settings(Settings(oriented=True))
    IMAGES.mkdir(exist_ok=True)
    run = await saved_runs()
    for part in PARTS:
        await part(run, wanted)


if __name__ == "__main__":
    home = Path(tempfile.gettempdir()) / "cloudlab-home"  # menu and settings show it, so it has a name that stays
    home.mkdir()
    try:
        os.environ["CLOUDLAB_HOME"] = str(home)
        asyncio.run(main(frozenset(sys.argv[1:])))
    finally:
        shutil.rmtree(home)
