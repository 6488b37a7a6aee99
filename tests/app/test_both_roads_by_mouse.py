"""Level 01 on the managed road to its debrief with the mouse alone: every command from the console, every value from its offers."""

from __future__ import annotations

from functools import partial

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from cloudlab.app.main import Start
from cloudlab.app.panes.console.rows import KEEP, PERSON
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.debrief.screen import DebriefScreen
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.commands.shapes import Listing, Record, Table, parameters
from cloudlab.dialects.render import unfolded
from cloudlab.dialects.script import Order, parse_statement
from cloudlab.lab import pacer
from cloudlab.lab.offers import capture
from cloudlab.lab.states import states_of
from cloudlab.model.operations import Incident
from tests.app.roads import SEED, KnownResults, road
from tests.app.stage import running, screen_text, until

NAMES = {
    "s3://harbour-churn/": "s3://churn-data/",
    "harbour-sagemaker-churn": "churn-sagemaker",
    "harbour-churn": "churn-data",
    "harbour-server": "churn-server",
    "harbour-sagemaker": "churn-sagemaker",
}
"""The names the bots give, and the ones the console offers."""


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(pacer, "PACES", (60, 24 * 3_600, 24 * 3_600))


class Mouse:
    """Plays with clicks and the wheel, and with nothing else."""

    def __init__(self, pilot) -> None:
        self.pilot = pilot
        self.screen = pilot.app.screen

    @property
    def console(self):
        return self.screen.console

    async def click_in(self, chosen, index: int) -> None:
        """Turn the wheel until a line of a list is seen, and click it."""
        await self.pilot.pause()
        for _ in range(80):
            y = index - chosen.scroll_offset.y
            if 0 <= y < chosen.scrollable_content_region.height:
                break
            wheel = MouseScrollUp if y < 0 else MouseScrollDown
            at = chosen.region
            chosen.post_message(wheel(chosen, 1, 1, 0, 0, 0, False, False, False, at.x + 1, at.y + 1))
            await self.pilot.pause(0.02)
        gap = chosen.scrollable_content_region.offset - chosen.region.offset
        await self.pilot.click(chosen, offset=(gap.x + 1, gap.y + index - chosen.scroll_offset.y))
        await self.pilot.pause()

    def is_listed(self, key: str) -> bool:
        return any(o.id == key for o in self.console.rows.options)

    async def pick(self, service: str, verb: str) -> None:
        here = self.console.service
        for key in ("b", f"s {service}", f"c {service} {verb}")[1 if not here else 2 if here == service else 0 :]:
            await until(self.pilot, partial(self.is_listed, key))
            await self.click_in(self.console.rows, next(i for i, o in enumerate(self.console.rows.options) if o.id == key))
        await until(self.pilot, lambda: self.console.form is not None)

    async def fill(self, path, text: str) -> None:
        """Click a row - adding entries until it is there - and what is offered for it."""
        for _ in range(9):
            at = next((i for i, r in enumerate(self.console._rows) if r.path == path and r.kind != "add"), None)
            if at is not None:
                break
            adds = [i for i, r in enumerate(self.console._rows) if r.kind == "add" and r.path == path[: len(r.path)]]
            await self.click_in(self.console.rows, adds[-1])
        assert at is not None, (path, [r.path for r in self.console._rows])
        row = self.console._rows[at]
        await self.click_in(self.console.rows, at)
        if row.kind == "switch":
            return
        await until(self.pilot, lambda: any(offer == text for offer, _ in self.console._offers), 5)
        await self.click_in(self.console.offers, next(i for i, (offer, _) in enumerate(self.console._offers) if offer == text))

    async def do(self, line: str):
        """Give an order of a road by the form of its command."""
        variables = self.screen.sitting.terminal.variables
        order = parse_statement(line, known=variables)
        assert isinstance(order, Order)
        command = order.line(variables).command
        await self.pick(command.service, command.verb())
        said, wire = unfolded(command)
        for name, text in said.items():
            if name != "count":
                await self.fill((f"--{name}",), text)
        for path, text in leaves(type(command), wire):
            await self.fill(path, text)
        if order.manner.person:
            await self.fill(PERSON, order.manner.person)
        kept = ""
        if order.manner.capture and "--query" not in line:
            kept = capture(type(command))
            await self.fill(KEEP, kept)
        await self.pilot.click("#console-submit")
        await until(self.pilot, lambda: self.console.form is None)
        assert self.screen.refused == "", self.screen.refused
        return kept, order.manner.capture


def leaves(model, wire):
    """Return (path, text) of every value of a command, as its form has them."""
    for parameter in parameters(model):
        if parameter.name in wire:
            yield from _leaves(parameter.shape, (parameter.name,), wire[parameter.name])


def _leaves(shape, path, value):
    if isinstance(shape, Record) and not shape.is_switch:
        for member in shape.members:
            if member.name in value:
                yield from _leaves(member.shape, (*path, member.name), value[member.name])
    elif isinstance(shape, Listing):
        for index, each in enumerate(value):
            yield from _leaves(shape.member, (*path, index), each)
    elif isinstance(shape, Table):
        for index, (key, each) in enumerate(value.items()):
            yield (*path, index, "key"), key
            yield from _leaves(shape.value, (*path, index, "value"), each)
    else:
        yield path, str(value)


@pytest.mark.parametrize("file", ["managed.aws"])
async def test_a_road_clicked_reaches_its_debrief(file):
    way = road(file)
    async with running(start=Start(level="01", seed=SEED), doors=KnownResults()) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        await pilot.click("#start")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))
        mouse = Mouse(pilot)
        session, screen = pilot.app.session, pilot.app.screen
        await pilot.click("#terminal", offset=(5, 0))
        await until(pilot, lambda: screen.deck == "console")

        async def settled():
            await until(pilot, lambda: session.over or (not screen.sitting.pacer.running and not screen.sitting._answering), 60)

        async def next_event():
            footer = screen_text(pilot.app).split("\n")[-2]
            await pilot.click(offset=(footer.index("next event") + 1, screen.size.height - 1))
            await pilot.pause()

        async def give(line):
            kept, name = await mouse.do(line)
            await settled()
            if kept:
                values[name] = screen.sitting.terminal.variables[kept]
            elif name == "role":
                values[name] = next(iter(screen.sitting.known.resources("role_arn")))[0]

        values: dict[str, str] = {}
        answered = set()
        for line in way.lines:
            for old, new in NAMES.items():
                line = line.replace(old, new)
            line = filled(line.removesuffix("&").strip(), values)
            if "describe-images" in line:
                values["image"] = next(iter(screen.sitting.known.catalogue("image")))[0]
            elif line.startswith("wait for") and line != "wait for end":
                kind, key, state = line.split()[2:5]
                while state not in states_of(session.world, kind, key):
                    await next_event()
            elif line == "wait 1m":
                await next_event()
            elif not line.startswith(("predict", "answer", "wait")):
                await give(line)
        while not session.over:
            for page in list(session.world.every(Incident)):
                if page.detected is not None and page.is_open and page.id not in answered and page.kind in way.at_pages:
                    answered.add(page.id)
                    for line in way.at_pages[page.kind]:
                        if not line.startswith("ack"):
                            await give(line.replace("$incident.resource", page.resource))
            await next_event()
        await until(pilot, lambda: isinstance(pilot.app.screen, DebriefScreen))
        assert pilot.app.session.world.over == "won"


def filled(line, values):
    for name, value in sorted(values.items(), reverse=True):
        line = line.replace(f"${name}", value) if f"-> ${name}" not in line else line
    return line
