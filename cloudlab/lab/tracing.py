"""Tracing: from one end to another, hop by hop, as far as the team can know; where it stops, why, and what would mend it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from cloudlab.engine.naming import label
from cloudlab.engine.rules import reachability
from cloudlab.engine.rules.balancing import listeners_of
from cloudlab.engine.rules.knowledge import believed, known
from cloudlab.engine.rules.path import Hop, Path
from cloudlab.engine.rules.service_ways import to_service
from cloudlab.model.balancing import LoadBalancer
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.scenario import Scenario
from cloudlab.model.world import World

INTERNET = "internet"
OUT_PORT = 443
"""The port asked for on the internet's side: HTTPS."""
SERVED = {"s3": "S3", "ssm": "Systems Manager", "sagemaker.runtime": "SageMaker endpoints"}
"""AWS's services that machines call, by what an endpoint for them is named -> what people call them."""


@dataclass(frozen=True, slots=True)
class End:
    """Something a trace may begin or end at; `id` is a resource's, `internet`, or a service's."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A computed way: hops up to and including the one that stops it."""

    hops: tuple[Hop, ...]
    ok: bool
    symptom: str
    """What a caller notices: `timeout`, `refused`, `error`; empty where the way is open."""
    sentence: str
    hint: str
    line: str
    """The first command of the hint, ready for the terminal; empty where the hint names none that is complete."""

    @property
    def noticed(self) -> str:
        """The symptom and what it means for a caller; empty where the way is open."""
        return f"{self.symptom}: {SYMPTOMS[self.symptom]}" if self.symptom in SYMPTOMS else self.symptom


SYMPTOMS = {
    "timeout": "the caller waits and hears nothing",
    "refused": "the caller is told at once that nothing listens there",
    "error": "the caller gets an error",
    "HTTP 502": "the load balancer answers: the target closed the connection at once",
    "HTTP 503": "the load balancer answers: it has no target to ask",
    "HTTP 504": "the load balancer answers: the target said nothing in time",
    "tls": "the caller speaks HTTPS and is not understood",
    "certificate": "the caller turns away from a certificate that has run out",
}


_COMMAND = re.compile(r"\b(?:ec2|ssm|sagemaker|s3api|iam|elbv2|rds) [a-z0-9-]+(?: --.*)?$")


def ends(world: World) -> tuple[End, ...]:
    """Return what a trace may begin at: the internet, and every instance and load balancer the team knows of."""
    seen = (i for i in believed(world).every(Instance) if i.state != "terminated")
    machines = [End(i.id, label(world, i.id)) for i in seen]
    return (End(INTERNET, INTERNET), *machines, *(End(b.id, b.name) for b in world.every(LoadBalancer)))


def goals(world: World, scenario: Scenario) -> dict[End, tuple[tuple[End, int], ...]]:
    """Return where a trace may lead, with its port, for each end it may begin at.

    Whatever has an address can be called; databases and AWS's services are never the ones who call.
    """
    callers = ends(world)
    databases = tuple(End(d.id, d.id) for d in world.every(DbInstance))
    services = tuple(End(name, title) for name, title in SERVED.items())
    found = {}
    for source in callers:
        called = callers + (databases + services if world.find(Instance, source.id) is not None else ())
        found[source] = tuple((end, port) for end in called if end != source for port in ports(world, scenario, end.id))
    return found


def ports(world: World, scenario: Scenario, target: str) -> tuple[int, ...]:
    """Return the ports worth asking for at a target: what the callers need, what it is known to listen on, and SSH."""
    if target == INTERNET or target in SERVED:
        return (OUT_PORT,)
    database = world.find(DbInstance, target)
    if database is not None:
        return (database.port,)
    needed = [need.port for need in scenario.needs]
    if world.find(LoadBalancer, target) is not None:
        return tuple(dict.fromkeys([*needed, *(x.port for x in listeners_of(world, target))]))
    instance = believed(world).find(Instance, target)
    listens = instance.software.server_port if instance is not None else None
    return tuple(dict.fromkeys([*needed, *([listens] if listens is not None else []), 22]))


def trace(world: World, source: str, target: str, port: int = OUT_PORT) -> Trace:
    """Return the way from `source` to a TCP port of `target`: ids, `internet`, or a service as target. The ends must differ."""
    assert source != target, "a trace leads from one end to another"
    seen = _seen(world)
    if source == INTERNET:
        path = reachability.from_internet(seen, target, port)
    elif target == INTERNET:
        path = reachability.to_internet(seen, source, port)
    elif target in SERVED:
        path = to_service(seen, source, target)
    else:
        path = reachability.between(seen, source, target, port)
    return _told(path)


def _seen(world: World) -> World:
    """Return what the team takes to be so, and with it that no machine it watches in a zone answers: the map shows that, too."""
    silent = {
        zone: outage
        for zone, outage in world.table(ZoneOutage).items()
        if any(i.zone == zone and (at := known(world, Instance, i.id)) is not None and at.age == 0 for i in world.every(Instance))
    }
    seen = believed(world)
    return replace(seen, tables={**seen.tables, ZoneOutage: {**seen.table(ZoneOutage), **silent}}) if silent else seen


def _told(path: Path) -> Trace:
    passed = path.hops if path.blocked is None else path.hops[: path.hops.index(path.blocked) + 1]
    found = _COMMAND.search(path.hint)
    line = found[0] if found is not None and "<" not in found[0] else ""
    return Trace(passed, path.ok, path.symptom, path.sentence(), path.hint, line)
