"""Events of databases: RDS instances and what belongs to them, and PostgreSQL built by hand."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.database import (
    DatabaseBackup,
    DatabaseName,
    DbEvent,
    DbInstance,
    DbSnapshot,
    DbSubnetGroup,
    PostgresServer,
)
from cloudlab.model.events.base import Event
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class DbSubnetGroupPut(Event):
    """A DB subnet group was made or changed."""

    group: DbSubnetGroup


@dataclass(frozen=True, slots=True)
class DbSubnetGroupDeleted(Event):
    group: str


@dataclass(frozen=True, slots=True)
class DbInstanceChanged(Event):
    """A database was made or is otherwise now; its next step, if it is in the middle of something, comes at `due`."""

    database: DbInstance
    step: str = ""
    due: Seconds = 0


@dataclass(frozen=True, slots=True)
class DbStepAwaited(Event):
    """A database that is in the middle of something comes to its next step at `due`."""

    database: str
    step: str
    due: Seconds


@dataclass(frozen=True, slots=True)
class DbWindowAwaited(Event):
    """Something waits for the maintenance window that opens at `opens`."""

    database: str
    opens: Seconds


@dataclass(frozen=True, slots=True)
class DbInstanceDeleted(Event):
    database: str


@dataclass(frozen=True, slots=True)
class DbSnapshotPut(Event):
    """A snapshot was begun; it is there at `due`."""

    snapshot: DbSnapshot
    due: Seconds


@dataclass(frozen=True, slots=True)
class DbSnapshotTaken(Event):
    snapshot: str


@dataclass(frozen=True, slots=True)
class DbSnapshotDeleted(Event):
    snapshot: str


@dataclass(frozen=True, slots=True)
class DbEventLogged(Event):
    """RDS wrote a line into its list of events."""

    event: DbEvent


@dataclass(frozen=True, slots=True)
class PostgresChanged(Event):
    """A PostgreSQL server of one's own was installed or is otherwise now."""

    server: PostgresServer


@dataclass(frozen=True, slots=True)
class PostgresTested(Event):
    """A test of the failover keeps the primary from answering until then."""

    primary: str
    until: Seconds


@dataclass(frozen=True, slots=True)
class PostgresWatched(Event):
    """A monitor will have seen the primary silent for long enough at `due`."""

    standby: str
    due: Seconds


@dataclass(frozen=True, slots=True)
class DatabaseNameSet(Event):
    """A private name leads to this instance now."""

    name: DatabaseName


@dataclass(frozen=True, slots=True)
class DatabaseBackupPut(Event):
    backup: DatabaseBackup


@dataclass(frozen=True, slots=True)
class HostFailed(Event):
    """The hardware under an instance died: its system status check fails until it is stopped and started, on another host."""

    instance: str
