"""Tracing: from one end to another, hop by hop, as far as the team can know; where it stops, why, and what would mend it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cloudlab.engine.naming import label
from cloudlab.engine.rules import reachability
from cloudlab.engine.rules.knowledge import believed
from cloudlab.engine.rules.path import Hop, Path
from cloudlab.model.compute import Instance
from cloudlab.model.scenario import Scenario
from cloudlab.model.world import World

INTERNET = "internet"
OUT_PORT = 443
"""The port asked for on the internet's side: HTTPS."""


@dataclass(frozen=True, slots=True)
class End:
    """Something a trace may begin or end at; `id` is an instance's, or `internet`."""

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


_COMMAND = re.compile(r"\b(?:ec2|ssm|sagemaker|s3api|iam) [a-z0-9-]+(?: --.*)?$")


def ends(world: World) -> tuple[End, ...]:
    """Return what a trace may begin or end at: the internet, and every instance the team knows of."""
    seen = (i for i in believed(world).every(Instance) if i.state != "terminated")
    return (End(INTERNET, INTERNET), *(End(i.id, label(world, i.id)) for i in seen))


def ports(world: World, scenario: Scenario, target: str) -> tuple[int, ...]:
    """Return the ports worth asking for at a target: what the callers need, what it is known to listen on, and SSH."""
    if target == INTERNET:
        return (OUT_PORT,)
    instance = believed(world).find(Instance, target)
    listens = instance.software.server_port if instance is not None else None
    return tuple(dict.fromkeys([*(need.port for need in scenario.needs), *([listens] if listens is not None else []), 22]))


def trace(world: World, source: str, target: str, port: int = OUT_PORT) -> Trace:
    """Return the way from `source` to a TCP port of `target`; ids of instances, or `internet`. The ends must differ."""
    assert source != target, "a trace leads from one end to another"
    seen = believed(world)
    if source == INTERNET:
        path = reachability.from_internet(seen, target, port)
    elif target == INTERNET:
        path = reachability.to_internet(seen, source, port)
    else:
        path = reachability.between(seen, source, target, port)
    return _told(path)


def _told(path: Path) -> Trace:
    passed = path.hops if path.blocked is None else path.hops[: path.hops.index(path.blocked) + 1]
    found = _COMMAND.search(path.hint)
    line = found[0] if found is not None and "<" not in found[0] else ""
    return Trace(passed, path.ok, path.symptom, path.sentence(), path.hint, line)
