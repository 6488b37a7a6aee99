"""Databases as their callers find them: what a name leads to, whether anything answers there, and whether it knows the answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cloudlab.engine.naming import label
from cloudlab.engine.rules.interfaces import Interface, interfaces, listens
from cloudlab.engine.rules.path import Trail
from cloudlab.engine.rules.reachability import between
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.compute import Instance
from cloudlab.model.database import Chapter, Content, DatabaseName, DbInstance, PostgresServer
from cloudlab.model.ids import ACCOUNT, REGION, hexadecimal
from cloudlab.model.network import Vpc
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.scenario import Need
from cloudlab.model.time import DAY, Seconds
from cloudlab.model.world import World

PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306}
"""Engine -> where it listens unless told otherwise."""
VERSIONS = {
    "postgres": ("16.8", "16.9", "17.5", "17.6"),
    "mysql": ("8.0.41", "8.0.42", "8.4.5", "8.4.6"),
    "mariadb": ("10.11.13", "10.11.14", "11.4.7", "11.4.8"),
}
"""Engine -> releases on offer, oldest first (release notes of the engines, 2025). The last is the default."""
POSTGRES_PORT = PORTS["postgres"]
LOG_INTERVAL = 300
"""Transaction logs go to storage every five minutes (RDS guide, USER_PIT.md); archived logs of one's own do the same here."""


def major(engine: str, version: str) -> str:
    """Return the part of a version that only a major upgrade changes: `17` of 17.5, `8.0` of 8.0.42."""
    return version.split(".")[0] if engine == "postgres" else version.rpartition(".")[0]


def newest_minor(engine: str, version: str) -> str:
    """Return the latest release of the same major version."""
    return [v for v in VERSIONS[engine] if major(engine, v) == major(engine, version)][-1]


# names ---------------------------------------------------------------------------------------------------------------------------


def endpoint_name(database: DbInstance) -> str:
    """Return the DNS name of a database; a failover changes what it leads to, never the name."""
    return f"{database.id}.c{hexadecimal('rds', ACCOUNT)[:11]}.{REGION}.rds.amazonaws.com"


def private_name(instance: Instance) -> str:
    return f"ip-{instance.private_ip.replace('.', '-')}.ec2.internal"


def resolve(world: World, host: str) -> str | None:
    """Return the resource behind an address: an RDS endpoint, a private name, an instance's own name, id or private address."""
    name = world.find(DatabaseName, host)
    if name is not None:
        return name.target
    database = next((d for d in world.every(DbInstance) if endpoint_name(d) == host), None)
    if database is not None:
        return database.id
    found = [i for i in world.every(Instance) if host in (i.id, i.private_ip, private_name(i)) and i.state != "terminated"]
    return found[0].id if found else None


def needs_dns(world: World, host: str) -> bool:
    """Tell whether an address is a name, which the VPC's resolver has to look up."""
    return world.find(Instance, host) is None and not host.replace(".", "").isdecimal()


# what answers --------------------------------------------------------------------------------------------------------------------


def silence(world: World, resource: str) -> str | None:
    """Return why a database answers nobody, whatever the network does; None where it answers."""
    database = world.find(DbInstance, resource)
    if database is not None:
        return _rds_silence(world, database)
    server = world.find(PostgresServer, resource)
    if server is None:
        return "there is no database"
    return machine_silence(world, server) or ("a failover test has stopped it for the moment" if server.testing else None)


def _rds_silence(world: World, database: DbInstance) -> str | None:
    if database.ready is None:
        return "it is still being created"
    if database.outage:
        return database.outage
    if database.status in ("stopping", "stopped", "deleting"):
        return f"it is {database.status}"
    return f"its zone {database.zone} is down" if is_down(world, database.zone) else None


def machine_silence(world: World, server: PostgresServer) -> str | None:
    """Return what keeps the machine under a PostgreSQL server from answering; None where nothing does."""
    instance = world.find(Instance, server.id)
    if instance is None or instance.state != "running":
        return f"its machine is {instance.state if instance is not None else 'gone'}"
    if is_down(world, instance.zone):
        return f"its zone {instance.zone} is down"
    if instance.booted is None:
        return "its machine is still coming up"
    if "failed" in (instance.checks, instance.system_checks):
        return "its machine fails the status checks"
    if instance.disk == "full":
        return "its disk is full, and PostgreSQL has stopped"
    return "somebody else controls its machine" if instance.compromised else None


def content_of(world: World, resource: str) -> Content:
    """Return what a database holds now."""
    database = world.find(DbInstance, resource) or world.find(PostgresServer, resource)
    return database.content if database is not None else Content()


