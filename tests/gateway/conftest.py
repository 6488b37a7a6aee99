"""A gateway on a free port of this machine, and what a browser would say to it."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest_asyncio
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from cloudlab.gateway.gate import Gate
from cloudlab.gateway.lobby import Lobby
from cloudlab.gateway.web import make_web

FAKE = Path(__file__).with_name("fake_app.py")
PATIENCE = 20.0
"""Seconds after which something will never come."""

_ESCAPES = re.compile(r"\x1b(\[[0-9;?<>=$]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>])")


def drawn_text(drawn: str) -> str:
    """Return what a terminal would show of this, were it a teletype."""
    return _ESCAPES.sub("", drawn)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Page:
    """A browser's page at the other end of a socket."""

    socket: ClientConnection
    seat: str = ""
    drawn: str = ""
    messages: list[Any] = field(default_factory=list)

    async def reads(self, words: str) -> None:
        """Wait until the app has drawn these words since the last time."""
        async with asyncio.timeout(PATIENCE):
            while words not in (shown := drawn_text(self.drawn)):
                await self.next()
        self.drawn = shown.partition(words)[2]

    async def closed(self) -> int:
        """Wait until the gateway hangs up; returns its code."""
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self.next()
            except ConnectionClosed:
                pass
        assert self.socket.close_code is not None
        return self.socket.close_code

    async def next(self) -> None:
        """Take one message."""
        got = await self.socket.recv()
        if isinstance(got, bytes):
            self.drawn += got.decode()
            return
        message = json.loads(got)
        self.messages.append(message)
        if message[0] == "seat":
            self.seat = message[1]

    async def say(self, *message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def type(self, text: str) -> None:
        await self.say("stdin", text)

    async def leave(self) -> None:
        await self.socket.close()


class QuietServer(uvicorn.Server):
    """Leaves signals to pytest."""

    @contextmanager
    def capture_signals(self):
        yield


@dataclass
class Gateway:
    """A running gateway."""

    port: int
    lobby: Lobby
    server: uvicorn.Server | None = None
    running: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        """Close it, and every app."""
        assert self.server is not None
        assert self.running is not None
        self.server.should_exit = True
        await self.running

    def drop(self) -> None:
        """Cut every connection, as a network does."""
        assert self.server is not None
        for connection in list(self.server.server_state.connections):
            transport: Any = connection.transport
            transport.abort()

    def get(self, path: str = "/", **headers: str) -> Answer:
        """Ask for a page as no browser would have to: with any header. Blocks; call it in a thread."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path, headers={"Host": f"127.0.0.1:{self.port}", **headers})
        response = connection.getresponse()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode("utf-8", "replace"))
        connection.close()
        return answer

    async def asked(self, path: str = "/", **headers: str) -> Answer:
        return await asyncio.to_thread(self.get, path, **headers)

    async def badge(self, path: str = "/", **headers: str) -> str:
        """Return the cookie of a browser that has just opened the page."""
        return (await self.asked(path, **headers)).headers["set-cookie"].partition(";")[0]

    @asynccontextmanager
    async def page(
        self, badge: str, seat: str = "", size: tuple[int, int] = (100, 30), origin: str | None = "own", host: str = ""
    ) -> AsyncIterator[Page]:
        """Connect as a page of a browser with this cookie would."""
        host = host or f"127.0.0.1:{self.port}"
        url = f"ws://{host}/play?width={size[0]}&height={size[1]}" + (f"&seat={seat}" if seat else "")
        who: Any = f"http://{host}" if origin == "own" else origin
        headers = {"Cookie": badge} if badge else {}
        async with connect(
            url, origin=who, additional_headers=headers, host="127.0.0.1", port=self.port, proxy=None, max_size=None
        ) as connection:
            yield Page(connection)

    def apps(self) -> list[psutil.Process]:
        """Return the processes of all apps."""
        return [psutil.Process(seat.pid) for seat in self.lobby.seats.values() if seat.pid is not None]


async def gone(processes: list[psutil.Process]) -> None:
    """Wait until these processes are no more."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, PATIENCE)
    assert alive == []


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.02)


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Callable[..., Any]]:
    """Return a maker of gateways; `manner` is how the fake app behaves, None takes the real one. All are closed in the end."""
    async with AsyncExitStack() as opened:

        async def make(
            *,
            manner: str | None = "well",
            code: str | None = None,
            places: int = 4,
            keep: float = 60.0,
            public: str = "",
            port: int = 0,
            ping: float = 20.0,
        ) -> Gateway:
            lobby = Lobby(places, keep)
            if manner is not None:
                lobby.command = (sys.executable, "-S", str(FAKE), manner)
            listener = socket.create_server(("127.0.0.1", port))
            opened.callback(listener.close)
            port = listener.getsockname()[1]
            web = make_web(Gate(loopback=True, code=code, public=tuple(public.format(port=port).split())), lobby, port)
            server = QuietServer(
                uvicorn.Config(
                    web,
                    log_config=None,
                    lifespan="on",
                    ws="websockets-sansio",
                    ws_ping_interval=ping,
                    ws_ping_timeout=ping,
                    timeout_graceful_shutdown=2,
                )
            )
            gateway = Gateway(port, lobby, server, asyncio.create_task(server.serve(sockets=[listener])))
            opened.push_async_callback(gateway.stop)
            await until(lambda: server.started)
            return gateway

        yield make
