"""The plots: what is drawn where, zoomed and moved by key and by mouse, and drawn again only when something changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudlab.app.drawing.plots import LEFT, Window, column_of, draw_bill, draw_chart
from cloudlab.app.ink import width
from cloudlab.app.panes.plots.plot import Plot, tab_at, tab_strip
from cloudlab.app.panes.plots.screen import PlotsScreen
from cloudlab.app.screens.help.screen import HelpScreen
from cloudlab.lab.view.slices import Chart, Curve, Hours, Mark, Money, Series, Spent
from cloudlab.model.time import HOUR, at
from tests.app.stage import NARROW, NOW, WIDE, a_session, a_view, play, running, same_as_golden, screen_text

STARTS, ENDS = at(1, "09:00"), at(3, "09:00")
RATES = Chart(
    "rates",
    "scores",
    "requests a minute",
    "count",
    (
        Curve("in time", tuple((STARTS + i * HOUR, 60 if i > 4 else 0) for i in range(1, 30))),
        Curve("slow", tuple((STARTS + i * HOUR, 10 if i > 20 else 0) for i in range(1, 30))),
        Curve("failed", tuple((STARTS + i * HOUR, 0 if i > 4 else 60) for i in range(1, 30))),
    ),
)
GAPS = Chart(
    "latency",
    "scores",
    "milliseconds to answer",
    "ms",
    (Curve("latency", tuple((STARTS + i * HOUR, i if i != 3 else None) for i in range(1, 6))),),
)
SPENT = Chart(
    "money",
    "",
    "spent so far",
    "micros",
    (
        Curve("cloud", ((STARTS, 0), (NOW, 12_000_000))),
        Curve("people", ((STARTS, 0), (NOW, 400_000_000))),
        Curve("together", ((STARTS, 0), (NOW, 412_000_000))),
    ),
    (("budget", 900_000_000),),
)
MARKS = (
    Mark(at(1, "12:00"), "decision", "ana: create vpc 10.0.0.0/16"),
    Mark(at(2, "00:00"), "incident", "Critical hole on i-1"),
    Mark(at(2, "10:00"), "aws", "Instance replaced, held by AWS"),
)
MONEY = Money(
    lines=(("compute", 12_000_000), ("people", 400_000_000)),
    resources=(Spent("compute", "i-1", "web-1", 12_000_000, 20_800),),
    hours=(Hours("ana", "ec2:CreateVpc", 2, 4_000, 600, 150_000_000), Hours("raj", "ssm:SendCommand", 1, 7_200, 0, 250_000_000)),
    total_micros=412_000_000,
    hourly_micros=20_800,
    budget_micros=900_000_000,
    ends=ENDS,
    projected_micros=430_000_000,
)


def text(lines: Any) -> list[str]:
    return ["".join(piece for piece, _ in each).rstrip() for each in lines]


def plotted() -> Any:
    return replace(a_view(), series=Series(STARTS, ENDS, (RATES, GAPS, SPENT), MARKS), money=MONEY)


def whole() -> Window:
    return Window(STARTS, ENDS, STARTS, ENDS)


@pytest.mark.parametrize(("cells", "rows"), [(75, 8), (78, 18), (118, 30)])
def test_a_chart_keeps_its_size(cells: int, rows: int) -> None:
    lines = draw_chart(RATES, whole(), MARKS, cells, rows, now=NOW)
    assert len(lines) == rows
    assert {width(each) for each in lines} == {cells}


def test_each_curve_has_a_glyph_and_a_name() -> None:
    lines = text(draw_chart(RATES, whole(), MARKS, 100, 16, now=at(2, "15:00")))
    assert lines[-1].startswith("• in time 60  ▒ slow 10  ╳ failed 0  as of day 2 14:00, 1 h 00 min ago")
    drawn = "\n".join(lines[:-4])
    assert all(glyph in drawn for glyph in "•▒╳")


def test_marks_stand_at_their_instants() -> None:
    row = text(draw_chart(RATES, whole(), MARKS, LEFT + 49, 10, now=NOW))[-2]
    assert row.startswith("   marks ")
    assert [(row.index(g) - LEFT) for g in "◆▲△"] == [3, 15, 25]  # 48 hours over 49 columns: a column an hour
    told = text(draw_chart(RATES, whole(), MARKS, 80, 10, now=NOW, picked=MARKS[1]))[-1]
    assert told == "▲ day 2 00:00 Critical hole on i-1"


def test_where_nothing_answered_there_is_a_gap() -> None:
    window = Window(STARTS, STARTS + 5 * HOUR, STARTS, ENDS)
    drawn = text(draw_chart(GAPS, window, (), LEFT + 51, 12, now=NOW))[:-4]
    columns = {x - LEFT for row in drawn for x, c in enumerate(row) if c == "•"}
    assert column_of(STARTS + 2 * HOUR, (window.start, window.end), 51) == 20
    assert {10, 20, 40, 50} <= columns
    assert not columns & set(range(21, 40))


def test_nothing_known_is_said() -> None:
    empty = Chart("latency", "scores", "", "ms", (Curve("latency", ()),))
    assert "nothing to draw yet" in text(draw_chart(empty, whole(), (), 60, 8, now=NOW))[0]


def test_a_window_stays_within_the_run() -> None:
    half = whole().zoomed(True)
    assert (half.start, half.end) == (at(1, "21:00"), at(2, "21:00"))
    assert half.zoomed(False) == whole()
    assert half.panned(-999 * HOUR).start == STARTS
    assert half.panned(999 * HOUR).end == ENDS
    closest = whole()
    for _ in range(20):
        closest = closest.zoomed(True, at(1, "12:00"))
    assert closest.end - closest.start == 2 * HOUR
    assert closest.start <= at(1, "12:00") <= closest.end


def test_the_bill_adds_up() -> None:
    lines = text(draw_bill(MONEY, 76))
    assert lines[0].split()[:2] == ["spent", "$412.00"]
    assert any(line.split() == ["raj", "$250.00", "2", "h", "00", "min"] for line in lines)
    assert any("10 min after hours" in line for line in lines)


def test_names_on_the_strip_can_be_hit() -> None:
    strip = tab_strip(2, 100).plain
    for i, name in enumerate(("requests", "rates", "[latency]", "busy", "budget", "value", "money", "bill")):
        assert tab_at(strip.index(name), 2, 100) == i


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_plots_look_as_they_should(size: tuple[int, int]) -> None:
    async with running(size) as pilot:
        await play(pilot, a_session(), plotted())
        await pilot.press("f8", "f8", "2")
        assert isinstance(pilot.app.screen, PlotsScreen)
        await pilot.pause()
        same_as_golden(pilot.app, f"plots-{size[0]}x{size[1]}")
        await pilot.press("7")
        same_as_golden(pilot.app, f"plots-money-{size[0]}x{size[1]}")
        await pilot.press("8")
        same_as_golden(pilot.app, f"plots-bill-{size[0]}x{size[1]}")


async def test_plots_by_keyboard() -> None:
    async with running() as pilot:
        screen = await play(pilot, a_session(), plotted())
        await pilot.press("f8")
        plot = pilot.app.focused
        assert isinstance(plot, Plot)
        await pilot.press("right_square_bracket")
        assert "2 [rates]" in screen_text(pilot.app)
        before = plot.window(plotted())
        await pilot.press("plus")
        assert plot.window(plotted()).end - plot.window(plotted()).start == (before.end - before.start) // 2
        await pilot.press("left", "0")
        assert plot.window(plotted()) == before
        await pilot.press("full_stop", "full_stop")
        assert "Critical hole on i-1" in screen_text(pilot.app)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, PlotsScreen)
        assert pilot.app.screen.plot.name_of_tab == "rates"
        await pilot.press("f1")
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("escape", "space")
        assert screen.sitting.pacer.running
        await pilot.press("escape")
        assert pilot.app.screen is screen


async def test_plots_by_mouse() -> None:
    async with running() as pilot:
        await play(pilot, a_session(), plotted())
        await pilot.press("f8", "enter", "2")
        screen = pilot.app.screen
        plot = screen.plot
        before = plot.window(plotted())
        plot._wheel(_wheel_at(plot, 40), True)
        zoomed = plot.window(plotted())
        assert zoomed.end - zoomed.start == (before.end - before.start) // 2
        await pilot.mouse_down(plot, offset=(60, 8))
        await pilot.hover(plot, offset=(70, 8))
        await pilot.mouse_up(plot, offset=(70, 8))
        assert plot.window(plotted()).start < zoomed.start
        frame = screen.query_one("#plots").region
        strip = screen_text(pilot.app).splitlines()[frame.bottom - 1]
        await pilot.click(offset=(strip.index("value"), frame.bottom - 1))
        assert plot.name_of_tab == "value"


def _wheel_at(plot: Plot, x: int) -> Any:
    from textual.events import MouseScrollUp

    return MouseScrollUp(plot, x, 5, 0, -1, 0, False, False, False)


async def test_a_plot_is_drawn_again_only_when_its_slice_is_another() -> None:
    async with running() as pilot:
        screen = await play(pilot, a_session(), plotted())
        await pilot.press("f8", "2")
        await pilot.pause()
        plot = pilot.app.focused
        assert isinstance(plot, Plot)
        view, before = screen.view, plot.repaints
        later = replace(view, status=replace(view.status, now=NOW + 60), money=replace(view.money, total_micros=1))
        screen.sitting.view = lambda: later
        screen.refresh_view()
        await pilot.pause()
        assert plot.repaints == before
        screen.sitting.view = lambda: replace(later, series=Series(STARTS, ENDS, (RATES,), ()))
        screen.refresh_view()
        await pilot.pause()
        assert plot.repaints > before


async def test_a_bill_that_is_longer_than_its_place_is_scrolled():
    long = replace(MONEY, resources=tuple(Spent("compute", f"i-{i}", f"web-{i}", 1_000_000, 0) for i in range(40)))
    async with running(NARROW) as pilot:
        screen = await play(pilot, a_session(), replace(plotted(), money=long))
        screen.action_show_pane("traffic")
        await pilot.pause()
        await pilot.press("8", "enter")
        await pilot.pause()
        shown = screen_text(pilot.app)
        assert "more lines" in shown
        assert "↑/↓ scroll" in shown
        assert "zoom" not in shown
        assert "web-39" not in shown
        await pilot.press("pagedown", "pagedown", "pagedown", "pagedown")
        await pilot.pause()
        assert "raj" in screen_text(pilot.app)
        await pilot.press("7")
        await pilot.pause()
        assert "+/- zoom" in screen_text(pilot.app)
