"""Volume records: block storage in one zone, the snapshots taken of it, and what lies on a disk."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.compute import Software
from cloudlab.model.network import Tags
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class Disk:
    """A system as it lies on a disk that no machine runs from now."""

    software: Software
    base: Seconds
    """When its packages were current."""
    full: bool = False


@dataclass(frozen=True, slots=True)
class VolumeChange:
    """A volume becoming another one, in use all the while."""

    gib: int
    type: str
    iops: int | None
    throughput: int | None
    original_gib: int
    original_type: str
    started: Seconds
    state: str = "modifying"
    """modifying, optimizing (it is what was asked for, but slower yet), completed."""
    ended: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    id: str
    zone: str
    gib: int
    type: str
    encrypted: bool
    created: Seconds
    state: str
    """creating, available, in-use, deleting."""
    iops: int | None = None
    throughput: int | None = None
    snapshot: str | None = None
    """What it was made from."""
    instance: str | None = None
    device: str | None = None
    attached: Seconds | None = None
    deletes: bool = False
    """It goes with its instance."""
    file_system_gib: int = 0
    """How far the file system reaches; 0 where there is none yet. A larger volume has to be told to the system on it."""
    disk: Disk | None = None
    """A system that lies on it and runs nowhere; None while a machine runs from it, and where there is only data."""
    change: VolumeChange | None = None
    """Its last modification."""
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of a volume as it was, kept in the region: it outlives the volume and its zone."""

    id: str
    volume: str
    gib: int
    encrypted: bool
    started: Seconds
    disk: Disk | None = None
    state: str = "pending"
    """pending or completed."""
    description: str = ""
    tags: Tags = ()
