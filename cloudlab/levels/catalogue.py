"""Opens the door to `assets/`: reads its tables, checks every entry and hands on one Catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from cloudlab.model.catalogue import (
    DUTIES,
    SERVICE_KINDS,
    Catalogue,
    Confidence,
    Domain,
    Duty,
    EffortEntry,
    Fact,
    Gpu,
    Handler,
    Holder,
    Holding,
    IncidentKind,
    InstanceType,
    LatencyStep,
    MlType,
    People,
    Severity,
    WayOut,
)
from cloudlab.model.money import format_usd, micros_from_usd

FACT_FILES = ("prices", "timings", "quotas", "slas", "failure-rates", "autoscaling", "estimates")
"""Files whose `entries` are facts; the file's name is their group."""
FILES = (*FACT_FILES, "instance-types", "effort", "responsibility", "incidents")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_D = TypeVar("_D", bound=BaseModel)


class AssetError(ValueError):
    """Something in `assets/` is not as it should be. Names the file and the key, and what was probably meant."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(f"assets/{file}.yaml: {key}: {why}" if key else f"assets/{file}.yaml: {why}")
        self.file = file
        self.key = key


@lru_cache(maxsize=4)
def load_catalogue(assets_dir: Path) -> Catalogue:
    """Return the catalogue of the tables in `assets_dir`, read once per folder and process.

    Raises AssetError where a file is missing, is no YAML, or has an entry that is misspelt, incomplete or contradicts itself.
    """
    digest = blake2b(digest_size=16)
    raw = {}
    for name in FILES:
        content = _read(assets_dir, name)
        digest.update(name.encode() + b"\0" + content + b"\0")
        raw[name] = _parse(name, content)
    doors = {name: _open(name, _DOORS.get(name, _FactFile), raw[name]) for name in FILES}
    return _assemble(doors, digest.hexdigest())


def _read(assets_dir: Path, name: str) -> bytes:
    try:
        return (assets_dir / f"{name}.yaml").read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        raise AssetError(name, "", f"cannot be read ({error.strerror}); looked in {assets_dir}") from None


def _parse(name: str, content: bytes) -> Any:
    try:
        return yaml.load(content, Loader=_Loader)
    except yaml.YAMLError as error:
        raise AssetError(name, "", f"is not YAML: {error}") from None


def _open(name: str, door: type[_D], content: Any) -> _D:
    try:
        return door.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            why = f"unknown key{_nearest(str(first['loc'][-1]), _field_names())}"
        raise AssetError(name, key, why) from None


def _nearest(word: str, known: Iterator[str] | tuple[str, ...]) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


# --- the doors -----------------------------------------------------------------------------------------------------------------


def _words(value: Any) -> Any:
    """Write a structured value as words: `{p50: 16, range: 5-20}` becomes `p50 16, range 5-20`."""
    if isinstance(value, dict):
        return ", ".join(f"{k} {' '.join(str(v) for v in value_list(v))}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def value_list(value: Any) -> list[Any]:
    """Return a list as it is and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


Words = Annotated[str, BeforeValidator(_words), Field(min_length=1)]
Text = Annotated[str, Field(min_length=1)]


