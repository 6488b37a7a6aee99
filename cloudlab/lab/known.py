"""What a completion may offer: ids the team knows, values of the catalogue, people, variables - read from a live run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cloudlab.dialects.complete import Pairs
from cloudlab.engine.documents import TABLE
from cloudlab.engine.rules.db_checks import CLASSES
from cloudlab.engine.rules.policies import MANAGED_POLICIES
from cloudlab.engine.rules.profiles import association_of
from cloudlab.engine.rules.quotas import SERVICES, quotas
from cloudlab.engine.run import KINDS
from cloudlab.lab.session import Session
from cloudlab.lab.states import WAITABLE
from cloudlab.lab.templates import SCHEME, saved
from cloudlab.lab.terminal import Terminal
from cloudlab.lab.view.things.egress import services
from cloudlab.lab.view.things.words import name_of, short
from cloudlab.model.compute import Image, Instance, Invocation
from cloudlab.model.identity import Role
from cloudlab.model.ids import REGION, ZONES, arn
from cloudlab.model.images import IMAGES
from cloudlab.model.network import Address, NetworkAcl, RouteTable
from cloudlab.model.operations import Incident
from cloudlab.model.people import Person
from cloudlab.model.storage import Bucket
from cloudlab.model.world import World

_TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"%s"},"Action":"sts:AssumeRole"}]}'


def _says_more(record: Any) -> bool:
    """Tell whether the name of a thing says more than its id: not where it is only shortened, but always beside an ARN."""
    return str(record.id).startswith("arn:") or name_of(record) not in (record.id, short(record.id))


class KnownInRun:
    """A `Known` over a session; nothing is kept, so it is never stale."""

    def __init__(self, session: Session, terminal: Terminal) -> None:
        self.session = session
        self.terminal = terminal

    def resources(self, kind: str) -> Pairs:
        """Return ids and names of a kind, the newest first."""
        world = self.session.world
        snake = kind.replace("-", "_")
        if snake == "incident":
            return [(i.id, f"{i.kind} on {i.resource}") for i in world.every(Incident) if i.detected is not None and i.is_open]
        if snake == "role_arn":
            return [(arn("iam", f"role/{r.id}"), r.id) for r in world.every(Role)]
        if snake == "command":
            return list(self.catalogue("command"))
        if snake in _ASSOCIATIONS:
            return list(_ASSOCIATIONS[snake](world))
        record: Any = KINDS.get("".join(part.capitalize() for part in snake.split("_")))
        found = [r for r in world.every(record) if getattr(r, "state", "") not in ("terminated", "deleted")] if record is not None else []
        return [(str(r.id), name_of(r) if _says_more(r) else "") for r in reversed(found)]

    def catalogue(self, group: str) -> Pairs:
        """Return the values of a group that the declarations or the script grammar name."""
        head, _, rest = group.partition(":")
        if head in ("prediction", "question"):
            return list(self._questions(head, rest))
        if group.endswith("-state") and group.removesuffix("-state") in WAITABLE:
            return [(state, "") for state in WAITABLE[group.removesuffix("-state")].states]
        offer = _GROUPS.get(group)
        return list(offer(self.session)) if offer is not None else ()

    def people(self) -> Pairs:
        return [(p.id, p.title) for p in self.session.world.every(Person)]

    def variables(self) -> Pairs:
        return [(name, value if isinstance(value, str) else " ".join(value)) for name, value in self.terminal.variables.items()]

    def _questions(self, kind: str, key: str) -> Iterator[tuple[str, str]]:
        file = self.session.level.file
        for question in file.predictions if kind == "prediction" else file.questions:
            if not key:
                yield question.id, question.text
            elif question.id == key:
                yield from ((choice, question.choice_text(choice)) for choice in question.choices)


def _types(session: Session) -> Iterator[tuple[str, str]]:
    for each in session.level.scenario.catalogue.instance_types:
        if each.requests_per_minute:
            yield each.name, f"{each.vcpu} vCPU, {each.memory_mib // 1024} GiB"


def _ml_types(session: Session) -> Iterator[tuple[str, str]]:
    for each in session.level.scenario.catalogue.instance_types:
        if each.ml is not None:
            yield each.ml.name, f"{each.vcpu} vCPU, {each.memory_mib // 1024} GiB"


def _commands(session: Session) -> Iterator[tuple[str, str]]:
    seen = {i.command: i for i in session.world.every(Invocation)}
    yield from ((key, f"{i.document}, {i.status}") for key, i in reversed(seen.items()))


def _uris(session: Session) -> Iterator[tuple[str, str]]:
    for container in session.level.scenario.containers.values():
        yield f"{container.account}.dkr.ecr.{REGION}.amazonaws.com/{container.repository}:{container.tags[0]}", container.title


def _images(session: Session) -> Iterator[tuple[str, str]]:
    yield from ((i.id, i.name) for i in session.world.every(Image))
    yield from ((i.id, i.name) for i in IMAGES)


def _buckets(session: Session) -> Iterator[tuple[str, str]]:
    yield from ((f"s3://{b.id}/", "") for b in session.world.every(Bucket))


_ASSOCIATIONS: dict[str, Callable[[World], Iterator[tuple[str, str]]]] = {
    "association": lambda world: (
        (a.id, f"{a.subnet or t.vpc} uses {name_of(t)}") for t in world.every(RouteTable) for a in t.associations
    ),
    "network_acl_association": lambda world: (
        (a.id, f"{a.subnet} is behind {name_of(acl)}") for acl in world.every(NetworkAcl) for a in acl.associations
    ),
    "profile_association": lambda world: (
        (key, f"{name_of(i)} carries {i.profile}") for i in world.every(Instance) if (key := association_of(i)) is not None
    ),
    "address_association": lambda world: (
        (a.association, f"{a.public_ip} points at {a.instance}") for a in world.every(Address) if a.association and a.instance
    ),
}
"""Kinds of association -> those there are, and what each ties together."""

_GROUPS: dict[str, Callable[[Session], Iterator[tuple[str, str]]]] = {
    "instance-type": _types,
    "ml-type": _ml_types,
    "db-class": lambda _: ((name, "") for name in CLASSES),
    "zone": lambda _: ((zone, "") for zone in ZONES[:3]),
    "document": lambda s: ((d.name, d.gloss) for d in TABLE if d.name in s.level.scenario.catalogue.ssm_documents),
    "endpoint-service": lambda _: services(),
    "policy": lambda _: ((p.arn, p.gloss) for p in MANAGED_POLICIES),
    "image": _images,
    "image-uri": _uris,
    "file": lambda s: ((f.name, f"{f.channel} data" if f.model is None else "a trained model") for f in s.level.scenario.files),
    "template": lambda _: ((f"{SCHEME}{name}", "a template of yours") for name in saved()),
    "quota-service": lambda _: iter(SERVICES.items()),
    "quota-code": lambda _: ((q.code, f"{q.title} ({q.service})") for q in quotas()),
    "cidr": lambda _: iter([("10.0.0.0/16", "65,536 addresses, as for a VPC"), ("10.0.0.0/24", "256 addresses, as for a subnet")]),
    "trust-policy": lambda _: ((_TRUST % f"{s}.amazonaws.com", f"{s} may put the role on") for s in ("ec2", "sagemaker")),
    "command": _commands,
    "s3-uri": _buckets,
    "kind": lambda _: ((kind, "") for kind in WAITABLE),
    "incident-kind": lambda s: ((i.id, i.title) for i in s.level.scenario.catalogue.incidents if i.modelled),
    "prediction": lambda s: ((q.id, q.text) for q in s.level.file.predictions),
    "question": lambda s: ((q.id, q.text) for q in s.level.file.questions),
}
