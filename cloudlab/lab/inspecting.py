"""Inspecting: everything the team knows of one resource - facts, money, who holds its duties, what struck it, who can reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cloudlab.engine.rules import reachability
from cloudlab.engine.rules.knowledge import believed, known
from cloudlab.engine.rules.responsibility import SERVICE_OF
from cloudlab.engine.rules.routing import is_active, table_of
from cloudlab.lab.actions import record_of, rule_text
from cloudlab.lab.session import Session
from cloudlab.lab.view.cloud import name_of
from cloudlab.lab.view.operations import WORDS
from cloudlab.model.compute import Instance
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.learning import Endpoint, SageModel, TrainingJob
from cloudlab.model.money import format_usd
from cloudlab.model.network import Address, InternetGateway, RouteTable, SecurityGroup, Subnet, Vpc
from cloudlab.model.operations import Incident, Meter
from cloudlab.model.scenario import Scenario
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.time import Seconds, stamp
from cloudlab.model.world import World

Row = tuple[str, str]
"""(label, what is so)"""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A resource at length, for a side sheet."""

    id: str
    kind: str
    name: str
    age: Seconds
    """How old the knowledge is; 0 means as it is now."""
    sections: tuple[Section, ...]


def inspect(session: Session, resource: str, kind: str = "") -> Inspection | None:
    """Return what the team knows of a thing on the map; None for what it does not know."""
    world, scenario = session.world, session.level.scenario
    record: Any = record_of(world, resource, kind)
    if record is None:
        return None
    age = 0
    if isinstance(record, Instance):
        seen = known(world, Instance, record.id)
        if seen is None:
            return None
        record, age = seen.record, seen.age
    facts = FACTS[type(record)](believed(world), scenario, record)
    sections = (
        Section("what it is", tuple((label, text) for label, text in facts if text)),
        Section("who can reach it", tuple(_reach(world, scenario, record))),
        Section("money", tuple(_money(world, record.id, type(record)))),
        Section("who holds it", tuple(_duties(scenario, record))),
        Section("what struck it", tuple(_strikes(world, scenario, record.id))),
    )
    name = record.name if isinstance(record, SecurityGroup) else name_of(record)
    return Inspection(record.id, kind or type(record).__name__.lower(), name, age, tuple(s for s in sections if s.rows))


def _money(world: World, resource: str, kind: type) -> Iterator[Row]:
    training = kind is TrainingJob
    for meter in world.every(Meter):
        if meter.resource == resource and kind is not Role and (meter.line == "training") == training:
            yield meter.line, f"{format_usd(meter.rate, 4)} per hour" + ("" if meter.since is not None else ", not running")


def _duties(scenario: Scenario, record: Any) -> Iterator[Row]:
    service = SERVICE_OF.get(type(record))
    if service is None:
        return
    held: dict[str, list[str]] = {"YOU": [], "shared": [], "AWS": []}
    for duty in scenario.catalogue.duties:
        held[WORDS[scenario.catalogue.holding(service, duty.id).holder]].append(duty.title)
    yield from ((holder, ", ".join(duties)) for holder, duties in held.items() if duties)


def _strikes(world: World, scenario: Scenario, resource: str) -> Iterator[Row]:
    for incident in world.every(Incident):
        if incident.resource == resource and incident.detected is not None:
            title = scenario.catalogue.incident(incident.kind).title
            end = "open" if incident.is_open else f"over: {incident.resolution}"
            whose = "YOURS" if incident.holder == "customer" else "AWS"
            yield stamp(incident.struck), f"{title} ({incident.duty}, {whose}): {end}"


def _reach(world: World, scenario: Scenario, record: Any) -> Iterator[Row]:
    if not isinstance(record, Instance):
        return
    seen = believed(world)
    asked = dict.fromkeys(
        [*(need.port for need in scenario.needs), *([record.software.server_port] if record.software.server_port else [])]
    )
    for port in asked:
        yield f"in, tcp/{port}", reachability.from_internet(seen, record.id, port).sentence()
    yield "out, tcp/443", reachability.to_internet(seen, record.id).sentence()


# facts: one function per kind -------------------------------------------------------------------------------------------

