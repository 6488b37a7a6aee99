"""The shape of level.yaml: what an author writes, checked at the door."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from cloudlab.model import time
from cloudlab.model.time import WEEKDAYS, Seconds


class Part(BaseModel):
    """A part of a level: unknown keys are refused by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _instant(value: Any) -> Any:
    if isinstance(value, str) and (found := _INSTANT.fullmatch(value.strip())) is not None:
        return time.at(int(found["day"]), found["clock"])
    raise ValueError("write an instant as 'day 2 09:00'")


_INSTANT = re.compile(r"day\s+(?P<day>[1-9]\d*)\s+(?P<clock>([01]?\d|2[0-3]):[0-5]\d)")


Instant = Annotated[Seconds, BeforeValidator(_instant)]
"""Seconds since day 1, 00:00; written `day 2 09:00`."""

When = dict[str, dict[str, Any]]
"""One named predicate with its arguments: `{answered: {share: 0.95}}`. Several in one mapping must all hold."""


class Clock(Part):
    days: int = Field(default=0, ge=0)
    hours: int = Field(default=0, ge=0)

    @property
    def seconds(self) -> Seconds:
        return self.days * time.DAY + self.hours * time.HOUR


class Start(Part):
    """When the run opens, and the calendar around it."""

    at: Instant
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    opens: int = Field(default=9, ge=0, le=23)
    closes: int = Field(default=18, ge=1, le=24)

    @property
    def first_weekday(self) -> int:
        return WEEKDAYS.index(self.weekday)


class Member(Part):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    expertise: tuple[Literal["network", "compute", "data", "ml", "security", "operations"], ...]


class Profile(Part):
    """Requests per minute: base x hour x weekday (permille each), with noise (permille, half-width)."""

    base_per_minute: int = Field(ge=0)
    hours: tuple[int, ...] = (1000,) * 24
    weekdays: tuple[int, ...] = (1000,) * 7
    noise: int = Field(default=100, ge=0, le=900)

    @field_validator("hours", "weekdays")
    @classmethod
    def _no_less_than_nothing(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if min(value, default=0) < 0:
            raise ValueError(f"a factor is permille of the base, 0 or more; here is {min(value)}")
        return value

    @field_validator("hours")
    @classmethod
    def _full_day(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(value) != 24:
            raise ValueError(f"24 factors, one per hour of the day, are needed; here are {len(value)}")
        return value

    @field_validator("weekdays")
    @classmethod
    def _full_week(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(value) != 7:
            raise ValueError(f"7 factors, Monday first, are needed; here are {len(value)}")
        return value


class NeedPart(Part):
    id: str
    title: str
    dataset: str
    port: int = 443
    database: bool = False
    """Each request looks its customer up in the team's database before the model answers."""
    traffic: Profile


class SloPart(Part):
    target: float = Field(gt=0, lt=1)
    """Share of requests to be answered in time, such as 0.99."""
    since: Instant

    @property
    def target_ppm(self) -> int:
        return round(self.target * 1_000_000)


class IncidentPart(Part):
    id: str
    kind: str
    earliest: Instant
    latest: Instant
    aim: Literal["first", "busiest", "any"] = "first"
    rate_factor: int = Field(default=1, ge=1)
    """By how much this level dramatises the real rate; the brief and the debrief say so."""
    patience_hours: int | None = Field(default=None, ge=0)
    """Hours until waiting does damage, where the level shortens or stretches the kind's own; said on the screen."""
    detail: str = ""


class ObjectivePart(Part):
    id: str
    text: str
    when: When
    road: Literal["hand-built", "managed", "any"] = "any"


class ChoicePart(Part):
    text: str
    when: When | None = None
    """Right when this holds at the end of the run; for questions of fact use `right` of the question."""


class QuestionPart(Part):
    id: str
    text: str
    choices: dict[str, ChoicePart | str]
    right: str | None = None
    explain: str

    def choice_text(self, key: str) -> str:
        choice = self.choices[key]
        return choice if isinstance(choice, str) else choice.text


class HintPart(Part):
    """Given when `unless` does not hold yet. `{finding}` in the text is replaced by what was found wrong."""

    unless: When
    text: str
    road: Literal["hand-built", "managed", "any"] = "any"


class CardPart(Part):
    id: str
    front: str
    back: str


class Par(Part):
    """Pinned: 1.15 x the best winning bot's median (for value: its median divided by 1.15)."""

    time_to_value_s: int
    value_usd: float
    cost_usd: float
    debt_hours: float
    recover_s: int

    @property
    def value_micros(self) -> int:
        return round(self.value_usd * 1_000_000)

    @property
    def cost_micros(self) -> int:
        return round(self.cost_usd * 1_000_000)


class ShippedPart(Part):
    """A model that was trained before the run and comes as a file to upload; its facts lie in `assets/models`."""

    file: str = Field(pattern=r"^[a-z0-9][a-z0-9/_-]*\.tar\.gz$")
    dataset: str
    container: str = "xgboost"
    hyperparameters: dict[str, str]


class StartPart(Part):
    """A system the run opens with: built by a script before the first instant, at nobody's cost."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    script: str
    brief: str | None = None
    """Its own brief, where the level's does not fit."""
    built_days: int = Field(default=14, ge=1, le=365)
    """Days before the run's opening on which the script begins: how old what it builds is."""


class BotPart(Part):
    file: str
    start: str = ""
    """Which of the level's starts it plays; the first where it says nothing."""
    road: Literal["hand-built", "managed"]
    expect: Literal["won", "lost"]
    because: str
    """For a loser: a piece of the reason the run must end with."""
    value_share_max: float | None = None
    """For a one-round model: its value must stay under this share of par's value."""
    main: bool = False
    """The bot that plays this road as the ghost in the debrief."""


class LevelFile(Part):
    id: str
    version: int
    title: str
    act: int
    brief: str = "brief.md"
    start: Start
    clock: Clock
    budget_usd: float
    training_seed: int = 0
    team: tuple[Member, ...] = Field(min_length=1)
    needs: tuple[NeedPart, ...] = Field(min_length=1)
    data: tuple[str, ...]
    models: tuple[ShippedPart, ...] = ()
    starts: tuple[StartPart, ...] = ()
    """None: the run opens with an empty account. The first is played where nobody asks for another."""
    slo: SloPart
    quotas: dict[str, int] = {}
    incidents: tuple[IncidentPart, ...] = ()
    objectives: tuple[ObjectivePart, ...]
    win: When
    lose: dict[str, When] = {}
    """Name of the loss -> predicate; checked after every event."""
    predictions: tuple[QuestionPart, ...] = ()
    hints: tuple[HintPart, ...] = ()
    questions: tuple[QuestionPart, ...] = ()
    cards: tuple[CardPart, ...] = ()
    principle: str
    par: Par
    bots: tuple[BotPart, ...] = ()

    @property
    def budget_micros(self) -> int:
        return round(self.budget_usd * 1_000_000)
