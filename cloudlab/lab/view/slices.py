"""The slices of a View: plain frozen values that any face can draw."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.lab.patches import PatchLine
from cloudlab.lab.telling import Line
from cloudlab.lab.view.stacks import StackSeen
from cloudlab.model.time import Seconds


@dataclass(frozen=True, slots=True)
class Worker:
    """A person of the team and what keeps them busy."""

    name: str
    title: str
    expertise: tuple[str, ...]
    doing: str
    until: Seconds | None
    order: str | None
    queued: int


@dataclass(frozen=True, slots=True)
class Status:
    """The status line."""

    level: str
    title: str
    mood: str
    now: Seconds
    clock: str
    ends: Seconds
    spent_micros: int
    budget_micros: int
    hourly_micros: int
    """What runs up per hour by itself."""
    over: str | None
    because: str


@dataclass(frozen=True, slots=True)
class Service:
    """How the need is served, as far as the team knows; `as_of` is when that was."""

    need: str
    title: str
    state: str
    """fine, degraded, burning, down; unknown before anybody could know."""
    because: str
    as_of: Seconds
    offered: int
    served: int
    slow: int
    failed: tuple[tuple[str, int], ...]
    right: int
    """Answers that turned out right, of those served: the live accuracy of the model, row by row."""
    value_micros: int
    slo_target_ppm: int
    slo_since: Seconds
    """From when on requests count against the error budget."""
    answered_ppm: int
    """Answered in time since the SLO counts, ppm; 1,000,000 before it counts."""
    budget_left_ppm: int
    budget_gone_in: Seconds | None
    latency_ms: int
    utilisation_permille: int
    hours: tuple[tuple[Seconds, int, int, int, int], ...]
    """Per clock hour: start, answered in time, slow, failed, value in micro-dollars."""


@dataclass(frozen=True, slots=True)
class Node:
    """A thing on the map, with what is inside it."""

    id: str
    kind: str
    name: str
    state: str
    tone: str
    """ok, wait, bad, off or plain: glyph and word say the same, colour only repeats it."""
    age: Seconds
    """How old the knowledge is; 0 means as it is now."""
    detail: str = ""
    children: tuple[Node, ...] = ()

    @property
    def key(self) -> str:
        """Kind and id: things of two kinds may share a name."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Cell:
    """Who holds one duty of one resource."""

    holder: str
    """YOU, AWS or shared."""
    struck: bool
    """An incident the team knows of strikes this duty now."""
    note: str
    source: str
    confidence: str = ""
    """How far to trust that row: high, medium, low, estimate."""
    yours: str = ""
    """Of a shared duty: what stays yours."""
    theirs: str = ""
    """Of a shared duty: what the provider does."""
    strikes: tuple[str, ...] = ()
    """What has struck this duty of this resource, in words; the team's own knowledge, oldest first."""


@dataclass(frozen=True, slots=True)
class Board:
    """Duties x resources."""

    resources: tuple[tuple[str, str], ...]
    """(id, short name) per column."""
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    """(duty title, one cell per column)."""
    services: tuple[str, ...] = ()
    """The kind of service of each column."""
    meanings: tuple[str, ...] = ()
    """What each duty means, one per row."""


@dataclass(frozen=True, slots=True)
class Goal:
    id: str
    text: str
    met: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of an incident."""

    text: str
    command: str | None
    minutes: int
    micros: int
    """What the work costs, without the clouds' own charges."""
    risk: str


@dataclass(frozen=True, slots=True)
class Page:
    """An incident as the team knows it."""

    id: str
    kind: str
    title: str
    story: str
    resource: str
    duty: str
    holder: str
    """YOURS or AWS."""
    state: str
    """open, acknowledged, resolved or damage."""
    struck: Seconds
    detected: Seconds
    due: Seconds | None
    effect: str
    if_ignored: str
    ways_out: tuple[Exit, ...]
    resolution: str
    rate_factor: int
    failing_per_hour: int = 0
    """Requests per hour that fail because of it while it lasts, at this hour's usual traffic."""
    waiting_micros: int = 0
    """What an hour of waiting costs: those requests at the reference payoff of an answer."""
    acknowledged: Seconds | None = None
    resolved: Seconds | None = None
    calibrated_on: str = ""
    """The fact its rate comes from, as group/key."""
    outage: str = ""
    """What is said first while the service is down: because of this, or for another reason."""


@dataclass(frozen=True, slots=True)
class Job:
    """A training as the simulation knows it; live metrics of the real worker are told apart from it by the face."""

    name: str
    where: str
    status: str
    phase: str
    failure: str
    spec_digest: str
    container: str
    modelled_end: Seconds | None
    metrics: tuple[tuple[str, int], ...]
    modelled_start: Seconds | None = None
    """When the modelled machine began to train; None before."""
    created: Seconds = 0
    """When it was asked for."""
    machine: str = ""
    """The instance type it runs on."""
    hourly_micros: int = 0
    """The machine's price per hour, as the bill counts it."""
    cost_micros: int | None = None
    """What the job itself has cost; None where it runs on a machine that is paid for anyway."""
    rounds: int | None = None
    help: str = ""
    """After a failure: what would help, in a sentence."""
    cancel: str = ""
    """The line that stops it; empty where nothing can."""


Point = tuple[Seconds, "int | None"]
"""An instant and what was so then; None where there was nothing to measure."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart, in order of time."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves of one unit over simulated time."""

    id: str
    """rates, latency, busy, budget, value or money."""
    need: str
    """The need it is about; empty for the whole run."""
    title: str
    unit: str
    """count, ms, permille, ppm or micros."""
    curves: tuple[Curve, ...]
    levels: tuple[tuple[str, int], ...] = ()
    """Values that a line goes across at: a budget, a capacity."""

    @property
    def as_of(self) -> Seconds | None:
        """The instant of the latest point; None where there is none yet."""
        return max((c.points[-1][0] for c in self.curves if c.points), default=None)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on the time axis. `kind`: decision (an order took effect), incident (yours, when it was noticed), aws."""

    at: Seconds
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Series:
    """What the plots draw, from `starts` to `ends` of the run."""

    starts: Seconds = 0
    ends: Seconds = 0
    charts: tuple[Chart, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """A line of the bill: one resource on one meter."""

    line: str
    resource: str
    name: str
    micros: int
    """In whole cents."""
    hourly_micros: int
    """What it runs up per hour now; 0 once it has stopped."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of one person on one kind of task."""

    person: str
    task: str
    times: int
    seconds: Seconds
    outside: Seconds
    """Those of them outside working hours."""
    micros: int
    """In whole cents."""


@dataclass(frozen=True, slots=True)
class Money:
    """The bill so far; lines, resources and hours add up to the same total, to the cent."""

    lines: tuple[tuple[str, int], ...] = ()
    resources: tuple[Spent, ...] = ()
    hours: tuple[Hours, ...] = ()
    total_micros: int = 0
    hourly_micros: int = 0
    budget_micros: int = 0
    ends: Seconds = 0
    projected_micros: int = 0
    """At the end of the run, if nothing changed but time."""
    overspent_at: Seconds | None = None
    """When the budget will be spent at the present rates."""


@dataclass(frozen=True, slots=True)
class View:
    status: Status
    services: tuple[Service, ...]
    team: tuple[Worker, ...]
    cloud: Node
    board: Board
    goals: tuple[Goal, ...]
    pages: tuple[Page, ...]
    jobs: tuple[Job, ...]
    log: tuple[Line, ...]
    series: Series = Series()
    money: Money = Money()
    patching: tuple[PatchLine, ...] = ()
    stacks: tuple[StackSeen, ...] = ()
