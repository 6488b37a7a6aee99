"""RDS: what is refused with which code, states and their times, money, failover, restore; by hand-worked cases."""

from __future__ import annotations

from typing import Any

import pytest

from cloudlab.commands.rds import (
    CopyDBSnapshot,
    CreateDBSnapshot,
    CreateDBSubnetGroup,
    DeleteDBInstance,
    DeleteDBSubnetGroup,
    DescribeDBInstances,
    DescribeDBSnapshots,
    DescribeEvents,
    ModifyDBInstance,
    RebootDBInstance,
    RestoreDBInstanceFromDBSnapshot,
    RestoreDBInstanceToPointInTime,
    StartDBInstance,
    StopDBInstance,
)
from cloudlab.engine.metering import accrued
from cloudlab.engine.rules.databases import endpoint_name, lookup_fault
from cloudlab.engine.rules.maintenance import opens_next
from cloudlab.engine.rules.reachability import between
from cloudlab.engine.rules.takeover import taken_over
from cloudlab.model.compute import Software
from cloudlab.model.database import Content, DbInstance, DbSubnetGroup
from cloudlab.model.operations import Meter, ZoneOutage
from cloudlab.model.time import DAY, HOUR, MINUTE, Calendar, at, stamp
from tests.databases import CALLS, Site, open_site
from tests.network import ask, refused


@pytest.fixture
def site() -> Site:
    return open_site()


def modify(name: str = "customers", **changes: Any) -> ModifyDBInstance:
    return ModifyDBInstance.model_validate({"DBInstanceIdentifier": name} | changes)


# what is refused -----------------------------------------------------------------------------------------------------------------


def test_a_group_of_one_zone_is_refused_even_for_a_single_az_database(site: Site) -> None:
    no = refused(site.sim, CreateDBSubnetGroup(db_subnet_group_name="one", db_subnet_group_description="one zone", subnet_ids=(site.a,)))
    assert no.code == "DBSubnetGroupDoesNotCoverEnoughAZs"
    assert "Current AZ coverage: us-east-1a" in no.sentence


def test_a_group_has_a_name_of_its_own(site: Site) -> None:
    again = CreateDBSubnetGroup(db_subnet_group_name="MAIN", db_subnet_group_description="again", subnet_ids=(site.a, site.b))
    assert refused(site.sim, again).code == "DBSubnetGroupAlreadyExists"


def test_with_one_zone_left_there_is_no_second_one_to_stand_by_in(site: Site) -> None:
    site.sim.world = site.sim.world.put(ZoneOutage("us-east-1a", site.sim.now, site.sim.now + HOUR, "lost its power"))
    assert refused(site.sim, site.order(MultiAZ=True)).code == "InsufficientDBInstanceCapacity"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"DBInstanceIdentifier": "2nd"}, "InvalidParameterValue"),
        ({"DBInstanceIdentifier": "a--b"}, "InvalidParameterValue"),
        ({"DBInstanceIdentifier": "ends-"}, "InvalidParameterValue"),
        ({"DBInstanceIdentifier": "a" * 64}, "InvalidParameterValue"),
        ({"DBInstanceClass": "db.z9"}, "InvalidParameterValue"),
        ({"Engine": "oracle9"}, "InvalidParameterValue"),
        ({"EngineVersion": "9.6"}, "InvalidParameterCombination"),
        ({"MasterUsername": None}, "InvalidParameterValue"),
        ({"MasterUserPassword": "short"}, "InvalidParameterValue"),
        ({"MasterUserPassword": "has/slash-in-it"}, "InvalidParameterValue"),
        ({"MasterUserPassword": None}, "InvalidParameterValue"),
        ({"ManageMasterUserPassword": True}, "InvalidParameterCombination"),
        ({"AllocatedStorage": 19}, "InvalidParameterValue"),
        ({"AllocatedStorage": None}, "InvalidParameterValue"),
        ({"MaxAllocatedStorage": 109}, "InvalidParameterCombination"),
        ({"StorageType": "io9"}, "StorageTypeNotSupported"),
        ({"BackupRetentionPeriod": 36}, "InvalidParameterValue"),
        ({"PreferredMaintenanceWindow": "sun:05:00-sun:05:29"}, "InvalidParameterValue"),
        ({"PreferredMaintenanceWindow": "someday"}, "InvalidParameterValue"),
        ({"Port": 80}, "InvalidParameterValue"),
        ({"KmsKeyId": "alias/mine", "StorageEncrypted": True}, "KMSKeyNotAccessibleFault"),
        ({"KmsKeyId": "alias/aws/rds"}, "InvalidParameterCombination"),
        ({"DBSubnetGroupName": "nowhere"}, "DBSubnetGroupNotFoundFault"),
        ({"DBSubnetGroupName": None}, "DBSubnetGroupNotFoundFault"),
        ({"MultiAZ": True, "AvailabilityZone": "us-east-1a"}, "InvalidParameterCombination"),
        ({"AvailabilityZone": "us-east-1c"}, "InvalidVPCNetworkStateFault"),
        ({"VpcSecurityGroupIds": ["sg-nobody"]}, "InvalidParameterValue"),
        ({"PubliclyAccessible": True}, "InvalidVPCNetworkStateFault"),
    ],
)
def test_orders_that_rds_refuses(site: Site, changes: dict[str, Any], code: str) -> None:
    assert refused(site.sim, site.order(**changes)).code == code


