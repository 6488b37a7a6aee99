"""The web side: one page, the files it needs, and a socket per player; nothing on it points to another machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from cloudlab.gateway.frames import Frames
from cloudlab.gateway.gate import Gate
from cloudlab.gateway.lobby import Full, Lobby
from cloudlab.gateway.seat import Seat, sane_size

OVER, MOVED, FULL, BROKEN = 4000, 4001, 4003, 4004
"""Close codes the page understands: the app has ended, another tab shows it, no place is free, the app cannot be started."""

WRONG_CODE_SECONDS = 0.5
"""Wrong codes are answered one after the other, this far apart: nobody guesses fast."""

_HERE = Path(__file__).resolve().parent

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self' {sockets}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Nothing from elsewhere. Inline styles, because the terminal measures and colours its cells by them; no inline script.
Sockets by name, because not every browser takes 'self' for them; behind a proxy by the names it shows."""


def make_web(gate: Gate, lobby: Lobby, port: int) -> ASGIApp:
    """Return the application. Its lifespan ends every app."""
    web = Web(gate, lobby, f"cloudlab-{port}")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await lobby.close()

    client = Path(str(files("textual_serve"))) / "static"
    routes = [
        Route("/", web.page),
        WebSocketRoute("/play", web.play),
        Mount("/client", StaticFiles(directory=client)),
        Mount("/page", StaticFiles(directory=_HERE / "page")),
    ]
    return Doorkeeper(Starlette(routes=routes, lifespan=lifespan), gate)


class Doorkeeper:
    """Turns away who asked for another host's page, and puts the same guarding headers on every answer."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate
        self._public = [origin.replace("http", "ws", 1) for origin in gate.public]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        if not self._gate.knows_host(host):
            if scope["type"] == "websocket":
                await WebSocket(scope, receive, send).close()  # before it is accepted, closing is answering 403
            else:
                refusal = "This page was asked for by a name that is not this machine's.\n"
                await Response(refusal, 403, media_type="text/plain")(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY.format(sockets=" ".join((f"ws://{host}", f"wss://{host}", *self._public)))
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers["Cache-Control"] = "no-store" if scope["path"] == "/" else "no-cache"
            await send(message)

        await self._app(scope, receive, guarded)


@dataclass(slots=True)
class Web:
    """The two things one can ask for: the page, and the socket behind it."""

    gate: Gate
    lobby: Lobby
    cookie: str
    _guessing: asyncio.Lock | None = None

    async def page(self, request: Request) -> Response:
        """Answer with the game's page, or ask for the code."""
        player = self.gate.player(request.cookies.get(self.cookie))
        given = request.query_params.get("code")
        if player is None and not self.gate.knows_code(given):
            if given is not None:
                await self._slow_down()
            said = "That is not the code." if given is not None else "This game is for people who have its code."
            return HTMLResponse(_html("code", said=said), 403)
        response: Response
        if given is not None:
            response = RedirectResponse("/", 303)  # the code out of the address bar
        else:
            response = HTMLResponse(_html("game", keep=_minutes(self.lobby.keep), places=str(self.lobby.places)))
        if player is None:
            # Lax, not strict: one comes here by a link somebody sent. A socket asked for from elsewhere carries no lax cookie either.
            secure = self.gate.is_encrypted(request.headers.get("host"), request.headers.get("x-forwarded-proto"))
            response.set_cookie(self.cookie, self.gate.new_badge(), httponly=True, secure=secure, samesite="lax", path="/")
        return response

    async def play(self, socket: WebSocket) -> None:
        """Connect a page with its app until either goes."""
        player = self.gate.player(socket.cookies.get(self.cookie))
        if player is None or not self.gate.knows_origin(socket.headers.get("origin"), socket.headers.get("host")):
            await socket.close()  # 403: a page from elsewhere, or none that was opened here
            return
        size = sane_size(socket.query_params.get("width"), socket.query_params.get("height")) or (80, 24)
        await socket.accept()
        try:
            seat = await self.lobby.seat(player, socket.query_params.get("seat"), size)
        except Full:
            await socket.close(FULL)
            return
        except OSError:
            await socket.close(BROKEN)
            return
        frames = seat.watch(size)
        try:
            await socket.send_text(json.dumps(["seat", seat.id]))
            await _both(_show(socket, frames), _listen(socket, seat, frames))
            if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
                if seat.over:
                    await socket.send_text(json.dumps(["farewell", seat.farewell]))
                    await socket.close(OVER)
                else:
                    await socket.close(MOVED)
        except (WebSocketDisconnect, RuntimeError, OSError):
            pass  # it went while we were talking to it; that is what leaving is for
        finally:
            seat.leave(frames, self.lobby.keep, self.lobby.empty)

    async def _slow_down(self) -> None:
        if self._guessing is None:
            self._guessing = asyncio.Lock()
        async with self._guessing:
            await asyncio.sleep(WRONG_CODE_SECONDS)


async def _both(*sides: object) -> None:
    """Run both sides of a conversation until one has ended."""
    tasks = [asyncio.ensure_future(side) for side in sides]  # type: ignore[call-overload]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


async def _show(socket: WebSocket, frames: Frames) -> None:
    """Send what the app draws."""
    while (piece := await frames.take()) is not None:
        await socket.send_bytes(piece)


async def _listen(socket: WebSocket, seat: Seat, frames: Frames) -> None:
    """Hand over what the player does."""
    async for text in socket.iter_text():
        if not seat.shows(frames):
            return
        match _message(text):
            case ["stdin", str(typed)]:
                await seat.type(typed)
            case ["resize", {"width": wide, "height": high}]:
                if (size := sane_size(wide, high)) is not None:
                    seat.resize(size)
            case ["focus", *_]:
                seat.focus(True)
            case ["blur", *_]:
                seat.focus(False)
            case ["ping", str(stamp)]:
                await socket.send_text(json.dumps(["pong", stamp]))


def _message(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _html(name: str, **words: str) -> str:
    page = Template((_HERE / "html" / f"{name}.html").read_text(encoding="utf-8"))
    return page.substitute({key: escape(word) for key, word in words.items()})


def _minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return "a minute" if minutes == 1 else f"{minutes} minutes"
