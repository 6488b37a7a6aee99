"""A map of a thousand resources: from another View, and from an arrow key, to the repainted pane."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median

import pytest

from cloudlab.app.panes.cloud_map.pane import CloudMap
from cloudlab.app.panes.cloud_map.surface import MapSurface
from cloudlab.lab.view.slices import Node
from tests.app.stage import a_session, a_view, play, running

REPAINTS = 40
LIMIT_MS = 30


def a_thing(kind: str, key: str, *children: Node, age: int = 0) -> Node:
    return Node(f"{kind}-{key}", kind, f"{kind}-{key}", "ok", "ok", age, "t3.small 10.0.0.1", children)


def a_thousand(turn: int) -> Node:
    """Return 3 zones of 4 subnets of 75 instances each, and groups and buckets; one instance differs with `turn`."""
    zones = [
        a_thing(
            "zone",
            f"{z}",
            *(
                a_thing("subnet", f"{z}{s}", *(a_thing("instance", f"{z}{s}{i}", age=7_200 * ((i + turn) % 3 == 0)) for i in range(75)))
                for s in range(4)
            ),
        )
        for z in range(3)
    ]
    vpc = a_thing("vpc", "0", *zones, *(a_thing("security-group", f"{i}") for i in range(40)))
    return Node("1", "account", "1", "us-east-1", "plain", 0, "", (vpc, *(a_thing("bucket", f"{i}") for i in range(60))))


async def test_a_map_of_a_thousand_resources_repaints_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as pilot:
        view = a_view()
        screen = await play(pilot, a_session(), replace(view, cloud=a_thousand(0)))
        pane, surface = screen.query_one(CloudMap), screen.query_one(MapSurface)
        surface.focus()
        await pilot.pause()
        assert len(surface.ids) > 1_000
        views = [replace(view, cloud=a_thousand(turn)) for turn in range(REPAINTS)]
        took, moved = [], []
        for fresh in views:
            began = time.perf_counter()
            pane.view = fresh
            for y in range(surface.size.height):
                surface.render_line(y)
            took.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            surface.action_move(0, 1)
            for y in range(surface.size.height):
                surface.render_line(y)
            moved.append((time.perf_counter() - began) * 1000)
            await pilot.pause()
    with capsys.disabled():
        print(f"\nmap of {len(surface.ids):,} resources: repaint median {median(took):.1f} ms, max {max(took):.1f} ms")
        print(f"cursor one thing on: median {median(moved):.1f} ms, max {max(moved):.1f} ms")
    assert median(took) < LIMIT_MS
