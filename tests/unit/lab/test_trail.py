"""The trail: who did what, as CloudTrail tells it; refused calls with their code, and the last five minutes not yet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudlab.commands.cloudtrail import LookupAttribute, LookupEvents
from cloudlab.commands.ec2_network import CreateVpc, DescribeVpcs
from cloudlab.commands.s3 import CreateBucket
from cloudlab.lab.session import Session
from cloudlab.lab.trail import trail_text
from tests.network import refused
from tests.runs import start
from tests.small_level import small_level
from tests.support import open_simulation


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """ana makes a VPC and is refused another one; ben makes a bucket."""
    session = start(small_level(tmp_path), tmp_path)
    people = [p.id for p in session.level.scenario.team]
    session.submit(CreateVpc(cidr_block="10.0.0.0/16"), people[0])
    session.step(session.now + 600)
    session.submit(CreateVpc(cidr_block="10.0.0.0/8"), people[0])
    session.submit(CreateBucket(bucket="harbour-notes"), people[-1])
    session.step(session.now + 600)
    return session


async def looked_up(session: Session, *, wait: int = 600, **asked: Any) -> list[dict[str, Any]]:
    session.step(session.now + wait)
    given = session.submit(LookupEvents(**asked))
    session.step(session.now + 60)
    answer = await session.complete_answer(given.order)
    assert answer is not None
    return list(answer["Events"])


def by(key: str, value: str) -> dict[str, Any]:
    return {"lookup_attributes": (LookupAttribute(attribute_key=key, attribute_value=value),)}


async def test_the_newest_comes_first_and_a_refused_call_has_its_code(session: Session) -> None:
    found = await looked_up(session)
    assert [(e["EventName"], json.loads(e["CloudTrailEvent"]).get("errorCode")) for e in found] == [
        ("CreateBucket", None),
        ("CreateVpc", "InvalidVpc.Range"),
        ("CreateVpc", None),
    ]
    assert found[0]["EventSource"] == "s3.amazonaws.com"
    assert found[0]["Resources"] == [{"ResourceName": "harbour-notes"}]
    assert json.loads(found[2]["CloudTrailEvent"])["requestParameters"] == {"CidrBlock": "10.0.0.0/16"}


@pytest.mark.parametrize(
    ("key", "value", "count"),
    [("EventName", "CreateVpc", 2), ("ResourceName", "harbour-notes", 1), ("ReadOnly", "true", 0), ("EventSource", "ec2.amazonaws.com", 2)],
)
async def test_one_attribute_chooses(session: Session, key: str, value: str, count: int) -> None:
    assert len(await looked_up(session, **by(key, value))) == count


async def test_what_was_called_a_moment_ago_is_not_there_yet(session: Session) -> None:
    given = session.submit(DescribeVpcs())
    session.step(session.now + 60)
    assert session.answer(given.order) is not None
    assert "DescribeVpcs" not in [e["EventName"] for e in await looked_up(session, wait=0)]
    assert "DescribeVpcs" in [e["EventName"] for e in await looked_up(session, max_results=5)]


def test_in_words(session: Session) -> None:
    lines = trail_text(session).split("\n")
    assert len(lines) == 3
    assert "REFUSED InvalidVpc.Range - Create VPC 10.0.0.0/8" in trail_text(session)


def test_refusals() -> None:
    simulation = open_simulation()
    two = by("EventName", "a")["lookup_attributes"] + by("Username", "b")["lookup_attributes"]
    assert refused(simulation, LookupEvents(lookup_attributes=two)).code == "InvalidLookupAttributesException"
    assert "EventName" in refused(simulation, LookupEvents(**by("Name", "a"))).accepted
    assert refused(simulation, LookupEvents(max_results=51)).code == "InvalidMaxResultsException"
