"""What tests of the app share: other doors, a made-up View, the screen as text, and goldens."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.app import App
from textual.events import Key

from cloudlab import paths
from cloudlab.app.app import CloudlabApp
from cloudlab.app.doors import CannotOpen, Doors, LastRun, Standing
from cloudlab.app.main import Start, make_app
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.lab.campaign import Entry
from cloudlab.lab.debrief import Side
from cloudlab.lab.futures import Future, Futures
from cloudlab.lab.open import open_run
from cloudlab.lab.review import DueCard
from cloudlab.lab.session import Session, Work
from cloudlab.lab.telling import Line
from cloudlab.lab.view.slices import Board, Cell, Exit, Goal, Job, Node, Page, Service, Status, View, Worker
from cloudlab.lab.work import KnownWork
from cloudlab.levels.loader import Level, load_level
from cloudlab.model.time import HOUR, at

LEVELS = Path(__file__).parent / "levels"
GOLDEN = Path(__file__).parent / "golden"

WIDE, NARROW = (120, 36), (80, 24)


def the_level() -> Level:
    return load_level(LEVELS, paths.assets_dir(), "90-test")


class TestDoors(Doors):
    """Opens the tests' own level; nothing is ever trained."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__()
        self.last: LastRun | None = None
        self.stars: dict[str, Standing] = {}
        self.entries: tuple[Entry, ...] = (Entry("90-test", "90", "A level for tests", 1),)
        self.other: Side | None = None
        self.damaged: tuple[str, ...] = ()
        self.cards: list[DueCard] = []

    def campaign(self) -> tuple[Entry, ...]:
        return self.entries

    def home(self) -> Path:
        return Path("/home/ana/.local/share/cloudlab")

    async def last_run(self) -> LastRun | None:
        return self.last

    async def standings(self) -> dict[str, Standing]:
        return self.stars

    async def unusable(self) -> tuple[str, ...]:
        return self.damaged

    async def due(self) -> int:
        return len(self.cards)

    async def review(self) -> tuple[list[DueCard], str]:
        return self.cards, "Nothing is due today."

    async def level(self, word: str, start: str = "") -> Level:
        if word != "90-test":
            raise CannotOpen(f"there is no level '{word}'.")
        return the_level()

    def fresh_seed(self) -> int:
        return 123456

    async def work(self, *, reuse: bool = False) -> Work:
        return KnownWork({})

    async def other_road(self, session: Session) -> Side | None:
        return self.other

    async def futures(self, session: Session, each: Callable[[Futures], None]) -> tuple[int, Futures]:
        lost = Futures(tuple(Future(10_001 + i, "lost", "nothing ran", 10 * i % 1000, 0) for i in range(100)))
        each(lost)
        return int(session.world.over == "won"), lost


def an_app(start: Start | None = None, doors: Doors | None = None) -> CloudlabApp:
    return make_app(start or Start(), doors or TestDoors())


@asynccontextmanager
async def running(
    size: tuple[int, int] = WIDE, *, start: Start | None = None, doors: Doors | None = None, notifications: bool = False
) -> AsyncIterator[Any]:
    """Run an app; yields its pilot (of any type: tests know which screen they are on)."""
    async with an_app(start, doors).run_test(size=size, notifications=notifications) as pilot:
        yield pilot


def a_session(mood: str = "learn") -> Session:
    """Return a fresh run of the tests' level, saved in the test's own home folder."""
    return open_run(the_level(), KnownWork({}), seed=1, mood=mood, player="test")


async def play(pilot: Any, session: Session, view: View | None = None) -> Any:
    """Show the play screen over a session; with `view`, that is what it shows."""
    app = pilot.app
    assert isinstance(app, CloudlabApp)
    app.session = session
    screen = PlayScreen(session)
    if view is not None:
        screen.sitting.view = lambda: view  # type: ignore[method-assign]
    await app.push_screen(screen)
    await pilot.pause()
    return screen


async def until(pilot: Any, true: Callable[[], bool], seconds: float = 45) -> None:
    """Wait until something is so."""
    for _ in range(int(seconds / 0.05)):
        if true():
            await pilot.pause()
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came to be so:\n" + screen_text(pilot.app))


async def drawn(app: App[Any]) -> None:
    """Wait until what is so now is laid out and drawn."""
    for _ in range(2):
        done = asyncio.Event()
        app.screen.call_after_refresh(done.set)
        await asyncio.wait_for(done.wait(), 15)


KEYS = {" ": "space", "-": "minus", ".": "full_stop", "/": "slash", ">": "greater_than_sign", "$": "dollar_sign", "_": "underscore"}


def strike(app: App[Any], text: str) -> None:
    """Type a text key by key, without waiting after each key: a pilot does until the process is at rest, which a running clock forbids."""
    assert app._driver is not None
    for character in text:
        app._driver.send_message(Key(KEYS.get(character, character), character))


async def type_line(pilot: Any, text: str) -> None:
    """Type a line and press Enter, as far as the app can tell."""
    screen = pilot.app.screen
    assert isinstance(screen, PlayScreen)
    screen.terminal.line.focus()
    screen.terminal.line.put(text)
    await pilot.pause()
    await pilot.press("enter")
    await pilot.pause()


