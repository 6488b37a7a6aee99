"""Named predicates: what objectives, wins, losses and hints may ask of a World; each answers with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from cloudlab.engine.rules import exposure, ledger, reachability, traffic
from cloudlab.engine.rules.alarms import is_watched
from cloudlab.engine.rules.managed import missing_piece
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.identity import Role
from cloudlab.model.learning import Endpoint, SageModel, TrainingJob
from cloudlab.model.money import format_usd
from cloudlab.model.network import InternetGateway, SecurityGroup, Subnet, Vpc
from cloudlab.model.operations import Handover, Incident
from cloudlab.model.scenario import Scenario
from cloudlab.model.storage import StoredObject
from cloudlab.model.time import span, stamp
from cloudlab.model.training import Trained, TrainingSpec
from cloudlab.model.world import World

KINDS: dict[str, type] = {
    "vpc": Vpc,
    "subnet": Subnet,
    "internet-gateway": InternetGateway,
    "security-group": SecurityGroup,
    "instance": Instance,
    "role": Role,
    "training-job": TrainingJob,
    "model": SageModel,
    "endpoint": Endpoint,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether something holds, and what shows it."""

    ok: bool
    evidence: str


OF_TRAFFIC = ("first-value", "first-value-between", "answered", "answered-between", "value")
"""Predicates that count requests of a `need`: what the team knows of those may be older than what else it knows."""

Predicate = Callable[..., Finding]
PREDICATES: dict[str, Predicate] = {}
P = TypeVar("P", bound=Predicate)


def predicate(name: str) -> Callable[[P], P]:
    """Register a predicate under the name that level.yaml uses: (world, scenario, **arguments) -> Finding."""

    def register(handler: P) -> P:
        assert name not in PREDICATES, f"two predicates called {name}"
        PREDICATES[name] = handler
        return handler

    return register


def holds(when: Mapping[str, Mapping[str, Any]], world: World, scenario: Scenario) -> Finding:
    """Ask every predicate of `when`; the first that does not hold is the finding, else all evidence together."""
    found = []
    for name, arguments in when.items():
        finding = PREDICATES[name](world, scenario, **arguments)
        if not finding.ok:
            return finding
        found.append(finding.evidence)
    return Finding(True, "; ".join(found))


@predicate("exists")
def exists(world: World, scenario: Scenario, *, kind: str, count: int = 1) -> Finding:  # noqa: ARG001
    records: Iterator[Any] = world.every(KINDS[kind])
    there = [r for r in records if getattr(r, "state", "") != "terminated"]
    names = ", ".join(r.id for r in there[:3])
    noun = kind.replace("-", " ")
    return Finding(len(there) >= count, f"{names}" if there else f"there is no {noun} yet")


@predicate("dataset-stored")
def dataset_stored(world: World, scenario: Scenario, *, dataset: str, channel: str = "train") -> Finding:  # noqa: ARG001
    for thing in world.every(StoredObject):
        if thing.dataset == dataset and thing.channel == channel:
            return Finding(True, f"s3://{thing.id}")
    return Finding(False, f"no bucket holds the {channel} part of '{dataset}'")


@predicate("model-trained")
def model_trained(world: World, scenario: Scenario, *, dataset: str, auc: float = 0.0) -> Finding:  # noqa: ARG001
    """A model of the data set was really trained, with at least this AUC on the validation channel."""
    measured: list[int] = []
    others: dict[str, None] = {}
    for spec in _completed(world):
        fact = world.trained(spec.digest())
        if spec.dataset == dataset and isinstance(fact, Trained):
            metrics = dict(fact.metrics)
            measured += [metrics["validation:auc"]] if "validation:auc" in metrics else []
            others |= dict.fromkeys(metrics)
    if not measured and not others:
        return Finding(False, _why_untrained(world))
    if not measured:
        return Finding(not auc, f"trained, but nobody knows how well it ranks: it measured {', '.join(others)} and no validation:auc")
    best = max(measured)
    return Finding(best >= round(auc * 1_000_000), f"best validation:auc {best / 1_000_000:.4f}")


def _why_untrained(world: World) -> str:
    """Say how far the trainings have come, and why the last one to end came to nothing."""
    jobs = list(world.every(TrainingJob))
    runs = [run for run in world.every(Invocation) if run.document == "cloudlab-TrainModel"]
    under_way = [j.id for j in jobs if j.status in ("InProgress", "Stopping")] + [r.instance for r in runs if r.status == "InProgress"]
    if under_way:
        return f"no training has completed; under way: {', '.join(under_way)}"
    ended = [(j.ended or 0, f"{j.id} {j.status}: {j.failure or j.secondary}") for j in jobs if j.status in ("Failed", "Stopped")]
    ended += [
        (r.ended or 0, f"{r.document} on {r.instance} {r.status}: {r.detail}") for r in runs if r.status not in ("Pending", "Success")
    ]
    return "no training has completed" + (f"; {max(ended)[1].rstrip('.')}" if ended else "")


