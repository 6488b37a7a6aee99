"""Events of quotas and capacity: more was asked for, support has answered; others take their share, machines come up late."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.events.base import Event
from cloudlab.model.quotas import QuotaRequest, Reservation, SlowStarts
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class QuotaIncreaseRequested(Event):
    request: QuotaRequest
    case_at: Seconds
    decided_at: Seconds


@dataclass(frozen=True, slots=True)
class QuotaCaseOpened(Event):
    request: str


@dataclass(frozen=True, slots=True)
class QuotaDecided(Event):
    """Support has answered: the limit is `value` from now on, or stays as it was where it is None."""

    request: str
    key: str
    title: str
    value: int | None

    def told(self) -> str:
        if self.value is None:
            return f"Service Quotas: '{self.title}' was not raised; the case is closed"
        return f"Service Quotas: '{self.title}' is {self.value} from now on"


@dataclass(frozen=True, slots=True)
class QuotaReserved(Event):
    """Somebody else in the account has taken units of a quota, or other ones than before."""

    reservation: Reservation


@dataclass(frozen=True, slots=True)
class QuotaReleased(Event):
    reservation: str


@dataclass(frozen=True, slots=True)
class QuotaEased(Event):
    """There is room for one more beside what others hold."""

    reservation: str
    how: str


@dataclass(frozen=True, slots=True)
class StartsSlowed(Event):
    slowness: SlowStarts


@dataclass(frozen=True, slots=True)
class StartsUsual(Event):
    """Machines come up as fast as ever again."""

    slowness: str
