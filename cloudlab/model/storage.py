"""Storage records: buckets and objects."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.network import Tags
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class Bucket:
    """An S3 bucket; `id` is its name. Block Public Access and SSE-S3 are on by default since 2023."""

    id: str
    created: Seconds
    block_public: bool = True
    public: bool = False
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An S3 object; `id` is `<bucket>/<key>`."""

    id: str
    bucket: str
    key: str
    size: int
    stored: Seconds
    dataset: str | None = None
    """Id of the data card this object holds a part of."""
    channel: str | None = None
    """train or validation, where it holds a part of a data set."""
    artifact: str | None = None
    """Spec digest of the model inside, for a model.tar.gz."""
