"""What a table of `assets/` may say: the pydantic doors each file passes, and the error that names file and key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from cloudlab.levels.error import LevelError
from cloudlab.model.catalogue import DUTIES, SERVICE_KINDS, Confidence, Domain, Handler, Holder, Severity
from cloudlab.model.money import micros_from_usd

_D = TypeVar("_D", bound=BaseModel)


class AssetError(LevelError):
    """Something in `assets/` is not as it should be. Names the file and the key, and what was probably meant."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(Path("assets") / f"{file}.yaml", why, key=key)


def open_door(file: str, door: type[_D], content: object) -> _D:
    """Check the content of `assets/<file>.yaml`; AssetError for its first fault."""
    try:
        return door.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        why = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            why = f"unknown key{nearest(str(first['loc'][-1]), _field_names())}"
        raise AssetError(file, ".".join(str(part) for part in first["loc"]), why) from None


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` for the known word most like `word`, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _words(value: Any) -> Any:
    """Write a structured value as words: `{p50: 16, range: 5-20}` becomes `p50 16, range 5-20`."""
    if isinstance(value, dict):
        return ", ".join(f"{k} {' '.join(map(str, v)) if isinstance(v, list) else v}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Words = Annotated[str, BeforeValidator(_words), Field(min_length=1)]
Text = Annotated[str, Field(min_length=1)]


class Door(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Sourced(Door):
    source: Text
    confidence: Confidence
    simplification: Text | None = None
    note: Text | None = None


class EntryDoor(Sourced):
    title: Text
    value: Words
    unit: Text | None = None
    used: int | None = None
    used_unit: Text | None = None
    error: Text | None = None

    @model_validator(mode="after")
    def _used_has_a_unit(self) -> EntryDoor:
        if (self.used is None) != (self.used_unit is None):
            raise ValueError("`used` and `used_unit` belong together")
        return self


class File(Door):
    about: Text
    sources: dict[str, Text] = {}


class OutageDoor(Sourced):
    date: Text
    scope: Text
    hours: float | None
    cause: Text | None = None


class CveDoor(Sourced):
    id: Text
    name: Text
    layer: Text
    disclosed: Text
    kev: Text | None = None
    due: Text | None = None


class StepDoor(Door):
    utilisation: int
    ms: int
    slow: int


class LatencyDoor(Sourced):
    steps: list[StepDoor]


class FactFile(File):
    entries: dict[str, EntryDoor]
    az_outages: list[OutageDoor] = []
    region_events: list[OutageDoor] = []
    cves: list[CveDoor] = []
    latency: LatencyDoor | None = None


class GpuDoor(Door):
    name: Text
    count: int
    memory_mib_each: int


class EstimateDoor(Door):
    requests_per_minute: int
    xgboost: int
    linear_learner: int
    xgboost_gpu: int | None = None


class Priced(Door):
    usd_per_hour: float
    used: int

    @model_validator(mode="after")
    def _charges_the_price(self) -> Priced:
        if micros_from_usd(str(self.usd_per_hour)) != self.used:
            raise ValueError(f"used {self.used} is not usd_per_hour {self.usd_per_hour} in micro-dollars")
        return self


class MlDoor(Priced):
    type: Text
    uses: list[Literal["training", "processing", "hosting", "notebook"]]
    source: Text
    confidence: Confidence


class TypeDoor(Priced):
    vcpu: int
    memory_gib: int
    network: Text
    baseline_permille: int = 1000
    gpu: GpuDoor | None = None
    price_source: Text
    spec_source: Text
    confidence: Confidence
    estimate: EstimateDoor
    sagemaker: MlDoor | None = None
    note: Text | None = None


class TypeFile(File):
    rules: dict[str, EntryDoor]
    types: dict[str, TypeDoor]


class CommandDoor(Door):
    seconds: int
    domain: Domain
    task: Text
    why: Text
    machine_seconds: int = 0


class EffortFile(File):
    people: dict[str, EntryDoor]
    tasks: dict[str, EntryDoor]
    commands: dict[str, CommandDoor]
    documents: dict[str, CommandDoor]


class DutyDoor(Door):
    title: Text
    meaning: Text


class RowDoor(Sourced):
    holder: Holder
    handler: Handler | None = None
    customer_part: Text | None = None
    provider_part: Text | None = None

    @model_validator(mode="after")
    def _says_both_parts_when_shared(self) -> RowDoor:
        extra = (self.handler, self.customer_part, self.provider_part)
        if self.holder == "shared" and None in extra:
            raise ValueError("a shared duty needs handler, customer_part and provider_part")
        if self.holder != "shared" and any(extra):
            raise ValueError("only a shared duty has handler, customer_part and provider_part")
        return self


class ResponsibilityFile(File):
    duties: dict[str, DutyDoor]
    services: dict[str, dict[str, RowDoor]]

    @model_validator(mode="after")
    def _is_complete(self) -> ResponsibilityFile:
        _same_keys("duties", self.duties, DUTIES)
        _same_keys("services", self.services, SERVICE_KINDS)
        for service, rows in self.services.items():
            _same_keys(f"services.{service}", rows, DUTIES)
        return self


class WayOutDoor(Door):
    text: Text
    command: Text | None
    minutes: int
    risk: Text


class DetectDoor(Door):
    monitored_s: int
    customer_s: int


class IncidentDoor(Sourced):
    title: Text
    story: Text
    duty: Text
    strikes: list[Text]
    severity: Severity
    effect: Text
    detect: DetectDoor
    provider_s: int | None = None
    patience_s: int | None = None
    ways_out: list[WayOutDoor] = Field(min_length=1)
    calibrated_on: Text
    if_ignored: Text
    modelled: bool


class IncidentFile(File):
    incidents: dict[str, IncidentDoor]


def _same_keys(where: str, found: Mapping[str, object], wanted: tuple[str, ...]) -> None:
    for key in found:
        if key not in wanted:
            raise ValueError(f"{where} has an unknown key {key!r}{nearest(key, wanted)}")
    missing = [key for key in wanted if key not in found]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}")


def _field_names() -> Iterator[str]:
    todo: list[type[BaseModel]] = [Door]
    while todo:
        door = todo.pop()
        yield from door.model_fields
        todo += door.__subclasses__()
