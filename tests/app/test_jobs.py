"""The jobs: curves beside the log, modelled and measured apart, two compared, one stopped from here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudlab.app.drawing.jobs import draw_comparison, draw_job, draw_jobs, spark
from cloudlab.app.ink import width
from cloudlab.app.panes.trainings.board import JobsBoard
from cloudlab.app.panes.trainings.pane import TrainingsPane
from cloudlab.app.panes.trainings.screen import JobsScreen
from cloudlab.app.screens.help.screen import HelpScreen
from cloudlab.lab.live import LiveTraining, _longer
from cloudlab.lab.view.slices import Job
from cloudlab.model.time import at
from tests.app.stage import NARROW, NOW, WIDE, a_session, a_view, play, running, same_as_golden, screen_text, until

# fmt: off
DONE = Job(
    "churn-1", "ml.m5.xlarge", "Completed", "Completed", "", "d1", "xgboost", at(2, "11:58"),
    (("train:auc", 861_000), ("validation:auc", 842_100)), modelled_start=at(2, "11:50"), created=at(2, "11:40"), machine="ml.m5.xlarge",
    hourly_micros=230_000, cost_micros=46_000, rounds=150,
)
WORSE = replace(DONE, name="churn-2", metrics=(("train:auc", 900_000), ("validation:auc", 812_000)), rounds=400, spec_digest="d2")
RUNS = Job(
    "churn-3", "ml.m5.large", "InProgress", "Training", "", "d3", "xgboost", None, (),
    modelled_start=at(2, "14:10"), created=at(2, "14:00"), machine="ml.m5.large", hourly_micros=115_000,
    cancel="aws sagemaker stop-training-job --training-job-name churn-3",
)
BROKEN = replace(
    DONE, name="churn-0", status="Failed", phase="Failed", failure="ClientError: Data download failed: no object under s3://b/x",
    help="Look at the channel's S3 URI.", metrics=(), rounds=None,
)
LIVE = LiveTraining(
    "d3", 60, 150, (("train:auc", 840_000), ("validation:auc", 810_000)),
    curves=(
        ("train:auc", tuple(700_000 + i * 2_300 for i in range(60))),
        ("validation:auc", tuple(700_000 + i * 1_900 for i in range(60))),
    ),
    rounds_per_second=85.0, said=tuple(f"[{i}] train-auc:0.84 validation-auc:0.81" for i in range(40)),
)
# fmt: on


def text(lines: Any) -> list[str]:
    return ["".join(piece for piece, _ in each).rstrip() for each in lines]


def with_jobs() -> Any:
    return replace(a_view(), jobs=(BROKEN, DONE, WORSE, RUNS))


def test_modelled_and_really_are_named_apart() -> None:
    shown = "\n".join(text(draw_job(RUNS, LIVE, NOW, 100)))
    assert "modelled: asked for 14:00, trains since 14:10, ml.m5.large at $0.1150/h" in shown
    assert "round 60/150, 85 rounds/s" in shown
    assert "really: ━" in shown
    ended = text(draw_job(DONE, None, NOW, 120))
    assert (
        ended[1] == "  modelled: asked for 11:40, trained from 11:50, ended 11:58, 18 min in all, ml.m5.xlarge at $0.2300/h, cost $0.0460"
    )


def test_a_failure_tells_its_reason_and_what_would_help() -> None:
    shown = text(draw_job(BROKEN, None, NOW, 100))
    assert shown[0] == "  ClientError: Data download failed: no object under s3://b/x"
    assert shown[1] == "  What would help: Look at the channel's S3 URI."


@pytest.mark.parametrize(("cells", "rows"), [(76, 8), (71, 11), (116, 30)])
def test_jobs_keep_to_their_room(cells: int, rows: int) -> None:
    lines = draw_jobs((BROKEN, DONE, WORSE, RUNS), {"d3": LIVE}, 0, None, NOW, cells, rows)
    assert len(lines) <= rows
    assert max(map(width, lines)) <= cells


def test_curves_stand_beside_the_log() -> None:
    lines = text(draw_jobs((RUNS,), {"d3": LIVE}, 0, None, NOW, 116, 24))
    assert any("○ train:auc 0.8357  • validation:auc 0.8121" in row for row in lines)
    assert any(row.endswith("[39] train-auc:0.84 validation-auc:0.81") for row in lines)
    drawn = "\n".join(lines)
    assert drawn.count("•") > 10
    assert drawn.count("○") > 10


def test_little_room_still_shows_the_curve() -> None:
    assert spark((1, 2, 3, 4, 5, 6, 7, 8), 8) == "▁▂▃▄▅▆▇█"
    assert spark((5, 5, 5), 8) == "▁▁▁"
    assert len(spark(tuple(range(100)), 20)) == 20


def test_two_finished_jobs_are_compared_figure_by_figure() -> None:
    rows = [row.split() for row in text(draw_comparison(WORSE, DONE, 90))]
    assert ["churn-2", "churn-1"] in rows
    assert ["validation:auc", "0.8120", "0.8421", "-0.0301"] in rows
    assert ["train:auc", "0.9000", "0.8610", "+0.0390"] in rows
    assert ["rounds", "400", "150"] in rows


def test_curves_grow_metric_by_metric() -> None:
    curves = _longer(_longer((), (("train:auc", 1), ("validation:auc", 2))), (("train:auc", 3),))
    assert curves == (("train:auc", (1, 3)), ("validation:auc", (2,)))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_jobs_look_as_they_should(size: tuple[int, int]) -> None:
    async with running(size) as pilot:
        screen = await play(pilot, a_session(), with_jobs())
        pane = screen.query_one(TrainingsPane)
        await pilot.press("f5")
        pane.live = {"d3": LIVE}
        await pilot.pause(0.3)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, JobsScreen)
        await pilot.pause(0.3)
        same_as_golden(pilot.app, f"jobs-{size[0]}x{size[1]}")


async def test_jobs_by_keyboard() -> None:
    async with running() as pilot:
        screen = await play(pilot, a_session(), with_jobs())
        await pilot.press("f5")
        board = pilot.app.focused
        assert isinstance(board, JobsBoard)
        assert board.jobs[board.selected].name == "churn-3"
        await pilot.press("down", "asterisk", "down")
        assert "-0.0301" not in screen_text(pilot.app)
        assert "+0.0301" in screen_text(pilot.app)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, JobsScreen)
        assert "+0.0301" in screen_text(pilot.app)
        await pilot.press("f1")
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("escape", "up", "up", "delete")
        await until(pilot, lambda: screen.terminal.line.value != "")
        assert screen.terminal.line.value == "aws sagemaker stop-training-job --training-job-name churn-3"
        assert screen.terminal.line.has_focus


async def test_what_has_ended_cannot_be_stopped() -> None:
    async with running() as pilot:
        screen = await play(pilot, a_session(), with_jobs())
        await pilot.press("f5", "down", "delete")
        await pilot.pause()
        assert screen.terminal.line.value == ""


async def test_jobs_by_mouse() -> None:
    async with running() as pilot:
        await play(pilot, a_session(), with_jobs())
        await pilot.press("f5")
        board = pilot.app.focused
        await pilot.click(board, offset=(10, 1))
        assert board.jobs[board.selected].name == "churn-2"
        await pilot.click(board, offset=(10, 5), times=2)
        assert isinstance(pilot.app.screen, JobsScreen)


async def test_hundreds_of_rounds_a_second_are_drawn_a_few_times_a_second() -> None:
    async with running() as pilot:
        screen = await play(pilot, a_session(), with_jobs())
        pane = screen.query_one(TrainingsPane)
        await pilot.press("f5")
        await pilot.pause(0.3)
        before = pane.board.repaints
        for i in range(200):
            pane.live = {"d3": replace(LIVE, round=i)}
        await pilot.pause(0.5)
        assert 1 <= pane.board.repaints - before <= 3


async def test_keys_that_are_about_a_job_are_offered_once_there_is_one():
    async with running(WIDE) as pilot:
        screen = await play(pilot, a_session(), replace(a_view(), jobs=()))
        screen.action_show_pane("jobs")
        await until(pilot, lambda: isinstance(pilot.app.focused, JobsBoard))
        assert "compare" not in screen_text(pilot.app).split("\n")[-2]
        screen.sitting.view = a_view
        screen.refresh_view()
        await until(pilot, lambda: "compare" in screen_text(pilot.app).split("\n")[-2])