def lookup_fault(world: World, need: Need, instance: Instance) -> str | None:
    """Return why a model server cannot look a customer of `need` up; None where it can."""
    host = instance.software.database
    if host is None:
        return "HTTP 500: the server was told of no database; tell it: cloudlab-ConnectDatabase"
    target = resolve(world, host)
    if target is None:
        return f"HTTP 500: nothing answers to the name {host}"
    if needs_dns(world, host) and not world.get(Vpc, instance.vpc).dns_support:
        return f"HTTP 500: {host} cannot be looked up, DNS support of {label(world, instance.vpc)} is off"
    return _target_fault(world, need, instance, target)


def _target_fault(world: World, need: Need, instance: Instance, target: str) -> str | None:
    name = label(world, target)
    server = world.find(PostgresServer, target)
    quiet = silence(world, target)
    if quiet is not None:
        return f"HTTP 500: the database {name} does not answer: {quiet}"
    path = between(world, instance.id, target, port_of(world, target))
    if not path.ok:
        return f"HTTP 500: no way to the database: {path.sentence()}"
    if server is not None and server.role != "primary":
        return f"HTTP 500: the database {name} is no primary, but {server.role}"
    if server is not None and server.defect == "pg-hba":
        return f"HTTP 500: pg_hba.conf on {name} does not admit the application servers"
    held = content_of(world, target)
    if need.dataset not in held.datasets:
        return f"HTTP 500: the database {name} knows no customers of {need.dataset}"
    return f"HTTP 500: the rows in {name} are damaged" if held.damaged else None


def port_of(world: World, resource: str) -> int:
    database = world.find(DbInstance, resource)
    return database.port if database is not None else POSTGRES_PORT


def users_of(world: World, resource: str) -> list[str]:
    """Return the instances whose model server uses a database, by id."""
    return [
        i.id
        for i in world.every(Instance)
        if i.software.database is not None and i.state != "terminated" and resolve(world, i.software.database) == resource
    ]


def asked_databases(world: World) -> dict[str, None]:
    """Return the databases that model servers look customers up in, by id."""
    hosts = [i.software.database for i in world.every(Instance) if i.software.database is not None and i.state != "terminated"]
    return dict.fromkeys(target for host in hosts if (target := resolve(world, host)) is not None)


@interfaces(DbInstance)
def interfaces_of_database(world: World, database: DbInstance) -> Iterator[Interface]:
    """A database has one where its primary is; the standby's takes an address too, but nobody can call it."""
    yield Interface(database.id, database.vpc, database.subnet, database.private_ip, database.groups, database.public_ip)
    if database.standby_subnet is not None and database.standby_ip is not None:
        owner = f"{database.id}/standby"
        yield Interface(owner, database.vpc, database.standby_subnet, database.standby_ip, database.groups)


@listens(DbInstance)
def database_listens(trail: Trail, world: World, database: DbInstance, port: int) -> None:
    quiet = _rds_silence(world, database)
    if quiet is not None:
        trail.stops(database.id, database.id, quiet, f"Look at it: rds describe-db-instances --db-instance-identifier {database.id}")
    elif port != database.port:
        trail.stops(database.id, database.id, f"it listens on tcp/{database.port} only", f"Call tcp/{database.port}.", symptom="refused")
    else:
        trail.passes(database.id, database.id, f"it listens on tcp/{port}")


# time ----------------------------------------------------------------------------------------------------------------------------


def held_at(chapters: Iterable[Chapter], instant: Seconds) -> Content:
    """Return what a database held at an instant."""
    found = Content()
    for since, content in chapters:
        if since <= instant:
            found = content
    return found


def as_of(chapters: Iterable[Chapter], instant: Seconds, written_until: Seconds) -> Content:
    """Return what comes back from backups of `instant`: the writes from then to `written_until` are lost."""
    content = held_at(chapters, instant)
    return replace(content, lost=content.lost + max(0, written_until - instant))


def written_until(world: World, database: DbInstance) -> Seconds:
    """Return until when a database took writes: until now, unless it is down."""
    since = [world.now]
    if database.outage_since is not None:
        since.append(database.outage_since)
    outage = world.find(ZoneOutage, database.zone)
    if outage is not None:
        since.append(outage.since)
    return min(since)


def restorable(world: World, database: DbInstance) -> tuple[Seconds, Seconds] | None:
    """Return the earliest and the latest instant its backups reach; None without backups."""
    if database.retention == 0 or database.ready is None:
        return None
    until = written_until(world, database)
    latest = max(database.ready, until - until % LOG_INTERVAL)
    return max(database.ready, latest - database.retention * DAY), latest