def test_mysql_passwords_end_at_41_characters_postgres_goes_on_to_128(site: Site) -> None:
    assert refused(site.sim, site.order(Engine="mysql", MasterUserPassword="x" * 42)).code == "InvalidParameterValue"
    ask(site.sim, site.order(MasterUserPassword="x" * 128))


def test_an_identifier_is_taken_once_whatever_its_capitals(site: Site) -> None:
    ask(site.sim, site.order("Customers"))
    assert site.database("customers").status == "creating"
    assert refused(site.sim, site.order("CUSTOMERS")).code == "DBInstanceAlreadyExists"


def test_the_quota_of_databases() -> None:
    site = open_site(quotas={"rds_instances_per_region": 1})
    ask(site.sim, site.order())
    assert refused(site.sim, site.order("second")).code == "InstanceQuotaExceeded"


def test_what_is_in_the_middle_of_something_takes_no_orders(site: Site) -> None:
    ask(site.sim, site.order())
    assert refused(site.sim, modify(MultiAZ=True)).code == "InvalidDBInstanceState"
    assert refused(site.sim, RebootDBInstance(db_instance_identifier="customers")).code == "InvalidDBInstanceState"
    assert refused(site.sim, modify("nobody", MultiAZ=True)).code == "DBInstanceNotFound"


# life and money ------------------------------------------------------------------------------------------------------------------


def test_a_single_az_database_takes_five_minutes_and_is_billed_from_then_on(site: Site) -> None:
    ask(site.sim, site.order())
    begun = site.sim.now
    site.sim.advance(begun + 239)
    assert site.database().status == "creating"
    assert list(site.sim.world.every(Meter)) == []
    site.sim.advance(begun + 240)
    assert site.database().status == "backing-up"
    assert site.database().ready == begun + 240
    site.sim.advance(begun + 300)
    assert site.database().status == "available"
    # db.t3.medium for PostgreSQL: 68,000 x 1.041 = 70,788 micro-dollars an hour; 100 GiB x 115,000 / 730 h = 15,753
    assert [(m.line, m.rate, m.minimum) for m in site.sim.world.every(Meter)] == [("database", 70_788, 600), ("storage", 15_753, 0)]


def test_multi_az_takes_a_quarter_of_an_hour_and_costs_twice(site: Site) -> None:
    ask(site.sim, site.order(MultiAZ=True, BackupRetentionPeriod=0))
    begun = site.sim.now
    site.sim.advance(begun + 899)
    assert site.database().status == "creating"
    site.sim.advance(begun + 900)
    assert site.database().status == "available"
    assert {site.database().zone, site.database().standby_zone} == {"us-east-1a", "us-east-1b"}
    assert [m.rate for m in site.sim.world.every(Meter)] == [141_576, 31_506]


def test_ten_minutes_are_the_least_that_is_billed(site: Site) -> None:
    database = site.create()
    assert database.ready is not None
    meter = Meter("database:x", "database", "x", 70_788, database.ready, minimum=600)
    assert accrued(meter, database.ready + 5) == 70_788 * 600


def test_a_stopped_database_pays_its_storage_and_starts_by_itself_after_seven_days(site: Site) -> None:
    site.create()
    ask(site.sim, StopDBInstance(db_instance_identifier="customers"))
    site.sim.advance(site.sim.now + 300)
    assert site.database().status == "stopped"
    running = {m.line: m.since is not None for m in site.sim.world.every(Meter)}
    assert running == {"database": False, "storage": True}
    off = site.sim.now
    site.sim.advance(off + 7 * DAY - 1)
    assert site.database().status == "stopped"
    site.sim.advance(off + 7 * DAY)
    assert site.database().status == "starting"
    site.sim.advance(off + 7 * DAY + 480)
    assert site.database().status == "available"


