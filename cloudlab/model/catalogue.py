"""What the simulated cloud costs, takes, allows and owns: the facts of `assets/` as frozen values, integers only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal, NoReturn

from cloudlab.model.money import Micros

Confidence = Literal["high", "medium", "low", "estimate"]
"""high: official, or several measurements agree; medium: one good or older source; low: memory; estimate: our reasoning."""
Domain = Literal["network", "compute", "data", "ml", "security", "operations"]
"""What a person is good at; work outside of it takes `People.outside_expertise_permille`."""
Holder = Literal["customer", "provider", "shared"]
Handler = Literal["customer", "provider"]
Severity = Literal["down", "degraded", "exposed", "costly"]

SERVICE_KINDS = (
    "ec2-instance",
    "ec2-network",
    "ebs",
    "alb",
    "rds",
    "sagemaker-notebook",
    "sagemaker-training",
    "sagemaker-endpoint",
    "s3-bucket",
    "iam",
    "ecs-fargate",
    "lambda",
)
"""Every kind of service that has a row in the responsibility table."""
DUTIES = (
    "hardware",
    "hypervisor",
    "os-patching",
    "runtime-patching",
    "libraries",
    "network-config",
    "access",
    "encryption",
    "application",
    "failover",
    "scaling",
    "backups",
    "monitoring",
    "capacity",
    "cost",
)
"""Every duty somebody holds for every service, from the concrete floor up."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the game takes to be so, with where it comes from and how far to trust it."""

    key: str
    """Unique within its group."""
    group: str
    """Which asset it is from: `prices`, `timings`, `quotas`, `slas`, `failure-rates`, `effort`, ..."""
    title: str
    value: str
    """The fact as its source states it, in words and with its unit."""
    used: int | None
    """The integer the engine works with; None for what is only read."""
    used_unit: str | None
    source: str
    confidence: Confidence
    simplification: str | None
    """How the game rounds or narrows the fact, where it does."""
    note: str | None


@dataclass(frozen=True, slots=True)
class Gpu:
    """The accelerators of an instance type. Modelled only: real training runs on this machine's CPU."""

    name: str
    count: int
    memory_mib_each: int


@dataclass(frozen=True, slots=True)
class MlType:
    """An instance type as SageMaker rents it out: the same hardware, a higher price, and not for every use."""

    name: str
    """With its prefix: `ml.m5.large`."""
    micros_per_hour: Micros
    training: bool
    processing: bool
    hosting: bool
    notebook: bool


@dataclass(frozen=True, slots=True)
class InstanceType:
    """A size of virtual machine: what it has, what it costs and how much it does."""

    name: str
    vcpu: int
    memory_mib: int
    network: str
    gpu: Gpu | None
    ec2_micros_per_hour: Micros
    baseline_permille: int
    """CPU it may use for ever, permille of its vCPUs: 1000, or less for burstable t3."""
    requests_per_minute: int
    """Answers of a small tabular model server with every sustained vCPU busy (estimate)."""
    xgboost_row_rounds_per_second: int
    """Represented rows times boosting rounds it trains in a second, on its CPUs (estimate)."""
    linear_learner_row_epochs_per_second: int
    """Represented rows times epochs it trains in a second (estimate)."""
    gpu_xgboost_row_rounds_per_second: int | None
    """The same for one GPU with `tree_method=gpu_hist` (estimate); None without a GPU."""
    ml: MlType | None

    def train_speed(self, container: str) -> int | None:
        """Return represented rows times rounds (or epochs) per second on CPU; None for a container that has no estimate."""
        if container == "xgboost":
            return self.xgboost_row_rounds_per_second
        return self.linear_learner_row_epochs_per_second if container == "linear-learner" else None


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that has to be done for every service, by somebody."""

    id: str
    title: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds one duty of one kind of service: a row of the table the whole game reads."""

    service: str
    duty: str
    holder: Holder
    handler: Handler
    """Who has to act when an incident strikes this duty; for a shared duty the facts decide, not the word."""
    customer_part: str | None
    """Only for shared duties: what stays yours."""
    provider_part: str | None
    """Only for shared duties: what you get."""
    note: str | None
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class WayOut:
    """One answer to an incident, with what it asks of you."""

    text: str
    command: str | None
    """The command line to start from; None where waiting is the answer."""
    minutes: int
    risk: str


