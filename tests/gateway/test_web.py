"""The door and the seats, over real sockets of this machine and with an app that takes no time to start."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from cloudlab.gateway import lobby, web
from tests.gateway.conftest import gone, until

PAGES = Path(web.__file__).parent


# the door ---------------------------------------------------------------------------------------------------------------


async def test_the_page_opens_and_forbids_everything_from_elsewhere(serve):
    gateway = await serve()
    answer = await gateway.asked()
    assert answer.status == 200
    assert 'id="terminal"' in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert {word for word in policy.replace(";", " ").split() if "://" in word} == {
        f"ws://127.0.0.1:{gateway.port}",
        f"wss://127.0.0.1:{gateway.port}",
    }
    assert answer.headers["cache-control"] == "no-store"
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "samesite=lax" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("path", ["/", "/client/js/textual.js", "/page/game.js", "/nothing"])
async def test_a_rebound_name_gets_nothing(serve, path):
    gateway = await serve()
    answer = await gateway.asked(path, Host=f"evil.example:{gateway.port}")
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


async def test_everything_the_page_names_is_there(serve):
    gateway = await serve()
    named: list[str] = []

    class Names(HTMLParser):
        def handle_starttag(self, tag, attrs):
            named.extend(value for name, value in attrs if name in ("src", "href") and value)

    Names().feed((await gateway.asked()).text)
    named += re.findall(r'url\("([^"]+)"\)', (PAGES / "page" / "game.css").read_text())
    named += re.findall(r'script\.src = "([^"]+)"', (PAGES / "page" / "game.js").read_text())
    assert "/client/js/textual.js" in named
    assert all(name.startswith("/") for name in named)
    assert [name for name in named if (await gateway.asked(name)).status != 200] == []
    assert (await gateway.asked("/page/../main.py")).status == 404
    assert (await gateway.asked("/client/")).status == 404


def test_no_page_of_ours_names_another_machine():
    texts = {path.name: path.read_text() for folder in ("page", "html") for path in (PAGES / folder).iterdir()}
    found = {name: re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]+", text) for name, text in texts.items()}
    assert {name: [url for url in urls if url != "http://www.w3.org"] for name, urls in found.items() if name != "game.js"} == {
        "game.css": [],
        "icon.svg": [],
        "game.html": [],
        "code.html": [],
    }
    assert "http" not in texts["game.js"].replace("https:", "")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None, "http://localhost:1"])
async def test_a_page_from_elsewhere_cannot_connect(serve, origin):
    gateway = await serve()
    badge = await gateway.badge()
    with pytest.raises(InvalidStatus) as refused:
        async with gateway.page(badge, origin=origin):
            pass
    assert refused.value.response.status_code == 403
    assert gateway.lobby.seats == {}


async def test_a_rebound_name_cannot_connect_even_when_it_is_consistent(serve):
    gateway = await serve()
    badge = await gateway.badge()
    with pytest.raises(InvalidStatus) as refused:
        async with gateway.page(badge, host=f"evil.example:{gateway.port}"):
            pass
    assert refused.value.response.status_code == 403


async def test_without_having_opened_the_page_nobody_connects(serve):
    gateway = await serve()
    for badge in ("", f"cloudlab-{gateway.port}={'a' * 32}.{'b' * 64}"):
        with pytest.raises(InvalidStatus) as refused:
            async with gateway.page(badge):
                pass
        assert refused.value.response.status_code == 403


async def test_the_code_is_asked_for_and_then_forgotten(serve, monkeypatch):
    monkeypatch.setattr(web, "WRONG_CODE_SECONDS", 0.0)
    gateway = await serve(code="k3m9p-ab2cd")
    without = await gateway.asked()
    assert without.status == 403
    assert "set-cookie" not in without.headers
    assert 'name="code"' in without.text
    wrong = await gateway.asked("/?code=%3Cb%3E")
    assert wrong.status == 403
    assert "That is not the code." in wrong.text
    assert "set-cookie" not in wrong.headers
    right = await gateway.asked("/?code=K3M9P-AB2CD")
    assert (right.status, right.headers["location"]) == (303, "/")
    badge = right.headers["set-cookie"].partition(";")[0]
    assert 'id="terminal"' in (await gateway.asked(Cookie=badge)).text
    async with gateway.page(badge) as page:
        await page.reads("size 100x30;")


# behind a proxy ---------------------------------------------------------------------------------------------------------

LAB = "https://lab.example.org"


@pytest.mark.parametrize("host", ["lab.example.org", "lab.example.org:443", None])
async def test_behind_a_proxy_its_page_connects_whichever_host_it_hands_on(serve, host):
    gateway = await serve(public=LAB, code="k3m9p-ab2cd")
    host = host or f"127.0.0.1:{gateway.port}"
    forwarded = {"Host": host, "X-Forwarded-Proto": "https"}
    answer = await gateway.asked("/?code=k3m9p-ab2cd", **forwarded)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert "; secure" in answer.headers["set-cookie"].lower()
    badge = answer.headers["set-cookie"].partition(";")[0]
    page = await gateway.asked(Cookie=badge, **forwarded)
    assert page.status == 200
    assert "wss://lab.example.org" in re.findall(r"connect-src ([^;]*);", page.headers["content-security-policy"])[0].split()
    async with gateway.page(badge, host=host, origin=LAB) as shown:
        await shown.reads("size 100x30;")


@pytest.mark.parametrize("origin", ["http://lab.example.org", "https://lab.example.org:9000", "https://evil.example", None])
async def test_behind_a_proxy_no_other_page_connects(serve, origin):
    gateway = await serve(public=LAB)
    badge = await gateway.badge(Host="lab.example.org")
    with pytest.raises(InvalidStatus) as refused:
        async with gateway.page(badge, host="lab.example.org", origin=origin):
            pass
    assert refused.value.response.status_code == 403
    assert gateway.lobby.seats == {}


async def test_without_being_told_of_it_a_proxys_host_is_not_known(serve):
    gateway = await serve()
    assert (await gateway.asked(Host="lab.example.org")).status == 403
    assert "secure" not in (await gateway.asked()).headers["set-cookie"].lower()


# the seat ---------------------------------------------------------------------------------------------------------------


async def test_what_the_player_does_reaches_the_app(serve):
    gateway = await serve()
    async with gateway.page(await gateway.badge(), size=(133, 41)) as page:
        await page.reads("size 133x41;")
        await page.type("hé\x1b[A")
        await page.reads("typed hé\x1b[A;".replace("\x1b[A", ""))
        await page.say("resize", {"width": 90, "height": 25})
        await page.reads("told resize 90 25;")
        await page.say("blur")
        await page.reads("told blur;")
        await page.say("focus")
        await page.reads("told focus;")
        await page.say("ping", "17")
        await page.type("on")
        await page.reads("typed on;")
        assert ["pong", "17"] in page.messages


@pytest.mark.parametrize("nonsense", ["", "{}", "[]", '["stdin", 3]', '["resize", {"width": "x", "height": null}]', "[", '["eval", "1"]'])
async def test_nonsense_is_passed_over(serve, nonsense):
    gateway = await serve()
    async with gateway.page(await gateway.badge()) as page:
        await page.socket.send(nonsense)
        await page.type("still here")
        await page.reads("typed still here;")


async def test_sizes_stay_within_reason(serve):
    gateway = await serve()
    async with gateway.page(await gateway.badge(), size=(99_999, 1)) as page:
        await page.reads("size 500x5;")


async def test_more_than_the_pipe_holds_arrives_whole(serve):
    gateway = await serve()
    async with gateway.page(await gateway.badge()) as page:
        await page.type("x" * 200_000)
        await page.reads(f"typed {'x' * 200_000};")
        await page.type("flood")
        await page.reads("after;")


async def test_a_reload_finds_the_same_app_and_asks_it_to_draw(serve):
    gateway = await serve()
    badge = await gateway.badge()
    async with gateway.page(badge) as page:
        await page.reads("size 100x30;")
    (app,) = gateway.apps()
    await until(lambda: not any(seat.watched for seat in gateway.lobby.seats.values()))
    async with gateway.page(badge, seat=page.seat, size=(120, 40)) as again:
        await again.reads("told resize 120 40;")
        await again.reads("told repaint;")
        await again.reads("told focus;")
        assert again.seat == page.seat
    assert gateway.apps() == [app]


async def test_a_new_tab_of_the_same_browser_finds_what_a_closed_one_left(serve):
    gateway = await serve()
    badge = await gateway.badge()
    async with gateway.page(badge) as page:
        await page.reads("size")
    await until(lambda: not any(seat.watched for seat in gateway.lobby.seats.values()))
    async with gateway.page(badge) as again:
        await again.reads("told repaint;")
        assert again.seat == page.seat


async def test_nobody_gets_another_browsers_app(serve):
    gateway = await serve()
    async with gateway.page(await gateway.badge()) as page:
        await page.reads("size")
    async with gateway.page(await gateway.badge(), seat=page.seat) as other:
        await other.reads("size 100x30;")
        assert other.seat != page.seat
    assert len(gateway.lobby.seats) == 2


async def test_two_tabs_are_two_games_and_a_copied_tab_takes_over(serve):
    gateway = await serve()
    badge = await gateway.badge()
    async with gateway.page(badge) as one, gateway.page(badge) as two:
        await one.reads("size")
        await two.reads("size")
        assert one.seat != two.seat
        async with gateway.page(badge, seat=one.seat) as copy:
            await copy.reads("told repaint;")
            assert await one.closed() == web.MOVED
            await copy.type("mine")
            await copy.reads("typed mine;")


async def test_an_app_nobody_comes_back_to_is_closed(serve):
    gateway = await serve(keep=0.05)
    async with gateway.page(await gateway.badge()) as page:
        await page.reads("size")
        apps = gateway.apps()
    await gone(apps)
    await until(lambda: not gateway.lobby.seats)


async def test_a_browser_that_fell_asleep_does_not_hold_its_place(serve):
    gateway = await serve(keep=0.05, ping=0.1, places=1)
    badge = await gateway.badge()
    async with gateway.page(badge) as page:
        await page.reads("size")
        apps = gateway.apps()
        page.socket.transport.pause_reading()  # the line stands, and nobody answers
        await gone(apps)
        await until(lambda: not gateway.lobby.seats)
        async with gateway.page(badge) as other:
            await other.reads("size")


async def test_an_app_that_does_not_listen_is_killed(serve, monkeypatch):
    monkeypatch.setattr("cloudlab.gateway.seat.GRACE", 0.1)
    gateway = await serve(keep=0.05, manner="deaf")
    async with gateway.page(await gateway.badge()) as page:
        await page.reads("size")
        apps = gateway.apps()
    await gone(apps)


async def test_leaving_the_game_ends_the_page_and_frees_the_place(serve):
    gateway = await serve(places=1)
    badge = await gateway.badge()
    async with gateway.page(badge) as page:
        await page.reads("size")
        apps = gateway.apps()
        await page.type("leave")
        assert await page.closed() == web.OVER
        assert page.messages[-1] == ["farewell", ""]
    await gone(apps)
    async with gateway.page(badge, seat=page.seat) as again:
        await again.reads("size")
        assert again.seat != page.seat


@pytest.mark.parametrize(("manner", "said"), [("fails", "first\nno level lies here\nlook again"), ("babbles", "")])
async def test_an_app_that_fails_says_why(serve, manner, said):
    gateway = await serve(manner=manner)
    async with gateway.page(await gateway.badge()) as page:
        assert await page.closed() == web.OVER
        assert page.messages[-1] == ["farewell", said]
    assert gateway.lobby.seats == {}


async def test_an_app_that_cannot_be_started_is_told(serve):
    gateway = await serve()
    gateway.lobby.command = ("/nowhere/cloudlab",)
    async with gateway.page(await gateway.badge()) as page:
        assert await page.closed() == web.BROKEN
    assert gateway.lobby.seats == {}


async def test_when_every_place_is_taken_the_page_says_so(serve):
    gateway = await serve(places=2)
    badge = await gateway.badge()
    async with gateway.page(badge) as one, gateway.page(badge) as two:
        await one.reads("size")
        await two.reads("size")
        async with gateway.page(badge) as three:
            assert await three.closed() == web.FULL
        assert len(gateway.lobby.seats) == 2


async def test_the_last_place_is_given_once(monkeypatch):
    """The second asks while the first one's app is still starting."""
    room = lobby.Lobby(1, command=("/nowhere/cloudlab",))

    async def start(*_):
        with pytest.raises(lobby.Full):
            await room.seat("b", None, (80, 24))
        raise FileNotFoundError

    monkeypatch.setattr("cloudlab.gateway.seat.AppProcess.start", start)
    with pytest.raises(FileNotFoundError):
        await room.seat("a", None, (80, 24))
    assert room.seats == {}
