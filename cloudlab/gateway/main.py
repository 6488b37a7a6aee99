"""The door to the gateway: checks that it can open, says where, and closes everything behind it."""

from __future__ import annotations

import asyncio
import errno
import importlib.util
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from cloudlab.gateway.gate import Gate, is_loopback, new_code, public_origin

if TYPE_CHECKING:
    from types import FrameType

    import uvicorn

    from cloudlab.gateway.lobby import Lobby

DEFAULT_HOST, DEFAULT_PORT, DEFAULT_PLACES = "127.0.0.1", 8765, 8

_NEEDED = ("starlette", "uvicorn", "websockets", "textual_serve")


class CannotServe(Exception):
    """The gateway cannot open; says why and what to do, in one sentence."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What the gateway opens with."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    """0 for any free one."""
    code: str | None = None
    """The join code; where other machines can come in there always is one."""
    places: int = DEFAULT_PLACES
    show: bool = False
    """Open the page in this machine's browser?"""
    public: tuple[str, ...] = ()
    """The addresses under which a proxy in front shows the game."""


def run_gateway(serving: Serving, tell: Callable[[str], None] = print) -> int:
    """Serve until Ctrl-C; return the exit status. Raises CannotServe."""
    if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        raise CannotServe(_install(missing))
    if serving.places < 1:
        raise CannotServe("--max-sessions takes a whole number from 1 on.")
    public = tuple(_public(url) for url in serving.public)
    listener = _listener(serving.host, serving.port)
    with listener:
        return asyncio.run(_serve(serving, public, listener, tell))


def _install(missing: list[str]) -> str:
    """Return how to get what is missing: by name, because the game itself need not be known to a package index."""
    names = " ".join(name.replace("_", "-") for name in missing)
    # environments made by uv have no pip
    tool = f"{sys.executable} -m pip install" if importlib.util.find_spec("pip") else f"uv pip install --python {sys.executable}"
    return f'Playing in a browser needs packages that the game does without. Install them (the extra "serve") with: {tool} {names}'


def _public(url: str) -> str:
    origin = public_origin(url)
    if origin is None:
        raise CannotServe(f"--public-url takes a whole host's address, as in https://lab.example.org, with no folder behind it; not {url}")
    return origin


def _listener(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise CannotServe(f"{port} is no port; ports go up to 65535.")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise CannotServe(f"{host} port {port} is no address of this machine.") from error
    try:
        return socket.create_server(address, family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"Port {port} is taken, perhaps by another cloudlab serve. Choose another one: cloudlab serve --port {port + 1}"
        elif isinstance(error, PermissionError):
            why = f"Port {port} is not for everybody; choose one from 1024 on."
        else:
            why = f"{host} port {port} cannot be opened: {error.strerror or error}."
        raise CannotServe(why) from error


async def _serve(serving: Serving, public: tuple[str, ...], listener: socket.socket, tell: Callable[[str], None]) -> int:
    import uvicorn

    from cloudlab.gateway.lobby import Lobby
    from cloudlab.gateway.web import make_web

    class Server(uvicorn.Server):
        """Leaves signals to us: its own way ends in a KeyboardInterrupt after everything has been closed."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    loopback = is_loopback(listener.getsockname()[0])
    alone = loopback and not public
    code = (serving.code or "").strip() or (None if alone else new_code())
    port: int = listener.getsockname()[1]
    names = {name.lower() for name in (serving.host, socket.gethostname(), f"{socket.gethostname()}.local", socket.getfqdn())}
    lobby = Lobby(serving.places)
    server = Server(
        uvicorn.Config(
            make_web(Gate(loopback, frozenset(names), code, public), lobby, port),
            log_config=None,
            access_log=False,
            lifespan="on",
            ws="websockets-sansio",
            # a terminal's output packs to a tenth; inside one machine packing is only work
            ws_per_message_deflate=not alone,
            ws_max_size=1 << 18,
            # a browser whose machine fell asleep never says that it has gone: ask, so that its place is not held for ever
            ws_ping_interval=20,
            ws_ping_timeout=20,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
    )
    link = _link(_reachable(listener, serving.host), port, code)
    _say_where(tell, link, [origin + _query(code) for origin in public], alone=alone)
    _on_signals(server, lobby)
    if serving.show:
        # The socket listens already, so the page may come early. A thread nobody waits for: some browsers return when they are closed.
        threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()
    try:
        await server.serve(sockets=[listener])
    finally:
        lobby.kill()
    tell("Closed. Every run is saved.")
    return 0


def _say_where(tell: Callable[[str], None], link: str, public: list[str], *, alone: bool) -> None:
    for address in public or [link]:
        tell(f"cloudlab is open at {address}")
    if public:
        tell(f"The proxy there hands on to {link.partition('?')[0]}, WebSockets too.")
    if not alone:
        plain = not public or any(address.startswith("http:") for address in public)
        tell("Whoever has this link can play, with this machine's saves" + ("; the connection is not encrypted." if plain else "."))
    tell("Ctrl-C closes it.")


def _link(name: str, port: int, code: str | None) -> str:
    shown = f"[{name}]" if ":" in name else name
    return f"http://{shown}:{port}{_query(code)}"


def _query(code: str | None) -> str:
    return f"/?code={quote(code)}" if code else "/"


def _reachable(listener: socket.socket, host: str) -> str:
    """Return the name under which others reach us: what was asked for, or, if that was every address, the one we go out by."""
    bound: str = listener.getsockname()[0]
    if bound not in ("0.0.0.0", "::"):
        return host
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # an address kept for examples; connecting a datagram socket sends nothing
        found: str = probe.getsockname()[0]
        return found
    return socket.gethostname()


def _on_signals(server: uvicorn.Server, lobby: Lobby) -> None:
    """Close in good order at the first signal, at once at the second."""

    def stop(*_: int | FrameType | None) -> None:
        if server.should_exit:
            server.force_exit = True
            lobby.kill()
        server.should_exit = True

    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
        try:
            asyncio.get_running_loop().add_signal_handler(number, stop)
        except NotImplementedError:
            signal.signal(number, stop)
