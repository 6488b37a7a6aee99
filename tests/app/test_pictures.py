"""Where colour is the point: the map in each theme, a way to where it stops, and a service that goes down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudlab.app.drawing.way import way_marks
from cloudlab.app.panes.cloud_map.surface import MapSurface
from cloudlab.app.theme import THEMES
from cloudlab.engine.rules.path import Hop
from cloudlab.lab.tracing import Trace
from cloudlab.model.time import HOUR
from tests.app.busy import a_busy_cloud
from tests.app.picture import same_picture
from tests.app.stage import a_session, a_view, play, running, until

A_WAY = Trace(
    (
        Hop("internet", "internet", True, "the callers"),
        Hop("igw-1", "igw-1", True, "it leads in"),
        Hop("rtb-1", "public", True, "it leads back"),
        Hop("subnet-1", "public-a", True, "its network ACL lets it pass"),
        Hop("i-2", "web-2", False, "nothing listens"),
    ),
    False,
    "refused",
    "",
    "",
    "",
)


@pytest.fixture(autouse=True)
def in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours are wanted here, whatever whoever runs the tests prefers."""
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.parametrize("word", THEMES)
async def test_the_map_in_each_theme(word: str) -> None:
    async with running() as pilot:
        pilot.app.theme = THEMES[word].name
        screen = await play(pilot, a_session(), replace(a_view(), cloud=a_busy_cloud()))
        screen.action_show_pane("map")
        screen.query_one(MapSurface).choose("instance:i-2")
        await pilot.press("down", "up")
        await until(pilot, lambda: screen.query_one(MapSurface).chosen == "instance:i-2")
        same_picture(pilot.app, f"map-{word.replace(' ', '-')}", "#map")


async def test_a_way_lit_up_on_the_map() -> None:
    async with running() as pilot:
        screen = await play(pilot, a_session(), replace(a_view(), cloud=a_busy_cloud()))
        screen.query_one(MapSurface).mark(way_marks(A_WAY, 5), following=True)
        await pilot.pause()
        same_picture(pilot.app, "map-traced", "#map")


async def test_a_service_that_is_down() -> None:
    view = a_view()
    down = replace(view.services[0], state="down", because="nothing listens on tcp/443", budget_left_ppm=0, budget_gone_in=0 * HOUR)
    async with running() as pilot:
        await play(pilot, a_session(), replace(view, services=(down,)))
        await pilot.pause()
        same_picture(pilot.app, "traffic-down", "#traffic")
