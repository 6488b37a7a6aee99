"""The map: a cursor over nested things, folding, what is known and possible of each, and ways followed across it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.geometry import Offset, Region, Size

from cloudlab.app.drawing.canvas import Spot, neighbour, overlay, restyled
from cloudlab.app.drawing.cloud import LOOKS, Look, draw_block, draw_map, draw_row, look_of
from cloudlab.app.drawing.way import draw_trace, way_marks
from cloudlab.app.ink import width
from cloudlab.app.panes.cloud_map.inspect import InspectScreen
from cloudlab.app.panes.cloud_map.surface import MapSurface
from cloudlab.app.panes.cloud_map.trace import TraceScreen, beside
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.engine.rules.path import Hop
from cloudlab.lab.tracing import Trace
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things import KINDS
from cloudlab.model.compute import Instance
from cloudlab.model.images import IMAGES
from cloudlab.model.network import InternetGateway, Vpc
from cloudlab.model.time import HOUR
from tests.app.busy import a_busy_cloud
from tests.app.stage import NARROW, WIDE, a_session, a_view, play, running, same_as_golden, screen_text, until


def text(lines):
    return ["".join(piece for piece, _ in each).rstrip() for each in lines]


def found(spot: Spot | None) -> Spot:
    """Return a thing that must be there."""
    assert spot is not None
    return spot


# the drawing -------------------------------------------------------------------------------------------------------------


def test_every_thing_has_its_place():
    canvas = draw_map(a_view().cloud, 76)
    assert [s.id for s in canvas.spots] == ["vpc-1", "igw-1", "v/a", "s-1", "i-1", "v/b", "s-2", "i-2", "sg-1", "harbour"]
    lines = text(canvas.lines())
    for spot in canvas.spots:
        assert lines[spot.y][spot.mark] == " "
    web = found(canvas.spot("instance:i-1"))
    assert "web-1" in lines[web.y][web.x : web.x + web.cells]
    assert found(canvas.at(web.x + 4, web.y)).id == "i-1"
    assert found(canvas.at(2, found(canvas.spot("vpc:vpc-1")).y)).id == "vpc-1"


def test_arrows_find_the_nearest_thing_straight_ahead():
    canvas = draw_map(a_view().cloud, 76)
    spots, web = canvas.spots, found(canvas.spot("instance:i-1"))
    assert neighbour(spots, web, 1, 0).id == "i-2"
    assert neighbour(spots, web, 0, -1).id == "s-1"
    assert neighbour(spots, web, 0, 1).id == "sg-1"
    assert neighbour(spots, found(canvas.spot("vpc:vpc-1")), 0, -1).id == "vpc-1"


def test_everything_can_be_reached_by_arrows():
    for cells in (50, 76, 190):
        spots = draw_map(a_view().cloud, cells).spots
        reached, ahead = {spots[0]}, [spots[0]]
        while ahead:
            at = ahead.pop()
            for way in ((0, 1), (0, -1), (1, 0), (-1, 0)):
                to = neighbour(spots, at, *way)
                if to not in reached:
                    reached.add(to)
                    ahead.append(to)
        assert len(reached) == len(spots)


def test_what_is_folded_tells_the_worst_of_what_is_in_it():
    lines = text(draw_map(a_view().cloud, 90, frozenset({"vpc:vpc-1"})).lines())
    assert lines[0] == "▸ VPC vpc-app 10.0.0.0/16  ◐ [red]x[/] :boom: boot  2 instances folded"
    assert len(lines) == 2  # the bucket


def test_a_new_kind_adds_one_row_of_looks(monkeypatch):
    def draw_moat(canvas, node, x, y, cells):
        canvas.put(x, y, ((f"<{node.name}>", ""),), cells)
        return y + 1

    monkeypatch.setitem(LOOKS, "moat", Look(draw_moat, edge=True))
    monkeypatch.setitem(LOOKS, "tower", Look(draw_block, "NAT"))
    vpc = a_view().cloud.children[0]
    subnet = replace(vpc.children[2].children[0], children=(Node("nat-1", "tower", "out", "available", "ok", 0, "203.0.113.9"),))
    zone = replace(vpc.children[2], children=(subnet,))
    vpc = replace(vpc, children=(zone, Node("lb-1", "moat", "front", "", "ok", 0), Node("m-1", "drawbridge", "strict", "", "plain", 0)))
    assert text(draw_map(replace(a_view().cloud, children=(vpc,)), 50).lines()) == [
        "┌ VPC vpc-app 10.0.0.0/16 ───────────────────────┐",
        "│ <front>                                        │",
        "│ ┌ zone us-east-1a ───────────────────────────┐ │",
        "│ │ subnet  public-a 10.0.0.0/24               │ │",
        "│ │   ● NAT out                      available │ │",
        "│ │     203.0.113.9                            │ │",
        "│ └────────────────────────────────────────────┘ │",
        "│ drawbridge · strict                            │",
        "└────────────────────────────────────────────────┘",
    ]


def test_every_kind_on_the_map_has_a_word_that_fits_its_column():
    rows = {kind: look_of(kind).word or kind for kind in KINDS if look_of(kind).draw is draw_row}
    assert {kind: word for kind, word in rows.items() if len(word) > 8} == {}


def test_whatever_has_something_inside_shows_and_folds_it(monkeypatch):
    volume = Node("vol-1", "volume", "data", "in-use", "ok", 0, "20 GiB gp3")
    machine = Node("i-1", "instance", "web", "ok", "ok", 0, "t3.small", (volume,))
    root = replace(a_view().cloud, children=(machine,))
    assert text(draw_map(root, 40).lines()) == [
        "  ● web                               ok",
        "    t3.small",
        "  volume   ● data  in-use  20 GiB gp3",
    ]
    assert text(draw_map(root, 40, frozenset({"instance:i-1"})).lines()) == ["▸ web t3.small ok  1 thing folded"]


def test_signs_are_drawn_over_a_line_without_moving_it():
    line = (("abc", "x"), ("日本", "y"), ("z", ""))
    assert overlay(line, 1, "›", "bold") == (("a", "x"), ("›", "bold"), ("c", "x"), ("日本", "y"), ("z", ""))
    assert restyled(line, 0, 3, "bold")[0] == ("abc", "bold")


def test_hops_light_up_one_by_one():
    hops = (Hop("internet", "internet", True, "the callers"), Hop("igw-1", "igw-1", False, "it is not attached"))
    way = Trace(hops, False, "timeout", "", "Attach it.", "ec2 attach-internet-gateway")
    assert text(draw_trace(way, 1, 60)) == ["  1 internet  the callers", "  ○ igw-1"]
    assert text(draw_trace(way, 2, 60))[1:] == [
        "  ✗ igw-1  it is not attached",
        "  ▲ blocked here. timeout: the caller waits and hears",
        "  nothing",
        "  Attach it.",
    ]


# on the screen -----------------------------------------------------------------------------------------------------------


async def a_cloud(session) -> None:
    from tests.runs import perform

    await perform(
        session,
        f"""\
ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 --availability-zone us-east-1a -> $subnet
ec2 create-internet-gateway -> $igw
ec2 run-instances --image-id {IMAGES[0].id} --instance-type t3.small --subnet-id $subnet -> $web
wait for instance $web ready max 1h
""",
    )


async def on_the_map(pilot, session) -> tuple[PlayScreen, MapSurface]:
    screen = await play(pilot, session)
    screen.action_show_pane("map")
    await until(pilot, lambda: screen.query_one(MapSurface).spot is not None)
    return screen, screen.query_one(MapSurface)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_thing_is_inspected_and_acted_on_by_keyboard(size):
    async with running(size) as pilot:
        session = a_session()
        await a_cloud(session)
        screen, surface = await on_the_map(pilot, session)
        for _ in range(6):
            if found(surface.spot).kind == "instance":
                break
            await pilot.press("down")
        web = found(surface.spot).id
        assert web.startswith("i-")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, InspectScreen))
        await until(pilot, lambda: "What you can do with it" in screen_text(pilot.app))
        same_as_golden(pilot.app, f"inspect-{size[0]}x{size[1]}", "#inspect")
        await pilot.press("pagedown", "pagedown", "pagedown", "pagedown")
        await until(pilot, lambda: "who holds it" in screen_text(pilot.app))
        listed = pilot.app.screen.query_one("#actions")
        titles = [a.title for a in pilot.app.screen.actions]
        while listed.highlighted != titles.index("stop it"):
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        await until(pilot, lambda: screen.terminal.line.value == f"ec2 stop-instances --instance-ids {web}")
        assert screen.terminal.line.has_focus


async def test_a_whole_order_can_be_given_at_once():
    async with running() as pilot:
        session = a_session()
        await a_cloud(session)
        _, surface = await on_the_map(pilot, session)
        surface.choose(f"internet-gateway:{next(session.world.every(InternetGateway)).id}")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, InspectScreen))
        titles = [a.title for a in pilot.app.screen.actions]
        wanted = next(i for i, t in enumerate(titles) if t.startswith("attach it"))
        pilot.app.screen.query_one("#actions").highlighted = wanted
        await pilot.press("r")
        await until(pilot, lambda: next(session.world.every(InternetGateway)).vpc is not None)
        assert "attach-internet-gateway" in screen_text(pilot.app)


async def test_a_click_chooses_and_a_double_click_opens():
    async with running() as pilot:
        session = a_session()
        await a_cloud(session)
        _, surface = await on_the_map(pilot, session)
        await pilot.press("end")
        vpc = f"vpc:{next(session.world.every(Vpc)).id}"
        assert surface.chosen != vpc
        await pilot.press("home")
        await pilot.press("down")
        await pilot.click(surface, offset=(10, 0))
        assert surface.chosen == vpc
        await pilot.click(surface, offset=(10, 0), times=2)
        await until(pilot, lambda: isinstance(pilot.app.screen, InspectScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))


async def test_folding_keeps_the_cursor():
    async with running() as pilot:
        session = a_session()
        await a_cloud(session)
        _, surface = await on_the_map(pilot, session)
        await pilot.press("down", "down")
        await pilot.press("ctrl+f")
        assert found(surface.spot).kind == "subnet"
        assert "▸" in screen_text(pilot.app)
        await pilot.press("home", "ctrl+f")
        assert found(surface.spot).kind == "vpc"
        assert {k.partition("-")[0] for k in surface.ids} == {"vpc", "igw"}
        await pilot.press("ctrl+f")
        assert "▸" in screen_text(pilot.app)  # the subnet stayed folded


async def test_a_click_on_a_corner_folds_and_on_the_sign_unfolds():
    async with running() as pilot:
        _, surface = await on_the_map_of(pilot, a_view())
        await pilot.click(surface, offset=(2, 2))
        assert on_map(surface)[2].startswith("│ ▸›zone us-east-1a  1 instance f…")
        await pilot.click(surface, offset=(2, 2))
        assert on_map(surface)[2].startswith("│ ┌›zone us-east-1a ───")
        await pilot.click(surface, offset=(8, 2))
        assert on_map(surface)[2].startswith("│ ┌›zone us-east-1a ───")


async def test_an_id_is_copied():
    async with running() as pilot:
        session = a_session()
        await a_cloud(session)
        await on_the_map(pilot, session)
        await pilot.press("ctrl+y")
        assert pilot.app.clipboard == next(session.world.every(Vpc)).id


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_way_is_traced_to_where_it_stops_and_its_remedy_taken(size):
    async with running(size) as pilot:
        session = a_session()
        await a_cloud(session)
        screen, surface = await on_the_map(pilot, session)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, TraceScreen))
        await until(pilot, lambda: "blocked here" in screen_text(pilot.app))
        await pilot.press("down", "tab")  # from the instance to the internet
        await until(pilot, lambda: "no internet gateway is attached" in screen_text(pilot.app) and "blocked here" in screen_text(pilot.app))
        await until(pilot, lambda: "--vpc-id vpc-0990fc489cc168690" in screen_text(pilot.app))  # the text follows to its end
        same_as_golden(pilot.app, f"trace-{size[0]}x{size[1]}", "#trace")
        rows = on_map(surface)
        assert rows[0].startswith("┌✗VPC vpc-0990f")
        assert rows[2].startswith("│ │ subnet3 subnet-0dbda")
        assert rows[3].startswith("│ │  1● i-0fafb")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.terminal.line.value.startswith("ec2 attach-internet-gateway --internet-gateway-id igw-")
        assert surface.marks[next(session.world.every(Vpc)).id][0] == "✗"
        assert "Esc on the map takes it off" in screen_text(pilot.app)
        surface.focus()
        await pilot.press("escape")
        assert surface.marks == {}
        await until(pilot, lambda: "Esc on the map takes it off" not in screen_text(pilot.app))


def on_map(surface: MapSurface) -> list[str]:
    """Return what the map shows, row by row."""
    return ["".join(segment.text for segment in surface.render_line(y)).rstrip() for y in range(surface.size.height)]


def place_of(surface: MapSurface, key: str) -> Offset:
    """Return where on the terminal a thing of the map is drawn."""
    spot = found(surface._canvas.spot(key))
    return surface.content_region.offset + Offset(spot.x + 6, spot.y) - surface.scroll_offset


A_WAY = Trace(
    (Hop("internet", "internet", True, "the callers"), Hop("igw-1", "igw-1", True, "it leads in"), Hop("i-1", "web-1", False, "no rule")),
    False,
    "timeout",
    "",
    "Let them in.",
    "",
)


def test_the_signs_of_a_way_come_in_order_and_end_where_it_stops():
    assert way_marks(A_WAY, 1) == {"internet": ("1", "bold $text-success")}
    assert way_marks(A_WAY, 3)["igw-1"] == ("2", "bold $text-success")
    assert way_marks(A_WAY, 3)["i-1"] == ("✗", "bold reverse $text-error")
    twice = replace(A_WAY, hops=(*A_WAY.hops[:2], Hop("igw-1", "igw-1", False, "no way back")))
    assert way_marks(twice, 3)["igw-1"][0] == "✗"


async def test_hops_light_up_on_the_map_while_all_else_is_quiet():
    async with running() as pilot:
        _, surface = await on_the_map_of(pilot, a_view())
        surface.mark(way_marks(A_WAY, 2), following=True)
        rows = on_map(surface)
        assert rows[1].startswith("│ gateway 2● igw-1")
        assert rows[4].startswith("│ │   ● web-1")
        quiet = {segment.style.color for segment in surface.render_line(4) if segment.text.strip() and segment.style is not None}
        assert len(quiet) == 1
        surface.mark(way_marks(A_WAY, 3), following=True)
        assert on_map(surface)[4].startswith("│ │  ✗● web-1")
        surface.choose("zone:v/a")
        surface.action_fold()
        assert on_map(surface)[2].startswith("│ ▸✗zone us-east-1a")
        surface.mark({})
        assert not any(sign in row for row in on_map(surface) for sign in ("gateway 2", "✗"))


async def test_signs_leave_when_the_cloud_is_another_but_not_for_an_age():
    async with running() as pilot:
        view = a_view()
        screen, surface = await on_the_map_of(pilot, view)
        surface.mark(way_marks(A_WAY, 3))
        vpc, bucket = view.cloud.children
        screen.view = replace(view, cloud=replace(view.cloud, children=(vpc, replace(bucket, age=60))))
        await pilot.pause()
        assert surface.marks
        screen.view = replace(view, cloud=replace(view.cloud, children=(vpc, replace(bucket, state="public"))))
        await pilot.pause()
        assert surface.marks == {}


async def test_both_ends_are_picked_with_the_mouse():
    async with running() as pilot:
        session = a_session()
        await a_cloud(session)
        _, surface = await on_the_map(pilot, session)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, TraceScreen) and pilot.app.screen.way is not None)
        screen = pilot.app.screen
        web = next(session.world.every(Instance)).id
        gateway = next(session.world.every(InternetGateway)).id
        await pilot.click(offset=place_of(surface, f"instance:{web}"))
        assert screen.source is not None
        assert screen.source.id == web
        assert screen.query_one("#trace-to").has_focus
        await pilot.press("shift+tab")
        assert screen.query_one("#trace-from").has_focus
        await pilot.press("tab")
        surface.scroll_to(y=99, animate=False)
        await pilot.pause()
        await pilot.click(offset=place_of(surface, f"internet-gateway:{gateway}"))
        await until(pilot, lambda: "no internet gateway is attached" in screen_text(pilot.app))
        assert screen.query_one("#trace-from").has_focus
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))
        assert surface.marks == {}


def test_the_window_stands_beside_the_map():
    assert beside(Region(0, 2, 75, 11), Size(120, 36)) == Region(0, 13, 120, 23)
    assert beside(Region(0, 4, 80, 9), Size(80, 24)) == Region(0, 13, 80, 11)
    assert beside(Region(0, 2, 123, 19), Size(200, 60)) == Region(0, 21, 200, 24)
    assert beside(Region(0, 2, 120, 56), Size(200, 60)) == Region(120, 2, 80, 24)
    assert beside(Region(0, 2, 120, 32), Size(120, 36)) == Region(0, 25, 120, 11)


async def test_a_zone_is_chosen_folded_and_inspected():
    async with running() as pilot:
        session = a_session()
        await a_cloud(session)
        _, surface = await on_the_map(pilot, session)
        await pilot.press("home", "down")
        assert found(surface.spot).kind == "zone"
        await pilot.press("ctrl+f")
        assert "▸›zone us-east-1a  1 instance folded" in screen_text(pilot.app)
        await pilot.press("ctrl+f", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, InspectScreen))
        await until(pilot, lambda: "what is in it" in screen_text(pilot.app))
        assert "1 running of 1" in screen_text(pilot.app)


async def test_without_motion_the_whole_way_stands_at_once():
    async with running() as pilot:
        pilot.app.animation_level = "none"
        session = a_session()
        await a_cloud(session)
        await on_the_map(pilot, session)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, TraceScreen) and pilot.app.screen.way is not None)
        assert pilot.app.screen.lit == len(pilot.app.screen.way.hops)


async def test_an_empty_account_has_nothing_to_trace():
    async with running() as pilot:
        screen = await play(pilot, a_session())
        screen.action_show_pane("map")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "There is nothing to trace yet" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))


async def test_a_thing_that_goes_leaves_the_cursor_near():
    async with running() as pilot:
        view = a_view()
        screen, surface = await on_the_map_of(pilot, view)
        surface.choose("bucket:harbour")
        screen.view = replace(view, cloud=replace(view.cloud, children=view.cloud.children[:1]))
        await pilot.pause()
        assert surface.chosen == "security-group:sg-1"
        old = replace(view.cloud.children[0], state="x", age=HOUR)
        screen.view = replace(view, cloud=replace(view.cloud, children=(old,)))
        await pilot.pause()
        assert surface.chosen == "security-group:sg-1"


async def on_the_map_of(pilot, view):
    screen = await play(pilot, a_session(), view)
    screen.action_show_pane("map")
    await until(pilot, lambda: screen.query_one(MapSurface).spot is not None)
    return screen, screen.query_one(MapSurface)


# a cloud with much in it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [72, 76, 119])
def test_a_busy_cloud_stays_legible(cells):
    canvas = draw_map(a_busy_cloud(), cells)
    lines = text(canvas.lines())
    assert {width(each) for each in canvas.lines()} == {cells}
    for spot in canvas.spots:
        assert lines[spot.y][spot.mark] == " "
    shown = "\n".join(lines)
    for word in (
        "web-1",
        "check failed",
        "taken over",
        "seen 1 d 6 h ago",
        "203.0.113.7 :443",
        "bench-2",
        "stopping",
        "harbour-open  public",
    ):
        assert word in shown
    assert "blocked at web" in shown
    reached, ahead = {canvas.spots[0]}, [canvas.spots[0]]
    while ahead:
        at = ahead.pop()
        for way in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            to = neighbour(canvas.spots, at, *way)
            if to not in reached:
                reached.add(to)
                ahead.append(to)
    assert len(reached) == len(canvas.spots) == 41


def test_a_busy_cloud_folds_to_what_matters():
    lines = text(draw_map(a_busy_cloud(), 76, frozenset({"zone:vpc-1/us-east-1a", "vpc:vpc-2"})).lines())
    assert "│ ▸ zone us-east-1a  ▲ web-2 check fa…" in "\n".join(lines)
    assert "▸ VPC vpc-lab 172.16.0.0/16  ◐ bench-2 stopping  2 instances folded" in lines


@pytest.mark.parametrize("size", [(200, 60), WIDE, NARROW])
async def test_a_busy_play_screen(size):
    async with running(size) as pilot:
        screen = await play(pilot, a_session(), replace(a_view(), cloud=a_busy_cloud()))
        screen.action_show_pane("map")
        await until(pilot, lambda: screen.query_one(MapSurface).spot is not None)
        if size == (200, 60):
            same_as_golden(pilot.app, "play-200x60")
        else:
            await pilot.press("pagedown")
            await pilot.press("end")
            await until(pilot, lambda: "role" in screen_text(pilot.app) and "harbour-server" in screen_text(pilot.app))
            same_as_golden(pilot.app, f"map-end-{size[0]}x{size[1]}", "#map")