@dataclass(frozen=True, slots=True)
class IncidentKind:
    """Something that can go wrong: which duty it strikes, what users feel, and the ways out."""

    id: str
    title: str
    story: str
    """What happened, as the pager says it."""
    duty: str
    strikes: tuple[str, ...]
    """Service kinds whose resources it can strike."""
    severity: Severity
    effect: str
    """What users notice."""
    detect_monitored_s: int
    """Seconds until monitoring tells you."""
    detect_customer_s: int
    """Seconds until a customer does, where nothing watches."""
    provider_s: int | None
    """Seconds the provider takes where the duty is the provider's; None where it cannot be."""
    patience_s: int | None
    """Seconds from the strike until waiting turns into damage; None where waiting only costs."""
    ways_out: tuple[WayOut, ...]
    calibrated_on: str
    """`group/key` of the fact its rate comes from."""
    rate_ppm_per_year: int
    """Expected strikes per resource and year, in millionths."""
    if_ignored: str
    modelled: bool
    """True where the engine plays it; False for reading only."""
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class EffortEntry:
    """The attended work one command asks of a person inside their expertise."""

    key: str
    """`service:Operation`, for SSM documents `ssm:SendCommand/<document>`."""
    seconds: int
    machine_seconds: int
    """Unattended seconds the machine works afterwards; 0 where the engine has a timing or a model for it."""
    domain: Domain
    task: str
    """The task of `effort.yaml` this is a share of."""
    of_minutes: int
    """Minutes of that whole task."""
    reasoning: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class People:
    """What people cost and how their work stretches and shrinks. Permille of the entry's seconds or of the rate."""

    engineer_micros_per_hour: Micros
    overtime_permille: int
    outside_expertise_permille: int
    repetition_permille: tuple[int, ...]
    """Effort of the first, second and every later time a kind of task is done."""

    def work_seconds(self, seconds: int, times_done: int, inside_expertise: bool) -> int:
        """Return the attended seconds of work of `seconds` that was done `times_done` times before, rounded up."""
        repeated = self.repetition_permille[min(times_done, len(self.repetition_permille) - 1)]
        stretch = 1000 if inside_expertise else self.outside_expertise_permille
        return -(-seconds * repeated * stretch // 1_000_000)


@dataclass(frozen=True, slots=True)
class LatencyStep:
    """How a server answers up to a utilisation (offered over capacity, permille)."""

    utilisation_permille: int
    latency_ms: int
    slow_permille: int
    """Share of answered requests slower than the `slow_after_ms` estimate."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything of `assets/` the engine and the screens look things up in.

    Lookups of keys that the code itself names raise AssertionError with the nearest key: a misspelt key is a bug. Lookups of
    names a player may type (`instance_type`, `ml_type`, `ssm_document`) return None.
    """

    facts: tuple[Fact, ...]
    instance_types: tuple[InstanceType, ...]
    duties: tuple[Duty, ...]
    holdings: tuple[Holding, ...]
    incidents: tuple[IncidentKind, ...]
    efforts: tuple[EffortEntry, ...]
    latency: tuple[LatencyStep, ...]
    people: People
    digest: str
    """32 hex digits over the bytes of every asset file read; the journal's header pins it."""
    _facts: dict[tuple[str, str], Fact] = field(init=False, repr=False, compare=False)
    _types: dict[str, InstanceType] = field(init=False, repr=False, compare=False)
    _ml_types: dict[str, InstanceType] = field(init=False, repr=False, compare=False)
    _holdings: dict[tuple[str, str], Holding] = field(init=False, repr=False, compare=False)
    _incidents: dict[str, IncidentKind] = field(init=False, repr=False, compare=False)
    _efforts: dict[str, EffortEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index what is looked up by key."""
        put = object.__setattr__
        put(self, "_facts", {(f.group, f.key): f for f in self.facts})
        put(self, "_types", {t.name: t for t in self.instance_types})
        put(self, "_ml_types", {t.ml.name: t for t in self.instance_types if t.ml is not None})
        put(self, "_holdings", {(h.service, h.duty): h for h in self.holdings})
        put(self, "_incidents", {i.id: i for i in self.incidents})
        put(self, "_efforts", {e.key: e for e in self.efforts})

    def fact(self, group: str, key: str) -> Fact:
        """Return one fact."""
        found = self._facts.get((group, key))
        return found if found is not None else _unknown(f"{group} fact", key, (k for g, k in self._facts if g == group))

    def _used(self, group: str, key: str) -> int:
        fact = self.fact(group, key)
        assert fact.used is not None, f"{group} fact {key!r} is for reading only: it has no `used` number"
        return fact.used

    def price(self, key: str) -> Micros:
        """Return a price in micro-dollars, per what the key says: `_hour`, `_gb`, `_gb_month`, `_month`, `_per_1000`."""
        return self._used("prices", key)

    def timing(self, key: str) -> int:
        """Return a duration in seconds."""
        return self._used("timings", key)

    def quota(self, key: str) -> int:
        """Return a limit, in what the key counts."""
        return self._used("quotas", key)

    def rate(self, key: str) -> int:
        """Return a failure rate in ppm per year, or the duration in seconds where the key ends in `_s`."""
        return self._used("failure-rates", key)

    def sla(self, key: str) -> int:
        """Return a promised monthly uptime in ppm. A refund rule, not a failure rate."""
        return self._used("slas", key)

    def autoscaling(self, key: str) -> int:
        """Return a number of the autoscaling rules: seconds, datapoints, permille or instances as the key says."""
        return self._used("autoscaling", key)

    def estimate(self, key: str) -> int:
        """Return a labelled estimate, in the unit its fact states."""
        return self._used("estimates", key)

    def effort(self, key: str) -> EffortEntry:
        """Return the work one command asks, by `service:Operation` or `ssm:SendCommand/<document>`."""
        found = self._efforts.get(key)
        return found if found is not None else _unknown("effort entry", key, self._efforts)

    def instance_type(self, name: str) -> InstanceType | None:
        """Return an EC2 instance type by name (`t3.small`); None where there is none."""
        return self._types.get(name)

    def ml_type(self, name: str) -> MlType | None:
        """Return a SageMaker instance type by name (`ml.m5.large`); None where there is none."""
        hardware = self._ml_types.get(name)
        return hardware.ml if hardware is not None else None

    def hardware(self, name: str) -> InstanceType | None:
        """Return the machine behind an EC2 or a SageMaker type name; None where there is none."""
        return self._types.get(name) or self._ml_types.get(name)

    @property
    def ssm_documents(self) -> tuple[str, ...]:
        """The names `ssm send-command` accepts, in the catalogue's order."""
        return tuple(e.key.removeprefix(_DOCUMENT) for e in self.efforts if e.key.startswith(_DOCUMENT))

    def ssm_document(self, name: str) -> EffortEntry | None:
        """Return the work of running an SSM document; None where there is no such document."""
        return self._efforts.get(_DOCUMENT + name)

    def holding(self, service: str, duty: str) -> Holding:
        """Return who holds a duty of a kind of service. Every pair of SERVICE_KINDS and DUTIES has an answer."""
        found = self._holdings.get((service, duty))
        if found is not None:
            return found
        if service not in SERVICE_KINDS:
            return _unknown("service kind", service, SERVICE_KINDS)
        return _unknown(f"duty of {service}", duty, DUTIES)

    def incident(self, kind: str) -> IncidentKind:
        """Return a kind of incident by id (`disk-full`)."""
        found = self._incidents.get(kind)
        return found if found is not None else _unknown("incident kind", kind, self._incidents)


_DOCUMENT = "ssm:SendCommand/"


def _unknown(what: str, key: str, known: Iterable[str]) -> NoReturn:
    near = get_close_matches(key, list(known), n=3, cutoff=0.4)
    raise AssertionError(f"the catalogue has no {what} {key!r}" + (f"; nearest: {', '.join(near)}" if near else ""))
