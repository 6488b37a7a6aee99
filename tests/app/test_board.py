"""The responsibility board: a cursor, fixed names, filters, and how one knows; and the incident at length."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudlab.app.drawing.board import Place, cell_line, cell_text, draw_grid, draw_grid_and_why, scrolled
from cloudlab.app.drawing.operations import page_now, page_text
from cloudlab.app.panes.board.cell import CellScreen
from cloudlab.app.panes.board.grid import BoardGrid
from cloudlab.app.panes.pager.page import Answer, PageScreen
from cloudlab.app.screens.play.screen import PlayScreen
from cloudlab.lab.board_filters import filtered, filters
from cloudlab.lab.telling import Line
from cloudlab.lab.view.slices import Board, Cell, Exit
from tests.app.stage import NARROW, NOW, WIDE, a_session, a_view, play, running, same_as_golden, screen_text, until


def text(lines):
    return ["".join(piece for piece, _ in each).rstrip() for each in lines]


YOURS = Cell("YOU", False, "", "EC2 guide", "high")
THEIRS = Cell("AWS", False, "", "AWS says so", "high")
STRUCK = replace(YOURS, struck=True, strikes=("day 2 13:00 Critical hole, open",))
PAST = replace(THEIRS, strikes=("day 1 10:00 Replaced, over: AWS put another one there",))
SHARED = Cell("shared", False, "", "S3 guide", "medium", "say who may read", "lock it by default")


def a_board(columns: int = 4) -> Board:
    kinds = ("ec2-instance", "ec2-instance", "sagemaker-endpoint", "s3-bucket")
    duties = (
        ("hardware", (THEIRS, THEIRS, PAST, THEIRS)),
        ("OS patches", (STRUCK, YOURS, THEIRS, THEIRS)),
        ("access", (YOURS, YOURS, SHARED, SHARED)),
    )
    names = (("i-1", "web-1"), ("i-2", "web-2"), ("churn", "churn"), ("data", "data"))
    many = columns // 4
    return Board(names * many, tuple((t, row * many) for t, row in duties), kinds * many, ("Disks.", "Holes stay closed.", "Who may."))


def test_names_stay_in_sight_while_the_board_scrolls():
    board = a_board(12)
    place = scrolled(board, Place(2, 7), 50, 3)
    assert place.left + 4 > 7 >= place.left
    lines = text(draw_grid(board, place, 50, 3, focused=True))
    assert lines[0].startswith("‹ 4  4 ›")
    assert [each.split("  ")[0] for each in lines[1:]] == ["OS patches", "access"]
    assert "›shared" in lines[2]


def test_filters_leave_what_they_say():
    board = a_board()
    assert filters(board) == ("all", "mine", "struck", "ec2-instance", "sagemaker-endpoint", "s3-bucket")
    assert [title for title, _ in filtered(board, "mine").rows] == ["OS patches", "access"]
    struck = filtered(board, "struck")
    assert [name for _, name in struck.resources] == ["web-1", "churn"]
    assert [title for title, _ in struck.rows] == ["hardware", "OS patches"]
    assert [name for _, name in filtered(board, "s3-bucket").resources] == ["data"]


def test_what_was_struck_before_is_told_apart_from_what_is_now():
    lines = text(draw_grid(a_board(), Place(2, 3), 60, 9, focused=False))
    assert lines[1].split() == ["hardware", "AWS", "AWS", "AWS*", "AWS"]
    assert lines[2].split() == ["OS", "patches", "!YOU", "YOU", "AWS", "AWS"]


def test_a_cell_says_whose_which_part_and_how_one_knows():
    board = a_board()
    assert cell_line(board, Place(2, 3)) == "access of data: shared"
    assert cell_line(board, Place(1, 0)) == "OS patches of web-1: yours, struck: day 2 13:00 Critical hole, open"
    shown = "\n".join(text(cell_text(board, Place(1, 0), 80)))
    assert "means       Holes stay closed." in shown
    assert "held by     YOU" in shown
    assert "struck      day 2 13:00 Critical hole, open" in shown
    assert "source      EC2 guide" in shown
    assert "confidence  high" in shown


def test_why_stands_where_there_is_room():
    board, place = a_board(), Place(2, 3)
    assert text(draw_grid_and_why(board, place, 60, 8))[4:] == [
        "─" * 60,
        "You: say who may read; AWS: lock it by default",
        "source (medium): S3 guide",
    ]
    assert [row.partition(" │ ")[2] for row in text(draw_grid_and_why(board, place, 90, 5))] == [
        "You: say who may read; AWS: lock it by",
        "default",
        "source (medium): S3 guide",
        "",
    ]
    assert draw_grid_and_why(board, place, 60, 6) == draw_grid(board, place, 60, 6, focused=True)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_board_by_keyboard(size):
    async with running(size) as pilot:
        screen = await play(pilot, a_session(), replace(a_view(), board=a_board(12)))
        screen.action_show_pane("board")
        await pilot.pause()
        grid = screen.query_one(BoardGrid)
        assert grid.has_focus
        await pilot.press("down", "down", "right", "right")
        await until(pilot, lambda: "access of churn: shared" in screen_text(pilot.app))
        assert (grid.place.row, grid.place.column) == (2, 2)
        same_as_golden(pilot.app, f"board-{size[0]}x{size[1]}", "#board")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CellScreen) and "AWS's part  lock it" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("ctrl+f", "ctrl+f")
        await until(pilot, lambda: "only struck" in screen_text(pilot.app))
        assert "access  " not in "\n".join(line for line in screen_text(pilot.app).split("\n") if "YOU" in line)


async def test_the_board_by_mouse():
    async with running() as pilot:
        screen = await play(pilot, a_session(), replace(a_view(), board=a_board()))
        grid = screen.query_one(BoardGrid)
        await pilot.click(grid, offset=(28, 2))
        assert (grid.place.row, grid.place.column) == (1, 1)
        await pilot.click(grid, offset=(28, 2), times=2)
        await until(pilot, lambda: isinstance(pilot.app.screen, CellScreen))


async def test_a_way_out_is_chosen_from_the_start_and_enter_means_it_wherever_one_has_been():
    one = a_view().pages[0]
    page = replace(
        one, ways_out=(one.ways_out[0], Exit("Reboot it", "aws ec2 reboot-instances", 3, 0, "none"), Exit("Wait", None, 5, 0, ""))
    )
    for keys, line in (
        (("enter",), "aws ssm send-command --document-name AWS-RunPatchBaseline"),
        (("pagedown", "tab", "down", "enter"), "aws ec2 reboot-instances"),
    ):
        async with running() as pilot:
            await play(pilot, a_session(), a_view())
            answers: list[Answer | None] = []
            pilot.app.push_screen(PageScreen(page, NOW), answers.append)
            await until(pilot, lambda: "› Patch and reboot" in screen_text(pilot.app))
            await pilot.press(*keys)
            await until(pilot, lambda: bool(answers))  # noqa: B023 - awaited within the turn
            assert answers == [("line", line)]
    async with running() as pilot:
        await play(pilot, a_session(), a_view())
        pilot.app.push_screen(PageScreen(page, NOW))
        await until(pilot, lambda: "› Patch and reboot" in screen_text(pilot.app))
        await pilot.press("end", "enter")  # a way without an order says so, and the page stays
        await until(pilot, lambda: "› Wait" in screen_text(pilot.app))
        assert isinstance(pilot.app.screen, PageScreen)


def test_a_page_says_first_that_the_service_is_down():
    page = replace(a_view().pages[0], outage="Your service is down, and not because of this: i-1 does not answer.")
    assert text(page_text(page, NOW, 90))[0] == "▲ Your service is down, and not because of this: i-1 does not answer."


# the incident at length --------------------------------------------------------------------------------------------------


def test_waiting_has_a_price_while_it_lasts():
    page = replace(a_view().pages[0], failing_per_hour=18_000, waiting_micros=36_000_000)
    assert page_now(page, NOW) == "$36.00 an hour; nobody is on it yet; damage in 11 h 40 min"
    assert "waiting     18,000 requests fail every hour, worth $36.00 an hour" in text(page_text(page, NOW, 90))
    over = replace(page, state="resolved", resolution="patched")
    assert page_now(over, NOW) == "over: patched"
    assert not any(line.startswith("waiting") for line in text(page_text(over, NOW, 90)))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_page_at_length_has_its_timeline_and_leads_to_its_resource(size):
    async with running(size) as pilot:
        screen = await play(pilot, a_session(), a_view())
        told = (Line(NOW - 600, "bad", "it began"), Line(NOW, "page", "noticed by monitoring"))
        answers: list[Answer | None] = []
        pilot.app.push_screen(PageScreen(a_view().pages[0], NOW, told), answers.append)
        await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))
        await until(pilot, lambda: "Ways out" in screen_text(pilot.app))
        same_as_golden(pilot.app, f"page-{size[0]}x{size[1]}", "#page")
        for _ in range(6):
            await pilot.press("pagedown")
        await until(pilot, lambda: "noticed by monitoring" in screen_text(pilot.app))
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen))
        assert answers == [("inspect", "i-1")]
        assert pilot.app.screen is screen