def test_a_stopped_database_can_be_started_sooner(site: Site) -> None:
    site.create()
    ask(site.sim, StopDBInstance(db_instance_identifier="customers"))
    assert refused(site.sim, StartDBInstance(db_instance_identifier="customers")).code == "InvalidDBInstanceState"
    site.sim.advance(site.sim.now + 300)
    ask(site.sim, StartDBInstance(db_instance_identifier="customers"))
    site.sim.advance(site.sim.now + 480)
    assert site.database().status == "available"
    site.sim.advance(site.sim.now + 8 * DAY)
    assert site.database().status == "available"


def test_deleting_asks_for_a_last_snapshot_or_a_word_that_none_is_wanted(site: Site) -> None:
    site.create(DeletionProtection=True)
    name = "customers"
    assert refused(site.sim, DeleteDBInstance(db_instance_identifier=name)).code == "InvalidParameterCombination"
    protected = refused(site.sim, DeleteDBInstance(db_instance_identifier=name, skip_final_snapshot=True))
    assert protected.code == "InvalidParameterCombination"
    assert "protected" in protected.sentence
    ask(site.sim, modify(DeletionProtection=False))
    both = DeleteDBInstance(db_instance_identifier=name, skip_final_snapshot=True, final_db_snapshot_identifier="last")
    assert refused(site.sim, both).code == "InvalidParameterCombination"
    ask(site.sim, DeleteDBInstance(db_instance_identifier=name, final_db_snapshot_identifier="last"))
    assert site.database().status == "deleting"
    assert refused(site.sim, DeleteDBSubnetGroup(db_subnet_group_name="main")).code == "InvalidDBSubnetGroupStateFault"
    site.sim.advance(site.sim.now + 300)
    assert list(site.sim.world.every(DbInstance)) == []
    assert all(m.since is None for m in site.sim.world.every(Meter))
    assert [s["Status"] for s in ask(site.sim, DescribeDBSnapshots())["DBSnapshots"]] == ["available"]
    ask(site.sim, DeleteDBSubnetGroup(db_subnet_group_name="main"))
    assert list(site.sim.world.every(DbSubnetGroup)) == []


# changes -------------------------------------------------------------------------------------------------------------------------


def test_multi_az_waits_for_the_window_unless_told_not_to(site: Site) -> None:
    site.create(PreferredMaintenanceWindow="wed:03:00-wed:04:00")
    ask(site.sim, modify(MultiAZ=True))
    (seen,) = ask(site.sim, DescribeDBInstances())["DBInstances"]
    assert seen["MultiAZ"] is False
    assert seen["PendingModifiedValues"] == {"MultiAZ": True}
    opens = opens_next("wed:03:00-wed:04:00", site.sim.scenario.calendar, site.sim.now)
    site.sim.advance(opens - 1)
    assert site.database().status == "available"
    site.sim.advance(opens)
    assert site.database().status == "modifying"
    site.sim.advance(opens + 900)
    assert (site.database().multi_az, site.database().status) == (True, "available")


def test_the_tick_takes_fifteen_minutes_and_interrupts_nobody(site: Site) -> None:
    site.create()
    ask(site.sim, modify(MultiAZ=True, ApplyImmediately=True))
    begun = site.sim.now
    for later in (1, 450, 899):
        site.sim.advance(begun + later)
        assert (site.database().status, site.database().outage, site.database().multi_az) == ("modifying", "", False)
    site.sim.advance(begun + 900)
    assert (site.database().status, site.database().multi_az) == ("available", True)
    assert site.database().standby_zone not in (None, site.database().zone)
    assert {m.line: m.rate for m in site.sim.world.every(Meter)} == {"database": 141_576, "storage": 31_506}


def test_another_class_interrupts_a_single_database_for_five_minutes(site: Site) -> None:
    site.create()
    ask(site.sim, modify(DBInstanceClass="db.m5.large", ApplyImmediately=True))
    begun = site.sim.now
    site.sim.advance(begun + 299)
    assert site.database().outage == ""
    site.sim.advance(begun + 300)
    assert site.database().outage == "it moves to another class"
    site.sim.advance(begun + 600)
    assert (site.database().outage, site.database().instance_class) == ("", "db.m5.large")


def test_another_class_of_a_pair_is_a_failover(site: Site) -> None:
    before = site.create(MultiAZ=True)
    ask(site.sim, modify(DBInstanceClass="db.m5.large", ApplyImmediately=True))
    site.sim.advance(site.sim.now + 600)
    assert site.database().outage == "its standby is taking over"
    site.sim.advance(site.sim.now + 125)
    assert (site.database().zone, site.database().standby_zone) == (before.standby_zone, before.zone)
    assert (site.database().outage, site.database().instance_class) == ("", "db.m5.large")


