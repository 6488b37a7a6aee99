"""The report as a page: everything in one file, nothing fetched, and nobody's words read as HTML."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from cloudlab.lab.debrief import debrief, side
from cloudlab.lab.futures import Future, Futures
from cloudlab.lab.report_page import page
from cloudlab.lab.script_run import result_of
from tests.runs import perform, start
from tests.small_level import small_level

UGLY = '<script>alert(1)</script> & "x"'
STRIKES = [{"id": "x", "kind": "instance-status-check", "earliest": "day 1 12:00", "latest": "day 1 12:00"}]
SERVER = """
ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 -> $subnet
ec2 describe-images --query 'Images[0].ImageId' -> $image
ec2 run-instances --image-id $image --instance-type t3.small --count 1 --subnet-id $subnet -> $server
"""


async def test_a_page_stands_alone(tmp_path: Path) -> None:
    session = start(small_level(tmp_path, incidents=STRIKES), tmp_path)
    await perform(session, SERVER + f"note {UGLY}\nwait for end\n")
    result = result_of(session)
    told = debrief(result)
    futures = Futures((Future(10_001, "won", "it ran", 991, 0), Future(10_002, "lost", UGLY, 500, 3)))
    shown = page(result, told, side(result), futures)
    assert "<script" not in shown
    assert not re.search(r"(src|href|url)\s*[=(]", shown)
    charts = re.findall(r"<svg.*?</svg>", shown, re.DOTALL)
    assert len(charts) == 3
    for chart in charts:
        ElementTree.fromstring(chart)
    assert charts[0].count('class="failed"') == sum(1 for _, _, failed in told.mine.hours if failed)
    assert '<text class="you"' in charts[0]
    assert charts[2].count("<rect") == 2
    assert "won in 1 of 2" in shown
    assert shown.index("Both roads") < shown.index("The principle")


async def test_without_the_other_road_there_is_no_principle(tmp_path: Path) -> None:
    session = start(small_level(tmp_path), tmp_path)
    await perform(session, "wait for end\n")
    result = result_of(session)
    shown = page(result, debrief(result), None, None)
    assert "The principle" not in shown
    assert "the other road" not in shown