def screen_text(app: App[Any]) -> str:
    """Return what the screen shows, as text without colours, trailing blanks cut."""
    rows = ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def same_as_golden(app: App[Any], name: str, of: str = "") -> None:
    """Compare the screen with `golden/<name>.txt`, or only what `of` selects; `CLOUDLAB_GOLDEN=write` writes it instead."""
    shown = screen_text(app)
    if of:
        x, y, width, height = app.screen.query_one(of).region
        shown = "".join(f"{row[x : x + width]}\n" for row in shown.split("\n")[y : y + height])
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("CLOUDLAB_GOLDEN") == "write":
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


NOW = at(2, "14:20")


def a_view() -> View:
    """Return a View in which everything is going on at once."""
    web1 = Node("i-1", "instance", "web-1", "ok", "ok", 0, "t3.small 203.0.113.7 :443")
    web2 = Node("i-2", "instance", "[red]x[/] :boom:", "boot", "wait", 2 * HOUR, "t3.small 10.0.1.9")
    zone_a = Node(
        "v/a", "zone", "us-east-1a", "", "plain", 0, "", (Node("s-1", "subnet", "public-a", "", "ok", 0, "10.0.0.0/24", (web1,)),)
    )
    zone_b = Node(
        "v/b", "zone", "us-east-1b", "", "plain", 0, "", (Node("s-2", "subnet", "public-b", "", "ok", 0, "10.0.1.0/24", (web2,)),)
    )
    gateway = Node("igw-1", "internet-gateway", "igw-1", "attached", "ok", 0, "<=> internet")
    group = Node("sg-1", "security-group", "web", "", "plain", 0, "tcp/443 from 0.0.0.0/0")
    vpc = Node("vpc-1", "vpc", "vpc-app", "available", "ok", 0, "10.0.0.0/16", (gateway, group, zone_a, zone_b))
    bucket = Node("harbour", "bucket", "harbour", "private", "ok", 0, "churn/train.csv")
    yours, theirs, struck = Cell("YOU", False, "", ""), Cell("AWS", False, "", ""), Cell("YOU", True, "", "")
    hours = tuple((at(2, f"{h:02d}:00"), 2000 if h > 10 else 0, 150 if h == 12 else 0, 0 if h > 10 else 1800, 0) for h in range(6, 15))
    ways = (Exit("Patch and reboot", "aws ssm send-command --document-name AWS-RunPatchBaseline", 36, 52_200_000, "A minute without it"),)
    return View(
        status=Status(
            "90-test", "A level for tests", "learn", NOW, "day 2 14:20", at(3, "09:00"), 412_000_000, 900_000_000, 208_000, None, ""
        ),
        services=(
            Service(
                need="scores",
                title="a score for everybody",
                state="degraded",
                because="web-2 is not up yet",
                as_of=NOW,
                offered=26_000,
                served=17_000,
                right=13_600,
                slow=150,
                failed=(("timeout", 9_000),),
                value_micros=1_240_000_000,
                slo_target_ppm=990_000,
                slo_since=at(1, "12:00"),
                answered_ppm=997_100,
                budget_left_ppm=640_000,
                budget_gone_in=6 * HOUR,
                latency_ms=85,
                utilisation_permille=420,
                hours=hours,
            ),
        ),
        team=(
            Worker("ana", "cloud engineer", ("network", "compute"), "create subnet 10.0.2.0/24", at(2, "14:32"), "i7", 1),
            Worker("raj", "data scientist", ("ml", "data"), "", None, None, 0),
        ),
        cloud=Node("1", "account", "account 1", "us-east-1", "plain", 0, "", (vpc, bucket)),
        board=Board(
            (("i-1", "web-1"), ("i-2", "web-2"), ("e", "churn")),
            (
                ("hardware", (theirs, theirs, theirs)),
                ("OS patches", (struck, yours, theirs)),
                ("scaling", (yours, yours, Cell("shared", False, "", ""))),
            ),
        ),
        goals=(
            Goal("data", "The data lies in a bucket", True, "s3://harbour/churn/train.csv"),
            Goal("open", "The app can reach it", False, "no route"),
        ),
        pages=(
            Page(
                "cve",
                "os-cve",
                "Critical hole",
                "A hole in i-1 was published.",
                "i-1",
                "os-patches",
                "YOURS",
                "open",
                at(2, "13:00"),
                at(2, "14:02"),
                at(3, "02:00"),
                "Nothing yet.",
                "Somebody comes in.",
                ways,
                "",
                70,
            ),
            Page(
                "rep",
                "replaced",
                "Endpoint instance replaced",
                "AWS lost one.",
                "churn",
                "hardware",
                "AWS",
                "resolved",
                at(2, "10:00"),
                at(2, "10:01"),
                None,
                "Errors.",
                "",
                (),
                "AWS put another one there",
                1,
            ),
        ),
        jobs=(
            Job("churn-1", "ml.m5.xlarge", "Completed", "Completed", "", "d1", "xgboost", at(2, "11:58"), (("validation:auc", 842_100),)),
        ),
        log=(Line(at(2, "14:02"), "page", "PAGE cve: Critical hole on i-1"), Line(at(2, "14:10"), "work", "ana: create subnet")),
    )