def _completed(world: World) -> Iterator[TrainingSpec]:
    """Yield what has been trained, on both roads. A fact known before its job is through does not count yet."""
    yield from (job.spec for job in world.every(TrainingJob) if job.spec is not None and job.status == "Completed")
    yield from (run.training for run in world.every(Invocation) if run.training is not None and run.status == "Success")


@predicate("reachable")
def reachable(world: World, scenario: Scenario, *, need: str) -> Finding:
    """Some handed-over instance, or else any instance, answers on the need's port from the internet; endpoints always do."""
    port = scenario.need(need).port
    if any(e.status == "InService" for e in world.every(Endpoint)):
        return Finding(True, "callers reach a SageMaker endpoint through AWS's own API")
    paths = [reachability.from_internet(world, i.id, port) for i in world.every(Instance) if i.state != "terminated"]
    if not paths:
        return Finding(False, "nothing runs that could be reached")
    best = max(paths, key=lambda p: (p.ok, sum(h.ok for h in p.hops)))
    return Finding(best.ok, best.sentence())


@predicate("address-handed-over")
def address_handed_over(world: World, scenario: Scenario, *, need: str) -> Finding:  # noqa: ARG001
    given = [h.resource for h in world.every(Handover) if h.need == need]
    if given:
        return Finding(True, ", ".join(given))
    coming = next((e for e in world.every(Endpoint) if e.status == "Creating"), None)
    why = "callers have been given no address yet"
    return Finding(False, why if coming is None else f"{why}; endpoint {coming.id} is being created and gives its own once it is InService")


@predicate("first-value")
def first_value(world: World, scenario: Scenario, *, need: str, by: int | None = None) -> Finding:
    """The first hour in which at least 95 % of requests got answers worth at least half the reference, ended by then."""
    reached = traffic.time_to_value(world, scenario, scenario.need(need))
    if reached is None:
        return Finding(False, "no full hour yet in which 95 % of the requests got answers worth half the reference")
    return Finding(
        by is None or reached <= by, f"first such hour ended {stamp(reached)}, {span(reached - scenario.starts)} after the start"
    )


@predicate("answered")
def answered(world: World, scenario: Scenario, *, need: str, share: float, since_slo: bool = True) -> Finding:
    since = scenario.slo.since if since_slo else scenario.starts
    got = traffic.tally(world, scenario, scenario.need(need), since)
    if not got.offered:
        return Finding(False, "no requests have come in the counted hours yet")
    why = "" if got.served == got.offered else "; " + ", ".join(f"{n:,} failed: {cause}" for cause, n in got.failed)
    if not got.served:
        why += f"; {reachable(world, scenario, need=need).evidence}"
    percent = got.served * 10_000 // got.offered
    enough = got.served * 1_000_000 >= got.offered * round(share * 1_000_000)
    return Finding(enough, f"{got.served:,} of {got.offered:,} requests answered ({percent / 100:.2f} %){why}")


@predicate("value")
def value(world: World, scenario: Scenario, *, need: str, usd: float) -> Finding:
    got = traffic.tally(world, scenario, scenario.need(need))
    return Finding(
        got.value_micros >= round(usd * 1_000_000),
        f"answers were worth {format_usd(got.value_micros)} of the {format_usd(round(usd * 1e6))} wanted",
    )


@predicate("within-budget")
def within_budget(world: World, scenario: Scenario) -> Finding:
    spent = ledger.cost(world)
    return Finding(spent <= scenario.budget_micros, f"{format_usd(spent)} spent of {format_usd(scenario.budget_micros)}")


@predicate("over-budget")
def over_budget(world: World, scenario: Scenario) -> Finding:
    spent = ledger.cost(world)
    return Finding(spent > scenario.budget_micros, f"{format_usd(spent)} spent, the budget was {format_usd(scenario.budget_micros)}")


@predicate("breached")
def breached(world: World, scenario: Scenario) -> Finding:
    records: list[Instance | Endpoint] = [*world.every(Instance), *world.every(Endpoint)]
    for key in (r.id for r in records if r.compromised):
        causes = [i for i in world.every(Incident) if i.failed and i.kind in ("os-cve", "security-group-scanned", "runtime-cve")]
        cause = max(causes, key=lambda i: i.resource == key, default=None)
        how = f": {scenario.catalogue.incident(cause.kind).title.lower()} {cause.detail}".rstrip() if cause is not None else ""
        return Finding(True, f"{key} was taken over{how}")
    return Finding(False, "nobody got in")


