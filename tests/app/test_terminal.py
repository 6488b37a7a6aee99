"""The terminal: history kept and searched, statements over several lines, pasted lines given one after another, answers copied."""

from __future__ import annotations

import pytest
from textual.events import Key, Paste

from cloudlab.app.screens.ask.screen import AskScreen
from cloudlab.lab.typed import load_typed, remember_typed
from cloudlab.model.network import Subnet, Vpc
from cloudlab.model.storage import Bucket
from tests.app.stage import NARROW, WIDE, a_session, play, running, screen_text, type_line, until


async def test_the_history_is_kept_and_searched():
    remember_typed("note from another run")
    async with running() as pilot:
        screen = await play(pilot, a_session())
        await type_line(pilot, "note one")
        await type_line(pilot, "note two")
        assert load_typed() == ("note from another run", "note one", "note two")
        await pilot.press("ctrl+r", "o", "t", "h", "e", "r")
        await until(pilot, lambda: "› note from another run" in screen_text(pilot.app))
        await pilot.press("enter")
        await pilot.pause()
        assert screen.terminal.line.value == "note from another run"
        assert not screen.terminal.line.searching
        await pilot.press("escape", "escape", "ctrl+r", "escape")
        await pilot.pause()
        assert not screen.terminal.line.searching


async def test_a_statement_goes_on_in_another_line():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session)
        await type_line(pilot, "ec2 create-vpc \\")
        assert screen.terminal.line.value == ""
        assert screen.sitting.pacer.held == "typing"
        screen.terminal.line.put("--cidr-block 10.0.0.0/29")
        await until(pilot, lambda: "would be refused: InvalidVpc.Range" in screen_text(pilot.app))
        screen.terminal.line.put("")
        await pilot.press("minus", "minus", *"cidr", "minus", *"bl")  # on an empty line a minus is the clock's, but not on this one
        await until(pilot, lambda: "› --cidr-block" in screen_text(pilot.app))
        await pilot.press("tab", *"10.0", "full_stop", *"0.0", "slash", *"16", "enter")
        await until(pilot, lambda: any(session.world.every(Vpc)))
        await pilot.press("up")
        assert screen.terminal.line.value == "ec2 create-vpc --cidr-block 10.0.0.0/16"
        await pilot.press("escape", *"note", "ctrl+j", "escape")
        await pilot.pause()
        assert screen.terminal.before == ""


async def test_pasted_lines_are_asked_about_and_given_one_after_another():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session)
        pasted = (
            "# a network\nec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc\n"
            "ec2 create-subnet --vpc-id $vpc \\\n  --cidr-block 10.0.0.0/24\n"
            "ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24\ns3api create-bucket --bucket harbour\n"
        )
        screen.terminal.line.post_message(Paste(pasted))
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        assert "Give these 4 lines?" in screen_text(pilot.app)
        await pilot.press("escape")
        assert not session.history
        screen.terminal.line.post_message(Paste(pasted))
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "Line 5 of the pasted text failed" in screen_text(pilot.app))
        assert "InvalidSubnet.Conflict" in screen_text(pilot.app)
        assert len(list(session.world.every(Subnet))) == 1
        assert not any(session.world.every(Bucket))


async def test_what_cannot_be_right_is_refused_before_anything_is_given():
    async with running() as pilot:
        session = a_session()
        screen = await play(pilot, session)
        screen.terminal.line.post_message(Paste("s3api create-bucket --bucket harbour\ns3api make-bucket --bucket b\n"))
        await until(pilot, lambda: "Nothing of the pasted text was given" in screen_text(pilot.app))
        assert ":2:" in screen_text(pilot.app) or "line 2" in screen_text(pilot.app)
        assert not session.history


async def test_the_last_answer_is_copied_and_a_table_is_a_table():
    async with running() as pilot:
        await play(pilot, a_session())
        await type_line(pilot, "sts get-caller-identity --output table")
        await until(pilot, lambda: "GetCallerIdentity" in screen_text(pilot.app) or "| Account" in screen_text(pilot.app))
        await pilot.press("ctrl+y")
        assert "|" in pilot.app.clipboard


async def test_a_standing_order_is_typed_line_by_line_and_shown_on_the_pager():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        await type_line(pilot, "on incident os-cve")
        await type_line(pilot, "ack $incident.id")
        assert screen.terminal.before == "on incident os-cve\nack $incident.id\n"
        await type_line(pilot, "end")
        assert screen.terminal.before == ""
        await until(pilot, lambda: "Standing order for os-cve: 1 line is given" in screen_text(pilot.app))
        assert screen.terminal.line.history.older("") is None  # a block is no single line to be had again
        await until(pilot, lambda: "standing orders: os-cve" in screen_text(pilot.app))
        await type_line(pilot, "standing off os-cve")
        await until(pilot, lambda: "standing orders: os-cve" not in screen_text(pilot.app))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_table_is_as_wide_as_there_is_room_for(size):
    async with running(size) as pilot:
        screen = await play(pilot, a_session())
        await type_line(pilot, "ec2 describe-images --output table")
        await until(pilot, lambda: "VolumeSize" in screen.terminal._answer)
        assert max(map(len, screen.terminal._answer.split("\n"))) <= screen.terminal.cells


async def test_what_was_said_behind_another_pane_is_in_sight_afterwards():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        for i in range(30):
            screen.terminal.say(f"line {i}")
        await pilot.press("f5")
        await pilot.pause()
        screen.terminal.say("\n".join(f"answer {i}" for i in range(20)))
        await pilot.pause()
        await pilot.press("f3")
        await until(pilot, lambda: "answer 19" in screen_text(pilot.app))


async def test_lines_typed_faster_than_they_are_taken_stay_apart():
    """Every key is there before the app has done anything with the first one, as after a pause of the machine."""
    async with running() as pilot:
        screen = await play(pilot, a_session())
        screen.terminal.line.focus()
        await pilot.pause()
        for character in "note one\rnote two\rec2 create-vpc \\\r--cidr-block 10.0.0.0/16\rnote th":
            pilot.app.post_message(Key(NAMED.get(character, character), None if character == "\r" else character))
        await until(pilot, lambda: screen.terminal.line.value == "note th")
        assert screen.terminal.line.history.lines == ["note one", "note two", "ec2 create-vpc --cidr-block 10.0.0.0/16"]
        assert screen.terminal.before == ""


NAMED = {"\r": "enter", " ": "space"}