class _Door(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Sourced(_Door):
    source: Text
    confidence: Confidence
    simplification: Text | None = None
    note: Text | None = None


class _Entry(_Sourced):
    title: Text
    value: Words
    unit: Text | None = None
    used: int | None = None
    used_unit: Text | None = None
    error: Text | None = None

    @model_validator(mode="after")
    def _used_has_a_unit(self) -> _Entry:
        if (self.used is None) != (self.used_unit is None):
            raise ValueError("`used` and `used_unit` belong together")
        return self


class _File(_Door):
    about: Text
    sources: dict[str, Text] = {}


class _Outage(_Sourced):
    date: Text
    scope: Text
    hours: float | None
    cause: Text | None = None


class _Cve(_Sourced):
    id: Text
    name: Text
    layer: Text
    disclosed: Text
    kev: Text | None = None
    due: Text | None = None


class _Step(_Door):
    utilisation: int
    ms: int
    slow: int


class _Latency(_Sourced):
    steps: list[_Step]


class _FactFile(_File):
    entries: dict[str, _Entry]
    az_outages: list[_Outage] = []
    region_events: list[_Outage] = []
    cves: list[_Cve] = []
    latency: _Latency | None = None


class _Gpu(_Door):
    name: Text
    count: int
    memory_mib_each: int


class _Estimate(_Door):
    requests_per_minute: int
    xgboost: int
    linear_learner: int
    xgboost_gpu: int | None = None


class _Priced(_Door):
    usd_per_hour: float
    used: int

    @model_validator(mode="after")
    def _charges_the_price(self) -> _Priced:
        if micros_from_usd(str(self.usd_per_hour)) != self.used:
            raise ValueError(f"used {self.used} is not usd_per_hour {self.usd_per_hour} in micro-dollars")
        return self


class _Ml(_Priced):
    type: Text
    uses: list[Literal["training", "processing", "hosting", "notebook"]]
    source: Text
    confidence: Confidence


class _Type(_Priced):
    vcpu: int
    memory_gib: int
    network: Text
    baseline_permille: int = 1000
    gpu: _Gpu | None = None
    price_source: Text
    spec_source: Text
    confidence: Confidence
    estimate: _Estimate
    sagemaker: _Ml | None = None
    note: Text | None = None


class _TypeFile(_File):
    rules: dict[str, _Entry]
    types: dict[str, _Type]


class _Command(_Door):
    seconds: int
    domain: Domain
    task: Text
    why: Text
    machine_seconds: int = 0


class _EffortFile(_File):
    people: dict[str, _Entry]
    tasks: dict[str, _Entry]
    commands: dict[str, _Command]
    documents: dict[str, _Command]


class _DutyDoor(_Door):
    title: Text
    meaning: Text


class _Row(_Sourced):
    holder: Holder
    handler: Handler | None = None
    customer_part: Text | None = None
    provider_part: Text | None = None

    @model_validator(mode="after")
    def _says_both_parts_when_shared(self) -> _Row:
        extra = (self.handler, self.customer_part, self.provider_part)
        if self.holder == "shared" and None in extra:
            raise ValueError("a shared duty needs handler, customer_part and provider_part")
        if self.holder != "shared" and any(extra):
            raise ValueError("only a shared duty has handler, customer_part and provider_part")
        return self


class _ResponsibilityFile(_File):
    duties: dict[str, _DutyDoor]
    services: dict[str, dict[str, _Row]]

    @model_validator(mode="after")
    def _is_complete(self) -> _ResponsibilityFile:
        _same_keys("duties", self.duties, DUTIES)
        _same_keys("services", self.services, SERVICE_KINDS)
        for service, rows in self.services.items():
            _same_keys(f"services.{service}", rows, DUTIES)
        return self


class _WayOut(_Door):
    text: Text
    command: Text | None
    minutes: int
    risk: Text


class _Detect(_Door):
    monitored_s: int
    customer_s: int


class _Incident(_Sourced):
    title: Text
    story: Text
    duty: Text
    strikes: list[Text]
    severity: Severity
    effect: Text
    detect: _Detect
    provider_s: int | None = None
    ways_out: list[_WayOut] = Field(min_length=1)
    calibrated_on: Text
    if_ignored: Text
    modelled: bool


class _IncidentFile(_File):
    incidents: dict[str, _Incident]


_DOORS: dict[str, type[_File]] = {
    "instance-types": _TypeFile,
    "effort": _EffortFile,
    "responsibility": _ResponsibilityFile,
    "incidents": _IncidentFile,
}


def _same_keys(where: str, found: Mapping[str, object], wanted: tuple[str, ...]) -> None:
    for key in found:
        if key not in wanted:
            raise ValueError(f"{where} has an unknown key {key!r}{_nearest(key, wanted)}")
    missing = [key for key in wanted if key not in found]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}")


def _field_names() -> Iterator[str]:
    todo: list[type[BaseModel]] = [_Door]
    while todo:
        door = todo.pop()
        yield from door.model_fields
        todo += door.__subclasses__()


# --- the rooms -----------------------------------------------------------------------------------------------------------------


