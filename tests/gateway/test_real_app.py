"""The gateway with the real game behind it: its screen, its keys, its end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from cloudlab.gateway import main, web
from tests.gateway.conftest import PATIENCE, Gateway, gone, until


async def test_the_menu_is_drawn_keys_work_and_a_reload_goes_on(serve):
    gateway = await serve(manner=None)
    badge = await gateway.badge()
    async with gateway.page(badge, size=(120, 36)) as page:
        await page.reads("Open for business")
        (app,) = gateway.apps()
        await page.type("\r")
        await page.reads("before you start")
    async with gateway.page(badge, seat=page.seat, size=(120, 36)) as again:
        # the same size: without being asked to, the app would draw nothing
        await again.reads("before you start")
        assert gateway.apps() == [app]
        await again.say("resize", {"width": 100, "height": 30})
        await again.reads("before you start")
        await again.type("\x11")
        assert await again.closed() == web.OVER
        assert again.messages[-1] == ["farewell", ""]
    await gone([app])


async def test_a_run_nobody_comes_back_to_is_closed_and_can_be_gone_on_with(serve, cloudlab_home: Path):
    gateway = await serve(manner=None, keep=0.05)
    badge = await gateway.badge()
    async with gateway.page(badge, size=(120, 36)) as page:
        await page.reads("Open for business")
        await page.type("\r")
        await page.reads("before you start")
        await page.type("\x13")
        await page.reads("who holds it")
        apps = gateway.apps()
    await gone(apps)
    (journal,) = (cloudlab_home / "saves").rglob("*.jsonl")
    assert json.loads(journal.read_text().splitlines()[0])
    async with gateway.page(badge, size=(120, 36)) as again:
        await again.reads("go on")


# the command ------------------------------------------------------------------------------------------------------------


@contextmanager
def serving(*words: str, **options: int) -> Iterator[tuple[subprocess.Popen[str], Gateway]]:
    """Run `cloudlab serve` itself; yields the process and what a browser needs to know of it."""
    command = [sys.executable, "-m", "cloudlab", "serve", "--port", "0", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout is not None
        opened = process.stdout.readline()
        if "--public-url" in words:
            opened += process.stdout.readline()
        found = re.search(r"http://[^:]+:(\d+)/", opened)
        assert opened.startswith("cloudlab is open at "), opened + process.communicate(timeout=PATIENCE)[1]
        assert found, opened + process.communicate(timeout=PATIENCE)[1]
        yield process, Gateway(int(found[1]), None)  # type: ignore[arg-type]
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return list(psutil.Process(process.pid).children(recursive=True))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_closes_every_game_and_says_so(number):
    with serving() as (process, gateway):
        async with gateway.page(await gateway.badge()) as page:
            await page.reads("Open for business")
            apps = children(process)
            assert len(apps) == 1
            os.kill(process.pid, number)
            await page.closed()
            assert process.wait(PATIENCE) == 0
        assert process.communicate()[0].splitlines()[-1] == "Closed. Every run is saved."
        await gone(apps)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
async def test_no_game_outlives_a_gateway_that_was_killed():
    with serving() as (process, gateway):
        async with gateway.page(await gateway.badge()) as page:
            await page.reads("Open for business")
            apps = children(process)
            assert len(apps) == 1
            process.kill()
            await page.closed()
        await gone(apps)


async def test_each_session_is_counted_and_the_code_is_in_the_link():
    with serving("--max-sessions", "1", "--code", "open sesame") as (_, gateway):
        assert (await gateway.asked()).status == 403
        badge = await gateway.badge("/?code=open%20sesame")
        async with gateway.page(badge) as one:
            await one.reads("Open for business")
            async with gateway.page(badge) as two:
                assert await two.closed() == web.FULL


def told(process: subprocess.Popen[str]) -> list[str]:
    """Close it; returns what else it said."""
    process.terminate()
    assert process.stdout is not None
    return process.stdout.read().splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
async def test_behind_a_proxy_the_link_is_the_public_one_and_there_is_a_code():
    with serving("--public-url", "https://Lab.example.org/") as (process, gateway):
        assert (await gateway.asked()).status == 403
        assert (await gateway.asked(Host="lab.example.org")).status == 403
        assert 'name="code"' in (await gateway.asked(Host="lab.example.org")).text
        assert told(process) == [
            "Whoever has this link can play, with this machine's saves.",
            "Ctrl-C closes it.",
            "Closed. Every run is saved.",
        ]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("words", [(), ("--code", ""), ("--code", "  ")])
async def test_open_to_other_machines_there_always_is_a_code(words):
    with serving("--host", "0.0.0.0", *words) as (process, gateway):
        assert 'name="code"' in (await gateway.asked()).text
        assert told(process)[0] == "Whoever has this link can play, with this machine's saves; the connection is not encrypted."


def refused(*words: str) -> str:
    run = subprocess.run([sys.executable, "-m", "cloudlab", "serve", *words], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr.count("\n") == 1
    return run.stderr


def test_a_port_that_is_taken_is_said_to_be():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        told = refused("--port", str(port))
    assert told.startswith(f"cloudlab: Port {port} is taken, perhaps by another cloudlab serve.")


@pytest.mark.parametrize(
    "words",
    [("--port", "99999"), ("--host", "192.0.2.7"), ("--host", "no such host"), ("--port", "0", "--max-sessions", "0")]
    + [("--port", "0", "--public-url", wrong) for wrong in ("lab.example.org", "https://lab.example.org/cloudlab")],
)
def test_what_cannot_be_opened_is_told_in_one_sentence(words):
    assert refused(*words).startswith("cloudlab: ")


def test_without_the_extra_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name in ("uvicorn", "textual_serve") else object())
    with pytest.raises(main.CannotServe) as told:
        main.run_gateway(main.Serving())
    assert str(told.value) == (
        "Playing in a browser needs packages that the game does without. "
        f'Install them (the extra "serve") with: {sys.executable} -m pip install uvicorn textual-serve'
    )


def test_the_door_opens_without_the_webs_libraries():
    program = "import sys, cloudlab.gateway.main, cloudlab.cli; print(*({'starlette', 'uvicorn', 'websockets'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert run.stdout.split() == []


async def test_another_game_on_the_same_saves_is_refused_by_the_lock_alone(serve, cloudlab_home: Path):
    """Two players share one folder; a run that is open in one tab cannot be opened in another."""
    gateway = await serve(manner=None)
    badge = await gateway.badge()
    async with gateway.page(badge, size=(120, 36)) as one:
        await one.reads("Open for business")
        await one.type("\r")
        await one.reads("before you start")
        await one.type("\x13")
        await one.reads("who holds it")
        await until(lambda: any((cloudlab_home / "saves").rglob("*.jsonl")))
        async with gateway.page(badge, size=(120, 36)) as two:
            await two.reads("go on")
            await two.type("\r")
            await two.reads("in another cloudlab")
            await one.type("create-vpc")
            await one.reads("create-vpc")
