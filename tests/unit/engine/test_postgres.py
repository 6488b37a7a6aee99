"""PostgreSQL by hand: replica, backups, the failover nobody tested, each of its defects, and the runbook."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudlab.commands.ec2_access import AuthorizeSecurityGroupIngress
from cloudlab.commands.rds import DescribeEvents
from cloudlab.engine.documents import checked, need_document
from cloudlab.engine.kernel import evolve
from cloudlab.engine.postgres_failover import DEFECTS, drawn
from cloudlab.engine.rules.databases import endpoint_name, lookup_fault, machine_silence
from cloudlab.engine.rules.takeover import taken_over
from cloudlab.model.compute import Instance, Invocation, Software
from cloudlab.model.database import Content, DatabaseBackup, DatabaseName, DbInstance, PostgresServer
from cloudlab.model.events.compute import CommandSent
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.network import ANYWHERE, InternetGateway, Route, RouteTable
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.time import DAY, HOUR, stamp
from tests.databases import CALLS, Site, open_site
from tests.network import ask, tcp

S3_FULL = ("arn:aws:iam::aws:policy/AmazonS3FullAccess",)


@pytest.fixture
def site() -> Site:
    """Two database machines in two zones, a server, and a bucket with the customers of `tiny`; 5432 is open among the databases."""
    site = open_site()
    ask(site.sim, AuthorizeSecurityGroupIngress(group_id=site.db, ip_permissions=tcp(5432, group=site.db)))
    world = site.sim.world
    table = next(t for t in world.every(RouteTable) if t.vpc == site.vpc)
    site.sim.world = world.put(
        InternetGateway("igw-1", site.vpc),
        replace(table, routes=(*table.routes, Route(ANYWHERE, "igw-1"))),
        Role("db", ("ec2.amazonaws.com",), 0, S3_FULL),
        InstanceProfile("db", "db", 0),
        Bucket("own", 0),
        StoredObject("own/tiny/train.csv", "own", "tiny/train.csv", 1_000, 0, "tiny", "train"),
    )
    for key, subnet in (("i-one", site.a), ("i-two", site.b)):
        site.put_instance(key, subnet, site.db, profile="db", public_ip="203.0.113.9", software=Software())
    site.put_instance("i-web", software=Software(server_port=443))
    return site


def do(site: Site, instance: str, document: str, **given: str) -> Invocation:
    """Run a document and let time pass until it is through."""
    parameters = checked(need_document(document), {name: (value,) for name, value in given.items()})
    key = f"c{len(site.sim.world.table(Invocation))}"
    sent = Invocation(f"{key}/{instance}", key, instance, document, parameters, site.sim.now)
    site.sim.world = evolve(site.sim.world, (CommandSent((sent,), (site.sim.now + 10,)),))
    for _ in range(100):
        found = site.sim.world.get(Invocation, sent.id)
        if found.ended is not None:
            return found
        site.sim.advance(site.sim.now + 10)
    raise AssertionError(f"{document} does not end")


def works(site: Site, instance: str, document: str, **given: str) -> str:
    found = do(site, instance, document, **given)
    assert found.status == "Success", found.detail
    return found.detail


def fails(site: Site, instance: str, document: str, **given: str) -> str:
    found = do(site, instance, document, **given)
    assert found.status == "Failed", found.detail
    return found.detail


def pair(site: Site, defect: str = "") -> None:
    """Build primary, replica and failover on the site, with this defect in it."""
    works(site, "i-one", "cloudlab-InstallPostgres", From="s3://own/tiny")
    works(site, "i-two", "cloudlab-InstallPostgres")
    works(site, "i-two", "cloudlab-ConfigureReplica")
    works(site, "i-two", "cloudlab-ConfigureFailover")
    works(site, "i-web", "cloudlab-ConnectDatabase")
    stalled = site.sim.now + 6 * HOUR if defect == "slot" else None
    site.sim.world = site.sim.world.change(PostgresServer, "i-two", defect=defect, stalled=stalled)


def server(site: Site, key: str) -> PostgresServer:
    return site.sim.world.get(PostgresServer, key)


def fault(site: Site) -> str | None:
    return lookup_fault(site.sim.world, CALLS, site.sim.world.get(Instance, "i-web"))


def kill(site: Site, key: str) -> None:
    """The hardware under a machine dies."""
    site.sim.world = site.sim.world.change(Instance, key, system_checks="failed")
    ask(site.sim, DescribeEvents())  # any order settles what follows of it


def test_a_primary_with_the_data_answers_under_its_name(site: Site) -> None:
    told = works(site, "i-one", "cloudlab-InstallPostgres", From="s3://own/tiny")
    assert "The name db.internal leads to i-one." in told
    assert fault(site) is not None
    works(site, "i-web", "cloudlab-ConnectDatabase")
    assert fault(site) is None


def test_without_a_role_that_reads_nothing_is_loaded(site: Site) -> None:
    site.sim.world = site.sim.world.put(Role("db", ("ec2.amazonaws.com",), 0, ()))
    assert "AccessDenied" in fails(site, "i-one", "cloudlab-InstallPostgres", From="s3://own/tiny")
    assert "NoSuchBucket" in fails(site, "i-one", "cloudlab-InstallPostgres", From="s3://nobody/tiny")


def test_a_replica_needs_a_way_to_the_primary(site: Site) -> None:
    assert "InstallPostgres" in fails(site, "i-two", "cloudlab-ConfigureReplica")
    works(site, "i-one", "cloudlab-InstallPostgres")
    works(site, "i-two", "cloudlab-InstallPostgres")
    site.sim.world = site.sim.world.change(Instance, "i-two", groups=(site.web,))
    works(site, "i-two", "cloudlab-ConfigureReplica")  # the group of the servers is let in on 5432
    site.sim.world = site.sim.world.change(Instance, "i-one", groups=(site.web,))
    assert "could not connect" in fails(site, "i-two", "cloudlab-ConfigureReplica")


def test_one_of_four_defects_by_the_seed() -> None:
    dealt = set()
    for seed in range(12):
        site = open_site(seed)
        site.put_instance("i-two", group=site.db, software=Software())
        site.sim.world = site.sim.world.put(PostgresServer("i-two", "standby", "db.internal", upstream="i-one"))
        works(site, "i-two", "cloudlab-ConfigureFailover")
        dealt.add(drawn(site.sim.world, server(site, "i-two")).defect)
    assert dealt == set(DEFECTS)


@pytest.mark.parametrize("defect", ["pg-hba", "slot", "old-name", "monitor"])
def test_a_test_shows_the_defect_and_only_then_it_can_be_mended(site: Site, defect: str) -> None:
    pair(site, defect)
    assert "Nothing is known to be wrong" in works(site, "i-two", "cloudlab-FixFailover")
    assert server(site, "i-two").defect == defect
    assert DEFECTS[defect] in fails(site, "i-two", "cloudlab-TestFailover")
    works(site, "i-two", "cloudlab-FixFailover")
    begun = site.sim.now
    works(site, "i-two", "cloudlab-TestFailover")
    assert server(site, "i-two").tested == begun + 100  # 10 s until it begins here, and 90 s without answers
    kill(site, "i-one")
    site.sim.advance(site.sim.now + 91)
    assert fault(site) is None
    assert (server(site, "i-two").role, server(site, "i-one").role) == ("primary", "fenced")
    assert server(site, "i-two").content == Content(("tiny",))


def test_a_test_is_a_minute_and_a_half_without_answers(site: Site) -> None:
    pair(site)
    sent = site.sim.now
    parameters = checked(need_document("cloudlab-TestFailover"), {})
    test = Invocation("t/i-two", "t", "i-two", "cloudlab-TestFailover", parameters, sent)
    site.sim.world = evolve(site.sim.world, (CommandSent((test,), (sent + 30,)),))
    site.sim.advance(sent + 29)
    assert fault(site) is None
    site.sim.advance(sent + 30)
    assert fault(site) == "HTTP 500: the database i-one does not answer: a failover test has stopped it for the moment"
    site.sim.advance(sent + 119)
    assert fault(site) is not None
    site.sim.advance(sent + 120)
    assert fault(site) is None
    assert server(site, "i-one").role == "primary"


def test_untested_with_a_closed_pg_hba_the_application_is_turned_away(site: Site) -> None:
    pair(site, "pg-hba")
    kill(site, "i-one")
    site.sim.advance(site.sim.now + 91)
    assert fault(site) == "HTTP 500: pg_hba.conf on i-two does not admit the application servers"
    works(site, "i-two", "cloudlab-FixFailover")
    assert fault(site) is None


def test_untested_with_a_full_slot_hours_of_writes_are_lost(site: Site) -> None:
    pair(site, "slot")
    stopped = server(site, "i-two").stalled
    assert stopped is not None
    site.sim.advance(stopped + 10 * HOUR)
    kill(site, "i-one")
    site.sim.advance(site.sim.now + 91)
    assert fault(site) is None
    assert server(site, "i-two").content.lost == 10 * HOUR


def test_untested_with_an_old_name_the_application_asks_the_dead_machine(site: Site) -> None:
    pair(site, "old-name")
    kill(site, "i-one")
    site.sim.advance(site.sim.now + 91)
    assert server(site, "i-two").role == "primary"
    assert "the database i-one does not answer" in (fault(site) or "")
    works(site, "i-two", "cloudlab-FixFailover")
    assert fault(site) is None


def test_untested_with_a_blind_monitor_nothing_happens_until_somebody_promotes(site: Site) -> None:
    pair(site, "monitor")
    kill(site, "i-one")
    site.sim.advance(site.sim.now + 600)
    assert server(site, "i-two").role == "standby"
    works(site, "i-two", "cloudlab-PromoteReplica")
    assert fault(site) is None
    assert site.sim.world.get(DatabaseName, "db.internal").target == "i-two"


def test_a_short_silence_moves_nobody(site: Site) -> None:
    pair(site)
    kill(site, "i-one")
    site.sim.advance(site.sim.now + 60)
    site.sim.world = site.sim.world.change(Instance, "i-one", system_checks="passed")
    ask(site.sim, DescribeEvents())
    site.sim.advance(site.sim.now + 200)
    assert (server(site, "i-one").role, server(site, "i-two").role) == ("primary", "standby")


def test_who_asks_the_machine_itself_does_not_follow(site: Site) -> None:
    pair(site)
    works(site, "i-web", "cloudlab-ConnectDatabase", Host="i-one")
    assert "i-web ask the machine itself" in works(site, "i-two", "cloudlab-TestFailover")
    kill(site, "i-one")
    site.sim.advance(site.sim.now + 91)
    assert "i-one does not answer" in (fault(site) or "")


def test_a_replica_holds_the_damage_too_and_a_backup_does_not(site: Site) -> None:
    pair(site)
    works(site, "i-one", "cloudlab-ConfigureBackup", To="s3://own/backup")
    site.sim.advance(site.sim.now + DAY)
    good = site.sim.now - site.sim.now % 60
    site.sim.advance(good + 600)
    one = server(site, "i-one")
    hurt = (*one.chapters, (site.sim.now, Content(("tiny",), damaged=True)))
    site.sim.world = site.sim.world.change(PostgresServer, "i-one", chapters=hurt)
    site.sim.advance(site.sim.now + 1_200)
    works(site, "i-two", "cloudlab-PromoteReplica")
    assert fault(site) == "HTTP 500: the rows in i-two are damaged"
    assert "none of that" in fails(site, "i-two", "cloudlab-RestoreBackup", From="s3://own/backup", Time="day 9 00:00")
    told = works(site, "i-two", "cloudlab-RestoreBackup", From="s3://own/backup", Time=stamp(good))
    assert f"what was there at {stamp(good)}" in told
    assert fault(site) is None
    backup = site.sim.world.get(DatabaseBackup, "s3://own/backup")
    assert backup.until is not None  # the new primary writes none until it is told to
    assert server(site, "i-two").content == Content(("tiny",), lost=backup.until - good)


def test_a_backup_needs_a_role_that_writes(site: Site) -> None:
    works(site, "i-one", "cloudlab-InstallPostgres")
    site.sim.world = site.sim.world.put(Role("db", ("ec2.amazonaws.com",), 0, ("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",)))
    assert "s3:PutObject" in fails(site, "i-one", "cloudlab-ConfigureBackup", To="s3://own/backup")
    assert "no PostgreSQL primary" in fails(site, "i-two", "cloudlab-ConfigureBackup", To="s3://own/backup")


def test_the_customers_move_to_rds_over_the_wire(site: Site) -> None:
    works(site, "i-one", "cloudlab-InstallPostgres", From="s3://own/tiny")
    database = site.create()
    works(site, "i-one", "cloudlab-RestoreBackup", From="db.internal", To=endpoint_name(database))
    works(site, "i-web", "cloudlab-ConnectDatabase", Host=endpoint_name(database))
    assert fault(site) is None
    assert site.sim.world.get(DbInstance, "customers").content == Content(("tiny",))


def test_a_full_disk_stops_postgresql(site: Site) -> None:
    pair(site)
    site.sim.world = site.sim.world.change(Instance, "i-one", disk="full")
    assert machine_silence(site.sim.world, server(site, "i-one")) == "its disk is full, and PostgreSQL has stopped"


def test_what_would_be_if_a_zone_were_lost(site: Site) -> None:
    pair(site)
    elsewhere = site.sim.world.change(Instance, "i-web", zone="us-east-1b", subnet=site.b, private_ip="10.0.1.99")
    lost = elsewhere.put(ZoneOutage("us-east-1a", site.sim.now, site.sim.now + HOUR, "asked for"))
    web = lost.get(Instance, "i-web")
    assert lookup_fault(taken_over(lost), CALLS, web) is None
    untested = lost.change(PostgresServer, "i-two", defect="undrawn")
    assert "its zone us-east-1a is down" in (lookup_fault(taken_over(untested), CALLS, web) or "")
    assert taken_over(site.sim.world) == site.sim.world
