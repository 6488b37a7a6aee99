"""Actions: what may be done with a resource, as the engine itself foresees it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cloudlab.lab.actions import actions, record_of
from cloudlab.lab.inspecting import inspect
from cloudlab.lab.session import Session
from cloudlab.lab.view.cloud import cloud
from cloudlab.lab.view.things import FACTS, KINDS, NODES, OFFERS
from cloudlab.lab.view.things.registry import plain_facts
from cloudlab.model.compute import Instance
from cloudlab.model.network import Address, RouteTable, SecurityGroup, Subnet, Vpc
from cloudlab.model.world import World
from tests.runs import perform, start
from tests.small_level import TO_A_JOB, TO_AN_ENDPOINT, small_level

A_SERVER = """\
ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 --availability-zone us-east-1a -> $subnet
ec2 create-security-group --group-name web --description web --vpc-id $vpc -> $group
ec2 authorize-security-group-ingress --group-id $group --protocol tcp --port 443 --cidr 0.0.0.0/0
ec2 run-instances --image-id ami-0123456789abcdef0 --instance-type t3.small --subnet-id $subnet --security-group-ids $group -> $web
wait for instance $web ready max 1h
"""


async def a_server(tmp_path: Path) -> Session:
    session = start(small_level(tmp_path / "levels"), tmp_path)
    from cloudlab.model.images import IMAGES

    await perform(session, A_SERVER.replace("ami-0123456789abcdef0", IMAGES[0].id))
    return session


def titled(session: Session, resource: str, kind: str = ""):
    return {a.title: a for a in actions(session, resource, kind)}


async def test_what_may_be_done_with_a_running_instance(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    web = next(session.world.every(Instance)).id
    found = titled(session, web)
    assert found["stop it"].line == f"ec2 stop-instances --instance-ids {web}"
    assert found["stop it"].enabled
    assert found["stop it"].effort > 0
    assert found["stop it"].price > 0
    assert not found["start it"].enabled
    assert "running" in found["start it"].reason
    assert not found["run a document on it"].whole
    assert found["terminate it"].enabled


async def test_a_rule_can_be_taken_back_exactly_as_it_was_made(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    group = next(g for g in session.world.every(SecurityGroup) if g.name == "web").id
    found = titled(session, group)
    revoke = found["revoke tcp/443 in from 0.0.0.0/0"]
    assert revoke.line == f"ec2 revoke-security-group-ingress --group-id {group} --protocol tcp --port 443 --cidr 0.0.0.0/0"
    assert revoke.enabled
    assert found["revoke everything out to 0.0.0.0/0"].enabled
    assert not found["delete it"].enabled  # an instance wears it
    await perform(session, revoke.line)
    assert "revoke tcp/443 in from 0.0.0.0/0" not in titled(session, group)


async def test_a_network_in_use_cannot_be_deleted_and_says_why(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    for kind in (Vpc, Subnet, RouteTable):
        record = next(session.world.every(kind))
        found = titled(session, record.id)
        assert not found["delete it"].enabled
        assert found["delete it"].reason
        assert found["look at it"].enabled


async def test_every_line_that_is_offered_can_be_said(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    lines = "ec2 create-internet-gateway -> $igw\nec2 allocate-address\niam create-instance-profile --instance-profile-name p\n"
    await perform(session, lines + TO_A_JOB + TO_AN_ENDPOINT)
    for kind, record in KINDS.items():
        for key in session.world.table(record):
            assert record_of(session.world, key, kind) is session.world.get(record, key)
            for action in actions(session, key, kind):
                assert action.whole or action.line.endswith(" "), action
            seen = inspect(session, key, kind)
            assert seen is not None
            assert seen.sections[0].title == "what it is"
    assert set(OFFERS) | set(FACTS) <= set(KINDS.values())
    assert set(NODES) == set(KINDS)


def test_what_is_not_there_has_no_actions(tmp_path: Path) -> None:
    session = start(small_level(tmp_path / "levels"), tmp_path)
    assert actions(session, "i-00000000000000000") == ()
    assert inspect(session, "i-00000000000000000") is None


async def test_two_kinds_of_one_name_are_told_apart(tmp_path: Path) -> None:
    session = start(small_level(tmp_path / "levels"), tmp_path)
    await perform(session, TO_A_JOB + TO_AN_ENDPOINT)
    assert "sagemaker delete-endpoint --endpoint-name churn" in [a.line for a in actions(session, "churn", "endpoint")]
    assert actions(session, "churn") == actions(session, "churn", "endpoint")  # endpoints get struck: pages ask without a kind
    assert "sagemaker delete-model --model-name churn" in [a.line for a in actions(session, "churn", "model")]


async def test_an_instance_at_length(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    web = next(session.world.every(Instance)).id
    seen = inspect(session, web)
    assert seen is not None
    sections = {s.title: dict(s.rows) for s in seen.sections}
    assert sections["what it is"]["state"] == "running"
    assert sections["what it is"]["type"] == "t3.small: 2 vCPU, 2 GiB"
    assert sections["money"]["compute"] == "$0.0208 per hour"
    assert "blocked here" in sections["who can reach it"]["in, tcp/443"]
    assert "OS patches" in sections["who holds it"]["YOU"]
    assert "hardware" in sections["who holds it"]["AWS"]


@pytest.mark.parametrize(("rule", "told"), [("--protocol tcp --port 1-1024 --cidr 10.0.0.0/8", "tcp/1-1024 in from 10.0.0.0/8")])
async def test_ranges_of_ports_are_revoked_as_ranges(tmp_path: Path, rule: str, told: str) -> None:
    session = await a_server(tmp_path)
    group = next(g for g in session.world.every(SecurityGroup) if g.name == "web").id
    await perform(session, f"ec2 authorize-security-group-ingress --group-id {group} {rule}")
    assert titled(session, group)[f"revoke {told}"].enabled


async def test_a_rented_address_stands_on_the_map_and_says_that_it_costs(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    await perform(session, "ec2 allocate-address -> $ip\n")
    address = next(session.world.every(Address))
    node = next(n for n in cloud(session.world).children if n.kind == "address")
    assert (node.id, node.name, node.state) == (address.id, address.public_ip, "unused")
    found = titled(session, address.id, "address")
    assert found["release it"].enabled
    web = next(session.world.every(Instance)).id
    assert not found[f"point it at {web}"].enabled  # the VPC has no internet gateway
    assert "gateway" in found[f"point it at {web}"].reason


async def test_a_zone_tells_what_is_in_it_as_far_as_one_knows(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    vpc, web = next(session.world.every(Vpc)).id, next(session.world.every(Instance)).id
    session.step(session.now + 7_200)
    seen = inspect(session, f"{vpc}/us-east-1a", "zone")
    assert seen is not None
    assert (seen.name, seen.kind) == ("us-east-1a", "zone")
    sections = {s.title: s.rows for s in seen.sections}
    assert dict(sections["what it is"])["instances"] == "1 running of 1"
    assert dict(sections["what it is"])["other zones"].startswith("none: if this zone fails")
    assert [label for label, _ in sections["what is in it"]] == ["subnet", "instance"]
    assert sections["what is in it"][1][1].startswith(f"i-{web[2:7]} ({web}): ok, seen 2 h")
    found = titled(session, f"{vpc}/us-east-1a", "zone")
    assert found["look at the zone"].enabled
    assert found["make a subnet in it"].line == f"ec2 create-subnet --vpc-id {vpc} --availability-zone us-east-1a --cidr-block "
    assert inspect(session, f"{vpc}/us-east-1b", "zone") is None


async def test_what_stands_in_nothing_known_is_not_lost(tmp_path: Path) -> None:
    session = await a_server(tmp_path)
    world = session.world
    gone = replace(world, tables={**world.tables, Subnet: {}})
    assert [n.kind for n in cloud(gone).children] == ["vpc", "instance"]


@dataclass(frozen=True)
class Cage:
    id: str
    birds: int
    open: bool
    names: tuple[str, ...]
    tags: tuple[tuple[str, str], ...] = ()


def test_a_kind_nobody_wrote_facts_for_tells_its_fields() -> None:
    told = plain_facts(World(1, 0), object(), Cage("c-1", 2, False, ("tit", "jay")))  # type: ignore[arg-type]
    assert list(told) == [("id", "c-1"), ("birds", "2"), ("open", "no"), ("names", "tit, jay")]
