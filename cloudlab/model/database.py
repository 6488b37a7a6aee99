"""Database records: RDS instances, their subnet groups, snapshots and events; PostgreSQL built by hand, its name and its backups."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.network import Tags
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class Content:
    """What a database holds."""

    datasets: tuple[str, ...] = ()
    """Ids of the data cards whose customers it knows."""
    damaged: bool = False
    """Its rows were overwritten with nonsense: lookups find nothing usable."""
    lost: Seconds = 0
    """Seconds of writes that are missing, summed over every restore and promotion it went through."""


Chapter = tuple[Seconds, Content]
"""From when on a database held what."""


@dataclass(frozen=True, slots=True)
class DbSubnetGroup:
    """Where RDS may put a database; `id` is its name."""

    id: str
    description: str
    vpc: str
    subnets: tuple[str, ...]
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """Changes that wait for the maintenance window (PendingModifiedValues); None where nothing waits."""

    instance_class: str | None = None
    storage_gib: int | None = None
    multi_az: bool | None = None
    version: str | None = None
    retention: int | None = None


@dataclass(frozen=True, slots=True)
class DbInstance:
    """An RDS database; `id` is its identifier, in lower case."""

    id: str
    engine: str
    version: str
    instance_class: str
    status: str
    """creating, backing-up, available, modifying, rebooting, upgrading, maintenance, storage-full, stopping, stopped, starting or
    deleting."""
    subnet_group: str
    vpc: str
    subnet: str
    """Where the primary is."""
    zone: str
    private_ip: str
    groups: tuple[str, ...]
    port: int
    username: str
    storage_gib: int
    created: Seconds
    standby_subnet: str | None = None
    """Where the standby of a Multi-AZ database is."""
    standby_zone: str | None = None
    standby_ip: str | None = None
    multi_az: bool = False
    max_storage_gib: int | None = None
    """Storage autoscaling grows it up to here; None where it is off."""
    encrypted: bool = False
    public: bool = False
    public_ip: str | None = None
    retention: int = 1
    """Days of automatic backups; 0: none are taken."""
    window: str = "sun:05:00-sun:06:00"
    auto_minor: bool = True
    protected: bool = False
    name: str | None = None
    """DBName: a database made at creation."""
    ready: Seconds | None = None
    """InstanceCreateTime: since when it can be used and is billed; None until then."""
    outage: str = ""
    """Why it answers nobody just now, in words; empty while it answers. A zone that is down is asked of the zone."""
    outage_since: Seconds | None = None
    reason: str = ""
    """What a failover under way is put down to."""
    patch: str = ""
    """What the provider will install in the next maintenance window."""
    pending: Pending = Pending()
    chapters: tuple[Chapter, ...] = ()
    """What it has held since when, oldest first; automatic backups reach back to it."""
    tags: Tags = ()

    @property
    def content(self) -> Content:
        return self.chapters[-1][1] if self.chapters else Content()


@dataclass(frozen=True, slots=True)
class DbSnapshot:
    """A snapshot taken by hand, or the last one of a deleted database; `id` is its identifier."""

    id: str
    source: str
    engine: str
    version: str
    username: str
    port: int
    storage_gib: int
    encrypted: bool
    vpc: str
    taken: Seconds
    content: Content
    status: str = "creating"
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class DbEvent:
    """A line of describe-events; `id` is unique."""

    id: str
    source: str
    source_type: str
    """db-instance or db-snapshot."""
    at: Seconds
    message: str
    category: str


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """PostgreSQL on an instance of one's own; `id` is the instance's."""

    id: str
    role: str
    """primary, standby, or fenced: put aside after another one was promoted."""
    name: str
    """The private name by which application servers know the primary."""
    chapters: tuple[Chapter, ...] = ()
    upstream: str | None = None
    """The primary a standby follows."""
    stalled: Seconds | None = None
    """When replication stopped; nobody notices unless they look."""
    watches: bool = False
    """A script on this standby watches the primary and promotes this one."""
    configured: Seconds | None = None
    """When that script was set up."""
    defect: str = ""
    """What is wrong with that script; hidden until a test, or the night it is needed, reveals it. `undrawn`: the run's seed will say."""
    revealed: bool = False
    tested: Seconds | None = None
    """When a test of the failover last went well."""
    down_since: Seconds | None = None
    """Since when it has not answered; None while it does."""
    testing: bool = False
    """A failover test has stopped it for the moment."""
    backup: str | None = None
    """Id of the backup it writes."""

    @property
    def content(self) -> Content:
        return self.chapters[-1][1] if self.chapters else Content()


@dataclass(frozen=True, slots=True)
class DatabaseName:
    """A private DNS name; `id` is the name."""

    id: str
    target: str
    """The instance it leads to."""


@dataclass(frozen=True, slots=True)
class DatabaseBackup:
    """A nightly dump and the log in S3; `id` is `s3://bucket/prefix`."""

    id: str
    server: str
    since: Seconds
    chapters: tuple[Chapter, ...] = ()
    """What had been written when the server stopped feeding it; until then the server's own are looked at."""
    until: Seconds | None = None
    """When it stopped being fed; None while it is."""
