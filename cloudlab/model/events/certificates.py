"""Events of certificates: requested, issued, imported, run out, deleted."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.certificates import Certificate
from cloudlab.model.events.base import Event
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class CertificateRequested(Event):
    certificate: Certificate
    issued_at: Seconds


@dataclass(frozen=True, slots=True)
class CertificateIssued(Event):
    certificate: str
    not_after: Seconds

    def told(self) -> str:
        return f"AWS issued {self.certificate}"


@dataclass(frozen=True, slots=True)
class CertificateImported(Event):
    """A certificate of one's own was brought along, or put in the place of an older one."""

    certificate: Certificate


@dataclass(frozen=True, slots=True)
class CertificateExpired(Event):
    certificate: str


@dataclass(frozen=True, slots=True)
class CertificateDeleted(Event):
    certificate: str
