"""The page in a real browser: opens, takes keys without a click, plays, survives a reload, and asks no other machine for anything."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.gateway.conftest import PATIENCE, Gateway, drawn_text, gone, until

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
    typed: list[str] = field(default_factory=list)
    """What was handed to the app as typed, a key or a paste each."""
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
        socket.on("framesent", self._sent)

    def _sent(self, frame: str | bytes) -> None:
        match json.loads(frame):
            case ["stdin", typed]:
                self.typed.append(typed)

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
        arguments.append("--host-resolver-rules=MAP lab.example.org 127.0.0.1")
        try:
            opened = await tools.chromium.launch(executable_path=CHROMIUM, args=arguments)
        except playwright_api.Error as error:
            pytest.skip(f"{CHROMIUM} does not start here: {str(error).splitlines()[0]}")
        yield opened
        await opened.close()


KEPT = """addEventListener("keydown", (event) => {
    if (!["Control", "Shift", "Alt"].includes(event.key)) setTimeout(() => { window.kept = event.defaultPrevented; });
}, true)"""
"""Notes of each key whether the page kept it from the browser. Before any listener of the page's, which may be the last for a key."""


async def open_tab(browser: Any, gateway: Gateway, address: str = "", route: Callable[[Any], Any] | None = None) -> Tab:
    context = await browser.new_context(viewport={"width": 1200, "height": 760}, ignore_https_errors=True)
    if route is not None:
        await context.route("**/page/game.js", route)
    await context.add_init_script(KEPT)
    tab = Tab(await context.new_page())
    tab.listen()
    await tab.page.goto(address or f"http://127.0.0.1:{gateway.port}/")
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
    await tab.page.keyboard.type("ec2 create-vpc")
    await tab.reads("create-vpc")
    await tab.page.keyboard.press("Shift+Enter")  # a line further, not yet given
    await tab.reads("goes on")
    await tab.page.keyboard.type("--cidr-block 10.0.0.0/16")
    await tab.page.keyboard.press("Enter")
    (journal,) = (cloudlab_home / "saves").rglob("*.jsonl")
    await until(lambda: "create-vpc" in journal.read_text() or "CreateVpc" in journal.read_text())

    ground = "getComputedStyle(document.querySelector('.xterm-viewport')).backgroundColor"
    assert await tab.page.evaluate(ground) == "rgb(20, 24, 31)"

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


async def test_the_code_is_typed_and_no_longer_in_the_address(serve: Callable[..., Any], browser: Any):
    gateway = await serve(code="k3m9p-ab2cd")
    tab = await open_tab(browser, gateway)
    assert gateway.lobby.seats == {}
    await tab.page.keyboard.type("K3m9p-ab2cd")  # the field has the focus
    await tab.page.keyboard.press("Enter")
    await tab.reads("told focus;")
    assert tab.page.url == f"http://127.0.0.1:{gateway.port}/"
    await tab.page.goto(f"http://127.0.0.1:{gateway.port}/?delay=9&ping=http://evil.example")
    await tab.reads("told repaint;")
    assert tab.page.url == f"http://127.0.0.1:{gateway.port}/"
    assert not any(url.startswith("http://evil") for url in tab.asked)


PASSED = {
    "F1": "\x1bOP",
    "F2": "\x1bOQ",
    "F3": "\x1bOR",
    "F4": "\x1bOS",
    "F5": "\x1b[15~",
    "F6": "\x1b[17~",
    "F7": "\x1b[18~",
    "F8": "\x1b[19~",
    "F9": "\x1b[20~",
    "F10": "\x1b[21~",
    "F11": "\x1b[23~",
    "F12": "\x1b[24~",
    "Shift+F5": "\x1b[15;2~",
    "Control+r": "\x12",
    "Control+l": "\x0c",
    "Control+p": "\x10",
    "Control+f": "\x06",
    "Control+g": "\x07",
    "Control+k": "\x0b",
    "Control+o": "\x0f",
    "Control+s": "\x13",
    "Control+u": "\x15",
    "Control+d": "\x04",
    "Control+j": "\n",
    "Control+y": "\x19",
    "Control+z": "\x1a",
    "Control+a": "\x01",
    "Control+e": "\x05",
    "Control+h": "\x08",
    "Control+q": "\x11",
    "Control+c": "\x03",
    # a browser's tab keeps these for itself; a window without tabs hands them over, and then they are the game's
    "Control+n": "\x0e",
    "Control+t": "\x14",
    "Control+w": "\x17",
    "Alt+d": "\x1bd",
    "Alt+f": "\x1bf",
    "Alt+Enter": "\x1b[13;2u",
    "Shift+Enter": "\x1b[13;2u",
    "Tab": "\t",
    "Escape": "\x1b",
}
"""Keys with a meaning in browsers, and what the game is to get."""


