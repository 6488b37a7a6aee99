"""Quota records: what was asked of Service Quotas, and what the account may have by now."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class RaisedQuota:
    """A limit of this account that is no longer the one it began with; `id` is the quota's key in the engine's table."""

    id: str
    value: int


@dataclass(frozen=True, slots=True)
class QuotaRequest:
    id: str
    service: str
    code: str
    desired: int
    created: Seconds
    case: str
    """Number of the support case it becomes."""
    status: str = "PENDING"
    """PENDING, CASE_OPENED, APPROVED, or CASE_CLOSED where support did not give it."""
    updated: Seconds = 0

    @property
    def is_open(self) -> bool:
        return self.status in ("PENDING", "CASE_OPENED")


@dataclass(frozen=True, slots=True)
class Reservation:
    """Units of a quota that others in the same account hold; `id` names who."""

    id: str
    key: str
    units: int
    each: int
    """Units that one machine more would take."""
    until: Seconds
    """When they give them back."""
    eased: str = ""
    """How room was made for one more all the same, once it was."""


@dataclass(frozen=True, slots=True)
class SlowStarts:
    """Machines that are launched come up later than usual; `id` names why."""

    id: str
    delay: Seconds
    until: Seconds
