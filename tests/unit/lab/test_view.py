"""The View tells what the team knows and nothing more: an outage nobody has noticed changes no slice of it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from cloudlab.lab.plain_views import look
from cloudlab.lab.session import Session
from cloudlab.lab.view import View, ViewBuilder
from cloudlab.lab.view.slices import Node
from cloudlab.model.compute import Software
from cloudlab.model.network import ANYWHERE, Permission, SecurityGroup
from cloudlab.model.operations import Handover, Incident, Sighting
from cloudlab.model.time import HOUR, at
from cloudlab.model.training import TrainingSpec
from cloudlab.model.world import fact_key
from tests.runs import perform, start
from tests.small_level import TO_A_JOB, TO_AN_ENDPOINT, scored, small_level
from tests.support import lay_network, put_server, settle

NINE = at(1, "09:00")
SPEC = TrainingSpec("xgboost", "churn", ("train",), (), 0)
OBJECTIVES = [
    {"id": "open", "text": "Reachable", "when": {"reachable": {"need": "scores"}}},
    {"id": "answered", "text": "Answered", "when": {"answered": {"need": "scores", "share": 0.9, "since_slo": False}}},
    {"id": "well", "text": "Well", "when": {"incidents-resolved": {}}},
    {"id": "safe", "text": "Safe", "when": {"not-breached": {}}},
]


def strike(kind: str, detail: str = "", hours: int | None = None) -> dict[str, Any]:
    more = {"patience_hours": hours} if hours is not None else {}
    return {"id": "x", "kind": kind, "earliest": "day 1 12:00", "latest": "day 1 12:00", "detail": detail, **more}


def serving(folder: Path, incident: dict[str, Any] | None, *, monitoring: bool = False, lose: dict[str, Any] | None = None) -> Session:
    """Open a run in which a machine serves since 09:00, last seen at 09:00."""
    changes: dict[str, Any] = {"objectives": OBJECTIVES, "incidents": [incident] if incident else [], "lose": lose or {}}
    session = start(small_level(folder, **changes), folder)
    simulation = lay_network(session.simulation)
    software = Software(runtime=True, model=SPEC, serving=SPEC, server_port=443, monitoring=monitoring)
    server = put_server(simulation, software=software)
    world = simulation.world.put(Handover("scores:i-1", "scores", "i-1", NINE), Sighting("i-1", NINE, server))
    simulation.world = world.with_fact(fact_key(scored(SPEC)), scored(SPEC))
    settle(simulation)
    session.note("open for business")
    return session


def view(session: Session, hour: str) -> View:
    session.step(at(1, hour))
    assert session.now == at(1, hour)
    return ViewBuilder(session).build()


def find(node: Node, key: str, kind: str = "") -> Node:
    """Return a node of the map by id; two kinds may share a name."""
    found = [n for n in walk(node) if n.id == key and kind in ("", n.kind)]
    assert len(found) == 1, key
    return found[0]


def walk(node: Node) -> list[Node]:
    return [node, *(n for child in node.children for n in walk(child))]


def ageless(node: Node) -> Node:
    return replace(node, age=0, children=tuple(ageless(c) for c in node.children))


@pytest.mark.parametrize(
    ("kind", "detail"), [("instance-status-check", ""), ("disk-full", ""), ("os-cve", "CVE-2014-0160"), ("security-group-scanned", "")]
)
def test_what_nobody_noticed_is_in_no_slice(tmp_path: Path, kind: str, detail: str) -> None:
    """The same run without the incident looks the same, to the letter, until somebody calls."""
    runs = [serving(tmp_path / "struck", strike(kind, detail)), serving(tmp_path / "well", None)]
    for session in runs:
        group = session.world.get(SecurityGroup, "sg-web")
        opened = replace(group, ingress=(*group.ingress, Permission("sgr-9", "tcp", 22, 22, cidr=ANYWHERE)))
        session.simulation.world = session.world.put(opened)
        session.note("a port more")
        session.step(at(1, "11:00"))
    struck, well = (view(session, "12:30") for session in runs)
    assert list(runs[0].world.every(Incident)) != []
    for slice_ in fields(View):
        assert getattr(struck, slice_.name) == getattr(well, slice_.name), slice_.name
    for what in ("status", "map", "board", "goals", "pages", "jobs", "traffic", "team", "log", "money"):
        assert look(struck, what, runs[0]) == look(well, what, runs[1])


def test_damage_nobody_noticed_is_not_told(tmp_path: Path) -> None:
    session = serving(tmp_path, strike("os-cve", "CVE-2014-0160", hours=1))
    seen = view(session, "13:30")
    assert session.world.get(Incident, "x").failed
    assert find(seen.cloud, "i-1").state == "ok"
    assert [g.met for g in seen.goals if g.id == "safe"] == [True]
    assert seen.pages == ()
    assert not any("nobody acted" in line.text for line in seen.log)


def test_a_customers_call_tells_the_page_and_the_traffic_until_then(tmp_path: Path) -> None:
    session = serving(tmp_path, strike("instance-status-check"))
    before = view(session, "12:44").services[0]
    assert (before.state, before.as_of, before.offered) == ("fine", NINE, 0)
    after = view(session, "13:30")
    (service,) = after.services
    assert (service.state, service.as_of) == ("down", at(1, "12:45"))
    assert (service.offered, service.served) == (13_500, 10_800)  # 45 minutes of nothing
    (page,) = after.pages
    assert (page.id, page.state, page.holder, page.struck, page.detected) == ("x", "open", "YOURS", at(1, "12:00"), at(1, "12:45"))
    assert find(after.cloud, "i-1").state == "ok"  # nobody has looked at the machine
    assert find(after.cloud, "i-1").age == at(1, "13:30") - NINE
    goals = {g.id: g for g in after.goals}
    assert (goals["well"].met, goals["open"].met) == (False, True)
    assert goals["answered"].evidence.endswith("(as of day 1 12:45)")


def test_hint_and_page_begin_with_the_outage_the_team_knows_of(tmp_path: Path) -> None:
    session = serving(tmp_path, strike("disk-full"))
    session.step(at(1, "12:30"))
    assert "Your service is down" not in session.hint()  # nobody knows yet
    [page] = view(session, "13:30").pages
    assert page.outage == "Your service is down."
    assert session.hint().startswith("Your service is down: ")
    assert "Page x lists the ways out." in session.hint()


async def test_who_looks_sees_it_all(tmp_path: Path) -> None:
    session = serving(tmp_path, strike("disk-full"))
    session.step(at(1, "12:10"))
    await perform(session, "ec2 describe-instances --instance-ids i-1")
    seen = ViewBuilder(session).build()
    assert find(seen.cloud, "i-1").state == "disk full"
    assert seen.services[0].as_of == session.now
    assert [p.id for p in seen.pages] == ["x"]
    assert [any(c.struck for c in cells) for title, cells in seen.board.rows].count(True) == 1


def test_a_watched_machine_is_seen_at_once(tmp_path: Path) -> None:
    session = serving(tmp_path, strike("disk-full"), monitoring=True)
    seen = view(session, "12:01")
    assert find(seen.cloud, "i-1").state == "disk full"
    assert seen.services[0].as_of == at(1, "12:01")


def test_once_it_is_over_everything_is_shown(tmp_path: Path) -> None:
    session = serving(tmp_path, strike("os-cve", "CVE-2014-0160", hours=1), lose={"breach": {"breached": {}}})
    session.step(at(1, "14:00"))
    seen = ViewBuilder(session).build()
    assert (seen.status.over, session.now) == ("lost", at(1, "13:00"))
    assert seen.services[0].as_of == session.now
    assert any("nobody acted in time" in line.text for line in seen.log)


async def test_metrics_are_shown_when_the_job_is_through(tmp_path: Path) -> None:
    session = start(small_level(tmp_path), tmp_path)
    await perform(session, TO_A_JOB)
    views = ViewBuilder(session)
    waiting = None
    while waiting is None:
        waiting = session.step(session.now + 60)
    await session.fetch(waiting)
    (job,) = views.build().jobs
    assert (job.status, job.metrics, job.failure) == ("InProgress", (), "")
    await perform(session, "wait for training-job job-1 Completed")
    (job,) = views.build().jobs
    assert (job.status, dict(job.metrics)) == ("Completed", {"validation:auc": 850_000})


async def test_a_managed_endpoint_is_watched(tmp_path: Path) -> None:
    session = start(small_level(tmp_path), tmp_path)
    await perform(session, TO_A_JOB + TO_AN_ENDPOINT + "wait 2h\n")
    seen = ViewBuilder(session).build()
    assert find(seen.cloud, "churn", "endpoint").state == "InService"
    assert (seen.services[0].state, seen.services[0].as_of) == ("fine", session.now)
    assert [name for _, name in seen.board.resources] == ["churn", "my-sagemaker-bucket"]  # a job that is over is nobody's any more


def test_slices_that_did_not_change_are_the_very_same(tmp_path: Path) -> None:
    session = start(small_level(tmp_path), tmp_path)
    views = ViewBuilder(session)
    first = views.build()
    session.step(NINE + HOUR)
    second = views.build()
    assert second.status is not first.status
    for name in ("cloud", "board", "pages", "jobs", "log", "team"):
        assert getattr(second, name) is getattr(first, name)


async def test_a_team_at_work(tmp_path: Path) -> None:
    session = start(small_level(tmp_path), tmp_path)
    await perform(session, "note hello")
    for cidr in ("10.1.0.0/16", "10.2.0.0/16"):
        from cloudlab.commands.ec2_network import CreateVpc

        session.submit(CreateVpc(cidr_block=cidr))
    ana, raj = ViewBuilder(session).build().team
    assert (ana.until, ana.queued, raj.until, raj.doing) == (NINE + 60, 1, None, "")


async def test_terminated_machines_leave_the_map(tmp_path: Path) -> None:
    session = serving(tmp_path, None)
    await perform(session, "ec2 terminate-instances --instance-ids i-1\nwait 1h")
    seen = ViewBuilder(session).build()
    assert [n.id for n in walk(seen.cloud) if n.kind == "instance"] == []
    assert seen.board.resources == ()
    assert ageless(seen.cloud).id == seen.cloud.id
