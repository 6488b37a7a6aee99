"""Operational records: incidents, what the team has seen, meters of money and of debt, serving history."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.time import Seconds
from cloudlab.model.training import TrainingSpec


@dataclass(frozen=True, slots=True)
class Incident:
    id: str
    """Stable: derived from the level's incident entry, never from a count."""
    kind: str
    resource: str | None
    """What it struck; None where it found nothing to strike."""
    duty: str
    holder: str
    """customer or provider."""
    struck: Seconds
    detail: str = ""
    """For instance the CVE id or the scanned security group."""
    detected: Seconds | None = None
    acknowledged: Seconds | None = None
    resolved: Seconds | None = None
    due: Seconds | None = None
    """When waiting turns into damage, where it does."""
    failed: bool = False
    """It came to damage."""
    resolution: str = ""

    @property
    def is_open(self) -> bool:
        return self.resolved is None and self.resource is not None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the team last saw of a resource; `id` is the resource's id."""

    id: str
    at: Seconds
    record: object


@dataclass(frozen=True, slots=True)
class Meter:
    """A running or stopped charge. Held as micro-dollar-seconds per hour; divided only when read."""

    id: str
    """`<line>:<resource>`."""
    line: str
    """Ledger line: compute, storage, public-ipv4, training, endpoint, requests."""
    resource: str
    rate: int
    """Micro-dollars per hour while running."""
    since: Seconds | None
    """None while stopped."""
    accrued: int = 0
    """Micro-dollar-seconds per hour of closed intervals, and `once` charges times 3,600."""
    minimum: Seconds = 0
    """Least billed seconds per start."""
    step: Seconds = 1
    """Billing granularity in seconds (3,600 for per-started-hour services)."""


@dataclass(frozen=True, slots=True)
class Debt:
    """Resource-seconds of one weakness; `id` is `<kind>:<resource>`."""

    id: str
    kind: str
    """unpatched, exposed, unencrypted, unmonitored."""
    resource: str
    since: Seconds | None
    seconds: Seconds = 0


@dataclass(frozen=True, slots=True)
class Front:
    """One address to which callers send a share of the requests, and how it answers."""

    resource: str
    capacity: int
    """Requests per minute it can answer."""
    model: TrainingSpec | None
    cause: str | None = None
    """Why every request to it fails (`timeout`, `refused`, `error`, ...); None while it answers."""
    reason: str = ""
    """The hop or fault behind `cause`, in words."""
    share: int = 1
    """Its part of the requests, relative to the shares of the other fronts of the need."""
    via: str = ""
    """The load balancer whose address callers use to get there; empty where they use its own."""


@dataclass(frozen=True, slots=True)
class Segment:
    """How one need was served from `since` until the next segment: constant fronts, hence settled at once."""

    since: Seconds
    fronts: tuple[Front, ...]


@dataclass(frozen=True, slots=True)
class Serving:
    """The serving history of one need; `id` is the need's id."""

    id: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Handover:
    """An address given to the callers of a need; `id` is `<need>:<resource>`."""

    id: str
    need: str
    resource: str
    at: Seconds


@dataclass(frozen=True, slots=True)
class ZoneOutage:
    """A zone that is down: what lives in it neither answers nor can be reached nor launched; `id` is the zone's name."""

    id: str
    since: Seconds
    until: Seconds
    detail: str = ""
    """What happened, as the end of a sentence: `lost its power`."""


@dataclass(frozen=True, slots=True)
class ControlPlaneOutage:
    """The region takes no orders to make or change anything; what runs goes on. `id` is the region."""

    id: str
    since: Seconds
    until: Seconds


@dataclass(frozen=True, slots=True)
class Surge:
    """More requests than the profile has, for a while. Kept when it is over: what came in it has to be counted the same ever after."""

    id: str
    """The incident's."""
    need: str
    since: Seconds
    until: Seconds
    """Both at full minutes."""
    permille: int
    """By how much every minute's requests are multiplied."""
    met: bool = False
    """Everything that answers has room for it."""
    over: bool = False


@dataclass(frozen=True, slots=True)
class Commitment:
    """Something a player committed to: a prediction, an answer, a go/no-go, a hint taken; `id` says which."""

    id: str
    kind: str
    choice: str
    at: Seconds