Facts = Callable[[World, Scenario, Any], Iterator[Row]]


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _tags(tags: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{key}={value}" for key, value in tags)


def vpc_facts(world: World, scenario: Scenario, vpc: Vpc) -> Iterator[Row]:
    yield "addresses", vpc.cidr
    yield "state", vpc.state
    yield "subnets", ", ".join(f"{s.id} {s.cidr}" for s in world.every(Subnet) if s.vpc == vpc.id) or "none"
    yield "gateway", next((g.id for g in world.every(InternetGateway) if g.vpc == vpc.id), "none: nothing here reaches the internet")
    yield "DNS hostnames", _yes(vpc.dns_hostnames)
    yield "tags", _tags(vpc.tags)


def subnet_facts(world: World, scenario: Scenario, subnet: Subnet) -> Iterator[Row]:
    table = table_of(world, subnet)
    yield "addresses", subnet.cidr
    yield "zone", subnet.zone
    yield "VPC", subnet.vpc
    yield "route table", table.id + (" (the VPC's main one)" if table.is_main else "")
    yield "public", "yes: its routes lead to the internet gateway" if reachability.is_public_subnet(world, subnet.id) else "no"
    yield "public at launch", _yes(subnet.map_public_ip)
    yield "tags", _tags(subnet.tags)


def internet_gateway_facts(world: World, scenario: Scenario, gateway: InternetGateway) -> Iterator[Row]:
    yield "attached to", gateway.vpc or "no VPC: it leads nowhere"
    yield "tags", _tags(gateway.tags)


def route_table_facts(world: World, scenario: Scenario, table: RouteTable) -> Iterator[Row]:
    yield "VPC", table.vpc
    for route in table.routes:
        lost = "" if is_active(world, table, route) else " (black hole)"
        yield "route", f"{route.destination} -> {route.target}{lost}"
    used = [a.subnet for a in table.associations if a.subnet is not None]
    yield "used by", ", ".join(used) or ("every subnet without a table of its own" if table.is_main else "no subnet")
    yield "tags", _tags(table.tags)


def security_group_facts(world: World, scenario: Scenario, group: SecurityGroup) -> Iterator[Row]:
    yield "description", group.description
    yield "VPC", group.vpc
    for rule in group.ingress:
        yield "lets in", f"{rule_text(rule)} from {rule.cidr or rule.group}"
    if not group.ingress:
        yield "lets in", "nothing"
    for rule in group.egress:
        yield "lets out", f"{rule_text(rule)} to {rule.cidr or rule.group}"
    yield "worn by", ", ".join(i.id for i in world.every(Instance) if group.id in i.groups and i.state != "terminated") or "no instance"
    yield "tags", _tags(group.tags)


def address_facts(world: World, scenario: Scenario, address: Address) -> Iterator[Row]:
    yield "address", address.public_ip
    yield "points at", address.instance or "nothing; it costs all the same"
    yield "tags", _tags(address.tags)


def instance_facts(world: World, scenario: Scenario, instance: Instance) -> Iterator[Row]:
    kind = scenario.catalogue.instance_type(instance.type)
    elastic = next((a.public_ip for a in world.every(Address) if a.instance == instance.id), None)
    yield "state", instance.state
    yield "type", instance.type + (f": {kind.vcpu} vCPU, {kind.memory_mib // 1024} GiB" if kind is not None else "")
    yield "image", instance.image
    yield "zone", instance.zone
    yield "subnet", instance.subnet
    yield "private", instance.private_ip
    public = f"{elastic} (Elastic IP)" if elastic is not None else instance.public_ip
    yield "public", public or "none: the internet cannot call it"
    yield "groups", ", ".join(instance.groups)
    yield "profile", instance.profile or "none: it may do nothing in this account"
    if instance.state == "running":
        yield "checks", f"instance {instance.checks}, system {instance.system_checks}"
    yield "disk", f"{instance.root_gib} GiB, {'encrypted' if instance.encrypted else 'not encrypted'}, {instance.disk}"
    software = instance.software
    yield "server", f"listens on tcp/{software.server_port}" if software.server_port is not None else "none is running"
    yield "monitored", "yes, it reports by itself" if software.monitoring else "no: one knows only what one looks at"
    yield "patched", ", ".join(software.patched)
    yield "waits for reboot", ", ".join(software.pending_reboot)
    yield "launched", stamp(instance.launched)
    yield "tags", _tags(instance.tags)


def bucket_facts(world: World, scenario: Scenario, bucket: Bucket) -> Iterator[Row]:
    yield "created", stamp(bucket.created)
    yield "open to all", _yes(bucket.public)
    yield "blocks public access", _yes(bucket.block_public)
    for kept in world.every(StoredObject):
        if kept.bucket == bucket.id:
            yield "object", f"{kept.key} ({kept.size:,} bytes)"
    yield "tags", _tags(bucket.tags)


def role_facts(world: World, scenario: Scenario, role: Role) -> Iterator[Row]:
    yield "trusted by it", ", ".join(role.trusted)
    for policy in role.policies:
        yield "allows", policy
    if not role.policies:
        yield "allows", "nothing: no policy is attached"
    yield "profile", ", ".join(p.id for p in world.every(InstanceProfile) if p.role == role.id)
    yield "created", stamp(role.created)


def training_job_facts(world: World, scenario: Scenario, job: TrainingJob) -> Iterator[Row]:
    yield "status", f"{job.status}, {job.secondary}" if job.secondary != job.status else job.status
    yield "failed because", job.failure or ""
    yield "container", job.container
    yield "machines", f"{job.instance_count} x {job.instance_type}, {job.volume_gib} GiB"
    yield "at most", f"{job.max_runtime:,} s"
    yield "role", job.role
    yield from (("input", f"{channel}: {uri}") for channel, uri in job.inputs)
    yield "output", job.artifact or job.output
    yield "settings", ", ".join(f"{key}={value}" for key, value in job.hyperparameters)


def model_facts(world: World, scenario: Scenario, model: SageModel) -> Iterator[Row]:
    yield "served by", model.container
    yield "artifact", model.data_url
    yield "role", model.role
    yield "created", stamp(model.created)


def endpoint_facts(world: World, scenario: Scenario, endpoint: Endpoint) -> Iterator[Row]:
    yield "status", endpoint.status
    yield "failed because", endpoint.failure or ""
    yield "configuration", endpoint.config
    for variant in endpoint.variants:
        yield "variant", f"{variant.name}: {variant.model} on {variant.count} x {variant.instance_type}"
    yield "out of service", f"{endpoint.lost}, being replaced by AWS" if endpoint.lost else ""
    yield "created", stamp(endpoint.created)


FACTS: dict[type[Any], Facts] = {
    Vpc: vpc_facts,
    Subnet: subnet_facts,
    InternetGateway: internet_gateway_facts,
    RouteTable: route_table_facts,
    SecurityGroup: security_group_facts,
    Address: address_facts,
    Instance: instance_facts,
    Bucket: bucket_facts,
    Role: role_facts,
    TrainingJob: training_job_facts,
    SageModel: model_facts,
    Endpoint: endpoint_facts,
}
"""Record type -> what is said of it. A kind to come adds its own line."""