def _assemble(doors: Mapping[str, BaseModel], digest: str) -> Catalogue:
    types, effort, table, trouble = (doors[n] for n in FILES[len(FACT_FILES) :])
    assert isinstance(types, _TypeFile) and isinstance(effort, _EffortFile)
    assert isinstance(table, _ResponsibilityFile) and isinstance(trouble, _IncidentFile)
    facts: list[Fact] = []
    latency: tuple[LatencyStep, ...] = ()
    for group in FACT_FILES:
        door = doors[group]
        assert isinstance(door, _FactFile)
        facts += _facts_of(group, door)
        if door.latency is not None:
            latency = tuple(LatencyStep(s.utilisation, s.ms, s.slow) for s in door.latency.steps)
    if not latency:
        raise AssetError("estimates", "latency", "is missing: the table from utilisation to latency")
    facts += _entries("instance-types", types.rules)
    instance_types = tuple(_instance_type(name, door) for name, door in types.types.items())
    facts += (_type_fact(name, door) for name, door in types.types.items())
    facts += _entries("effort", effort.people)
    facts += _entries("effort", effort.tasks)
    efforts = tuple(_efforts(effort))
    facts += (_effort_fact(entry) for entry in efforts)
    holdings = tuple(_holding(s, d, row) for s, rows in table.services.items() for d, row in rows.items())
    facts += (_holding_fact(h) for h in holdings)
    rates = {f"{f.group}/{f.key}": f for f in facts}
    incidents = tuple(_incident(key, door, rates) for key, door in trouble.incidents.items())
    facts += (_incident_fact(i) for i in incidents)
    return Catalogue(
        facts=tuple(facts),
        instance_types=instance_types,
        duties=tuple(Duty(d, table.duties[d].title, table.duties[d].meaning) for d in DUTIES),
        holdings=holdings,
        incidents=incidents,
        efforts=efforts,
        latency=latency,
        people=_people(effort),
        digest=digest,
    )


def _facts_of(group: str, door: _FactFile) -> Iterator[Fact]:
    yield from _entries(group, door.entries)
    for kind, outages in (("az-outage", door.az_outages), ("region-event", door.region_events)):
        for o in outages:
            lasted = f"{o.hours:g} hours" if o.hours is not None else "duration not known"
            value = f"{lasted}; {o.cause}" if o.cause else lasted
            title = f"{o.date}: {o.scope}"
            yield Fact(f"{kind}-{o.date}", group, title, value, None, None, o.source, o.confidence, o.simplification, o.note)
    for c in door.cves:
        dates = [f"disclosed {c.disclosed}", f"known exploited {c.kev}" if c.kev else "", f"due {c.due}" if c.due else ""]
        value = "; ".join([c.layer, *(d for d in dates if d)])
        yield Fact(c.id, group, f"{c.name} ({c.id})", value, None, None, c.source, c.confidence, c.simplification, c.note)
    if door.latency is not None:
        table = ", ".join(f"{s.utilisation} permille: {s.ms} ms, {s.slow} permille slow" for s in door.latency.steps)
        source = door.latency
        yield Fact("latency", group, "Utilisation to latency", table, None, None, source.source, source.confidence, None, None)


def _entries(group: str, entries: Mapping[str, _Entry]) -> Iterator[Fact]:
    for key, e in entries.items():
        value = f"{e.value} {e.unit}" if e.unit else e.value
        note = " ".join(part for part in (e.note, f"Refused as: {e.error}" if e.error else None) if part) or None
        yield Fact(key, group, e.title, value, e.used, e.used_unit, e.source, e.confidence, e.simplification, note)


def _instance_type(name: str, door: _Type) -> InstanceType:
    ml = door.sagemaker
    return InstanceType(
        name=name,
        vcpu=door.vcpu,
        memory_mib=door.memory_gib * 1024,
        network=door.network,
        gpu=Gpu(door.gpu.name, door.gpu.count, door.gpu.memory_mib_each) if door.gpu else None,
        ec2_micros_per_hour=door.used,
        baseline_permille=door.baseline_permille,
        requests_per_minute=door.estimate.requests_per_minute,
        xgboost_row_rounds_per_second=door.estimate.xgboost,
        linear_learner_row_epochs_per_second=door.estimate.linear_learner,
        gpu_xgboost_row_rounds_per_second=door.estimate.xgboost_gpu,
        ml=MlType(
            ml.type, ml.used, "training" in ml.uses, "processing" in ml.uses, "hosting" in ml.uses, "notebook" in ml.uses
        )
        if ml
        else None,
    )


def _type_fact(name: str, door: _Type) -> Fact:
    gpu = f", {door.gpu.count} {door.gpu.name} of {door.gpu.memory_mib_each} MiB" if door.gpu else ""
    value = f"{door.vcpu} vCPU, {door.memory_gib} GiB{gpu}, {door.network}; {format_usd(door.used, 4)} an hour"
    if door.sagemaker:
        ml = door.sagemaker
        value += f"; as {ml.type} {format_usd(ml.used, 4)} an hour for {', '.join(ml.uses)}"
    guess = door.estimate
    value += (
        f"; estimated {guess.requests_per_minute} requests a minute, {guess.xgboost} XGBoost row-rounds"
        f" and {guess.linear_learner} linear-learner row-epochs a second"
    )
    sources = [f"price: {door.price_source}", f"size: {door.spec_source}"]
    sources += [f"ml price: {door.sagemaker.source} ({door.sagemaker.confidence})"] if door.sagemaker else []
    return Fact(
        name,
        "instance-types",
        f"Instance type {name}",
        value,
        door.used,
        "micro-dollars per hour",
        "; ".join(sources),
        door.confidence,
        None,
        door.note,
    )