def test_storage_grows_by_a_tenth_or_more_and_never_shrinks(site: Site) -> None:
    site.create()
    assert refused(site.sim, modify(AllocatedStorage=99)).code == "InvalidParameterCombination"
    assert refused(site.sim, modify(AllocatedStorage=109)).code == "InvalidParameterCombination"
    ask(site.sim, modify(AllocatedStorage=110, ApplyImmediately=True))
    site.sim.advance(site.sim.now + 600)
    assert (site.database().storage_gib, site.database().outage) == (110, "")


def test_versions_go_forward_and_a_major_one_has_to_be_meant(site: Site) -> None:
    site.create(EngineVersion="16.8")
    assert refused(site.sim, modify(EngineVersion="17.6")).code == "InvalidParameterCombination"
    ask(site.sim, modify(EngineVersion="17.6", AllowMajorVersionUpgrade=True, ApplyImmediately=True))
    site.sim.advance(site.sim.now + 600)
    assert site.database().version == "17.6"
    assert refused(site.sim, modify(EngineVersion="16.9", AllowMajorVersionUpgrade=True)).code == "InvalidParameterCombination"


def test_asking_for_what_is_there_takes_a_waiting_change_back(site: Site) -> None:
    site.create()
    ask(site.sim, modify(MultiAZ=True))
    ask(site.sim, modify(MultiAZ=False))
    assert ask(site.sim, DescribeDBInstances())["DBInstances"][0]["PendingModifiedValues"] == {}


def test_encryption_is_for_creation_only_and_later_by_way_of_a_copy(site: Site) -> None:
    site.create()
    ask(site.sim, CreateDBSnapshot(db_snapshot_identifier="plain", db_instance_identifier="customers"))
    copy = CopyDBSnapshot(source_db_snapshot_identifier="plain", target_db_snapshot_identifier="locked", kms_key_id="alias/aws/rds")
    assert refused(site.sim, copy).code == "InvalidDBSnapshotState"
    site.sim.advance(site.sim.now + 300)
    ask(site.sim, copy)
    site.sim.advance(site.sim.now + 300)
    ask(
        site.sim,
        RestoreDBInstanceFromDBSnapshot(
            db_instance_identifier="locked", db_snapshot_identifier="locked", db_subnet_group_name="main", vpc_security_group_ids=(site.db,)
        ),
    )
    site.sim.advance(site.sim.now + 1_200)
    assert (site.database("locked").encrypted, site.database("locked").status) == (True, "available")
    assert site.database().encrypted is False


# windows -------------------------------------------------------------------------------------------------------------------------


def test_when_a_window_opens_next() -> None:
    calendar = Calendar(first_weekday=2)  # day 1 is a Wednesday
    assert opens_next("wed:03:00-wed:04:00", calendar, at(1, "00:00")) == at(1, "03:00")
    assert opens_next("wed:03:00-wed:04:00", calendar, at(1, "03:00")) == at(8, "03:00")
    assert opens_next("tue:23:30-wed:00:30", calendar, at(1, "09:00")) == at(7, "23:30")
    assert opens_next("mon:05:00-mon:06:00", calendar, at(3, "09:00")) == at(6, "05:00")


# failover ------------------------------------------------------------------------------------------------------------------------


def test_a_forced_failover_is_for_pairs_only(site: Site) -> None:
    site.create()
    forced = RebootDBInstance(db_instance_identifier="customers", force_failover=True)
    assert refused(site.sim, forced).code == "InvalidParameterCombination"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_failover_takes_one_to_two_minutes_and_keeps_the_name(seed: int) -> None:
    site = open_site(seed)
    before = site.create(MultiAZ=True)
    ask(site.sim, RebootDBInstance(db_instance_identifier="customers", force_failover=True))
    begun = site.sim.now
    assert site.database().status == "rebooting"
    site.sim.advance(begun + 64)
    assert site.database().outage == "its standby is taking over"
    site.sim.advance(begun + 125)
    after = site.database()
    assert (after.zone, after.standby_zone, after.private_ip) == (before.standby_zone, before.zone, before.standby_ip)
    assert endpoint_name(after) == endpoint_name(before)
    lines = [e["Message"] for e in ask(site.sim, DescribeEvents(source_identifier="customers"))["Events"]]
    assert lines[-4:] == [
        "Multi-AZ instance failover started.",
        "DB instance restarted",
        "Multi-AZ instance failover completed",
        "The user requested a failover of the DB instance.",
    ]


