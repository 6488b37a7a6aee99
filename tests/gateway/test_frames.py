"""What a browser is sent, and when."""

from __future__ import annotations

import asyncio

import pytest

from cloudlab.gateway.frames import LARGEST_BACKLOG, SETTLE, Frames


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def never() -> None:
    raise AssertionError("nothing was lost, so nothing has to be drawn anew")


async def test_what_came_together_goes_together():
    frames = Frames(never)
    frames.put(b"a")
    frames.put(b"b")
    assert await frames.take() == b"ab"
    frames.put(b"c")
    frames.close()
    assert await frames.take() == b"c"
    assert await frames.take() is None
    assert await frames.take() is None


async def test_three_pieces_at_once_then_twelve_a_second(monkeypatch: pytest.MonkeyPatch):
    clock, slept = Clock(), []

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds, 4))
        clock.now += seconds

    frames = Frames(never, clock)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    for _ in range(5):
        frames.put(b"x")
        await frames.take()
    # Three times settling for 3 ms earned 0.108 of a piece; the fourth has to wait for the rest of its twelfth of a second.
    assert slept[:3] == [SETTLE, SETTLE, SETTLE]
    assert slept[3] == pytest.approx((1 - 0.108) / 12, abs=1e-4)
    assert slept[4] == pytest.approx(1 / 12, abs=1e-4)
    clock.now += 10
    assert frames.pause() == SETTLE


async def test_a_slow_browser_gets_the_whole_screen_instead_of_a_backlog():
    asked = []
    frames = Frames(lambda: asked.append(1))
    for _ in range(5):
        frames.put(b"~" * (LARGEST_BACKLOG // 4))
    frames.put(b"also lost")
    taking = asyncio.create_task(frames.take())
    while not asked:
        await asyncio.sleep(0)
    frames.put(b"the screen")
    assert await taking == b"the screen"
    assert asked == [1]