def _people(door: _EffortFile) -> People:
    def used(key: str) -> int:
        entry = door.people.get(key)
        if entry is None or entry.used is None:
            raise AssetError("effort", f"people.{key}", "is missing, or has no `used` number")
        return entry.used

    return People(
        engineer_micros_per_hour=used("loaded_engineer_usd_per_hour"),
        overtime_permille=used("overtime_permille"),
        outside_expertise_permille=used("outside_expertise_permille"),
        repetition_permille=tuple(used(f"repetition_{time}_permille") for time in ("first", "second", "later")),
    )


def _efforts(door: _EffortFile) -> Iterator[EffortEntry]:
    named = [("commands", key, key, c) for key, c in door.commands.items()]
    named += [("documents", key, f"ssm:SendCommand/{key}", c) for key, c in door.documents.items()]
    for section, name, key, c in named:
        task = door.tasks.get(c.task)
        if task is None or task.used is None:
            near = _nearest(c.task, tuple(door.tasks))
            raise AssetError("effort", f"{section}.{name}.task", f"{c.task!r} is no task with minutes{near}")
        source = f"share of the task {c.task} ({task.source})"
        yield EffortEntry(key, c.seconds, c.machine_seconds, c.domain, c.task, task.used, c.why, source, "estimate")


def _effort_fact(e: EffortEntry) -> Fact:
    machine = f", then {e.machine_seconds} s of the machine" if e.machine_seconds else ""
    value = f"{e.seconds} s attended{machine}, {e.domain}; of {e.of_minutes} min for {e.task}: {e.reasoning}"
    title = f"Effort of {e.key.partition(':')[2]}"
    return Fact(e.key, "effort", title, value, e.seconds, "attended seconds", e.source, e.confidence, None, None)


def _holding(service: str, duty: str, row: _Row) -> Holding:
    handler: Callable[[], Handler] = lambda: "provider" if row.holder == "provider" else "customer"  # noqa: E731
    return Holding(
        service,
        duty,
        row.holder,
        row.handler or handler(),
        row.customer_part,
        row.provider_part,
        row.note,
        row.source,
        row.confidence,
    )


def _holding_fact(h: Holding) -> Fact:
    value = h.holder
    if h.holder == "shared":
        value += f"; customer: {h.customer_part}; provider: {h.provider_part}; in an incident the {h.handler} acts"
    key, title = f"{h.service}/{h.duty}", f"Who holds {h.duty} of {h.service}"
    return Fact(key, "responsibility", title, value, None, None, h.source, h.confidence, None, h.note)


def _incident(key: str, door: _Incident, rates: Mapping[str, Fact]) -> IncidentKind:
    if door.duty not in DUTIES:
        raise AssetError("incidents", f"incidents.{key}.duty", f"{door.duty!r} is no duty{_nearest(door.duty, DUTIES)}")
    for service in door.strikes:
        if service not in SERVICE_KINDS:
            why = f"{service!r} is no kind of service{_nearest(service, SERVICE_KINDS)}"
            raise AssetError("incidents", f"incidents.{key}.strikes", why)
    rate = rates.get(door.calibrated_on)
    if rate is None or rate.used is None:
        why = f"{door.calibrated_on!r} is no fact with a `used` rate{_nearest(door.calibrated_on, tuple(rates))}"
        raise AssetError("incidents", f"incidents.{key}.calibrated_on", why)
    return IncidentKind(
        id=key,
        title=door.title,
        story=door.story,
        duty=door.duty,
        strikes=tuple(door.strikes),
        severity=door.severity,
        effect=door.effect,
        detect_monitored_s=door.detect.monitored_s,
        detect_customer_s=door.detect.customer_s,
        provider_s=door.provider_s,
        ways_out=tuple(WayOut(w.text, w.command, w.minutes, w.risk) for w in door.ways_out),
        calibrated_on=door.calibrated_on,
        rate_ppm_per_year=rate.used,
        if_ignored=door.if_ignored,
        modelled=door.modelled,
        source=door.source,
        confidence=door.confidence,
    )


def _incident_fact(i: IncidentKind) -> Fact:
    value = f"strikes {i.duty} of {', '.join(i.strikes)}; {i.effect} {'Played' if i.modelled else 'For reading'}; {i.calibrated_on}"
    unit = "ppm per resource and year"
    return Fact(i.id, "incidents", i.title, value, i.rate_ppm_per_year, unit, i.source, i.confidence, None, i.if_ignored)