def test_a_plain_reboot_is_a_minute_without_answers(site: Site) -> None:
    site.create()
    ask(site.sim, RebootDBInstance(db_instance_identifier="customers"))
    begun = site.sim.now
    site.sim.advance(begun + 59)
    assert site.database().outage == "it is rebooting"
    site.sim.advance(begun + 60)
    assert (site.database().outage, site.database().status) == ("", "available")


def test_a_pair_leaves_a_zone_that_goes_down_and_a_single_one_waits(site: Site) -> None:
    pair = site.create("pair", MultiAZ=True)
    single = site.create("single", AvailabilityZone=pair.zone)
    assert single.zone == pair.zone
    server = site.put_instance("i-web", site.a if pair.zone == "us-east-1b" else site.b, software=Software(database=endpoint_name(single)))
    site.sim.world = site.sim.world.put(ZoneOutage(pair.zone, site.sim.now, site.sim.now + HOUR, "power"))
    assert taken_over(site.sim.world).get(DbInstance, "pair").zone == pair.standby_zone
    assert taken_over(site.sim.world).get(DbInstance, "single") == single
    ask(site.sim, DescribeDBInstances())  # any order settles what follows of the outage
    site.sim.advance(site.sim.now + 125)
    assert site.database("pair").zone == pair.standby_zone
    fault = lookup_fault(site.sim.world, CALLS, server)
    assert fault is not None
    assert f"its zone {pair.zone} is down" in fault
    site.sim.world = site.sim.world.drop(ZoneOutage, pair.zone)
    assert "knows no customers" in (lookup_fault(site.sim.world, CALLS, server) or "")


# backups -------------------------------------------------------------------------------------------------------------------------


def fill(site: Site, name: str = "customers") -> None:
    """Let a database hold the customers of `tiny` from now on."""
    database = site.database(name)
    chapters = (*database.chapters, (site.sim.now, Content(("tiny",))))
    site.sim.world = site.sim.world.change(DbInstance, name, chapters=chapters)


def restore(target: str, **changes: Any) -> RestoreDBInstanceToPointInTime:
    return RestoreDBInstanceToPointInTime.model_validate(
        {"TargetDBInstanceIdentifier": target, "SourceDBInstanceIdentifier": "customers"} | changes
    )


def test_a_restore_makes_a_new_database_and_loses_five_minutes_at_most(site: Site) -> None:
    site.create()
    fill(site)
    site.sim.advance(at(1, "14:02") + 17)
    ask(site.sim, restore("second", UseLatestRestorableTime=True))
    asked = site.sim.now
    site.sim.advance(asked + 2_699)
    assert site.database("second").status == "backing-up"
    site.sim.advance(asked + 2_700)
    second = site.database("second")
    assert second.status == "available"
    assert second.content == Content(("tiny",), lost=asked % (5 * MINUTE))
    assert endpoint_name(second) != endpoint_name(site.database())
    assert second.groups != (site.db,)  # the VPC's default group: nobody gets in until the right one is named


def test_a_restore_reaches_back_to_before_the_damage(site: Site) -> None:
    site.create()
    fill(site)
    good = site.sim.now + 600
    site.sim.advance(good + 60)
    database = site.database()
    chapters = (*database.chapters, (site.sim.now, Content(("tiny",), damaged=True)))
    site.sim.world = site.sim.world.change(DbInstance, "customers", chapters=chapters)
    site.sim.advance(good + 3_600)
    text = f"{stamp(good)}:{good % 60:02d}"
    ask(site.sim, restore("clean", RestoreTime=text))
    assert site.database("clean").content == Content(("tiny",), lost=site.sim.now - good)
    late = restore("x", RestoreTime=stamp(site.sim.now + HOUR))
    assert refused(site.sim, late).code == "InvalidParameterValue"
    assert refused(site.sim, restore("x")).code == "InvalidParameterCombination"


def test_without_backups_there_is_nothing_to_restore_from(site: Site) -> None:
    site.create(BackupRetentionPeriod=0)
    assert refused(site.sim, restore("second", UseLatestRestorableTime=True)).code == "PointInTimeRestoreNotEnabled"


# reached -------------------------------------------------------------------------------------------------------------------------


def test_the_database_is_reached_where_its_group_lets_the_servers_in(site: Site) -> None:
    site.create()
    server = site.put_instance("i-web")
    stranger = site.put_instance("i-other", group=site.db)
    assert between(site.sim.world, server.id, "customers", 5432).ok
    blocked = between(site.sim.world, stranger.id, "customers", 5432)
    assert not blocked.ok
    assert blocked.blocked is not None
    assert blocked.blocked.resource == site.db
    assert between(site.sim.world, server.id, "customers", 3306).symptom == "timeout"
