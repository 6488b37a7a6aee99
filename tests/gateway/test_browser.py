"""The page in a real browser: opens, takes keys without a click, plays, survives a reload, and asks no other machine for anything."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.gateway.conftest import PATIENCE, Gateway, drawn_text, until

WHERE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next((found for name in WHERE if (found := shutil.which(name))), None)

playwright_api = pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install '.[browser]'")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; install one (apt install chromium) or set CHROMIUM to its path")


@dataclass
class Tab:
    """One page, and everything it said to anybody."""

    page: Any
    asked: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    drawn: bytearray = field(default_factory=bytearray)

    def listen(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._logged)
        self.page.on("websocket", self._connected)

    def _logged(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _connected(self, socket: Any) -> None:
        self.sockets.append(socket.url)
        socket.on("framereceived", self._received)

    def _received(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self.drawn += frame

    async def reads(self, words: str) -> None:
        """Wait until the app has drawn these words since the last time."""
        async with asyncio.timeout(PATIENCE):
            while words not in drawn_text(self.drawn.decode("utf-8", "ignore")):
                await asyncio.sleep(0.03)
        self.drawn.clear()

    async def notice(self) -> str | None:
        """Return which notice lies over the terminal."""
        shown = "[...document.querySelectorAll('[data-notice]')].filter((one) => !one.hidden).map((one) => one.dataset.notice)"
        found = await self.page.evaluate(shown)
        return found[0] if found else None


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Any]:
    async with playwright_api.async_playwright() as tools:
        # A container's small /dev/shm and missing user namespaces are no business of this test's: it only visits this machine.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
        try:
            opened = await tools.chromium.launch(executable_path=CHROMIUM, args=arguments)
        except playwright_api.Error as error:
            pytest.skip(f"{CHROMIUM} does not start here: {str(error).splitlines()[0]}")
        yield opened
        await opened.close()


async def open_tab(browser: Any, gateway: Gateway) -> Tab:
    context = await browser.new_context(viewport={"width": 1200, "height": 760})
    tab = Tab(await context.new_page())
    tab.listen()
    await tab.page.goto(f"http://127.0.0.1:{gateway.port}/")
    return tab


async def test_the_game_in_a_browser(serve: Callable[..., Any], browser: Any, cloudlab_home: Path):
    gateway = await serve(manner=None)
    tab = await open_tab(browser, gateway)

    await tab.reads("Open for business")
    assert await tab.notice() is None
    assert await tab.page.evaluate("document.activeElement.className") == "xterm-helper-textarea"
    # no click before these keys
    await tab.page.keyboard.press("Enter")
    await tab.reads("before you start")
    await tab.page.keyboard.press("Control+s")
    await tab.reads("who holds it")
    await tab.page.keyboard.type("ec2 create-vpc --cidr-block 10.0.0.0/16")
    await tab.page.keyboard.press("Enter")
    (journal,) = cloudlab_home.rglob("*.jsonl")
    await until(lambda: "create-vpc" in journal.read_text() or "CreateVpc" in journal.read_text())

    (app,) = gateway.apps()
    tab.drawn.clear()
    await tab.page.reload()
    await tab.reads("who holds it")
    assert gateway.apps() == [app]
    await tab.page.keyboard.type("ec2 describe-vpcs")
    await tab.reads("describe-vpcs")

    assert tab.complaints == []
    here = f"//127.0.0.1:{gateway.port}/"
    assert [url for url in tab.asked + tab.sockets if not url.startswith((f"http:{here}", f"ws:{here}"))] == []
    assert {re.sub(r".*/", "", url) for url in tab.asked} >= {"", "textual.js", "game.js"}


async def test_a_dropped_connection_comes_back_by_itself(serve: Callable[..., Any], browser: Any):
    gateway = await serve()
    tab = await open_tab(browser, gateway)
    await tab.reads("told focus;")
    (app,) = gateway.apps()
    gateway.drop()
    await tab.reads("told repaint;")
    await until(lambda: len(tab.sockets) == 2)
    await tab.page.wait_for_selector("[data-notice=lost]", state="hidden")
    await tab.page.keyboard.type("z")
    await tab.reads("typed z;")
    assert gateway.apps() == [app]


async def test_wherever_one_clicks_keys_go_to_the_game_and_pasting_pastes(serve: Callable[..., Any], browser: Any):
    gateway = await serve()
    tab = await open_tab(browser, gateway)
    await tab.reads("told focus;")
    await tab.page.evaluate("document.activeElement.blur()")
    await tab.reads("told blur;")
    await tab.page.mouse.click(300, 300)
    await tab.page.keyboard.type("z")
    await tab.reads("typed z;")
    await tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await tab.page.evaluate("navigator.clipboard.writeText('one\\ntwo')")
    await tab.page.keyboard.press("Control+v")
    await tab.reads("typed one\rtwo;")


async def test_the_page_says_what_is_the_matter(serve: Callable[..., Any], browser: Any):
    gateway = await serve(places=1)
    tab = await open_tab(browser, gateway)
    await tab.reads("told focus;")
    other = await open_tab(browser, gateway)
    await other.page.wait_for_selector("[data-notice=full]:not([hidden])")
    assert "lets 1 play at the same time" in await other.page.inner_text("[data-notice=full]")

    # the place is free once the first has left; its page offers the way back, and the key for it is at hand
    (seat,) = gateway.lobby.seats.values()
    await seat.type("leave")
    await tab.page.wait_for_selector("[data-notice=over]:not([hidden])")
    tab.drawn.clear()
    await tab.page.keyboard.press("Enter")
    await tab.reads("size ")
    assert await tab.notice() is None
