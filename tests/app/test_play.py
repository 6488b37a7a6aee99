"""The play screen: what it is told, what its keys do, and that nothing typed is ever lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cloudlab.app.panes.pager.page import PageScreen
from cloudlab.app.panes.pane import Pane
from cloudlab.app.panes.terminal.history import History
from cloudlab.app.screens.ask.screen import AskScreen
from cloudlab.app.screens.help.screen import HelpScreen
from cloudlab.app.screens.menu.screen import MenuScreen
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.app.screens.too_small.screen import TooSmallScreen
from cloudlab.lab.view.slices import Goal
from cloudlab.model.network import Vpc
from cloudlab.model.storage import Bucket
from tests.app.stage import NARROW, WIDE, a_session, a_view, play, running, same_as_golden, screen_text, type_line, until


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_play_looks_as_it_should(size):
    async with running(size) as pilot:
        screen = await play(pilot, a_session(), a_view())
        await until(pilot, lambda: "Critical hole" in screen_text(pilot.app) or size == NARROW)
        same_as_golden(pilot.app, f"play-{size[0]}x{size[1]}")
        if size == NARROW:
            for key, pane in (("f4", "board"), ("f6", "pager"), ("f7", "objectives"), ("f8", "traffic"), ("f5", "jobs"), ("ctrl+l", "log")):
                await pilot.press(key)
                await pilot.pause()
                assert screen.query_one(f"#{pane}").region.height > 5
                assert screen.query_one(f"#{pane}") in screen.focused.ancestors_with_self
            same_as_golden(pilot.app, "play-80x24-last")


async def test_only_the_pane_whose_slice_changed_repaints():
    async with running() as pilot:
        view = a_view()
        screen = await play(pilot, a_session(), view)
        before = {pane.NAME: pane.repaints for pane in screen.query(Pane)}
        screen.view = replace(view, goals=(Goal("g", "Another one", False, "none"),))
        await pilot.pause()
        after = {pane.NAME: pane.repaints for pane in screen.query(Pane)}
        assert {name for name in before if after[name] != before[name]} == {"objectives"}


async def test_a_typed_order_is_done_and_answered():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session)
        await type_line(pilot, "ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc")
        await until(pilot, lambda: "$vpc = vpc-" in screen_text(pilot.app))
        assert [v.cidr for v in session.world.every(Vpc)] == ["10.0.0.0/16"]
        await until(pilot, lambda: "VPC vpc-" in screen_text(pilot.app))
        assert not screen.sitting.pacer.running
        assert screen.clock.why == "your move"


async def test_a_refusal_says_what_would_be_accepted():
    async with running() as pilot:
        await play(pilot, a_session())
        await type_line(pilot, "ec2 create-vpc --cidr-block 10.0.0.0/29")
        await until(pilot, lambda: "InvalidVpc.Range" in screen_text(pilot.app))


async def test_the_preview_speaks_before_enter_does():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session)
        screen.terminal.line.put("ec2 create-vpc --cidr-block 10.0.0.0/16")
        await until(pilot, lambda: "of work, done day 1" in screen_text(pilot.app))
        screen.terminal.line.put("ec2 create-vpc --cidr-block 10.0.0.0/29")
        await until(pilot, lambda: "▲ would be refused: InvalidVpc.Range" in screen_text(pilot.app))
        screen.terminal.line.put("ec2 create-vcp ")
        await until(pilot, lambda: "Did you mean create-vpc" in screen_text(pilot.app))
        assert not session.history


async def test_the_clock_is_held_while_a_line_is_typed():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        await pilot.press("space")
        await until(pilot, lambda: screen.session.now > screen.session.level.scenario.starts)
        await pilot.press("e")
        await pilot.pause()
        held = screen.session.now
        await until(pilot, lambda: "held while typing" in screen_text(pilot.app))
        assert screen.session.now == held
        await pilot.press("escape", "escape")
        await until(pilot, lambda: screen.session.now > held)
        await pilot.press("space")
        await pilot.pause()
        assert screen.clock.why == "paused"


async def test_pace_and_next_event_work_on_an_empty_line():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        await pilot.press("plus")
        assert screen.sitting.pacer.pace == 2
        await pilot.press("minus", "minus")
        assert screen.sitting.pacer.pace == 0
        await pilot.press("ctrl+n")
        assert screen.session.now > screen.session.level.scenario.starts


async def test_completions_are_taken_with_tab():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        line = screen.terminal.line
        line.focus()
        for key in "ec2 create-vp":
            await pilot.press("space" if key == " " else "minus" if key == "-" else key)
        await until(pilot, lambda: line.choosing)
        await pilot.press("tab")
        assert line.value == "ec2 create-vpc "
        await until(pilot, lambda: line.choosing)
        assert "› --cidr-block" in screen_text(pilot.app)
        await pilot.press("tab")
        assert line.value == "ec2 create-vpc --cidr-block "


async def test_a_completion_can_be_clicked():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        screen.terminal.line.put("s3api ")
        await until(pilot, lambda: screen.terminal.line.choosing)
        await pilot.click("#choices", offset=(5, 1))
        second = screen.terminal.line.value
        assert second.startswith("s3api ")
        assert len(second) > len("s3api ")


async def test_history_goes_up_and_down():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        await type_line(pilot, "note one")
        await type_line(pilot, "note two")
        await pilot.press("up")
        assert screen.terminal.line.value == "note two"
        await pilot.press("up", "up")
        assert screen.terminal.line.value == "note one"
        await pilot.press("down", "down")
        assert screen.terminal.line.value == ""


def test_history_keeps_the_draft():
    history = History()
    history.add("one")
    assert history.older("half a li") == "one"
    assert history.older("one") is None
    assert history.newer() == "half a li"
    assert history.newer() is None


async def test_undo_goes_back_a_decision_in_learn_mood_only():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session)
        await type_line(pilot, "s3api create-bucket --bucket harbour")
        await until(pilot, lambda: any(session.world.every(Bucket)))
        await pilot.press("f9", "ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        assert "ana: Create bucket harbour" in screen_text(pilot.app)
        await pilot.press("escape")
        assert any(session.world.every(Bucket))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("enter")
        await until(pilot, lambda: not any(session.world.every(Bucket)))
        await pilot.press("f3", "up")
        assert screen.terminal.line.value == "s3api create-bucket --bucket harbour"
        assert "Back at day 1 09:00" in screen_text(pilot.app)
    async with running() as pilot:
        session = a_session("win")
        await play(pilot, session)
        await type_line(pilot, "s3api create-bucket --bucket harbour")
        await until(pilot, lambda: any(session.world.every(Bucket)))
        await pilot.press("f9", "ctrl+g")
        await type_line(pilot, "undo")
        await until(pilot, lambda: "NotInWinMood" in screen_text(pilot.app))
        assert any(session.world.every(Bucket))


async def test_a_line_survives_resizing_and_too_small_a_terminal():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        await pilot.press("n", "o", "t", "e")
        for size in (NARROW, (60, 20), (100, 24), WIDE):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert isinstance(pilot.app.screen, TooSmallScreen) == (size == (60, 20))
            if size == (60, 20):
                assert "This terminal has 60 x 20" in screen_text(pilot.app)
        assert pilot.app.screen is screen
        assert screen.terminal.line.value == "note"
        assert screen.terminal.line.has_focus


async def test_names_are_never_read_as_markup():
    async with running() as pilot:
        await play(pilot, a_session())
        await type_line(pilot, "note [red]x[/red] [@click=app.quit]y[/]")
        await until(pilot, lambda: "note [red]x[/red] [@click=app.quit]y[/]" in screen_text(pilot.app))
        await type_line(pilot, "s3api create-bucket --bucket [red]x")
        await until(pilot, lambda: "InvalidBucketName" in screen_text(pilot.app))


async def test_a_page_opens_by_click_and_a_way_out_lands_in_the_line():
    async with running() as pilot:
        screen = await play(pilot, a_session(), a_view())
        await pilot.click("#pages", offset=(6, 0))
        await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))
        await until(pilot, lambda: "Patch and reboot" in screen_text(pilot.app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.terminal.line.value == "aws ssm send-command --document-name AWS-RunPatchBaseline"


async def test_acknowledging_what_is_not_there_is_refused_in_words():
    async with running() as pilot:
        await play(pilot, a_session(), a_view())
        await pilot.press("f6", "ctrl+k")
        await until(pilot, lambda: "NoSuchPage" in screen_text(pilot.app))


async def test_each_pane_has_its_own_help_and_the_deck_can_be_clicked():
    async with running() as pilot:
        screen = await play(pilot, a_session(), a_view())
        for pane in screen.query(Pane):
            assert len(pane.HELP) > 80, pane.NAME
        await pilot.press("f4", "f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        assert "The heart of the game" in pilot.app.screen.page
        await pilot.press("escape")
        await pilot.click("#terminal", offset=(33, 0))
        await until(pilot, lambda: screen.deck == "jobs")
        await pilot.click("#map", offset=(5, 3))
        await pilot.pause()
        assert screen.query_one("#map") in screen.focused.ancestors_with_self


async def test_leaving_saves_and_the_line_help_is_there():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session)
        await type_line(pilot, "help")
        await until(pilot, lambda: "`-> $name` keeps a new id" in screen_text(pilot.app))
        await type_line(pilot, "hint")
        await until(pilot, lambda: "Start with the data" in screen_text(pilot.app))
        pilot.app.journal = str(session.journal.path)
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))
        assert Path(str(session.journal.path)).exists()
        assert not isinstance(screen.app.screen, PlayScreen)


async def test_letters_go_to_the_line_wherever_one_is():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session, a_view())
        for key in ("f9", "f4", "f6", "f7", "f8", "f5", "ctrl+l"):
            await pilot.press(key, "n", "u", "h", "space", "a", "minus")
            assert screen.terminal.line.value == "nuh a-"
            assert screen.terminal.line.has_focus
            await pilot.press("escape", "escape")
            screen.terminal.line.put("")
            await pilot.pause()
        assert not session.history
        assert screen.sitting.pacer.pace == 1


async def test_the_brief_can_be_read_again_with_what_was_predicted():
    async with running() as pilot:
        await play(pilot, a_session())
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        assert a_session().level.brief()[:40] in pilot.app.screen.page
        await pilot.press("escape")
