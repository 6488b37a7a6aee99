"""Result, debrief and report: the fixed keys, figures that sum, and nobody's words read as markup."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cloudlab.lab.debrief import compare, debrief, ghost, other_road, side
from cloudlab.lab.plain_debrief import debrief_text
from cloudlab.lab.report import as_json, markdown
from cloudlab.lab.result import Result
from cloudlab.lab.script_run import result_of, run_bot
from cloudlab.lab.session import Session
from cloudlab.levels.loader import Level
from cloudlab.model.events.incidents import IncidentDetected
from cloudlab.model.time import HOUR, at
from tests.runs import happened, perform, start
from tests.small_level import TO_A_JOB, TO_AN_ENDPOINT, FakeWork, small_level

STRIKES = [
    {"id": "x", "kind": "instance-status-check", "earliest": "day 1 12:00", "latest": "day 1 12:00", "rate_factor": 7},
    {"id": "y", "kind": "endpoint-instance-replaced", "earliest": "day 1 16:00", "latest": "day 1 16:00"},
    {"id": "z", "kind": "disk-full", "earliest": "day 1 17:00", "latest": "day 1 17:00"},
]
SERVER = """
ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 -> $subnet
ec2 describe-images --query 'Images[0].ImageId' -> $image
ec2 run-instances --image-id $image --instance-type t3.small --count 1 --subnet-id $subnet -> $server
"""
UGLY = "[red]x[/] *bold* _it_ `code` <script>alert(1)</script> | # ~gone~ &lt; $x \\"

# game.md, section 9, word for word; road, value and what is right are this project's own additions (docs/players.md)
KEYS = {
    "schema",
    "level",
    "seed",
    "rules",
    "mood",
    "outcome",
    "because",
    "score",
    "stars",
    "time_to_value_s",
    "ledger",
    "incidents",
    "models",
    "requests",
    "digest",
    "journal",
}
ADDED = {"road", "value_usd_micros"}


@pytest.fixture
def level(tmp_path: Path) -> Level:
    return small_level(tmp_path, incidents=STRIKES)


@pytest.fixture
def session(level: Level, tmp_path: Path) -> Session:
    return start(level, tmp_path)


async def played(session: Session) -> Result:
    """Both roads, an incident on each, to the end."""
    await perform(session, "predict P1 a\n" + SERVER + TO_A_JOB + TO_AN_ENDPOINT + f"note {UGLY}\nanswer Q1 a\nwait for end\n")
    return result_of(session)


async def test_the_keys_are_a_fixed_interface(session: Session) -> None:
    body = (await played(session)).json()
    assert set(body) == KEYS | ADDED
    assert set(body["score"]) == {"total", "lines"}
    assert all(set(line) == {"id", "points", "max", "evidence"} for line in body["score"]["lines"])
    assert set(body["ledger"]) == {"usd_micros", "minutes"}
    assert all(
        set(i) == {"id", "kind", "resource", "duty", "holder", "struck_s", "detected_s", "resolved_s", "failed"} for i in body["incidents"]
    )
    assert all(set(m) == {"name", "container", "metrics"} for m in body["models"])
    assert {"offered", "served", "slow", "failed"} <= set(body["requests"])
    assert json.loads(json.dumps(body)) == body


async def test_figures_of_a_run(session: Session) -> None:
    result = await played(session)
    body = result.json()
    assert (body["level"], body["seed"], body["mood"], body["outcome"]) == ("90-small", 1, "learn", "won")
    assert (body["road"], body["models"]) == (
        "managed",
        [{"name": "job-1", "container": "xgboost", "metrics": {"validation:auc": 850_000}}],
    )
    requests = body["requests"]
    assert requests["offered"] == 33 * 3_600 == requests["served"] + sum(requests["failed"].values())
    assert body["score"]["total"] == sum(line["points"] for line in body["score"]["lines"])
    assert sum(line["micros"] for line in body["ledger"]["usd_micros"]) == result.cost
    assert [(i["id"], i["holder"], i["detected_s"] is not None) for i in body["incidents"]] == [
        ("x", "customer", True),
        ("y", "provider", True),
    ]
    assert {m["task"]: m["minutes"] for m in body["ledger"]["minutes"]}["sagemaker:CreateTrainingJob"] == 20
    assert body["digest"] == session.world.digest()
    assert body["journal"].endswith("run.jsonl")


async def test_an_unfinished_run_keeps_what_nobody_noticed(session: Session) -> None:
    await perform(session, SERVER + "wait until day 1 12:30\n")
    body = result_of(session).json()
    assert (body["outcome"], body["because"], body["stars"], body["time_to_value_s"], body["incidents"]) == ("unfinished", "", 0, None, [])
    assert (body["road"], body["models"]) == ("none", [])
    await perform(session, "wait until day 1 13:00\n")
    assert happened(session, IncidentDetected) == [at(1, "12:45")]
    assert [i["id"] for i in result_of(session).json()["incidents"]] == ["x"]


async def test_printed_lines_sum(session: Session) -> None:
    result = await played(session)
    told = debrief(result)
    assert sum(micros for _, micros in told.ledger) == told.total_micros
    assert all(micros % 10_000 == 0 for _, micros in told.ledger)
    assert abs(told.total_micros - result.cost) <= 5_000
    assert {"compute", "endpoint", "people", "storage", "training"} <= {name for name, _ in told.ledger}
    assert sum(seconds for _, seconds, _ in told.toil) == told.mine.people_seconds
    assert [seconds for _, seconds, _ in told.toil] == sorted((s for _, s, _ in told.toil), reverse=True)


async def test_who_held_what(session: Session) -> None:
    told = debrief(await played(session))
    mine, theirs = told.incidents
    assert (mine.holder, mine.detected_after, mine.lasted, mine.rate_factor) == ("you", 2_700, None, 7)
    assert (theirs.holder, theirs.failed) == ("AWS", False)
    assert theirs.lasted is not None
    assert (told.mine.pages, told.mine.handled_by_provider) == (1, 1)
    assert any("all along, for churn:" in line for line in told.provider_did)
    assert len(told.beyond_control) == 2
    (prediction, question) = told.quizzes
    assert (prediction.kind, prediction.chosen, prediction.right) == ("predicted", "a", True)
    assert (question.kind, question.chosen, question.right, question.explain) == ("answered", "a", False, "AWS does.")


async def test_a_report_as_markdown(session: Session) -> None:
    result = await played(session)
    text = markdown(result, debrief(result), side(result))
    for heading in ("# Small: won", "## Score:", "## Money", "## Hours of people", "## Incidents and who held them", "## The principle"):
        assert heading in text
    assert "| **sum** | " in text
    assert "| road | managed | managed |" in text
    assert "(x7 for this level)" in text


async def test_nobodys_words_are_read_as_markup(session: Session) -> None:
    result = await played(session)
    (line,) = [line for line in markdown(result, debrief(result), None).splitlines() if "note:" in line]
    escaped = r"\[red\]x\[/\] \*bold\* \_it\_ \`code\` \<script\>alert(1)\</script\> \| \# \~gone\~ \&lt; \$x" + " \\\\"
    assert line.endswith(f" note: {escaped}")


@pytest.mark.parametrize(
    ("text", "written"),
    [("**sum**", "\\*\\*sum\\*\\*"), ("a\nb\rc\x1b[31m", "a b c \\[31m"), ("  ", "  "), ("é ü", "é ü"), ("a\u2028b", "a b")],
)
async def test_cells_of_a_table(session: Session, text: str, written: str) -> None:
    result = await played(session)
    told = debrief(result)
    first = replace(told.score.lines[0], evidence=text)
    changed = replace(told, score=replace(told.score, lines=(first, *told.score.lines[1:])))
    assert f"| {written} |" in markdown(result, changed, None)


async def test_a_report_as_json(session: Session) -> None:
    result = await played(session)
    body = json.loads(as_json(result, debrief(result), side(result)))
    assert set(body) >= KEYS | {"principle", "timeline", "other_road", "provider_did"}
    assert [line["text"] for line in body["timeline"] if line["text"].startswith("note:")] == [f"note: {UGLY}"]


async def test_a_debrief_as_text(session: Session) -> None:
    text = debrief_text(debrief(await played(session)))
    assert text.startswith("WON: ")
    assert "noticed after 45 min; never resolved, x7 for this level" in text
    assert "  sum: $" in text


async def test_both_roads_side_by_side(session: Session) -> None:
    mine = side(await played(session))
    idle = replace(mine, road="none", outcome="lost", time_to_value=None, served=0, offered=0, value_micros=-5_000_000)
    rows = {what: (a, b) for what, a, b in compare(mine, idle)}
    assert rows["time to value"][1] == "never"
    assert next(r for w, r in rows.items() if w.startswith("requests answered"))[1] == "none"
    assert rows["answers worth"][1] == "-$5.00"
    assert mine.hours[0][0] == at(1, "09:00")
    assert len(mine.hours) == 33
    assert sum(good + bad for _, good, bad in mine.hours) == mine.offered


async def test_the_other_road(session: Session, tmp_path: Path) -> None:
    bots: list[dict[str, Any]] = [
        {"file": "nothing.aws", "road": "hand-built", "expect": "lost", "because": "answered", "main": True},
    ]
    level = small_level(tmp_path / "bots", bots=bots)
    assert other_road(session.level, "managed") is None  # no main bot
    found = other_road(level, "managed")
    assert found is not None
    assert found.file == "nothing.aws"
    result = await played(start(level, tmp_path / "mine"))
    played_other = await ghost(result, FakeWork())
    assert played_other is not None
    assert (played_other.outcome, played_other.world.seed, played_other.journal) == ("lost", 1, "")
    assert await ghost(result_of(session), FakeWork()) is None


async def test_a_bot_leaves_no_trace(level: Level, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    result = await run_bot(level, "nothing.aws", FakeWork(), seed=5)
    assert (result.outcome, result.score.total, result.world.now) == ("lost", 0, at(2, "18:00"))
    assert sorted(tmp_path.rglob("*")) == before
    assert result.world.now - result.level.scenario.starts == 33 * HOUR


async def test_minutes_of_people_sum_to_the_hours_worked(session: Session) -> None:
    # 60 s, 20 s and 20 s are 1 min 40 s, which rounds to 2 min: one each for the first two, not 1 + 0 + 0
    await perform(session, "ec2 create-vpc --cidr-block 10.0.0.0/16\nec2 create-internet-gateway\nec2 describe-images\n")
    minutes = result_of(session).json()["ledger"]["minutes"]
    assert minutes == [
        {"task": "ec2:CreateVpc", "minutes": 1, "overtime_minutes": 0, "times": 1},
        {"task": "ec2:CreateInternetGateway", "minutes": 1, "overtime_minutes": 0, "times": 1},
        {"task": "ec2:DescribeImages", "minutes": 0, "overtime_minutes": 0, "times": 1},
    ]
