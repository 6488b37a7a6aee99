"""Events of volumes and snapshots: made, attached, detached, modified, deleted."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.time import Seconds
from cloudlab.model.volumes import Disk, Snapshot, Volume


@dataclass(frozen=True, slots=True)
class VolumeCreated(Event):
    """A volume is being made; with an instance, at once and attached to it."""

    volume: Volume
    ready_at: Seconds | None = None


@dataclass(frozen=True, slots=True)
class VolumeReady(Event):
    volume: str


@dataclass(frozen=True, slots=True)
class VolumeAttached(Event):
    volume: str
    instance: str
    device: str
    root: bool = False
    """The machine starts from it from now on."""


@dataclass(frozen=True, slots=True)
class VolumeDetached(Event):
    volume: str
    disk: Disk | None = None
    """The system on it, where a machine was started from it."""


@dataclass(frozen=True, slots=True)
class VolumeChanging(Event):
    """A volume becomes what its change says at `ready_at`, and is as fast as that at `done_at`."""

    volume: Volume
    ready_at: Seconds
    done_at: Seconds


@dataclass(frozen=True, slots=True)
class VolumeChanged(Event):
    """It has its new size; the file system on it has not, until somebody tells it."""

    volume: str


@dataclass(frozen=True, slots=True)
class VolumeOptimized(Event):
    volume: str


@dataclass(frozen=True, slots=True)
class FileSystemGrown(Event):
    """The file system reaches to the end of its volume."""

    volume: str


@dataclass(frozen=True, slots=True)
class VolumeDeleting(Event):
    volume: str
    gone_at: Seconds


@dataclass(frozen=True, slots=True)
class VolumeDeleted(Event):
    volume: str


@dataclass(frozen=True, slots=True)
class SnapshotStarted(Event):
    snapshot: Snapshot
    done_at: Seconds


@dataclass(frozen=True, slots=True)
class SnapshotCompleted(Event):
    snapshot: str


@dataclass(frozen=True, slots=True)
class SnapshotDeleted(Event):
    snapshot: str
