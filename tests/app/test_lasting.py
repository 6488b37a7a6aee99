"""Nothing typed is lost, whatever happens meanwhile: suspending, resizing, pausing, another screen, a page."""

from __future__ import annotations

from textual.app import App

from cloudlab.app.screens.ask.screen import AskScreen
from cloudlab.app.screens.help.screen import HelpScreen
from cloudlab.app.screens.menu.screen import MenuScreen
from cloudlab.app.screens.play.screen import PlayScreen
from tests.app.stage import NARROW, WIDE, a_session, play, running, screen_text, type_line, until

LINE = "ec2 create-vpc --cidr-block 10.0.0.0/16"


async def test_a_half_typed_line_survives_resizing_help_palette_and_other_panes():
    async with running(WIDE) as pilot:
        screen = await play(pilot, a_session())
        await pilot.press(*"ec2")
        for size in (NARROW, (100, 30), WIDE):
            await pilot.resize_terminal(*size)
            await pilot.press("x")
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("escape", "f4", "f8", "f3")
        await pilot.pause()
        assert screen.terminal.line.value == "ec2xxx"
        assert screen.terminal.line.has_focus


async def test_a_form_survives_resizing_and_a_look_elsewhere():
    async with running(NARROW) as pilot:
        screen = await play(pilot, a_session())
        await pilot.press("f2", *"create-bucket", "enter")
        await until(pilot, lambda: screen.console.form is not None)
        await pilot.press("enter", *"harbour", "enter")
        await until(pilot, lambda: "harbour" in screen.console.statement)
        told = screen.console.statement
        await pilot.resize_terminal(*WIDE)
        await pilot.press("f4", "f2")
        await pilot.resize_terminal(*NARROW)
        await pilot.pause()
        assert screen.console.statement == told
        assert "harbour" in screen_text(pilot.app)


async def test_the_clock_can_be_paused_by_key_and_by_typing_and_nothing_passes():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session)
        await type_line(pilot, "wait 6h")
        await until(pilot, lambda: session.now > session.level.scenario.starts)
        await pilot.press("e")
        await until(pilot, lambda: "held while typing" in screen_text(pilot.app))
        then = session.now
        for _ in range(5):
            screen._tick()
        assert session.now == then
        await pilot.press("backspace", "space")
        await until(pilot, lambda: "paused" in screen_text(pilot.app))
        then = session.now
        for _ in range(5):
            screen._tick()
        assert session.now == then


async def test_ctrl_z_suspends_and_comes_back_with_the_line(monkeypatch):
    """Where the driver cannot suspend (here), Textual only publishes; so it is asked, not done."""
    asked = []
    monkeypatch.setattr(App, "action_suspend_process", lambda self: asked.append(self))
    async with running() as pilot:
        screen = await play(pilot, a_session())
        await pilot.press(*"ec2", "ctrl+z", "x")
        await pilot.pause()
        assert asked == [pilot.app]
        assert screen.terminal.line.value == "ec2x"


async def test_only_what_cannot_be_undone_is_asked_about():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        await type_line(pilot, "s3api create-bucket --bucket harbour")
        assert isinstance(pilot.app.screen, PlayScreen)
        await pilot.press("less_than_sign")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        assert "create-bucket --bucket harbour" in screen_text(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert len(screen.session.decisions()) == 1
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("enter")
        await until(pilot, lambda: not screen.session.decisions())
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))
