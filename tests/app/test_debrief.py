"""The debrief screen: sections, questions explained once answered, the other road, and what the keys do."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import OptionList

from cloudlab.app.doors import Doors
from cloudlab.app.screens.brief.screen import BriefScreen
from cloudlab.app.screens.debrief.screen import DebriefScreen
from cloudlab.app.screens.menu.screen import MenuScreen
from cloudlab.lab.debrief import Side, Told
from cloudlab.lab.futures import Future, Futures
from cloudlab.lab.profile import load_profile
from cloudlab.model.time import at
from tests.app.stage import NARROW, WIDE, TestDoors, a_session, play, running, same_as_golden, screen_text, until


def the_other() -> Side:
    hours = tuple((at(1, f"{h:02d}:00"), 2000 if h > 10 else 0, 0 if h > 10 else 2000) for h in range(9, 24))
    struck = (
        Told(at(1, "13:10"), "Endpoint instance replaced", "churn", "hardware", "AWS", 60, 300, False, "AWS put another one there", 1),
        Told(at(1, "20:10"), "Disk full", "i-1", "storage-capacity", "you", 60, None, True, "", 7),
    )
    return Side(
        "managed", "won", "answered all of it", 7_200, 73_000_000, 3_600, 2_900_000_000, 30_000, 26_000, 0, 2, hours,
        ledger=(("sagemaker endpoint", 3_000_000), ("people", 70_000_000)), toil=(("sagemaker:create-endpoint", 3_600, 1),),
        incidents=struck,
    )  # fmt: skip


def futures(won: int, of: int = 100) -> Futures:
    runs = (Future(10_001 + i, "won" if i < won else "lost", "nobody was paged", 997 if i < won else 870, i % 3) for i in range(of))
    return Futures(tuple(runs))


async def over(pilot, doors: TestDoors):
    """End a run that nothing was done in, and wait for its debrief."""
    session = a_session()
    session.commit("predicted", "P1", "a")
    screen = await play(pilot, session)
    session.step(session.level.scenario.ends)
    screen.refresh_view()
    await until(pilot, lambda: isinstance(pilot.app.screen, DebriefScreen))
    return pilot.app.screen


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_debrief_follows_the_end_of_a_run(size):
    doors = TestDoors()
    doors.other = the_other()
    async with running(size, doors=doors) as pilot:
        screen = await over(pilot, doors)
        assert screen.section == "questions"
        assert "LOST" in screen_text(pilot.app)
        await until(pilot, lambda: screen.futures is not None)
        for section in ("score", "other", "money", "incidents", "provider", "futures", "cards", "timeline"):
            await pilot.press("down")
            await pilot.pause()
            assert screen.section == section
            if section in ("other", "money", "futures"):
                same_as_golden(pilot.app, f"debrief-{section}-{size[0]}x{size[1]}")


async def test_the_principle_stands_after_the_comparison_only():
    doors = TestDoors()
    async with running(doors=doors) as pilot:
        screen = await over(pilot, doors)
        screen._show("other")
        await until(pilot, lambda: "nobody who plays the other road" in screen_text(pilot.app))
        shown = screen_text(pilot.app)
        assert "The principle" not in shown
        screen.other = the_other()
        drawn = "\n".join("".join(text for text, _ in row) for row in screen._draw(90, 30))
        assert drawn.index("the other road") < drawn.index("What you did not ask for does not exist.")


async def test_the_third_star_comes_once_the_futures_are_played_and_is_kept():
    class PlayingDoors(TestDoors):
        go_on = asyncio.Event()

        async def futures(self, session, each):
            each(futures(35, 40))
            await self.go_on.wait()
            return 3, futures(97)

    doors = PlayingDoors()
    async with running(doors=doors) as pilot:
        screen = await over(pilot, doors)
        screen._show("futures")
        await until(pilot, lambda: "40 of 100" in screen_text(pilot.app))
        assert "☆☆☆" in screen_text(pilot.app)
        assert dict(load_profile().stars)["90-test"] == 0
        doors.go_on.set()
        await until(pilot, lambda: "won in 97 of 100" in screen_text(pilot.app))
        assert "★★★" in screen_text(pilot.app)
        assert dict(load_profile().stars)["90-test"] == 3
        assert len(load_profile().cards) == 1


async def test_the_futures_of_a_run_are_really_played():
    session = a_session()
    session.step(session.level.scenario.ends)
    counted = []
    stars, played = await Doors().futures(session, lambda so_far: counted.append(len(so_far.runs)))
    assert (stars, played.won, counted) == (0, 0, list(range(1, 101)))


async def test_a_question_is_explained_once_it_is_answered():
    doors = TestDoors()
    async with running(doors=doors) as pilot:
        screen = await over(pilot, doors)
        assert "The hypervisor is AWS's" not in screen_text(pilot.app)
        screen.query_one("#questions").query_one(OptionList).focus()
        await pilot.press("end", "enter")
        await until(pilot, lambda: "The hypervisor is AWS's on every road." in screen_text(pilot.app))
        assert "you said: AWS  (so it is)" in screen_text(pilot.app)
        assert next(q for q in screen.told.quizzes if q.id == "Q1").chosen == "b"


async def test_stars_are_kept_and_cards_come_back():
    doors = TestDoors()
    async with running(doors=doors) as pilot:
        screen = await over(pilot, doors)
        profile = load_profile()
        assert dict(profile.best) == {"90-test": screen.told.score.total}
        assert list(profile.cards) == ["90-test/host"]


async def test_report_new_seed_and_menu():
    doors = TestDoors()
    async with running(doors=doors, notifications=True) as pilot:
        doors.home = lambda: pilot.app.session.journal.path.parent  # type: ignore[method-assign]
        screen = await over(pilot, doors)
        await pilot.press("s")
        reports = sorted((screen.session.journal.path.parent / "reports").iterdir())
        assert [r.suffix for r in reports] == [".html", ".json", ".md"]
        assert all("What you did not ask for does not exist." in r.read_text() for r in reports[1:])
        assert "<svg" in reports[0].read_text()
        await pilot.pause()
        assert not pilot.app.screen.query("Toast")  # it is told in a row of its own and covers nothing
        assert "✓ Saved: /" in screen_text(pilot.app)
        assert "beside it the same as .md and .json" in "".join(screen_text(pilot.app).split("\n"))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        assert pilot.app.screen.seed == 123456
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))


async def test_what_comes_while_the_debrief_goes_is_no_bug():
    """The other road comes just as the screen's own parts are gone already and it is not yet."""

    class SlowDoors(TestDoors):
        screen: DebriefScreen | None = None

        async def other_road(self, session):
            while self.screen is None or self.screen.query("#sections"):
                await asyncio.sleep(0)
            return the_other()

    doors = SlowDoors()
    async with running(doors=doors) as pilot:
        doors.screen = screen = await over(pilot, doors)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))
        assert not screen.is_running
