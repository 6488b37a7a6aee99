"""Databases on the faces: typed, waited for, drawn in their zones, told and offered; a defect nobody has seen is told nowhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cloudlab.app.drawing.cloud import draw_map
from cloudlab.lab.actions import actions
from cloudlab.lab.view.cloud import cloud
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things import FACTS, OFFERS
from cloudlab.model.compute import Software
from cloudlab.model.database import Content, DatabaseName, DbInstance, DbSnapshot, PostgresServer
from cloudlab.model.operations import Sighting
from cloudlab.model.world import World
from tests.databases import Site, open_site
from tests.runs import perform, start
from tests.small_level import small_level

A_DATABASE = """\
ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.1.0/24 --availability-zone us-east-1a -> $a
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.2.0/24 --availability-zone us-east-1b -> $b
ec2 create-security-group --group-name db --description db --vpc-id $vpc -> $db
! DBSubnetGroupDoesNotCoverEnoughAZs rds create-db-subnet-group --db-subnet-group-name main --db-subnet-group-description m --subnet-ids $a
rds create-db-subnet-group --db-subnet-group-name main --db-subnet-group-description m --subnet-ids $a $b -> $main
rds create-db-instance --db-instance-identifier customers --db-instance-class db.t3.medium --engine postgres \\
    --master-username app --manage-master-user-password --allocated-storage 100 --multi-az --storage-encrypted \\
    --db-subnet-group-name $main --vpc-security-group-ids $db -> $name
wait for db-instance $name available max 1h
rds reboot-db-instance --db-instance-identifier $name --force-failover
wait for db-instance $name available max 1h
rds create-db-snapshot --db-snapshot-identifier before --db-instance-identifier $name -> $snapshot
wait for db-snapshot $snapshot available max 1h
"""


async def test_a_database_is_typed_waited_for_and_shown(tmp_path: Path) -> None:
    session = start(small_level(tmp_path / "levels"), tmp_path)
    await perform(session, A_DATABASE)
    database = session.world.get(DbInstance, "customers")
    places = {node.id: above.id for above, node in under(cloud(session.world)) if node.kind in ("db-instance", "db-standby")}
    assert places == {"customers": database.subnet, "customers/standby": database.standby_subnet}
    lines = "\n".join("".join(piece[0] for piece in row) for row in draw_map(cloud(session.world), 100).lines())
    assert "customers" in lines
    assert "standby  ● customers" in lines
    assert "snapshot ● before" in lines
    offered = {a.title: a for a in actions(session, "customers", "db-instance")}
    assert offered["try its failover"].line == "rds reboot-db-instance --db-instance-identifier customers --force-failover"
    assert offered["try its failover"].enabled
    assert offered["restore it beside itself"].whole is False
    told = dict(FACTS[DbInstance](session.world, session.level.scenario, database))
    assert told["standby"] == f"{database.standby_zone}, {database.standby_subnet}"
    assert told["holds"] == "nothing yet"
    assert all(line.startswith("rds ") for _, line, *_ in OFFERS[DbSnapshot](session.world, session.world.get(DbSnapshot, "before")))


def under(node: Node) -> list[tuple[Node, Node]]:
    """Return every thing with what it stands in."""
    return [(node, child) for child in node.children] + [pair for child in node.children for pair in under(child)]


def by_hand() -> tuple[Site, World]:
    site = open_site()
    one = site.put_instance("i-one", site.a, site.db, software=Software())
    two = site.put_instance("i-two", site.b, site.db, software=Software())
    site.sim.world = site.sim.world.put(
        PostgresServer("i-one", "primary", "db.internal", ((0, Content(("tiny",))),)),
        PostgresServer("i-two", "standby", "db.internal", upstream="i-one", watches=True, defect="pg-hba"),
        DatabaseName("db.internal", "i-one"),
        Sighting("i-one", site.sim.now, one),
        Sighting("i-two", site.sim.now, two),
    )
    return site, site.sim.world


def shown(world: World) -> dict[str, Node]:
    return {node.id: node for _, node in under(cloud(world)) if node.kind == "postgres"}


def test_postgresql_stands_on_its_machine_and_keeps_its_secret() -> None:
    site, world = by_hand()
    nodes = shown(world)
    assert (nodes["i-one"].state, nodes["i-one"].detail) == ("primary", "no backup of its own")
    assert (nodes["i-two"].state, nodes["i-two"].detail) == ("standby", "failover never tested")
    standby = world.get(PostgresServer, "i-two")
    told = dict(FACTS[PostgresServer](world, site.sim.scenario, standby))
    assert "pg_hba" not in " ".join(told.values())
    known = replace(standby, revealed=True)
    told = dict(FACTS[PostgresServer](world.put(known), site.sim.scenario, known))
    assert told["what is wrong"].startswith("pg_hba.conf on the standby admits the replication user only")
    titles = [title for title, *_ in OFFERS[PostgresServer](world, standby)]
    assert titles == [
        "make it follow the primary",
        "have it take over by itself",
        "test the failover",
        "make it the primary",
        "repair what is known to be wrong",
    ]
