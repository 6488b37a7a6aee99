"""Certificates: what lets a listener speak TLS, who renews it and until when it holds."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.network import Tags
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class Certificate:
    id: str
    """Its ARN."""
    domain: str
    kind: str
    """AMAZON_ISSUED (renewed by AWS) or IMPORTED (renewed by whoever imported it)."""
    status: str
    """PENDING_VALIDATION, ISSUED or EXPIRED."""
    created: Seconds
    issued: Seconds | None = None
    not_after: Seconds | None = None
    """Until when it holds; None while it is not issued."""
    tags: Tags = ()