async def test_keys_go_to_the_game_and_not_to_the_browser(serve: Callable[..., Any], browser: Any):
    gateway = await serve()
    tab = await open_tab(browser, gateway)
    await tab.reads("told focus;")

    async def kept_from_the_browser(key: str) -> bool:
        await tab.page.evaluate("window.kept = null")
        await tab.page.keyboard.press(key)
        async with asyncio.timeout(PATIENCE):
            while (kept := await tab.page.evaluate("window.kept")) is None:
                await asyncio.sleep(0.01)
        return bool(kept)

    for key, sequence in PASSED.items():
        tab.typed.clear()
        assert await kept_from_the_browser(key), key
        await until(lambda: tab.typed != [])
        assert tab.typed == [sequence], key
    assert len(tab.sockets) == 1
    for key in ("Control+Equal", "Control+Minus", "Control+Digit0"):  # how large the letters are is the browser's
        assert not await kept_from_the_browser(key), key


async def test_another_size_of_the_window_is_another_size_of_the_screen(serve: Callable[..., Any], browser: Any):
    gateway = await serve()
    tab = await open_tab(browser, gateway)
    await tab.reads("told focus;")
    (seat,) = gateway.lobby.seats.values()
    wide, high = seat.size
    await tab.page.set_viewport_size({"width": 600, "height": 380})
    await tab.reads("told resize ")
    await until(lambda: seat.size[0] in (wide // 2 - 1, wide // 2) and seat.size[1] in (high // 2 - 1, high // 2))


async def test_a_copied_tab_takes_the_game_over_and_it_can_be_had_back(serve: Callable[..., Any], browser: Any):
    gateway = await serve()
    one = await open_tab(browser, gateway)
    await one.reads("told focus;")
    async with one.page.context.expect_page() as opened:
        await one.page.evaluate("window.open('/')")  # which copies what the tab keeps, as duplicating it does
    two = Tab(await opened.value)
    two.listen()
    await one.page.wait_for_selector("[data-notice=moved]:not([hidden])")
    assert len(gateway.lobby.seats) == 1
    await two.page.keyboard.type("z")
    await until(lambda: two.typed == ["z"])
    one.drawn.clear()
    await one.page.click("[data-notice=moved] button")
    await one.reads("told repaint;")
    await two.page.wait_for_selector("[data-notice=moved]:not([hidden])")
    assert len(gateway.lobby.seats) == 1


async def test_a_gateway_that_comes_back_is_found_again(serve: Callable[..., Any], browser: Any):
    first = await serve()
    tab = await open_tab(browser, first)
    await tab.reads("told focus;")
    apps = first.apps()
    await first.stop()
    await gone(apps)
    await tab.page.wait_for_selector("[data-notice=lost]:not([hidden]), [data-notice=over]:not([hidden])")
    again = await serve(port=first.port)
    if await tab.notice() == "over":
        await tab.page.keyboard.press("Enter")
    await tab.page.wait_for_selector("[data-notice=lost]", state="hidden")
    await until(lambda: len(again.lobby.seats) == 1)
    await tab.page.keyboard.type("z")
    await tab.reads("typed z;")


async def test_a_line_that_died_without_a_word_is_taken_up_anew(serve: Callable[..., Any], browser: Any):
    gateway = await serve()
    asleep = asyncio.Event()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, until_asleep: bool) -> None:
        with suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(1 << 16):
                if until_asleep and asleep.is_set():
                    await asyncio.sleep(PATIENCE)
                writer.write(data)
                await writer.drain()
        writer.close()

    lines: list[asyncio.Task[Any]] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside = await asyncio.open_connection("127.0.0.1", gateway.port)
        quiet = not asleep.is_set()
        lines.append(asyncio.create_task(carry(reader, inside[1], quiet)))
        lines.append(asyncio.create_task(carry(inside[0], writer, quiet)))

    async def sooner(route: Any) -> None:
        answer = await route.fetch()
        text = await answer.text()
        assert "BEAT = 10000" in text
        await route.fulfill(response=answer, body=text.replace("BEAT = 10000", "BEAT = 200"))

    relay = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        port = relay.sockets[0].getsockname()[1]
        tab = await open_tab(browser, gateway, f"http://127.0.0.1:{port}/", sooner)
        await tab.reads("told focus;")
        await asyncio.sleep(1)  # five questions, each answered
        assert len(tab.sockets) == 1
        asleep.set()
        await until(lambda: len(tab.sockets) == 2)
        await tab.reads("told repaint;")
        await tab.page.wait_for_selector("[data-notice=lost]", state="hidden")
        await tab.page.keyboard.type("z")
        await tab.reads("typed z;")
        assert len(gateway.lobby.seats) == 1
    finally:
        relay.close()
        for carried in lines:
            carried.cancel()
        await asyncio.gather(*lines, return_exceptions=True)


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/", "http://lab.example.org:{port}/"])
async def test_the_game_copies_to_the_clipboard_encrypted_or_not(serve: Callable[..., Any], browser: Any, address: str):
    """From another machine without TLS, browsers keep the clipboard from pages; a copy that answers a key works all the same."""
    gateway = await serve(public="http://lab.example.org:{port}")
    address = address.format(port=gateway.port)
    tab = await open_tab(browser, gateway, address)
    await tab.reads("told focus;")
    assert await tab.page.evaluate("isSecureContext") is ("127" in address)
    if "127" in address:
        await tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await tab.page.keyboard.press("y")
    await tab.reads("typed y;")
    await asyncio.sleep(0.3)
    tab.typed.clear()
    await tab.page.keyboard.press("Control+v")
    await until(lambda: tab.typed != [])
    assert tab.typed == ["kopié ✓"]
    assert [said for said in tab.complaints if "Opener-Policy" not in said] == []  # which means nothing where nothing is encrypted


async def test_what_is_marked_with_the_mouse_is_copied_by_ctrl_c(serve: Callable[..., Any], browser: Any):
    gateway = await serve()
    tab = await open_tab(browser, gateway)
    await tab.reads("told focus;")
    await tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await tab.page.mouse.dblclick(20, 10)  # a word: what the app drew first, in the upper left corner
    tab.typed.clear()
    await tab.page.keyboard.press("Control+c")
    assert (await tab.page.evaluate("navigator.clipboard.readText()")).startswith("size")
    assert tab.typed == []
    await tab.page.keyboard.type("z")  # typing ends the marking, and the key is the game's again
    await tab.page.keyboard.press("Control+c")
    await until(lambda: tab.typed == ["z", "\x03"])


SIGNS = "‖←↑→↓∙─━│┃┌┐└┘┤╌╭╮╯╰╳▁▂▃▄▅▆▇█▒■▲△▶▸▼◀◆◉○◌●◐★☆✓✗•›‹·…"
"""Every sign the game draws that is no letter."""


async def test_every_sign_has_a_shape_in_the_pages_font(serve: Callable[..., Any], browser: Any):
    gateway = await serve()
    tab = await open_tab(browser, gateway)
    await tab.reads("told focus;")
    shapeless = await tab.page.evaluate(
        """(signs) => {
            const canvas = document.createElement("canvas");
            canvas.width = canvas.height = 40;
            const ink = canvas.getContext("2d", { willReadFrequently: true });
            ink.font = '32px "Roboto Mono"';
            const drawn = (sign) => {
                ink.clearRect(0, 0, 40, 40);
                ink.fillText(sign, 2, 32);
                return ink.getImageData(0, 0, 40, 40).data.join();
            };
            const without = [drawn(" "), drawn("\\u{10FFFD}"), drawn("\\uE123")];
            return [...signs].filter((sign) => without.includes(drawn(sign)));
        }""",
        SIGNS,
    )
    assert shapeless == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here to make a certificate")
async def test_behind_a_real_tls_proxy_the_page_plays_over_wss(serve: Callable[..., Any], browser: Any, tmp_path: Path):
    make = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=lab.example.org -keyout key.pem -out cert.pem"
    subprocess.run(["openssl", *make.split()], cwd=tmp_path, capture_output=True, check=True)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    inside = 0

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        further = await asyncio.open_connection("127.0.0.1", inside)
        await asyncio.gather(carry(reader, further[1]), carry(further[0], writer))

    proxy = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    async with proxy:
        address = f"https://lab.example.org:{proxy.sockets[0].getsockname()[1]}"
        gateway = await serve(public=address, code="k3m9p-ab2cd")
        inside = gateway.port
        tab = await open_tab(browser, gateway, f"{address}/?code=k3m9p-ab2cd")
        await tab.reads("told focus;")
        await tab.page.keyboard.type("z")
        await tab.reads("typed z;")
        assert [url.partition("?")[0] for url in tab.sockets] == [f"{address.replace('https', 'wss')}/play"]
        assert [cookie["secure"] for cookie in await tab.page.context.cookies()] == [True]
        assert tab.complaints == []
        await tab.page.context.close()


async def test_a_game_that_stopped_by_itself_is_not_called_left(serve: Callable[..., Any], browser: Any):
    gateway = await serve(manner="fails")
    tab = await open_tab(browser, gateway)
    await tab.page.wait_for_selector("[data-notice=failed]:not([hidden])")
    assert await tab.page.inner_text("#farewell") == "first\nno level lies here\nlook again"
    assert gateway.lobby.seats == {}
