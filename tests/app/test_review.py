"""Review: front, back, knew it or not; and nothing due is said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cloudlab.app.screens.menu.screen import MenuScreen
from cloudlab.app.screens.review.screen import ReviewScreen
from cloudlab.lab.profile import load_profile
from cloudlab.lab.review import DueCard
from tests.app.stage import NARROW, WIDE, TestDoors, running, same_as_golden, screen_text, until


def some() -> TestDoors:
    doors = TestDoors()
    doors.cards = [
        DueCard("90-test/host", "90-test", "Who patches [red]the host[/]?", "AWS, on every road.", 1),
        DueCard("90-test/guest", "90-test", "Who patches the guest?", "You.", 0),
    ]
    return doors


async def review(pilot):
    await until(pilot, lambda: pilot.app.screen.looked)
    pilot.app.open_review()
    await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen) and pilot.app.screen.is_mounted)
    await pilot.pause()
    return pilot.app.screen


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_front_then_back_then_judged_by_keyboard(size):
    async with running(size, doors=some()) as pilot:
        await review(pilot)
        await until(pilot, lambda: "card 1 of 2" in screen_text(pilot.app))
        assert "AWS, on every road." not in screen_text(pilot.app)
        await pilot.press("k")
        assert "card 1 of 2" in screen_text(pilot.app)
        await pilot.press("enter")
        await pilot.pause()
        same_as_golden(pilot.app, f"review-{size[0]}x{size[1]}")
        await pilot.press("k", "enter", "d")
        await pilot.pause()
        assert "Done: 1 of 2 known." in screen_text(pilot.app)
        cards = load_profile().cards
        assert cards["90-test/guest"].on == date.today() + timedelta(days=1)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MenuScreen))


async def test_by_mouse():
    async with running(doors=some()) as pilot:
        await review(pilot)
        await until(pilot, lambda: "card 1 of 2" in screen_text(pilot.app))
        await pilot.click("#turn")
        await pilot.pause()
        await pilot.click("#missed")
        await until(pilot, lambda: "card 2 of 2" in screen_text(pilot.app))


async def test_nothing_due_is_said():
    async with running() as pilot:
        await review(pilot)
        await until(pilot, lambda: "Nothing is due today." in screen_text(pilot.app))
