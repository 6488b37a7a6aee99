"""Scenario: the fixed frame of a run - team, calendar, needs, traffic, planned incidents - as compiled from a level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloudlab.model.catalogue import Catalogue
from cloudlab.model.people import Person
from cloudlab.model.time import Calendar, Seconds
from cloudlab.model.training import DataCard, TrainingSpec

if TYPE_CHECKING:
    from cloudlab.model.containers import Container
    from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests per minute: base x hour-of-day x weekday, with a seeded noise; all factors in permille."""

    base_per_minute: int
    hours: tuple[int, ...]
    """24 factors in permille."""
    weekdays: tuple[int, ...] = (1000,) * 7
    noise: int = 100
    """Half-width of the uniform noise, permille of the minute's rate."""


@dataclass(frozen=True, slots=True)
class Need:
    """A business need: requests that want an answer made by a model of one data set."""

    id: str
    title: str
    dataset: str
    traffic: Traffic
    port: int = 443
    database: bool = False
    """Each request looks its customer up in the team's database before the model answers."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An incident the level plans; the seed fixes its instant within the window."""

    id: str
    kind: str
    earliest: Seconds
    latest: Seconds
    aim: str
    """Which candidate it strikes: first, busiest, any (by dice)."""
    patience: Seconds | None = None
    """How long waiting does no damage in this level, where it differs from the kind's own; said on the screen."""
    rate_factor: int = 1
    """By how much the level dramatises the real rate; said on the screen."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Slo:
    target_ppm: int
    """Share of requests to be answered, and answered in time."""
    since: Seconds
    """From when on requests count against the error budget."""


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """A file the level lets a player upload: a part of a data set, or a model that was trained before."""

    name: str
    dataset: str | None
    channel: str | None
    size: int
    model: TrainingSpec | None = None
    """What lies in a shipped model.tar.gz."""


@dataclass(frozen=True, slots=True)
class Scenario:
    id: str
    title: str
    digest: str
    """Names the level's content; a journal pins it."""
    calendar: Calendar
    starts: Seconds
    ends: Seconds
    budget_micros: int
    team: tuple[Person, ...]
    needs: tuple[Need, ...]
    slo: Slo
    incidents: tuple[Planned, ...]
    cards: Mapping[str, DataCard]
    files: tuple[ObjectFile, ...]
    containers: Mapping[str, Container]
    catalogue: Catalogue
    training_seed: int = 0
    quotas: Mapping[str, int] | None = None
    """Quotas that this level's account has other than the catalogue's."""
    start: str = ""
    """Which of the level's starts this is; empty where it opens with an empty account."""
    handed_over: World | None = None
    """What stands already when the run opens; None for an empty account."""

    def quota(self, key: str) -> int:
        if self.quotas and key in self.quotas:
            return self.quotas[key]
        return self.catalogue.quota(key)

    def need(self, need: str) -> Need:
        return next(n for n in self.needs if n.id == need)
