"""Events of storage: buckets and objects made and deleted."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.storage import Bucket, StoredObject


@dataclass(frozen=True, slots=True)
class BucketCreated(Event):
    bucket: Bucket


@dataclass(frozen=True, slots=True)
class BucketDeleted(Event):
    bucket: str


@dataclass(frozen=True, slots=True)
class ObjectStored(Event):
    """An object was written; one of the same key is replaced."""

    stored: StoredObject


@dataclass(frozen=True, slots=True)
class ObjectDeleted(Event):
    stored: str
