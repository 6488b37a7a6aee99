"""What strikes databases: a dead primary, damaged rows, the provider's window, a full disk - managed and by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudlab.commands.rds import DeleteDBInstance, DescribePendingMaintenanceActions, ModifyDBInstance, RestoreDBInstanceToPointInTime
from cloudlab.engine.rules.databases import endpoint_name, lookup_fault
from cloudlab.engine.rules.maintenance import opens_next
from cloudlab.model.compute import Instance, Software
from cloudlab.model.database import Content, DatabaseName, DbInstance, PostgresServer
from cloudlab.model.operations import Debt, Incident
from cloudlab.model.scenario import Planned
from cloudlab.model.time import HOUR, stamp
from tests.databases import CALLS, Site, open_site
from tests.network import ask


def strike(site: Site, kind: str, detail: str = "") -> Incident:
    """Let an incident strike now."""
    planned = Planned("bad", kind, site.sim.now, site.sim.now, "first", detail=detail)
    site.sim.scenario = replace(site.sim.scenario, incidents=(planned,))
    site.sim.world = site.sim.world.schedule(site.sim.now, "incident", "bad")
    site.sim.advance(site.sim.now)
    return incident(site)


def incident(site: Site) -> Incident:
    return site.sim.world.get(Incident, "bad")


def managed(**changes: Any) -> Site:
    """A server that looks customers up in a managed database."""
    site = open_site()
    database = site.create(**changes)
    held = ((site.sim.now, Content(("tiny",))),)
    site.sim.world = site.sim.world.change(DbInstance, "customers", chapters=held)
    site.put_instance("i-web", software=Software(server_port=443, database=endpoint_name(database)))
    return site


def by_hand(*, standby: bool) -> Site:
    """A server that looks customers up in PostgreSQL by hand, with or without a standby whose failover works."""
    site = open_site()
    site.put_instance("i-one", site.a, site.db, software=Software())
    site.put_instance("i-two", site.b, site.db, software=Software())
    site.put_instance("i-web", software=Software(server_port=443, database="db.internal"))
    primary = PostgresServer("i-one", "primary", "db.internal", ((site.sim.now, Content(("tiny",))),))
    site.sim.world = site.sim.world.put(primary, DatabaseName("db.internal", "i-one"))
    if standby:
        site.sim.world = site.sim.world.put(PostgresServer("i-two", "standby", "db.internal", upstream="i-one", watches=True))
    return site


def fault(site: Site) -> str | None:
    return lookup_fault(site.sim.world, CALLS, site.sim.world.get(Instance, "i-web"))


def test_with_multi_az_the_standby_takes_over_and_nobody_of_the_team_does_anything() -> None:
    site = managed(MultiAZ=True)
    struck = strike(site, "database-primary-crash")
    assert (struck.resource, struck.holder, struck.is_open) == ("customers", "provider", True)
    assert fault(site) == "HTTP 500: the database customers does not answer: its standby is taking over"
    site.sim.advance(struck.struck + 64)
    assert fault(site) is not None
    site.sim.advance(struck.struck + 125)
    assert fault(site) is None
    assert incident(site).resolution == "the standby took over"


def test_without_it_the_provider_needs_ten_minutes() -> None:
    site = managed()
    struck = strike(site, "database-primary-crash")
    site.sim.advance(struck.struck + 599)
    assert fault(site) == "HTTP 500: the database customers does not answer: its host has failed"
    site.sim.advance(struck.struck + 600)
    assert fault(site) is None
    assert incident(site).resolution == "AWS brought it up on another host"


def test_by_hand_without_a_standby_it_stays_down() -> None:
    site = by_hand(standby=False)
    struck = strike(site, "database-primary-crash")
    assert (struck.resource, struck.holder) == ("i-one", "customer")
    site.sim.advance(struck.struck + 8 * HOUR)
    assert "its machine fails the status checks" in (fault(site) or "")
    assert incident(site).is_open
    site.sim.world = site.sim.world.change(Instance, "i-one", system_checks="passed")
    ask(site.sim, DescribePendingMaintenanceActions())
    assert incident(site).resolution == "its machine is back, on another host"


def test_by_hand_with_a_failover_that_works_it_takes_a_minute_and_a_half() -> None:
    site = by_hand(standby=True)
    struck = strike(site, "database-primary-crash")
    site.sim.advance(struck.struck + 89)
    assert fault(site) is not None
    site.sim.advance(struck.struck + 90)
    assert fault(site) is None
    assert incident(site).resolution == "the application asks i-two instead"


@pytest.mark.parametrize("defect", ["pg-hba", "old-name", "monitor"])
def test_an_untested_failover_fails_in_the_night(defect: str) -> None:
    site = by_hand(standby=True)
    site.sim.world = site.sim.world.change(PostgresServer, "i-two", defect=defect)
    struck = strike(site, "database-primary-crash")
    site.sim.advance(struck.struck + 6 * HOUR)
    assert fault(site) is not None
    assert incident(site).is_open


def test_damage_reaches_the_standby_and_a_restore_to_the_minute_before_ends_it() -> None:
    site = managed(MultiAZ=True)
    site.sim.advance(site.sim.now + HOUR)
    good = site.sim.now - site.sim.now % 300 - 300
    site.sim.advance(good + 600)
    struck = strike(site, "data-corrupted")
    assert (struck.resource, struck.holder) == ("customers", "customer")
    assert fault(site) == "HTTP 500: the rows in customers are damaged"
    site.sim.advance(site.sim.now + 600)
    order = {"TargetDBInstanceIdentifier": "clean", "SourceDBInstanceIdentifier": "customers", "RestoreTime": stamp(good)}
    ask(site.sim, RestoreDBInstanceToPointInTime.model_validate(order | {"VpcSecurityGroupIds": [site.db]}))
    site.sim.advance(site.sim.now + 2_700)
    assert incident(site).is_open
    told = Software(server_port=443, database=endpoint_name(site.database("clean")))
    site.sim.world = site.sim.world.change(Instance, "i-web", software=told)
    ask(site.sim, DescribePendingMaintenanceActions())
    assert incident(site).resolution == "the application asks clean, restored to before the damage"
    assert fault(site) is None


def test_the_patch_waits_for_the_window_that_was_chosen() -> None:
    site = managed(PreferredMaintenanceWindow="wed:03:00-wed:04:00", EngineVersion="17.5")
    strike(site, "maintenance-window")
    announced = ask(site.sim, DescribePendingMaintenanceActions())["PendingMaintenanceActions"]
    assert [a["PendingMaintenanceActionDetails"][0]["Action"] for a in announced] == ["system-update"]
    ask(
        site.sim,
        ModifyDBInstance.model_validate({"DBInstanceIdentifier": "customers", "PreferredMaintenanceWindow": "thu:03:00-thu:04:00"}),
    )
    opens = opens_next("thu:03:00-thu:04:00", site.sim.scenario.calendar, site.sim.now)
    site.sim.advance(opens)
    assert (site.database().status, fault(site)) == ("maintenance", None)
    site.sim.advance(opens + 900)  # a single database restarts under its callers
    assert fault(site) == "HTTP 500: the database customers does not answer: it restarts with its patch"
    site.sim.advance(opens + 1_200)
    assert (fault(site), site.database().status, site.database().version) == (None, "available", "17.6")
    assert "AWS patched it" in incident(site).resolution


def test_a_pair_is_patched_for_the_price_of_a_failover() -> None:
    site = managed(MultiAZ=True)
    before = site.database()
    strike(site, "maintenance-window")
    opens = opens_next(before.window, site.sim.scenario.calendar, site.sim.now)
    site.sim.advance(opens + 900)
    assert fault(site) == "HTTP 500: the database customers does not answer: its standby is taking over"
    site.sim.advance(opens + 900 + 125)
    assert (fault(site), site.database().zone) == (None, before.standby_zone)
    assert incident(site).is_open
    site.sim.advance(opens + 1_800)
    assert site.database().status == "available"
    assert not incident(site).is_open


def test_storage_that_may_grow_grows_and_storage_that_may_not_stops() -> None:
    site = open_site()
    site.create(MaxAllocatedStorage=200)
    strike(site, "disk-full")
    # 10 GiB, the larger of 10 GiB and a tenth of 100
    assert (site.database().storage_gib, incident(site).resolution) == (110, "its storage grew by itself")
    tight = open_site()
    tight.create()
    strike(tight, "disk-full")
    assert (tight.database().status, tight.database().outage) == ("storage-full", "its storage is full: make it larger")
    ask(tight.sim, ModifyDBInstance.model_validate({"DBInstanceIdentifier": "customers", "AllocatedStorage": 150}))
    tight.sim.advance(tight.sim.now + 600)
    assert (tight.database().status, incident(tight).resolution) == ("available", "it was given more storage")


def test_a_hole_in_the_system_under_a_managed_database_is_the_providers() -> None:
    site = open_site()
    site.create()
    struck = strike(site, "os-cve", "CVE-2024-6387")
    assert (struck.resource, struck.holder) == ("customers", "provider")
    site.sim.advance(struck.struck + 86_400)
    assert "AWS patched" in incident(site).resolution


def test_what_is_not_encrypted_is_a_debt_until_it_is_gone() -> None:
    site = open_site()
    site.create("plain")
    site.create("locked", StorageEncrypted=True)
    assert {d.id for d in site.sim.world.every(Debt) if d.resource in ("plain", "locked")} == {"unencrypted:plain"}
    ask(site.sim, DeleteDBInstance(db_instance_identifier="plain", skip_final_snapshot=True))
    site.sim.advance(site.sim.now + 300)
    assert site.sim.world.get(Debt, "unencrypted:plain").since is None