@predicate("not-breached")
def not_breached(world: World, scenario: Scenario) -> Finding:
    found = breached(world, scenario)
    return Finding(not found.ok, found.evidence)


@predicate("first-value-between")
def first_value_between(world: World, scenario: Scenario, *, need: str, after: int, by: int) -> Finding:
    """The first valued hour ended after `after` and no later than `by` (seconds since day 1, 00:00); never counts as beyond the end."""
    reached = traffic.time_to_value(world, scenario, scenario.need(need))
    if reached is None:
        return Finding(by > scenario.ends, "there was no such hour")
    return Finding(after < reached <= by, f"it ended {stamp(reached)}")


def roads_begun(world: World) -> tuple[str, ...]:
    """Return the roads on which something was built: a VPC is hand-built; a role for SageMaker or a job of it, managed."""
    trusted = any("sagemaker.amazonaws.com" in r.trusted for r in world.every(Role))
    managed = trusted or bool(world.table(TrainingJob)) or bool(world.table(Endpoint))
    return (("hand-built",) if world.table(Vpc) else ()) + (("managed",) if managed else ())


@predicate("road-begun")
def road_begun(world: World, scenario: Scenario) -> Finding:  # noqa: ARG001
    begun = roads_begun(world)
    return Finding(bool(begun), f"begun: {', '.join(begun)}" if begun else "neither road is begun")


@predicate("hand-reaches-out")
def hand_reaches_out(world: World, scenario: Scenario) -> Finding:  # noqa: ARG001
    """Every running instance can reach the internet; holds where there is no instance and another road is taken."""
    running = [i for i in world.every(Instance) if i.state == "running"]
    if not running:
        if world.table(TrainingJob):
            return Finding(True, "training jobs run without instances of yours")
        missing = _next_part(world)
        return Finding(not missing, missing or "an instance is on its way")
    for instance in running:
        path = reachability.to_internet(world, instance.id)
        if not path.ok:
            return Finding(False, f"{path.sentence()}. {path.hint}")
    return Finding(True, "every instance reaches out")


def _next_part(world: World) -> str:
    """Name the next part of a hand-built server that is not there, in the order in which one needs them."""
    if not world.table(Vpc):
        return "there is no VPC"
    if not world.table(Subnet):
        return "the VPC has no subnet"
    if not any(g.vpc for g in world.every(InternetGateway)):
        return "no internet gateway is attached to the VPC"
    if not any(reachability.is_public_subnet(world, s.id) for s in world.every(Subnet)):
        return "no route table sends 0.0.0.0/0 of a subnet to the internet gateway"
    if not any(i.state in ("pending", "running") for i in world.every(Instance)):
        return "no instance runs in the subnet"
    return ""


@predicate("managed-node")
def managed_node(world: World, scenario: Scenario) -> Finding:
    """Every running instance takes orders from Systems Manager; holds where there is none."""
    for instance in world.every(Instance):
        if instance.state == "running":
            missing = missing_piece(world, scenario, instance)
            if missing is not None:
                return Finding(False, f"{instance.id}: {missing}")
    return Finding(True, "Systems Manager reaches every instance")


@predicate("no-world-open-ports")
def no_world_open_ports(world: World, scenario: Scenario) -> Finding:  # noqa: ARG001
    for instance in world.every(Instance):
        if instance.state == "running" and (opened := exposure.open_to_world(world, instance.id)):
            (first, last), group, _ = opened[0]
            return Finding(False, f"{instance.id} through {group}: port {first if first == last else f'{first}-{last}'}")
    return Finding(True, "no port but 80 and 443 is open to the world")


@predicate("watched")
def watched(world: World, scenario: Scenario) -> Finding:  # noqa: ARG001
    """An agent reports a machine, or an alarm looks at whether it does its work."""
    running = [i for i in world.every(Instance) if i.state == "running"]
    blind = [i.id for i in running if not i.software.monitoring and not is_watched(world, i.id)]
    return Finding(not blind, "everything that serves is monitored" if not blind else f"nothing watches {', '.join(blind)}")


@predicate("incidents-resolved")
def incidents_resolved(world: World, scenario: Scenario) -> Finding:  # noqa: ARG001
    """No incident is open that is the team's to end; what AWS holds, AWS ends."""
    still = [i for i in world.every(Incident) if i.is_open and i.holder == "customer"]
    return Finding(not still, "no incident is open" if not still else "open: " + ", ".join(f"{i.kind} on {i.resource}" for i in still))


@predicate("time-is-up")
def time_is_up(world: World, scenario: Scenario) -> Finding:
    return Finding(world.now >= scenario.ends, f"it is {stamp(world.now)}; the run ends {stamp(scenario.ends)}")
