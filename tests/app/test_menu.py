"""The menu: what can be chosen, clear empty states, settings that stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import OptionList

from cloudlab.app.doors import Doors, LastRun, Standing
from cloudlab.app.main import Start
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.debrief.screen import DebriefScreen
from cloudlab.app.screens.menu.screen import MenuScreen
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.app.screens.review.screen import ReviewScreen
from cloudlab.app.screens.settings.screen import SettingsScreen
from cloudlab.app.widgets.one_of import OneOf
from cloudlab.lab.campaign import campaign
from tests.app.stage import LEVELS, NARROW, WIDE, TestDoors, a_session, running, same_as_golden, screen_text, until


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_menu_looks_as_it_should(size):
    doors = TestDoors()
    doors.last = LastRun(Path("run.jsonl"), "90-test", "90 A level for tests, day 1 14:20")
    doors.stars = {"90-test": Standing(2, 731)}
    async with running(size, doors=doors) as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        same_as_golden(pilot.app, f"menu-{size[0]}x{size[1]}")


async def test_nothing_to_continue_and_no_levels_is_said():
    doors = TestDoors()
    doors.entries = ()
    async with running(doors=doors) as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        shown = screen_text(pilot.app)
        assert "no unfinished run" in shown
        assert "No levels were found" in shown


async def test_a_cut_run_and_saves_that_cannot_be_read_are_shown_as_such():
    doors = TestDoors()
    doors.last = LastRun(Path("run.jsonl"), "90-test", "90 A level for tests, day 1 14:20", damage="Line 7 is cut off.")
    doors.damaged = ("old.jsonl is no journal [red]at all[/].",)
    async with running(doors=doors) as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        shown = screen_text(pilot.app)
        assert "its end was cut" in shown
        assert "1 save cannot be read" in shown
        assert "Line 7 is cut off." in " ".join(shown.split())
        await pilot.press("down")
        await pilot.pause()
        assert [word for word in ("no", "journal", "[red]at", "all[/].") if word not in screen_text(pilot.app)] == []


async def test_the_menu_leads_to_settings_and_review_and_back():
    async with running() as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        assert "nothing due" in screen_text(pilot.app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen))
        await pilot.press("escape", "end", "up", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))


def test_the_campaign_reads_heads_only():
    assert [(e.id, e.number, e.title, e.act) for e in campaign(LEVELS)] == [("90-test", "90", "A level for tests", 1)]


async def test_from_menu_over_brief_to_play_by_keyboard():
    async with running() as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        assert pilot.app.screen.query_one(OneOf).has_focus
        await pilot.press("down", "down", "enter", "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))
        session = pilot.app.session
        assert session is not None
        assert session.journal.header.seed == 123456
        assert [r.body for r in session.decisions()] == [{"kind": "predicted", "key": "P1", "choice": "b"}]


async def test_from_menu_to_play_by_mouse():
    async with running() as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        listed = pilot.app.screen.query_one("#choices-menu", OptionList)
        row = next(y for y, text in enumerate(screen_text(pilot.app).splitlines()) if "A level for tests" in text and "☆" in text)
        await pilot.click(listed, offset=(6, row - listed.region.y))
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        await pilot.click("#start")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))


async def test_a_level_that_is_not_there_is_told_on_the_menu():
    doors = TestDoors()
    async with running(doors=doors, notifications=True) as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        pilot.app.open_brief("[red]nowhere")
        await until(pilot, lambda: "there is no level '[red]nowhere'" in screen_text(pilot.app))
        assert isinstance(pilot.app.screen, MenuScreen)


async def test_resume_goes_on_where_it_was():
    session = a_session()
    session.note("left here")
    path = Path(str(session.journal.path))
    session.close()

    class Doors(TestDoors):
        async def resume_run(self, path):
            from cloudlab.lab.session import Session
            from cloudlab.lab.work import KnownWork
            from tests.app.stage import the_level

            return Session.resume(the_level(), path, KnownWork({}))

    doors = Doors()
    doors.last = LastRun(path, "90-test", "A level for tests, day 1 09:00")
    async with running(doors=doors) as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))


async def test_leaving_a_run_tells_where_it_is_saved_without_a_toast():
    async with running(notifications=True, start=Start(level="90-test")) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))
        await pilot.press("escape", "f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))
        await until(pilot, lambda: "saved: /" in screen_text(pilot.app))
        assert not pilot.app.screen.query("Toast")


async def test_the_brief_scrolls_while_the_cursor_is_on_an_answer():
    async with running(NARROW) as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        text = pilot.app.screen.query_one("#brief-text")
        text.set_drawing(lambda cells, rows: [((f"row {i}", ""),) for i in range(3 * rows)])
        await pilot.pause()
        await pilot.press("pagedown")
        assert text.scroll_offset.y > 0
        await pilot.press("pageup")
        assert text.scroll_offset.y == 0
        assert pilot.app.screen.query_one(OneOf).has_focus


async def test_an_answer_chosen_and_at_once_started_with_is_kept():
    async with running() as pilot:
        await until(pilot, lambda: pilot.app.screen.looked)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        for key in ("down", "down", "enter", "ctrl+s"):  # all there before the first is looked at
            pilot.app.post_message(Key(key, None))
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))
        assert [r.body for r in pilot.app.session.decisions()] == [{"kind": "predicted", "key": "P1", "choice": "b"}]


async def test_what_one_is_handed_is_chosen_at_the_brief_and_kept_for_the_next_try():
    async with running(doors=Doors()) as pilot:
        pilot.app.open_brief("02-two-zones", seed=1)
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        brief = pilot.app.screen
        handed, asked = brief.query(OneOf)
        assert asked.has_focus
        first, second = handed.choices
        assert handed.chosen == first
        before = screen_text(pilot.app)
        await pilot.press("shift+tab", "down", "enter")
        await until(pilot, lambda: brief.level.scenario.start == second)
        await until(pilot, lambda: screen_text(pilot.app).split("│")[1:60] != before.split("│")[1:60])
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))
        assert pilot.app.session.level.scenario.start == second
        pilot.app.post_message(DebriefScreen.Again())
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        assert next(iter(pilot.app.screen.query(OneOf))).chosen == second
