"""The guide on the real play screen: offered once, each step done by keyboard, skipped by Esc, begun again from the palette."""

from __future__ import annotations

import pytest

from cloudlab.app.guide.guide import Guide
from cloudlab.app.keys import rebindable
from cloudlab.app.main import Start
from cloudlab.app.palette import offered
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.menu.screen import MenuScreen
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.lab.orientation import STEPS
from cloudlab.lab.settings import load_settings
from tests.app.stage import NARROW, WIDE, running, screen_text, type_line, until


async def begin(pilot):
    await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_first_run_is_guided_step_by_step(size):
    keys = {each.id: each.keys.split(",")[0] for each in rebindable()}
    async with running(size, start=Start(level="90-test")) as pilot:
        await begin(pilot)
        guide = pilot.app.screen.query_one(Guide)

        async def at(step: int) -> None:
            await until(pilot, lambda: guide.orientation.at == step)

        assert ("orientation 1 of 7: the map" if size == WIDE else " 1/7 The map draws") in screen_text(pilot.app)
        await pilot.press(keys["pane.map"])
        await at(1)
        await until(pilot, lambda: ("✓ the map" if size == WIDE else "✓ 2/7") in screen_text(pilot.app))
        await type_line(pilot, "s3api create-bucket --bucket harbour")
        await at(3)  # somebody works: the clock runs by itself
        pilot.app.screen.terminal.line.put("ec2 create-vpc --cidr-block 10.0.0.0/8")
        await at(4)
        pilot.app.screen.terminal.line.put("")
        await pilot.press(keys["run.hint"])
        await at(5)
        await pilot.press(keys["pane.board"])
        await at(6)
        await pilot.press("f1")
        await at(7)
        await pilot.press("escape")
        await until(pilot, lambda: ("orientation: done" if size == WIDE else "orientation done") in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: not pilot.app.screen.query(Guide))


async def test_it_is_offered_once_skipped_by_escape_and_begun_again():
    async with running(start=Start(level="90-test")) as pilot:
        await begin(pilot)
        assert load_settings().oriented
        await pilot.press("e", "escape", "escape")  # the completions, then the text
        await pilot.pause()
        assert pilot.app.screen.query(Guide)
        await pilot.press("escape")
        await until(pilot, lambda: not pilot.app.screen.query(Guide))
        again = next(each for each in offered(pilot.app, pilot.app.screen) if each.title == "Orientation")
        again.callback()
        await until(pilot, lambda: bool(pilot.app.screen.query(Guide)))
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))
        pilot.app.open_brief("90-test")
        await begin(pilot)
        assert not pilot.app.screen.query(Guide)


async def test_the_menu_begins_a_guided_run():
    async with running() as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        listed = pilot.app.screen.query_one("#choices-menu")
        listed.highlighted = next(i for i in range(listed.option_count) if listed.get_option_at_index(i).id == "orientation")
        await pilot.press("enter")
        await begin(pilot)
        await until(pilot, lambda: bool(pilot.app.screen.query(Guide)))


async def test_every_step_takes_two_lines_at_80_columns_and_leaves_a_form_alone():
    async with running(NARROW, start=Start(level="90-test")) as pilot:
        await begin(pilot)
        guide = pilot.app.screen.query_one(Guide)
        for at in range(len(STEPS) + 1):
            guide.orientation.at, guide.done = at, "the step before"
            guide._tell()
            await pilot.pause()
            assert guide.size.height <= 2, at
        await pilot.press("f2")
        await pilot.pause()
        assert not guide.display
        await pilot.press("escape")
        assert pilot.app.screen.query(Guide)
        await pilot.press("f3")
        await pilot.pause()
        assert guide.display


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_click_on_its_last_line_skips_it(size):
    async with running(size, start=Start(level="90-test")) as pilot:
        await begin(pilot)
        guide = pilot.app.screen.query_one(Guide)
        await pilot.pause()
        await pilot.click("#guide-text", offset=(3, 0))
        await pilot.pause()
        assert pilot.app.screen.query(Guide)
        await pilot.click("#guide-text", offset=(3, guide.content_region.height - 1))
        await until(pilot, lambda: not pilot.app.screen.query(Guide))
