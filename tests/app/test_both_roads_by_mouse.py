"""Level 01 on both roads to their debriefs with the mouse alone: every command from the console, every value from its offers."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from textual.events import MouseDown, MouseScrollDown, MouseScrollUp, MouseUp

from cloudlab.app.main import Start
from cloudlab.app.panes.console.draft import KEEP, PERSON
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.debrief.screen import DebriefScreen
from cloudlab.app.screens.play import screen as play
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.commands.shapes import Listing, Record, Table, parameters
from cloudlab.dialects.render import unfolded
from cloudlab.dialects.script import Order, parse_statement
from cloudlab.lab import pacer
from cloudlab.lab.offers import capture
from cloudlab.lab.states import states_of
from cloudlab.model.operations import Incident
from tests.app.roads import SEED, KnownResults, road
from tests.app.stage import running, screen_text

NAMES = {
    "s3://harbour-churn/": "s3://churn-data/",
    "harbour-sagemaker-churn": "churn-sagemaker",
    "harbour-churn": "churn-data",
    "harbour-server": "churn-server",
    "harbour-sagemaker": "churn-sagemaker",
}
"""The names the bots give, and the ones the console offers."""


WORKING, WAITING = 24 * 3_600, 1_800
"""Seconds of the simulation in one of ours: work ends by itself, to the second; what the clock is stopped by hand for is overshot."""


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(pacer, "PACES", (60, WORKING, WORKING))
    monkeypatch.setattr(play, "TICK", 0.02)


class Mouse:
    """Plays with the events a terminal sends of a mouse, and with nothing else."""

    def __init__(self, pilot) -> None:
        self.pilot = pilot
        self.app = pilot.app

    @property
    def screen(self):
        return self.app.screen

    @property
    def console(self):
        return self.screen.console

    async def until(self, true, seconds: float = 60) -> None:
        """Wait until something is so, and is laid out and drawn."""
        await self.at_once(true, seconds)
        for _ in range(2):
            drawn = asyncio.Event()
            self.screen.call_after_refresh(drawn.set)
            await drawn.wait()

    async def at_once(self, true, seconds: float = 60) -> None:
        """Wait until something is so, and no longer."""
        for _ in range(int(seconds / 0.005)):
            if true():
                break
            await asyncio.sleep(0.005)
        else:
            raise AssertionError("it never came to be so:\n" + screen_text(self.app))

    def send(self, event, x: int, y: int, button: int = 0) -> None:
        self.app._driver.process_message(event(None, x, y, 0, 0, button, False, False, False, x, y))

    def click(self, x: int, y: int) -> None:
        """Press and let go at a place of the screen."""
        self.send(MouseDown, x, y, 1)
        self.send(MouseUp, x, y, 1)

    def click_on(self, selector: str) -> None:
        x, y = self.screen.query_one(selector).region.offset
        self.click(x + 1, y)

    async def click_in(self, chosen, index: int) -> None:
        """Turn the wheel until a line of a list is seen, and click it."""
        await self.until(lambda: chosen.option_count > index and chosen.scrollable_content_region.height > 0)
        while True:
            await self.until(lambda: not self.app.animator.is_being_animated(chosen, "scroll_y"))
            seen, at = chosen.scrollable_content_region, chosen.scroll_offset.y
            if at <= index < at + seen.height:
                break
            self.send(MouseScrollUp if index < at else MouseScrollDown, seen.x, seen.y)
            await self.until(lambda at=at: chosen.scroll_offset.y != at)
        self.click(seen.x, seen.y + index - at)

    def is_listed(self, key: str) -> bool:
        return any(o.id == key for o in self.console.rows.options)

    async def pick(self, service: str, verb: str) -> None:
        here = self.console.service
        for key in ("b", f"s {service}", f"c {service} {verb}")[1 if not here else 2 if here == service else 0 :]:
            await self.until(partial(self.is_listed, key))
            await self.click_in(self.console.rows, next(i for i, o in enumerate(self.console.rows.options) if o.id == key))
        await self.until(lambda: self.console.form is not None)

    async def fill(self, path, text: str) -> None:
        """Click a row - adding entries until it is there - and what is offered for it."""
        console = self.console
        while (at := next((i for i, r in enumerate(console._rows) if r.path == path and r.kind != "add"), None)) is None:
            rows = console._rows
            adds = [i for i, r in enumerate(rows) if r.kind == "add" and r.path == path[: len(r.path)]]
            assert adds, (path, [r.path for r in rows])
            await self.click_in(console.rows, adds[-1])
            await self.until(lambda rows=rows: console._rows != rows)
        row = console._rows[at]
        await self.click_in(console.rows, at)
        if row.kind == "switch":
            await self.until(lambda: console._rows[at] != row)
            return
        await self.until(lambda: console.row == row and any(offer == text for offer, _ in console.offers.shown), 30)
        await self.click_in(console.offers, next(i for i, (offer, _) in enumerate(console.offers.shown) if offer == text))
        await self.until(lambda: console.row is None)

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
        await self.until(lambda: not self.screen.query_one("#console-submit").has_class("-active"))  # it still glows for 0.2 s
        self.click_on("#console-submit")
        await self.until(lambda: self.console.form is None)
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


@pytest.mark.parametrize("file", ["managed.aws", "hand-built.aws"])
async def test_a_road_clicked_reaches_its_debrief(file):
    way = road(file)
    async with running(start=Start(level="01", seed=SEED), doors=KnownResults()) as pilot:
        mouse = Mouse(pilot)
        await mouse.until(lambda: isinstance(mouse.screen, BriefScreen))
        mouse.click_on("#start")
        await mouse.until(lambda: isinstance(mouse.screen, PlayScreen))
        session, screen = pilot.app.session, mouse.screen
        mouse.click_on("#terminal")
        await mouse.until(lambda: screen.deck == "console")

        async def settled():
            clock = screen.sitting.pacer
            await mouse.until(lambda: session.over or not (clock.running or clock.waiting or screen.sitting._answering), 60)

        def click_key(words: str) -> None:
            rows = screen_text(pilot.app).split("\n")
            y = next(i for i, row in enumerate(rows) if words in row and i > len(rows) - 4)
            mouse.click(rows[y].index(words) + 1, y)

        async def next_event():
            before = session.now, len(session.history)
            click_key("next event")
            await mouse.until(lambda: session.over or (session.now, len(session.history)) != before)
            await settled()

        async def wait_until(true):
            """Let the clock run, and pause it: with the map in hand the keys below offer both."""
            place = screen.query_one("#map").region
            mouse.click(place.right - 4, place.bottom - 2)
            await mouse.until(lambda: "run/pause" in screen_text(pilot.app))
            with pytest.MonkeyPatch.context() as slower:
                slower.setattr(pacer, "PACES", (60, WAITING, WAITING))
                while not true():  # it also stops where something else that was begun is through
                    click_key("run/pause")
                    await mouse.at_once(lambda: screen.sitting.pacer.running or true(), 5)
                    await mouse.at_once(lambda: true() or not screen.sitting.pacer.running, 60)
                if screen.sitting.pacer.running:
                    click_key("run/pause")
                await settled()

        async def give(line):
            before = dict(screen.sitting.terminal.variables)
            kept, name = await mouse.do(line)
            await settled()
            if kept:
                await mouse.until(lambda: screen.sitting.terminal.variables.get(kept) not in (None, before.get(kept)))
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
                await wait_until(lambda kind=kind, key=key, state=state: state in states_of(session.world, kind, key))
            elif line == "wait 1m":
                await wait_until(lambda then=session.now + 60: session.now >= then)
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
        await mouse.until(lambda: isinstance(mouse.screen, DebriefScreen))
        assert pilot.app.session.world.over == "won", pilot.app.session.world.because


def filled(line, values):
    for name, value in sorted(values.items(), reverse=True):
        line = line.replace(f"${name}", value) if f"-> ${name}" not in line else line
    return line
