"""Level 01 to its debrief on both roads by keyboard alone: on a wide screen and on a small one."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Key, Paste

from cloudlab.app.main import Start
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.debrief.screen import DebriefScreen
from cloudlab.app.screens.play import screen as play
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.lab import pacer
from cloudlab.lab.session import Session
from cloudlab.model.operations import Incident
from tests.app.roads import SEED, KnownResults, road
from tests.app.stage import NARROW, WIDE, drawn, running, screen_text, strike, until


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    """Let the days of the level pass in seconds; what happens in them is the same."""
    monkeypatch.setattr(pacer, "PACES", (60, 72 * 3_600, 72 * 3_600))
    monkeypatch.setattr(play, "TICK", 0.02)


class Player:
    """Plays a road's lines at the keyboard of the play screen."""

    def __init__(self, pilot) -> None:
        self.pilot = pilot
        self.app = pilot.app
        self.session: Session = pilot.app.session
        self.screen = pilot.app.screen
        self.typed: list[str] = []
        self.answered: set[str] = set()

    @property
    def over(self) -> bool:
        return self.session.over

    async def say(self, line: str) -> None:
        """Type the first few short lines key by key; paste the others."""
        if len(line) <= 40 and len(self.typed) < 4:
            self.typed.append(line)
            strike(self.app, line)
        else:
            self.screen.focused.post_message(Paste(line))
        await self.soon(lambda: self.screen.terminal.line.value == line)
        self.app._driver.send_message(Key("enter", None))
        await self.soon(lambda: self.screen.terminal.line.value == "")

    async def settled(self) -> None:
        """Wait until the clock stands and every answer is there."""
        sitting = self.screen.sitting
        await self.soon(lambda: self.over or (not sitting.pacer.running and not sitting._answering), 60)

    async def soon(self, true, seconds: float = 15) -> None:
        """Wait until something is so and is drawn; not, as a pilot does, until the process is at rest, which a running clock forbids."""
        for _ in range(int(seconds / 0.005)):
            if true():
                return await drawn(self.app)
            await asyncio.sleep(0.005)
        raise AssertionError("it never came to be so:\n" + screen_text(self.app))

    async def play(self, lines, at_pages) -> None:
        for line in lines:
            if line == "wait for end":
                break
            await self.say(line)
            assert self.screen.refused == "", self.screen.refused
            if not line.endswith("&"):
                await self.settled()
            await self.answer_pages(at_pages)
        while not self.over:
            await self.say("wait for end")
            await self.settled()
            await self.answer_pages(at_pages)

    async def answer_pages(self, at_pages) -> None:
        if self.over:
            return
        for page in list(self.session.world.every(Incident)):
            if page.detected is None or not page.is_open or page.id in self.answered or page.kind not in at_pages:
                continue
            self.answered.add(page.id)
            for line in at_pages[page.kind]:
                await self.say(line.replace("$incident.id", page.id).replace("$incident.resource", page.resource))
                await self.settled()


async def opened(pilot) -> Player:
    await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))
    return Player(pilot)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "80x24"])
@pytest.mark.parametrize("file", ["hand-built.aws", "managed.aws"])
async def test_a_road_typed_reaches_its_debrief(file, size):
    way = road(file)
    async with running(size, start=Start(level="01", seed=SEED), doors=KnownResults()) as pilot:
        player = await opened(pilot)
        await player.play(way.lines, way.at_pages)
        await until(pilot, lambda: isinstance(pilot.app.screen, DebriefScreen))
        assert pilot.app.session.world.over == "won"
        assert "Open for business" in screen_text(pilot.app)
