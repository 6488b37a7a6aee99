"""The start of level 01 by keyboard alone, on the real doors: the lines of both roads' first minutes."""

from __future__ import annotations

from cloudlab.app.doors import Doors
from cloudlab.app.main import Start
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.menu.screen import MenuScreen
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.lab.work import KnownWork
from cloudlab.model.network import Subnet, Vpc
from cloudlab.model.storage import StoredObject
from tests.app.stage import running, screen_text, strike, until


class NoTraining(Doors):
    """The real doors; nothing is trained behind them."""

    async def work(self, *, reuse: bool = False):
        return KnownWork({})


async def keys(pilot, text):
    strike(pilot.app, text)
    await pilot.press("enter")


async def test_level_01_opens_plays_saves_and_resumes():
    doors = NoTraining()
    async with running(start=Start(level="01", seed=11), doors=doors) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        assert "Open for business" in screen_text(pilot.app)
        await pilot.press("down", "enter", "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))
        world = lambda: pilot.app.session.world  # noqa: E731 - the world is replaced with every event
        await keys(pilot, "s3api create-bucket --bucket harbour")
        await until(pilot, lambda: "harbour" in screen_text(pilot.app).split("who holds")[1] and not pilot.app.screen.sitting.pacer.running)
        await keys(pilot, "s3api put-object --bucket harbour --key churn/train/train.csv --body churn/train.csv")
        await until(pilot, lambda: any(world().every(StoredObject)))
        await keys(pilot, "ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc")
        await until(pilot, lambda: "vpc" in pilot.app.screen.sitting.terminal.variables)
        await keys(pilot, "as raj ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24")
        await until(pilot, lambda: any(world().every(Subnet)))
        assert len(list(world().every(Vpc))) == 1
        digest, now = pilot.app.session.simulation.digest(), pilot.app.session.now
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen) and pilot.app.screen.last is not None)
        assert "Open for business" in screen_text(pilot.app)
        pilot.app.screen.query_one("#choices-menu").highlighted = 0
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))
        assert (pilot.app.session.simulation.digest(), pilot.app.session.now) == (digest, now)
