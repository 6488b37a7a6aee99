"""What the game in a browser costs: time to the first frame, a key's way, memory and CPU per place. Run on purpose: `make bench`."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import pytest

from tests.gateway.conftest import Gateway, Page

PLACES = 8
FIRST_FRAME_SECONDS = 1.5
KEY_SECONDS = 0.100
"""From a key to the app's answer at the socket, the median."""
PLACE_MB = 80
IDLE_PERCENT = 3.0

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


@pytest.fixture
def gateway() -> Iterator[tuple[int, Gateway]]:
    """Run `cloudlab serve` by itself; yields its pid and what a browser needs to know of it."""
    command = [sys.executable, "-m", "cloudlab", "serve", "--port", "0", "--max-sessions", str(PLACES)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    found = re.search(r":(\d+)/", process.stdout.readline())
    assert found
    yield process.pid, Gateway(int(found[1]), None)  # type: ignore[arg-type]
    process.terminate()
    process.communicate(timeout=20)


def share_mb(process: psutil.Process) -> float:
    """Return the memory that is this process's own part, shared pages divided among those who share them."""
    return sum(m.pss for m in process.memory_maps()) / 1e6


async def to_play(page: Page) -> None:
    await page.type("\r")
    await page.reads("before you start")
    await page.type("\x13")
    await page.reads("who holds it")


async def test_places(gateway: tuple[int, Gateway], capsys: pytest.CaptureFixture[str]) -> None:
    pid, door = gateway
    server = psutil.Process(pid)
    alone = share_mb(server)
    first, keys = [], []
    async with AsyncExitStack() as opened:
        pages = []
        for _ in range(PLACES):
            badge = await door.badge()
            began = time.perf_counter()
            page = await opened.enter_async_context(door.page(badge, size=(120, 36)))
            await page.reads("Open for business")
            first.append(time.perf_counter() - began)
            pages.append(page)
        apps = server.children()
        menu = [share_mb(app) for app in apps]
        for page in pages:
            await to_play(page)
        reading = [asyncio.create_task(read_on(page)) for page in pages[1:]]
        await asyncio.sleep(3)
        play = [share_mb(app) for app in apps]
        page = pages[0]
        for letter in "ec2 describe-vpcs" * 2:
            await quiet(page)
            began = time.perf_counter()
            await page.type(letter)
            while not page.drawn:
                await page.next()
            keys.append(time.perf_counter() - began)
        reading.append(asyncio.create_task(read_on(page)))
        used = [sum(app.cpu_times()[:2]) for app in (*apps, server)]
        await asyncio.sleep(10)
        idle = [(sum(app.cpu_times()[:2]) - before) * 10 for app, before in zip((*apps, server), used, strict=True)]
        whole = share_mb(server)
        for task in reading:
            task.cancel()
    with capsys.disabled():
        print(f"\nfirst frame at the socket {median(first) * 1000:.0f} ms (longest {max(first) * 1000:.0f})")
        print(f"key to the app's answer {median(keys) * 1000:.0f} ms (longest {max(keys) * 1000:.0f})")
        print(f"per place {median(menu):.1f} MB in the menu, {median(play):.1f} in play")
        print(f"gateway {alone:.1f} MB, with {PLACES} places {whole:.1f}")
        print(f"CPU when nobody plays: {median(idle[:-1]):.2f} % of a core per place, gateway {idle[-1]:.2f} %")
    assert median(first) < FIRST_FRAME_SECONDS
    assert median(keys) < KEY_SECONDS
    assert median(play) < PLACE_MB
    assert median(idle[:-1]) < IDLE_PERCENT


async def quiet(page: Page) -> None:
    """Take what comes until nothing has come for a while."""
    with suppress(TimeoutError):
        while True:
            await asyncio.wait_for(page.next(), 0.2)
    page.drawn = ""


async def read_on(page: Page) -> None:
    while True:
        await page.next()
        page.drawn = ""


@pytest.mark.skipif(CHROMIUM is None or importlib.util.find_spec("playwright") is None, reason="no Chromium here, or no playwright")
async def test_first_frame_in_a_browser(gateway: tuple[int, Gateway], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from playwright.async_api import async_playwright

    _, door = gateway
    shown: list[float] = []
    async with async_playwright() as tools:
        browser: Any = await tools.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(5):
            context = await browser.new_context(viewport={"width": 1200, "height": 760})
            page = await context.new_page()
            began = time.perf_counter()
            await page.goto(f"http://127.0.0.1:{door.port}/")
            await page.wait_for_selector("[data-notice=opening]", state="hidden")
            shown.append(time.perf_counter() - began)
            await page.keyboard.press("Control+q")
            await context.close()
        await browser.close()
    with capsys.disabled():
        each = ", ".join(f"{one * 1000:.0f}" for one in shown)
        print(f"\naddress to first frame {median(shown) * 1000:.0f} ms ({each}); load {os.getloadavg()[0]:.1f}")
    assert median(shown) < 2 * FIRST_FRAME_SECONDS
