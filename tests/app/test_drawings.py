"""Drawings: what the slices of a View look like as lines, colours left out."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.app.drawing.board import draw_board, tally
from cloudlab.app.drawing.cloud import count, draw_cloud
from cloudlab.app.drawing.jobs import draw_job
from cloudlab.app.drawing.operations import draw_goals, draw_team, page_text
from cloudlab.app.drawing.prose import draw_prose
from cloudlab.app.drawing.status import Clock, draw_status
from cloudlab.app.drawing.traffic import draw_bars, draw_service
from cloudlab.app.ink import width
from cloudlab.lab.live import LiveTraining
from cloudlab.model.time import at
from tests.app.stage import NOW, a_view


def text(lines):
    return ["".join(piece for piece, _ in each).rstrip() for each in lines]


def test_the_map_nests_and_tells_states_in_words():
    shown = "\n".join(text(draw_cloud(a_view().cloud, 76)))
    assert "┌ VPC vpc-app 10.0.0.0/16" in shown
    assert "┌ zone us-east-1a" in shown
    assert "● web-1" in shown
    assert " boot │" in shown
    assert "seen 2 h 00 min ago" in shown
    assert "[red]x[/] :boom:" in shown
    assert count(a_view().cloud) == 8


def test_every_line_of_the_map_keeps_its_width():
    for cells in (40, 76, 150):
        assert {width(each) for each in draw_cloud(a_view().cloud, cells)} == {cells}


def test_an_empty_account_says_what_to_do():
    empty = replace(a_view().cloud, children=(), detail="nothing here yet")
    assert text(draw_cloud(empty, 60))[1] == "nothing here yet"


def test_the_board_marks_what_is_struck():
    assert text(draw_board(a_view().board, 60)) == [
        "                  web-1   web-2   churn",
        "hardware          AWS     AWS     AWS",
        "OS patches        !YOU    YOU     AWS",
        "scaling           YOU     YOU     shared",
    ]
    assert tally(a_view().board) == (4, 4, 1)


def test_bars_show_each_kind_by_its_pattern():
    hours = ((at(1, "09:00"), 0, 0, 100, 0), (at(1, "10:00"), 60, 30, 10, 0), (at(1, "11:00"), 50, 0, 0, 0))
    assert text(draw_bars(hours, 30, 4)) == [
        "  100 ┤╳╳ ╳╳",
        "      │╳╳ ▒▒",
        "      │╳╳ ██ ██",
        "    0 ┤╳╳ ██ ██",
        "       09",
    ]


def test_a_service_that_nobody_watches_tells_its_age():
    old = replace(a_view().services[0], as_of=NOW - 7_200)
    assert "as of day 2 12:20, 2 h 00 min ago" in text(draw_service(old, NOW, 90, 8))[0]


def test_goals_carry_their_evidence():
    assert text(draw_goals(a_view().goals, 40)) == [
        "✓ The data lies in a bucket",
        "  s3://harbour/churn/train.csv",
        "○ The app can reach it",
        "  no route",
    ]


def test_the_status_gives_way_where_there_is_no_room():
    view = a_view()
    wide = text(draw_status(view.status, view.services, Clock(True), 108, 1))
    assert wide[0].startswith(" 90  A level for tests   day 2 14:20  ▶ 10 min/s")
    assert wide[0].endswith("$412 of $900   SLO 99.71 %  value $1,240  ◐ degraded")
    narrow = text(draw_status(view.status, view.services, Clock(why="paged"), 80, 2))
    assert "‖ paged" in narrow[0]
    assert narrow[1].startswith(" $412 of $900 +$0.21/h")


def test_the_team_says_who_is_busy_until_when():
    assert text([draw_team(a_view().team, NOW, 100)]) == ["◐ ana busy to 14:32 +1 queued create subnet 10.0.2.0/24 │ ○ raj free · ml, data"]


def test_modelled_and_measured_are_named_apart():
    live = LiveTraining("d1", 40, 150, (("validation:auc", 801_200),))
    shown = text(draw_job(a_view().jobs[0], live, NOW, 100))
    assert "  modelled: ended 11:58" in shown
    assert any(row.startswith("  really: ━") and "round 40/150" in row for row in shown)
    done = replace(live, done=True, measured="1.50 s of training")
    assert "  measured on this machine: 1.50 s of training" in text(draw_job(a_view().jobs[0], done, NOW, 100))


def test_a_page_says_whose_it_is_and_what_waiting_means():
    shown = "\n".join(text(page_text(a_view().pages[0], NOW, 90)))
    assert "you: this duty came with the road you chose" in shown
    assert "nobody is on it yet; damage in 11 h 40 min" in shown
    assert "x70 for this level" in shown


def test_prose_flows_lists_tables_and_code():
    page = "# Title\n\nA **bold** word and `code`, and\nanother line.\n\n- first point that is long\n- second\n\n"
    page += "| a | b |\n|---|---|\n| x | y |\n\n    code --here\n"
    assert text(draw_prose(page, 20)) == [
        "Title",
        "",
        "A bold word and",
        "code, and another",
        "line.",
        "",
        "• first point that",
        "  is long",
        "• second",
        "",
        "a  b",
        "x  y",
        "",
        "  code --here",
    ]


def test_prose_shows_html_as_text():
    assert text(draw_prose("a <b>c</b> [red]d[/red]", 60)) == ["a <b>c</b> [red]d[/red]"]
