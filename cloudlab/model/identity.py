"""Identity records: roles and instance profiles."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role; `id` is its name."""

    id: str
    trusted: tuple[str, ...]
    """Service principals that may assume it, such as `ec2.amazonaws.com`."""
    created: Seconds
    policies: tuple[str, ...] = ()
    """ARNs of attached managed policies."""


@dataclass(frozen=True, slots=True)
class InstanceProfile:
    """An IAM instance profile; `id` is its name."""

    id: str
    role: str | None
    created: Seconds
