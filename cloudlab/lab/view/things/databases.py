"""Databases: managed ones with their standby in its zone, PostgreSQL on machines of one's own, subnet groups, snapshots."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.postgres_failover import DEFECTS
from cloudlab.engine.rules.databases import content_of, endpoint_name, machine_silence, restorable, silence, users_of
from cloudlab.engine.rules.knowledge import is_monitored, known
from cloudlab.engine.rules.zones import is_down
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import REGION_WIDE, Offer, Placed, Row, facts, offers, stands
from cloudlab.lab.view.things.words import name_of, tags_text, yes
from cloudlab.model.compute import Instance
from cloudlab.model.database import Content, DatabaseBackup, DbInstance, DbSnapshot, DbSubnetGroup, PostgresServer
from cloudlab.model.network import Subnet
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import span, stamp
from cloudlab.model.world import World

_STANDBY = "/standby"


@stands("db-instance", DbInstance, column=True)
def database_nodes(world: World) -> Iterator[Placed]:
    for database in world.every(DbInstance):
        state, tone = _state(world, database)
        kind = "Multi-AZ" if database.multi_az else "one zone"
        detail = f"{database.instance_class} {database.engine} :{database.port}, {kind}"
        yield ("subnet", database.subnet), Node(database.id, "db-instance", name_of(database), state, tone, 0, detail)


def _state(world: World, database: DbInstance) -> tuple[str, str]:
    quiet = silence(world, database.id)
    if database.ready is None or database.status in ("deleting", "starting", "stopping"):
        return database.status, "wait"
    if database.status == "stopped":
        return "stopped", "off"
    if database.outage:
        return "failing over" if database.outage.endswith("taking over") else database.status, "bad"
    if quiet is not None:
        return "zone down", "bad"
    return (database.status, "ok") if database.status in ("available", "backing-up") else (database.status, "wait")


@stands("db-standby", DbInstance, find=lambda world, key: world.find(DbInstance, key.removesuffix(_STANDBY)))
def standby_nodes(world: World) -> Iterator[Placed]:
    for database in world.every(DbInstance):
        if database.standby_subnet is not None and database.standby_zone is not None:
            down = is_down(world, database.standby_zone)
            node = Node(
                f"{database.id}{_STANDBY}", "db-standby", name_of(database), "zone down" if down else "in step", "bad" if down else "ok", 0
            )
            yield ("subnet", database.standby_subnet), node


@facts(DbInstance)
def database_facts(world: World, scenario: Scenario, database: DbInstance) -> Iterator[Row]:
    yield "status", database.status
    yield "does not answer", silence(world, database.id) or ""
    yield "endpoint", f"{endpoint_name(database)}:{database.port}" if database.ready is not None else "not yet"
    yield "class", database.instance_class
    yield "engine", f"{database.engine} {database.version}"
    yield "primary", f"{database.zone}, {database.subnet}"
    yield "standby", f"{database.standby_zone}, {database.standby_subnet}" if database.standby_zone else "none: one zone only"
    yield "holds", _holds(content_of(world, database.id))
    most = f", grows by itself to {database.max_storage_gib}" if database.max_storage_gib is not None else ""
    yield "storage", f"{database.storage_gib} GiB, {'encrypted' if database.encrypted else 'not encrypted'}{most}"
    reach = restorable(world, database)
    yield "backups", f"{database.retention} d, from {stamp(reach[0])} to {stamp(reach[1])}" if reach is not None else "none"
    yield "window", database.window
    waits = database.pending
    waiting = {
        "class": waits.instance_class,
        "storage": f"{waits.storage_gib} GiB" if waits.storage_gib is not None else None,
        "Multi-AZ": yes(waits.multi_az) if waits.multi_az is not None else None,
        "version": waits.version,
        "retention": f"{waits.retention} d" if waits.retention is not None else None,
        "patch": database.patch or None,
    }
    yield "waits for window", ", ".join(f"{name} {value}" for name, value in waiting.items() if value is not None)
    yield "groups", ", ".join(database.groups)
    yield "public", yes(database.public)
    yield "protected", yes(database.protected)
    yield "asked by", ", ".join(users_of(world, database.id)) or "nobody"
    yield "tags", tags_text(database.tags)


def _holds(content: Content) -> str:
    if not content.datasets:
        return "nothing yet"
    lost = f"; writes of {span(content.lost)} are lost" if content.lost else ""
    return f"the customers of {', '.join(content.datasets)}{', damaged' if content.damaged else ''}{lost}"


@offers(DbInstance)
def offer_database(world: World, database: DbInstance) -> Iterator[Offer]:
    named = f"--db-instance-identifier {database.id}"
    yield "look at it", f"rds describe-db-instances {named}"
    yield "look at what happened to it", f"rds describe-events --source-type db-instance --source-identifier {database.id}"
    if not database.multi_az:
        yield "keep a standby in another zone", f"rds modify-db-instance {named} --multi-az --apply-immediately"
    else:
        yield "try its failover", f"rds reboot-db-instance {named} --force-failover"
    yield "change its class", f"rds modify-db-instance {named} --apply-immediately --db-instance-class "
    yield "choose its maintenance window", f"rds modify-db-instance {named} --preferred-maintenance-window "
    yield "take a snapshot", f"rds create-db-snapshot {named} --db-snapshot-identifier "
    line = f"rds restore-db-instance-to-point-in-time --source-db-instance-identifier {database.id} --target-db-instance-identifier "
    yield "restore it beside itself", line
    yield "restart it", f"rds reboot-db-instance {named}"
    if database.status == "stopped":
        yield "start it", f"rds start-db-instance {named}"
    else:
        yield "stop it", f"rds stop-db-instance {named}"
    yield "delete it, with a last snapshot", f"rds delete-db-instance {named} --final-db-snapshot-identifier "


@stands("postgres", PostgresServer)
def postgres_nodes(world: World) -> Iterator[Placed]:
    for server in world.every(PostgresServer):
        seen = known(world, Instance, server.id)
        machine = seen.record if seen is not None else None
        if seen is None or not isinstance(machine, Instance) or machine.state == "terminated":
            continue
        quiet = machine_silence(world, server) is not None and is_monitored(world, server.id)
        if server.testing:
            state, tone = "under test", "wait"
        elif quiet:
            state, tone = "silent", "bad"
        else:
            state, tone = server.role, "off" if server.role == "fenced" else "ok"
        yield ("instance", server.id), Node(server.id, "postgres", server.name, state, tone, seen.age, _trust(server))


def _trust(server: PostgresServer) -> str:
    """Say what is known of the failover: a defect only once somebody has seen it."""
    if server.role == "primary":
        broken = f"; {DEFECTS[server.defect].partition(':')[0]}" if server.defect and server.revealed else ""
        return (f"backed up to {server.backup}" if server.backup is not None else "no backup of its own") + broken
    if server.role == "fenced":
        return "put aside: it comes back as a replica only"
    if not server.watches:
        return "nothing promotes it"
    if server.defect and server.revealed:
        return "its failover does not work"
    return "failover tested" if server.tested is not None else "failover never tested"


@facts(PostgresServer)
def postgres_facts(world: World, scenario: Scenario, server: PostgresServer) -> Iterator[Row]:
    yield "role", server.role
    yield "name", server.name
    yield "machine", server.id
    yield "follows", server.upstream or ""
    if server.role == "primary":
        yield "holds", _holds(server.content)
        backup = world.find(DatabaseBackup, server.backup)
        yield "backup", f"{backup.id}, from {stamp(backup.since)} on" if backup is not None else "none: cloudlab-ConfigureBackup"
    if server.role == "standby":
        yield "failover", _trust(server)
        yield "tested", stamp(server.tested) if server.tested is not None else "never"
    if server.defect and server.revealed:
        yield "what is wrong", DEFECTS[server.defect]
    yield "asked by", ", ".join(users_of(world, server.id)) or "nobody"


@offers(PostgresServer)
def offer_postgres(world: World, server: PostgresServer) -> Iterator[Offer]:
    line = f"ssm send-command --instance-ids {server.id} --document-name cloudlab-"
    if server.role == "primary":
        yield "back it up", f"{line}ConfigureBackup --parameters To=s3://"
        yield "load a backup into it", f"{line}RestoreBackup --parameters From=s3://"
    if server.role != "primary":
        yield "make it follow the primary", f"{line}ConfigureReplica"
    if server.role == "standby":
        yield "have it take over by itself", f"{line}ConfigureFailover"
        yield "test the failover", f"{line}TestFailover"
        yield "make it the primary", f"{line}PromoteReplica"
    if server.watches or server.defect:
        yield "repair what is known to be wrong", f"{line}FixFailover"


@stands("db-subnet-group", DbSubnetGroup)
def subnet_group_nodes(world: World) -> Iterator[Placed]:
    for group in world.every(DbSubnetGroup):
        zones = sorted({s.zone for key in group.subnets if (s := world.find(Subnet, key)) is not None})
        yield ("vpc", group.vpc), Node(group.id, "db-subnet-group", group.id, "", "plain", 0, ", ".join(zones))


@offers(DbSubnetGroup)
def offer_subnet_group(world: World, group: DbSubnetGroup) -> Iterator[Offer]:
    yield "look at it", f"rds describe-db-subnet-groups --db-subnet-group-name {group.id}"
    line = f"rds create-db-instance --db-subnet-group-name {group.id} --engine postgres --allocated-storage 100 --master-username app "
    yield "put a database into it", f"{line}--manage-master-user-password --db-instance-class db.t3.medium --db-instance-identifier "
    yield "delete it", f"rds delete-db-subnet-group --db-subnet-group-name {group.id}"


@stands("db-snapshot", DbSnapshot)
def snapshot_nodes(world: World) -> Iterator[Placed]:
    for snapshot in world.every(DbSnapshot):
        tone = "ok" if snapshot.status == "available" else "wait"
        detail = f"of {snapshot.source}, {stamp(snapshot.taken)}"
        yield REGION_WIDE, Node(snapshot.id, "db-snapshot", snapshot.id, snapshot.status, tone, 0, detail)


@facts(DbSnapshot)
def snapshot_facts(world: World, scenario: Scenario, snapshot: DbSnapshot) -> Iterator[Row]:
    yield "status", snapshot.status
    yield "of", f"{snapshot.source}, {snapshot.engine} {snapshot.version}"
    yield "taken", stamp(snapshot.taken)
    yield "storage", f"{snapshot.storage_gib} GiB, {'encrypted' if snapshot.encrypted else 'not encrypted'}"
    yield "tags", tags_text(snapshot.tags)


@offers(DbSnapshot)
def offer_snapshot(world: World, snapshot: DbSnapshot) -> Iterator[Offer]:
    named = f"--db-snapshot-identifier {snapshot.id}"
    yield "look at it", f"rds describe-db-snapshots {named}"
    yield "make a database of it", f"rds restore-db-instance-from-db-snapshot {named} --db-instance-identifier "
    if not snapshot.encrypted:
        line = f"rds copy-db-snapshot --source-db-snapshot-identifier {snapshot.id} --kms-key-id alias/aws/rds"
        yield "make an encrypted copy", f"{line} --target-db-snapshot-identifier "
    yield "delete it", f"rds delete-db-snapshot {named}"
