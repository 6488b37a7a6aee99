"""Predicates about what stands where: they ask the engine what a loss would come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudlab.lab.losses import loss_of, losses
from cloudlab.levels import standing  # noqa: F401
from cloudlab.levels.predicates import Finding, holds
from cloudlab.model.balancing import TargetGroup
from cloudlab.model.compute import Instance, Software
from cloudlab.model.database import Content, DatabaseName, PostgresServer
from cloudlab.model.operations import Handover, Incident
from cloudlab.model.world import World
from tests.balanced import NEED, SERVES, Fleet, lay_two_zones, open_fleet
from tests.databases import open_site
from tests.support import MORNING, open_simulation, settle


def found(fleet: Fleet, name: str, **arguments: object) -> Finding:
    return holds({name: arguments}, fleet.sim.world, fleet.sim.scenario)


def test_two_zones_survive_and_one_does_not() -> None:
    two, one = open_fleet(), open_fleet(instances=("web-a",))
    assert found(two, "survives-zone", need="answers").ok
    assert found(two, "survives-anything", need="answers").ok
    lost = found(one, "survives-zone", need="answers")
    assert not lost.ok
    assert lost.evidence.startswith("without us-east-1a 0 % would be answered (web-a: ")


def test_nothing_survives_where_nothing_stands() -> None:
    simulation = open_simulation(needs=(NEED,))
    assert holds({"survives-zone": {"need": "answers"}}, simulation.world, simulation.scenario) == Finding(
        False, "nothing stands in any zone"
    )


def test_targets_that_fail_their_checks_are_named_with_aws_reason() -> None:
    fleet = open_fleet(check={"health_check_path": "/"}, healthy=False)
    fleet.sim.advance(fleet.sim.now + 150)
    ill = found(fleet, "targets-well")
    assert not ill.ok
    assert ill.evidence.startswith("web-a is unhealthy: Target.ResponseCodeMismatch")
    assert fleet.sim.world.get(TargetGroup, fleet.group).check.path == "/"
    assert found(open_fleet(), "targets-well") == Finding(True, "well: web-a, web-b")


def test_one_name_is_a_load_balancers() -> None:
    assert found(open_fleet(), "one-name", need="answers") == Finding(True, "callers ask web")
    simulation = lay_two_zones()
    assert not holds({"one-name": {"need": "answers"}}, simulation.world, simulation.scenario).ok
    simulation.world = simulation.world.put(Handover("answers:i-1", "answers", "i-1", MORNING))
    settle(simulation)
    asked = holds({"one-name": {"need": "answers"}}, simulation.world, simulation.scenario)
    assert asked == Finding(False, "callers ask i-1 by its own address")


def test_the_share_answered_lies_between() -> None:
    fleet = open_fleet()
    fleet.sim.advance(fleet.sim.now + 7_200)
    assert found(fleet, "answered-between", need="answers", least=0.0, below=1.01).ok
    assert not found(fleet, "answered-between", need="answers", least=0.0, below=0.5).ok


def test_losses_in_words() -> None:
    fleet = open_fleet()
    assert losses(fleet.sim.world, fleet.sim.scenario) == [
        "without us-east-1a: everything is answered (web-b answers without it)",
        "without us-east-1b: everything is answered (web-a answers without it)",
        "no single machine, database or NAT gateway takes requests with it",
    ]
    assert list(loss_of(fleet.sim.world, fleet.sim.scenario, "web-a")) == []
    alone = open_fleet(instances=("web-a",))
    ((need, told),) = loss_of(alone.sim.world, alone.sim.scenario, "web-a")
    assert (need, told.startswith("nothing is answered (")) == ("answers", True), told


def test_patched_means_in_force_on_every_machine() -> None:
    fleet = open_fleet()
    assert found(fleet, "patched").ok
    hole = Incident("hole", "os-cve", "web-a", "os-patching", "customer", fleet.sim.now, "CVE-2014-0160", detected=fleet.sim.now)
    fleet.sim.world = fleet.sim.world.put(hole)
    assert found(fleet, "patched") == Finding(False, "on web-a the fix for CVE-2014-0160 is missing")
    for server, software in (
        ("web-a", replace(SERVES, patched=("CVE-2014-0160",))),
        ("web-b", replace(SERVES, pending_reboot=("CVE-2014-0160",))),
    ):
        fleet.sim.world = fleet.sim.world.change(Instance, server, software=software)
    assert found(fleet, "patched") == Finding(False, "on web-b the fix for CVE-2014-0160 is installed, but waits for a restart")
    fleet.sim.world = fleet.sim.world.change(Instance, "web-b", state="terminated")
    assert found(fleet, "patched").ok


def database(**changes: Any) -> World:
    """Primary and standby by hand, in words of the World: what a level asks of them."""
    standby = replace(PostgresServer("i-2", "standby", "db.internal", upstream="i-1"), **changes)
    return open_simulation().world.put(PostgresServer("i-1", "primary", "db.internal"), standby)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "nothing watches the primary of i-2"),
        ({"watches": True}, "the failover to i-2 was never tried"),
        ({"watches": True, "tested": 9, "revealed": True}, "the failover to i-2 was tried and does not work"),
        ({"watches": True, "tested": 9}, "tried: i-2"),
    ],
)
def test_a_failover_counts_once_it_was_tried(changes: dict[str, Any], said: str) -> None:
    found = holds({"failover-tried": {}}, database(**changes), open_simulation().scenario)
    assert (found.evidence, found.ok) == (said, said.startswith("tried"))


def test_a_database_without_a_standby_has_no_failover() -> None:
    simulation = open_simulation()
    assert holds({"failover-tried": {}}, simulation.world, simulation.scenario) == Finding(False, "there is no database")
    world = simulation.world.put(PostgresServer("i-1", "primary", "db.internal"))
    assert holds({"failover-tried": {}}, world, simulation.scenario) == Finding(False, "i-1 has no standby")


def test_lost_writes_are_told_of_what_the_servers_ask() -> None:
    site = open_site()
    assert holds({"writes-kept": {}}, site.sim.world, site.sim.scenario) == Finding(True, "no database is asked")
    site.put_instance("i-db", group=site.db)
    kept = PostgresServer("i-db", "primary", "db.internal", chapters=((0, Content(("tiny",), lost=7_200)),))
    site.put_instance("i-web", software=Software(server_port=443, database="db.internal"))
    site.sim.world = site.sim.world.put(kept, DatabaseName("db.internal", "i-db"))
    told = holds({"writes-kept": {"minutes": 10}}, site.sim.world, site.sim.scenario)
    assert told == Finding(False, "customers are answered from old rows: 2 h 00 min of writes are lost in i-db")
    assert holds({"writes-kept": {"minutes": 120}}, site.sim.world, site.sim.scenario).ok
