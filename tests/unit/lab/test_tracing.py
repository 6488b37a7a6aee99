"""Tracing: from end to end as far as the team knows, where it stops, and the command that mends it."""

from __future__ import annotations

from pathlib import Path

from cloudlab.lab.tracing import INTERNET, End, ends, ports, trace
from cloudlab.model.compute import Instance
from cloudlab.model.operations import Sighting, ZoneOutage
from tests.runs import perform, start
from tests.small_level import small_level
from tests.unit.lab.test_actions import a_server


async def test_a_way_in_stops_where_the_first_thing_is_missing(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    web = next(session.world.every(Instance)).id
    assert ends(session.world) == (End(INTERNET, INTERNET), End(web, web))
    assert ports(session.world, session.level.scenario, web) == (443, 22)
    assert ports(session.world, session.level.scenario, INTERNET) == (443,)
    found = trace(session.world, INTERNET, web, 443)
    assert not found.ok
    assert found.symptom == "timeout"
    assert [hop.ok for hop in found.hops] == [True] * (len(found.hops) - 1) + [False]
    assert found.sentence.endswith(found.hops[-1].text)
    assert found.hops[-1].text == "it has no public address"
    assert found.hint.startswith("An automatic one is only given at launch.")
    assert found.line == ""  # its command needs an address one has to rent first


async def test_a_hint_that_is_complete_is_a_line_for_the_terminal(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    web = next(session.world.every(Instance)).id
    await perform(session, "ec2 create-internet-gateway -> $igw\n")
    out = trace(session.world, web, INTERNET)
    assert not out.ok
    assert out.line.startswith("ec2 attach-internet-gateway --internet-gateway-id igw-")
    await perform(session, out.line)
    again = trace(session.world, web, INTERNET)
    assert again.hops[-1].text.startswith("no route leads to the internet")


async def test_neighbours_reach_each_other_only_where_a_group_lets_them(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    first = next(session.world.every(Instance))
    await perform(
        session,
        f"ec2 run-instances --image-id {first.image} --instance-type t3.small --subnet-id {first.subnet} "
        f"--security-group-ids {first.groups[0]} -> $two\nwait for instance $two ready max 1h\n",
    )
    second = [i.id for i in session.world.every(Instance)][1]
    blocked = trace(session.world, first.id, second, 22)
    assert blocked.hops[-1].text == "no rule lets tcp/22 in"
    await perform(session, blocked.line)
    assert trace(session.world, first.id, second, 22).ok


def test_an_empty_account_has_one_end(tmp_path: Path) -> None:
    session = start(small_level(tmp_path / "levels"), tmp_path)
    assert ends(session.world) == (End(INTERNET, INTERNET),)


async def test_that_nothing_answers_is_seen_where_a_machine_is_watched_before_anybody_tells(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    web = next(session.world.every(Instance))
    await perform(session, "ec2 create-internet-gateway -> $igw\n")
    out = trace(session.world, web.id, INTERNET)
    dark = session.world.put(ZoneOutage(web.zone, session.now, session.now + 3_600))
    asleep = dark.put(Sighting(web.id, session.now - 60, web))
    looked = dark.put(Sighting(web.id, session.now, web))
    assert trace(asleep, web.id, INTERNET) == out  # nobody has looked since
    assert trace(looked, web.id, INTERNET).hops[-1].text == "its zone us-east-1a is down"
