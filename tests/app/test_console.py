"""The console: by keyboard and by mouse, a form says what its line says, keeps what is in it, and is done like a typed line."""

from __future__ import annotations

from cloudlab.app.screens.help.screen import HelpScreen
from cloudlab.model.network import Vpc
from cloudlab.model.storage import Bucket
from tests.app.stage import NARROW, WIDE, a_session, play, running, same_as_golden, screen_text, type_line, until


async def fill(pilot, *values):
    """Fill the rows that come next, one after another; an empty value leaves a row out."""
    for value in values:
        if value:
            await pilot.press("enter")
            await pilot.pause()
            pilot.app.screen.console.input.value = value
            await pilot.press("enter")
        else:
            await pilot.press("down")
        await pilot.pause()


async def test_a_form_is_found_filled_and_done_by_keyboard():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session)
        await pilot.press("f2", *"create", "space", *"vpc", "enter")
        await until(pilot, lambda: "aws ec2 create-vpc" in screen_text(pilot.app))
        assert "are required: --cidr-block. Add --cidr-block CIDR" in screen.console.foresight.text
        await fill(pilot, "10.0.0.0/29")
        await until(pilot, lambda: "would be refused: InvalidVpc.Range" in screen_text(pilot.app))
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert screen.console.statement == "ec2 create-vpc --cidr-block 10.0.0.0/29"
        assert not any(session.world.every(Vpc))
        await pilot.press("up")
        await fill(pilot, "10.0.0.0/16")
        await until(pilot, lambda: "✓" in screen_text(pilot.app).split("[console]")[1])
        await pilot.press("ctrl+s")
        await until(pilot, lambda: any(session.world.every(Vpc)))
        assert screen.console.form is None
        await pilot.press("f3", "up")
        assert screen.terminal.line.value == "ec2 create-vpc --cidr-block 10.0.0.0/16"


async def test_the_looks_of_the_console():
    for size in (WIDE, NARROW):
        async with running(size) as pilot:
            screen = await play(pilot, a_session())
            await pilot.press("f2")
            screen.console.open("ec2", "create-vpc")
            await pilot.pause()
            await fill(pilot, "10.0.0.0/16")
            await until(pilot, lambda: "✓" in screen_text(pilot.app))
            same_as_golden(pilot.app, f"console-{size[0]}x{size[1]}")


async def test_the_clock_stands_while_a_form_is_open_and_nothing_is_lost():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        await pilot.press("f2")
        screen.console.open("s3api", "create-bucket")
        await pilot.pause()
        await fill(pilot, "harbour")
        assert screen.sitting.pacer.held == "a form is open"
        for size in (NARROW, (60, 20), WIDE):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert screen.console.statement == "s3api create-bucket --bucket harbour"
        await pilot.press("f3")
        await pilot.pause()
        assert screen.sitting.pacer.held is None
        await type_line(pilot, "wait 30m")
        await until(pilot, lambda: not screen.sitting.pacer.running)
        await pilot.press("f2", "escape")
        await pilot.pause()
        screen.console.open("s3api", "create-bucket")
        await pilot.pause()
        assert screen.console.statement == "s3api create-bucket --bucket harbour"


async def test_who_is_free_and_whose_field_it_is():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session)
        await pilot.press("f2")
        screen.console.open("s3api", "create-bucket")
        await pilot.pause()
        await fill(pilot, "harbour")
        rows = screen.console.rows
        rows.highlighted = next(i for i in range(rows.option_count) if "who does it" in str(rows.get_option_at_index(i).prompt))
        await pilot.press("enter")
        await until(pilot, lambda: "is their field" in screen_text(pilot.app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "aws as ana" in screen_text(pilot.app) or "as ana s3api" in screen_text(pilot.app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: any(session.world.every(Bucket)))


async def test_a_form_by_mouse_alone():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session)
        await pilot.click("#terminal", offset=(5, 0))
        await until(pilot, lambda: screen.deck == "console")
        await click_line(pilot, "ec2   ")
        await click_line(pilot, "create-vpc ")
        await click_line(pilot, "cidr-block ")
        await click_line(pilot, "10.0.0.0/16  65,536")
        assert screen.console.statement == "ec2 create-vpc --cidr-block 10.0.0.0/16"
        await pilot.click("#console-submit")
        await until(pilot, lambda: any(session.world.every(Vpc)))


async def click_line(pilot, text):
    """Click the line of the console in which a text stands."""
    await until(pilot, lambda: text in screen_text(pilot.app))
    rows = screen_text(pilot.app).split("\n")
    y = next(i for i, row in enumerate(rows) if text in row[40:])
    await pilot.click(offset=(rows[y].index(text, 40) + 1, y))
    await pilot.pause()


async def test_the_line_is_sent_to_the_terminal_and_copied():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        await pilot.press("f2")
        screen.console.open("s3api", "list-buckets")
        await pilot.pause()
        await pilot.press("ctrl+y")
        assert pilot.app.clipboard == "aws s3api list-buckets"
        await pilot.click("#console-send")
        await until(pilot, lambda: screen.terminal.line.value == "s3api list-buckets")
        assert screen.terminal.line.has_focus
        await pilot.press("f2", "f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        assert "Every command as a form" in pilot.app.screen.page


async def test_while_a_command_is_picked_what_it_is_for_stands_whole_below():
    async with running(NARROW) as pilot:
        screen = await play(pilot, a_session())
        await pilot.press("f2")
        assert "1 command " in screen_text(pilot.app)
        assert "submit" not in screen_text(pilot.app)  # nothing is filled in yet
        await pilot.press(*"subnet")
        await until(pilot, lambda: "machines live in subnets." in screen_text(pilot.app))
        await pilot.press("down")
        await until(pilot, lambda: "machines live in subnets." not in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: screen.console.form is not None and "submit" in screen_text(pilot.app))


async def test_on_a_small_screen_another_pane_is_seen_when_it_is_asked_for():
    async with running(NARROW) as pilot:
        screen = await play(pilot, a_session())
        await pilot.press("f2")
        screen.console.open("s3api", "create-bucket")
        await pilot.pause()
        await fill(pilot, "harbour")
        await pilot.press("f4")
        await pilot.pause()
        assert screen.query_one("#board").region.height > 2
        assert "Nothing to hold yet." in screen_text(pilot.app)
        await pilot.press("f2")
        await pilot.pause()
        assert screen.console.statement == "s3api create-bucket --bucket harbour"
