"""Servers that look their customers up: which database they ask, and every reason why that fails, hop by hop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudlab.commands.base import AttributeBooleanValue
from cloudlab.commands.ec2_network import ModifyVpcAttribute
from cloudlab.commands.rds import RebootDBInstance
from cloudlab.engine.model_server import judged
from cloudlab.engine.rules.databases import endpoint_name, lookup_fault
from cloudlab.engine.rules.path import Trail
from cloudlab.model.compute import Instance, Software
from cloudlab.model.database import Content, DatabaseName, DbInstance, PostgresServer
from cloudlab.model.training import TrainingSpec
from tests.databases import CALLS, Site, open_site
from tests.network import ask

MODEL = TrainingSpec("xgboost", "tiny", ("train",), (), 7)
HELD = ((0, Content(("tiny",))),)


@pytest.fixture
def site() -> Site:
    site = open_site()
    site.create()
    site.sim.world = site.sim.world.change(DbInstance, "customers", chapters=HELD)
    return site


def server(site: Site, host: str | None = None, group: str | None = None) -> Instance:
    name = endpoint_name(site.database()) if host is None else host
    return site.put_instance("i-web", software=Software(serving=MODEL, server_port=443, database=name), group=group)


def fault(site: Site, instance: Instance) -> str:
    return lookup_fault(site.sim.world, CALLS, instance) or ""


def test_everything_in_place_it_answers(site: Site) -> None:
    assert fault(site, server(site)) == ""


def test_a_server_that_was_told_of_no_database_says_so(site: Site) -> None:
    instance = replace(server(site), software=Software(serving=MODEL, server_port=443))
    assert "cloudlab-ConnectDatabase" in fault(site, instance)


def test_a_name_that_nothing_answers_to(site: Site) -> None:
    assert fault(site, server(site, "gone.example")) == "HTTP 500: nothing answers to the name gone.example"


def test_the_hop_that_blocks_is_named(site: Site) -> None:
    said = fault(site, server(site, group=site.db))
    assert "no way to the database" in said
    assert said.endswith("it lets tcp/5432 in only from web")


def test_without_dns_support_a_name_cannot_be_looked_up(site: Site) -> None:
    ask(site.sim, ModifyVpcAttribute(vpc_id=site.vpc, enable_dns_support=AttributeBooleanValue(value=False)))
    assert "DNS support" in fault(site, server(site))


def test_while_it_reboots_and_once_its_rows_are_damaged(site: Site) -> None:
    instance = server(site)
    site.sim.world = site.sim.world.change(DbInstance, "customers", chapters=((0, Content(("tiny",), damaged=True)),))
    assert fault(site, instance) == "HTTP 500: the rows in customers are damaged"
    ask(site.sim, RebootDBInstance(db_instance_identifier="customers"))
    assert fault(site, instance) == "HTTP 500: the database customers does not answer: it is rebooting"


def test_a_database_that_knows_others_than_the_customers_asked_for(site: Site) -> None:
    site.sim.world = site.sim.world.change(DbInstance, "customers", chapters=((0, Content(("other",))),))
    assert fault(site, server(site)) == "HTTP 500: the database customers knows no customers of tiny"


def test_postgresql_of_ones_own_by_name_by_id_and_as_a_standby(site: Site) -> None:
    site.put_instance("i-db", group=site.db)
    site.sim.world = site.sim.world.put(PostgresServer("i-db", "primary", "db.internal", HELD), DatabaseName("db.internal", "i-db"))
    by_name = server(site, "db.internal")
    assert fault(site, by_name) == ""
    assert fault(site, replace(by_name, software=Software(database="i-db"))) == ""
    site.sim.world = site.sim.world.change(PostgresServer, "i-db", role="standby")
    assert "is no primary, but standby" in fault(site, by_name)
    site.sim.world = site.sim.world.change(Instance, "i-db", disk="full")
    assert "its disk is full" in fault(site, by_name)


def test_the_front_fails_with_the_cause_database(site: Site) -> None:
    way = Trail().path()
    told, lost = server(site), server(site, "gone.example")
    good = judged(site.sim.world, site.sim.scenario, CALLS, told, way)
    assert (good.cause, good.model) == (None, MODEL)
    bad = judged(site.sim.world, site.sim.scenario, CALLS, lost, way)
    assert (bad.cause, bad.reason) == ("database", "HTTP 500: nothing answers to the name gone.example")
    assert judged(site.sim.world, site.sim.scenario, replace(CALLS, database=False), lost, way).cause is None
