"""Opens the door to `assets/`: reads its tables, checks every entry and hands on one Catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

import yaml

from cloudlab.levels.asset_doors import (
    AssetError,
    CommandDoor,
    EffortFile,
    EntryDoor,
    FactFile,
    File,
    IncidentDoor,
    IncidentFile,
    MlDoor,
    ResponsibilityFile,
    RowDoor,
    TypeDoor,
    TypeFile,
    nearest,
    open_door,
)
from cloudlab.model.catalogue import (
    DUTIES,
    SERVICE_KINDS,
    Catalogue,
    Duty,
    EffortEntry,
    Fact,
    Gpu,
    Handler,
    Holding,
    IncidentKind,
    InstanceType,
    LatencyStep,
    MlType,
    People,
    WayOut,
)
from cloudlab.model.money import format_usd

FACT_FILES = ("prices", "timings", "quotas", "slas", "failure-rates", "autoscaling", "estimates")
"""Files whose `entries` are facts; the file's name is their group."""
FILES = (*FACT_FILES, "instance-types", "effort", "responsibility", "incidents")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_F = TypeVar("_F", bound=File)


@lru_cache(maxsize=4)
def load_catalogue(assets_dir: Path) -> Catalogue:
    """Return the catalogue of the tables in `assets_dir`, read once per folder and process.

    Raises AssetError where a file is missing, is no YAML, or has an entry that is misspelt, incomplete or contradicts itself.
    """
    digest = blake2b(digest_size=16)

    def opened(name: str, door: type[_F]) -> _F:
        content = _read(assets_dir, name)
        digest.update(name.encode() + b"\0" + content + b"\0")
        return open_door(name, door, _parse(name, content))

    tables = {name: opened(name, FactFile) for name in FACT_FILES}
    types = opened("instance-types", TypeFile)
    effort = opened("effort", EffortFile)
    responsibility = opened("responsibility", ResponsibilityFile)
    trouble = opened("incidents", IncidentFile)

    latency = tables["estimates"].latency
    if latency is None:
        raise AssetError("estimates", "latency", "is missing: the table from utilisation to latency")
    efforts = tuple(_efforts(effort))
    holdings = tuple(_holding(s, d, row) for s, rows in responsibility.services.items() for d, row in rows.items())
    facts = [fact for group, table in tables.items() for fact in _facts_of(group, table)]
    facts += _entries("instance-types", types.rules)
    facts += (_type_fact(name, door) for name, door in types.types.items())
    facts += _entries("effort", effort.people)
    facts += _entries("effort", effort.tasks)
    facts += (_effort_fact(entry) for entry in efforts)
    facts += (_holding_fact(holding) for holding in holdings)
    rates = {f"{f.group}/{f.key}": f for f in facts}
    provided = {(h.service, h.duty) for h in holdings if h.handler == "provider"}
    incidents = tuple(_incident(key, door, rates, provided) for key, door in trouble.incidents.items())
    facts += (_incident_fact(incident) for incident in incidents)
    return Catalogue(
        facts=tuple(facts),
        instance_types=tuple(_instance_type(name, door) for name, door in types.types.items()),
        duties=tuple(Duty(d, responsibility.duties[d].title, responsibility.duties[d].meaning) for d in DUTIES),
        holdings=holdings,
        incidents=incidents,
        efforts=efforts,
        latency=tuple(LatencyStep(step.utilisation, step.ms, step.slow) for step in latency.steps),
        people=_people(effort),
        digest=digest.hexdigest(),
    )


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


def _facts_of(group: str, door: FactFile) -> Iterator[Fact]:
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


def _entries(group: str, entries: Mapping[str, EntryDoor]) -> Iterator[Fact]:
    for key, e in entries.items():
        value = f"{e.value} {e.unit}" if e.unit else e.value
        note = " ".join(part for part in (e.note, f"Refused as: {e.error}" if e.error else None) if part) or None
        yield Fact(key, group, e.title, value, e.used, e.used_unit, e.source, e.confidence, e.simplification, note)


def _instance_type(name: str, door: TypeDoor) -> InstanceType:
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
        ml=_ml_type(door.sagemaker) if door.sagemaker else None,
    )


def _ml_type(door: MlDoor) -> MlType:
    return MlType(
        name=door.type,
        micros_per_hour=door.used,
        training="training" in door.uses,
        processing="processing" in door.uses,
        hosting="hosting" in door.uses,
        notebook="notebook" in door.uses,
    )


def _type_fact(name: str, door: TypeDoor) -> Fact:
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


def _people(door: EffortFile) -> People:
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


def _efforts(door: EffortFile) -> Iterator[EffortEntry]:
    named: list[tuple[str, str, str, CommandDoor]] = [("commands", key, key, c) for key, c in door.commands.items()]
    named += [("documents", key, f"ssm:SendCommand/{key}", c) for key, c in door.documents.items()]
    for section, name, key, c in named:
        task = door.tasks.get(c.task)
        if task is None or task.used is None:
            near = nearest(c.task, tuple(door.tasks))
            raise AssetError("effort", f"{section}.{name}.task", f"{c.task!r} is no task with minutes{near}")
        source = f"share of the task {c.task} ({task.source})"
        yield EffortEntry(key, c.seconds, c.machine_seconds, c.domain, c.task, task.used, c.why, source, "estimate")


def _effort_fact(e: EffortEntry) -> Fact:
    machine = f", then {e.machine_seconds} s of the machine" if e.machine_seconds else ""
    value = f"{e.seconds} s attended{machine}, {e.domain}; of {e.of_minutes} min for {e.task}: {e.reasoning}"
    title = f"Effort of {e.key.partition(':')[2]}"
    return Fact(e.key, "effort", title, value, e.seconds, "attended seconds", e.source, e.confidence, None, None)


def _holding(service: str, duty: str, row: RowDoor) -> Holding:
    held_by: Handler = "provider" if row.holder == "provider" else "customer"
    return Holding(
        service=service,
        duty=duty,
        holder=row.holder,
        handler=row.handler or held_by,
        customer_part=row.customer_part,
        provider_part=row.provider_part,
        note=row.note,
        source=row.source,
        confidence=row.confidence,
    )


def _holding_fact(h: Holding) -> Fact:
    value: str = h.holder
    if h.holder == "shared":
        value += f"; customer: {h.customer_part}; provider: {h.provider_part}; in an incident the {h.handler} acts"
    key, title = f"{h.service}/{h.duty}", f"Who holds {h.duty} of {h.service}"
    return Fact(key, "responsibility", title, value, None, None, h.source, h.confidence, None, h.note)


def _incident(key: str, door: IncidentDoor, rates: Mapping[str, Fact], provided: set[tuple[str, str]]) -> IncidentKind:
    if door.duty not in DUTIES:
        raise AssetError("incidents", f"incidents.{key}.duty", f"{door.duty!r} is no duty{nearest(door.duty, DUTIES)}")
    for service in door.strikes:
        if service not in SERVICE_KINDS:
            why = f"{service!r} is no kind of service{nearest(service, SERVICE_KINDS)}"
            raise AssetError("incidents", f"incidents.{key}.strikes", why)
        if door.provider_s is None and (service, door.duty) in provided:
            why = f"is missing: {door.duty} of {service} is the provider's, so say how long it takes"
            raise AssetError("incidents", f"incidents.{key}.provider_s", why)
    rate = rates.get(door.calibrated_on)
    if rate is None or rate.used is None:
        why = f"{door.calibrated_on!r} is no fact with a `used` rate{nearest(door.calibrated_on, tuple(rates))}"
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
        patience_s=door.patience_s,
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
