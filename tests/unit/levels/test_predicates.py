"""Each named predicate in a World where it holds and in one where it does not, with the evidence it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cloudlab.engine.simulation import Simulation
from cloudlab.levels.predicates import PREDICATES, Finding, holds, roads_begun
from cloudlab.model.compute import Invocation, Software
from cloudlab.model.identity import Role
from cloudlab.model.learning import Endpoint, TrainingJob
from cloudlab.model.network import ANYWHERE, Permission, RouteTable, SecurityGroup, Vpc
from cloudlab.model.operations import Front, Handover, Incident, Meter, Segment, Serving
from cloudlab.model.scenario import Need, Slo, Traffic
from cloudlab.model.storage import StoredObject
from cloudlab.model.time import HOUR, at
from cloudlab.model.training import Scored, Trained, TrainingSpec
from cloudlab.model.world import fact_key
from tests.support import MORNING, card, lay_network, open_simulation, put_server

SPEC = TrainingSpec("xgboost", "tiny", ("train",), (), 7)
OTHER = replace(SPEC, dataset="other")
SCORED = Scored(SPEC.digest(), "tiny", 1, bytes([3]))  # every answer is a true positive: 100 micro-dollars
NEED = Need("answers", "Answers", "tiny", Traffic(60, (1000,) * 24, noise=0))
World = Callable[[], Simulation]


def empty() -> Simulation:
    return open_simulation(
        needs=(NEED,), cards={"tiny": card()}, ends=at(1, "19:00"), slo=Slo(990_000, at(1, "12:00")), budget_micros=1_000_000
    )


def network() -> Simulation:
    return lay_network(empty())


def server(**software: Any) -> Simulation:
    simulation = network()
    put_server(simulation, software=Software(**dict[str, Any]({"serving": SPEC, "server_port": 443} | software)))
    return simulation


def put(simulation: Simulation, *records: Any) -> Simulation:
    simulation.world = simulation.world.put(*records)
    return simulation


def job(
    status: str = "Completed", spec: TrainingSpec = SPEC, auc: int = 812_300, metric: str = "validation:auc", **more: Any
) -> Simulation:
    fact = Trained(spec.digest(), "0" * 64, 100, ((metric, auc),))
    record = TrainingJob("job-1", "sm", "", "xgboost", "ml.m5.large", 1, 10, 3600, "s3://b/o", (), (), MORNING, status, spec=spec, **more)
    simulation = put(empty(), record)
    simulation.world = simulation.world.with_fact(fact_key(fact), fact)
    return simulation


def invocation(status: str) -> Simulation:
    simulation = job("Failed")
    return put(simulation, Invocation("c/i", "c", "i-1", "cloudlab-TrainModel", (), MORNING, status, ended=MORNING, training=SPEC))


def answering(since: str, until: str | None = None, now: str = "19:00", capacity: int = 500) -> Simulation:
    """Served from `since` to `until`, looked at `now`."""
    simulation = empty()
    segments = [Segment(MORNING, ()), Segment(at(1, since), (Front("i-1", capacity, SPEC),))]
    if segments[1].since == MORNING:
        segments = segments[1:]
    if until is not None:
        segments.append(Segment(at(1, until), (Front("i-1", capacity, SPEC, "timeout", "no route"),)))
    simulation.world = simulation.world.put(Serving("answers", tuple(segments))).with_fact(fact_key(SCORED), SCORED).at(at(1, now))
    return simulation


def spent(micros: int) -> Simulation:
    return put(empty(), Meter("c:i", "compute", "i", 0, None, micros * HOUR))


def taken_over(*incidents: Incident) -> Simulation:
    simulation = network()
    put_server(simulation, compromised=True)
    return put(simulation, *incidents)


def incident(key: str = "x", kind: str = "disk-full", **changes: Any) -> Incident:
    return Incident(key, kind, "i-1", "capacity", "customer", MORNING, **changes)


def open_port() -> Simulation:
    simulation = server()
    group = simulation.world.get(SecurityGroup, "sg-web")
    return put(simulation, replace(group, ingress=(*group.ingress, Permission("sgr-9", "tcp", 22, 22, cidr=ANYWHERE))))


def without_route() -> Simulation:
    simulation = server()
    table = simulation.world.get(RouteTable, "rtb-1")
    return put(simulation, replace(table, routes=table.routes[:1]))


def endpoint(status: str) -> Simulation:
    return put(empty(), Endpoint("e", "c", status, MORNING, (), SPEC))


def handed_over(need: str) -> Simulation:
    return put(server(), Handover(f"{need}:i-1", need, "i-1", MORNING))


A = {"need": "answers"}
CASES: list[tuple[str, dict[str, Any], World, bool, str]] = [
    ("exists", {"kind": "vpc"}, network, True, "vpc-1"),
    ("exists", {"kind": "vpc"}, empty, False, "there is no vpc yet"),
    ("exists", {"kind": "vpc", "count": 2}, network, False, "vpc-1"),
    ("exists", {"kind": "instance"}, lambda: put(network(), *_gone()), False, "there is no instance yet"),
    ("dataset-stored", {"dataset": "tiny"}, lambda: put(empty(), _stored("train")), True, "s3://b/train.csv"),
    ("dataset-stored", {"dataset": "tiny"}, lambda: put(empty(), _stored("validation")), False, "the train part of 'tiny'"),
    ("dataset-stored", {"dataset": "tiny", "channel": "validation"}, lambda: put(empty(), _stored("validation")), True, "s3://b"),
    ("model-trained", {"dataset": "tiny"}, job, True, "best validation:auc 0.8123"),
    ("model-trained", {"dataset": "tiny", "auc": 0.8123}, job, True, "0.8123"),
    ("model-trained", {"dataset": "tiny", "auc": 0.8124}, job, False, "0.8123"),
    ("model-trained", {"dataset": "tiny"}, lambda: job("InProgress"), False, "no training has completed"),
    ("model-trained", {"dataset": "tiny"}, lambda: job(spec=OTHER), False, "no training has completed"),
    ("model-trained", {"dataset": "tiny"}, lambda: invocation("Success"), True, "0.8123"),
    ("model-trained", {"dataset": "tiny"}, lambda: invocation("InProgress"), False, "no training"),
    ("model-trained", {"dataset": "tiny"}, lambda: job("InProgress"), False, "under way: job-1"),
    (
        "model-trained",
        {"dataset": "tiny"},
        lambda: job("Failed", failure="ClientError: no."),
        False,
        "completed; job-1 Failed: ClientError: no",
    ),
    (
        "model-trained",
        {"dataset": "tiny"},
        lambda: job("Stopped", secondary="MaxRuntimeExceeded"),
        False,
        "job-1 Stopped: MaxRuntimeExceeded",
    ),
    ("model-trained", {"dataset": "tiny"}, lambda: invocation("Failed"), False, "cloudlab-TrainModel on i-1 Failed"),
    ("model-trained", {"dataset": "tiny"}, lambda: job(metric="validation:rmse"), True, "nobody knows how well it ranks"),
    ("model-trained", {"dataset": "tiny", "auc": 0.5}, lambda: job(metric="validation:rmse"), False, "it measured validation:rmse"),
    ("model-trained", {"dataset": "tiny"}, empty, False, "no training has completed"),
    ("reachable", A, server, True, "i-1"),
    ("reachable", A, without_route, False, "rtb-1"),
    ("reachable", A, empty, False, "nothing runs that could be reached"),
    ("reachable", A, lambda: endpoint("InService"), True, "AWS's own API"),
    ("reachable", A, lambda: endpoint("Creating"), False, "nothing runs"),
    ("address-handed-over", A, lambda: handed_over("answers"), True, "i-1"),
    ("address-handed-over", A, lambda: endpoint("Creating"), False, "endpoint e is being created"),
    ("address-handed-over", A, lambda: handed_over("others"), False, "no address yet"),
    ("first-value", A, lambda: answering("10:00"), True, "first such hour ended day 1 11:00, 2 h 00 min after the start"),
    ("first-value", A, lambda: answering("10:00", now="10:59"), False, "no full hour yet"),
    ("first-value", A | {"by": at(1, "11:00")}, lambda: answering("10:00"), True, "day 1 11:00"),
    ("first-value", A | {"by": at(1, "10:59")}, lambda: answering("10:00"), False, "day 1 11:00"),
    ("first-value-between", A | {"after": at(1, "10:00"), "by": at(1, "11:00")}, lambda: answering("10:00"), True, "ended day 1 11:00"),
    ("first-value-between", A | {"after": at(1, "11:00"), "by": at(1, "12:00")}, lambda: answering("10:00"), False, "day 1 11:00"),
    ("first-value-between", A | {"after": 0, "by": 9_999_999}, empty, True, "there was no such hour"),
    ("first-value-between", A | {"after": 0, "by": at(1, "12:00")}, empty, False, "there was no such hour"),
    # counted from 12:00 to 19:00: 25,200 requests
    ("answered", A | {"share": 1.0}, lambda: answering("12:00"), True, "25,200 of 25,200 requests answered (100.00 %)"),
    ("answered", A | {"share": 0.55}, lambda: answering("12:00", until="15:51"), True, "13,860 of 25,200 requests answered (55.00 %)"),
    ("answered", A | {"share": 0.5501}, lambda: answering("12:00", until="15:51"), False, "11,340 failed: timeout"),
    ("answered", A | {"share": 0.5}, lambda: answering("12:00", now="11:00"), False, "no requests have come"),
    ("answered", A | {"share": 1.0, "since_slo": False}, lambda: answering("12:00"), False, "10,800 failed: no address"),
    ("value", A | {"usd": 0.36}, lambda: answering("18:00"), True, "answers were worth $0.36 of the $0.36 wanted"),
    ("value", A | {"usd": 0.3601}, lambda: answering("18:00"), False, "worth $0.36"),
    ("within-budget", {}, lambda: spent(1_000_000), True, "$1.00 spent of $1.00"),
    ("within-budget", {}, lambda: spent(1_000_001), False, "$1.00 spent of $1.00"),
    ("over-budget", {}, lambda: spent(1_000_001), True, "the budget was $1.00"),
    ("over-budget", {}, lambda: spent(1_000_000), False, "$1.00"),
    ("breached", {}, taken_over, True, "i-1 was taken over"),
    ("breached", {}, server, False, "nobody got in"),
    ("not-breached", {}, server, True, "nobody got in"),
    ("not-breached", {}, taken_over, False, "i-1 was taken over"),
    ("road-begun", {}, empty, False, "neither road is begun"),
    ("road-begun", {}, network, True, "begun: hand-built"),
    ("hand-reaches-out", {}, server, True, "every instance reaches out"),
    ("hand-reaches-out", {}, without_route, False, "rtb-1"),
    ("hand-reaches-out", {}, empty, False, "there is no VPC"),
    ("hand-reaches-out", {}, lambda: put(empty(), Vpc("vpc-1", "10.0.0.0/16")), False, "the VPC has no subnet"),
    ("hand-reaches-out", {}, network, False, "no instance runs in the subnet"),
    ("hand-reaches-out", {}, job, True, "without instances of yours"),
    ("managed-node", {}, server, True, "Systems Manager reaches every instance"),
    ("managed-node", {}, without_route, False, "i-1: it has no path to the Systems Manager endpoints"),
    ("managed-node", {}, empty, True, "Systems Manager"),
    ("no-world-open-ports", {}, server, True, "no port but 80 and 443"),
    ("no-world-open-ports", {}, open_port, False, "i-1 through sg-web"),
    ("watched", {}, lambda: server(monitoring=True), True, "monitored"),
    ("watched", {}, server, False, "nothing watches i-1"),
    ("incidents-resolved", {}, lambda: put(empty(), incident(resolved=MORNING)), True, "no incident is open"),
    ("incidents-resolved", {}, lambda: put(empty(), incident()), False, "open: disk-full on i-1"),
    ("incidents-resolved", {}, lambda: put(empty(), replace(incident(), holder="provider")), True, "no incident is open"),
    ("time-is-up", {}, lambda: answering("12:00", now="19:00"), True, "the run ends day 1 19:00"),
    ("time-is-up", {}, lambda: answering("12:00", now="18:59"), False, "it is day 1 18:59"),
]


def _gone() -> list[Any]:
    simulation = network()
    return [put_server(simulation, state="terminated", ended=MORNING)]


def _stored(channel: str) -> StoredObject:
    return StoredObject(f"b/{channel}.csv", "b", f"{channel}.csv", 1, MORNING, "tiny", channel)


def ask(name: str, arguments: dict[str, Any], simulation: Simulation) -> Finding:
    return PREDICATES[name](simulation.world, simulation.scenario, **arguments)


@pytest.mark.parametrize(("name", "arguments", "world", "ok", "evidence"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_a_predicate(name: str, arguments: dict[str, Any], world: World, ok: bool, evidence: str) -> None:
    found = ask(name, arguments, world())
    assert (found.ok, evidence in found.evidence) == (ok, True), found


def test_every_predicate_has_a_case_of_each_kind() -> None:
    for ok in (True, False):
        assert {case[0] for case in CASES if case[3] is ok} == {
            name for name, asked in PREDICATES.items() if asked.__module__ == holds.__module__
        }


def test_a_breach_names_what_let_them_in() -> None:
    scan = incident("s", "security-group-scanned", failed=True, detail="")
    hole = replace(incident("h", "os-cve", failed=True, detail="CVE-2024-6387 age=9d"), resource="i-2")
    evidence = ask("breached", {}, taken_over(hole, scan)).evidence
    assert evidence.startswith("i-1 was taken over: open port")
    assert "CVE-2024-6387" in ask("breached", {}, taken_over(hole)).evidence


def test_all_of_several_must_hold_and_the_first_that_does_not_is_told() -> None:
    simulation = network()
    both = holds({"exists": {"kind": "vpc"}, "not-breached": {}}, simulation.world, simulation.scenario)
    assert (both.ok, both.evidence) == (True, "vpc-1; nobody got in")
    one = holds({"not-breached": {}, "exists": {"kind": "role"}, "over-budget": {}}, simulation.world, simulation.scenario)
    assert (one.ok, one.evidence) == (False, "there is no role yet")


def test_which_roads_are_begun() -> None:
    trusted = Role("sm", ("sagemaker.amazonaws.com",), MORNING)
    other = Role("web", ("ec2.amazonaws.com",), MORNING)
    assert roads_begun(empty().world) == ()
    assert roads_begun(put(empty(), other).world) == ()
    assert roads_begun(put(empty(), trusted).world) == ("managed",)
    assert roads_begun(put(network(), trusted).world) == ("hand-built", "managed")
    assert roads_begun(endpoint("Creating").world) == ("managed",)
