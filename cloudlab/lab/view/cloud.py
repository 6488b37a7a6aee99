"""The map's slice: the cloud as the team knows it, nested account > VPC > zone > subnet > instance."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.rules import reachability
from cloudlab.engine.rules.knowledge import known
from cloudlab.lab.view.slices import Node
from cloudlab.model.compute import Instance
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.ids import ACCOUNT, REGION
from cloudlab.model.learning import Endpoint, SageModel, TrainingJob
from cloudlab.model.network import Address, InternetGateway, RouteTable, SecurityGroup, Subnet, Tags, Vpc
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.world import World


def cloud(world: World) -> Node:
    """Return the tree that the map draws."""
    children = (
        *_vpcs(world),
        *_loose_gateways(world),
        *_addresses(world),
        *_buckets(world),
        *_roles(world),
        *_jobs(world),
        *_endpoints(world),
    )
    return Node(
        ACCOUNT,
        "account",
        ACCOUNT,
        REGION,
        "plain",
        0,
        "" if children else "nothing here yet: you get what you ask for",
        children,
    )


def name_of(record: object, tags: Tags = ()) -> str:
    """Return the Name tag, or a shortened id."""
    named = dict(tags or getattr(record, "tags", ())).get("Name")
    return named or short(str(getattr(record, "id", "")))


def short(resource: str) -> str:
    """Shorten an id of 17 hex digits for the screen: `vpc-0a1b2c..`; other names stay whole."""
    prefix, _, rest = resource.partition("-")
    return f"{prefix}-{rest[:5]}" if len(rest) == 17 else resource


def _vpcs(world: World) -> Iterator[Node]:
    for vpc in world.every(Vpc):
        parts: list[Node] = [
            Node(g.id, "internet-gateway", name_of(g), "attached", "ok", 0, "<=> internet")
            for g in world.every(InternetGateway)
            if g.vpc == vpc.id
        ]
        parts += [_route_table(t) for t in world.every(RouteTable) if t.vpc == vpc.id]
        parts += [_group(g) for g in world.every(SecurityGroup) if g.vpc == vpc.id]
        zones: dict[str, list[Node]] = {}
        for subnet in world.every(Subnet):
            if subnet.vpc == vpc.id:
                zones.setdefault(subnet.zone, []).append(_subnet(world, subnet))
        parts += [Node(f"{vpc.id}/{zone}", "zone", zone, "", "plain", 0, "", tuple(nodes)) for zone, nodes in sorted(zones.items())]
        yield Node(vpc.id, "vpc", name_of(vpc), vpc.state, "ok", 0, vpc.cidr, tuple(parts))


def _loose_gateways(world: World) -> Iterator[Node]:
    for gateway in world.every(InternetGateway):
        if gateway.vpc is None:
            yield Node(gateway.id, "internet-gateway", name_of(gateway), "detached", "off", 0, "attached to no VPC")


def _addresses(world: World) -> Iterator[Node]:
    for address in world.every(Address):
        used = world.find(Instance, address.instance)
        detail = f"-> {name_of(used)}" if used is not None else "points at nothing, and costs all the same"
        state = "in use" if used is not None else "unused"
        yield Node(address.id, "address", address.public_ip, state, "ok" if used is not None else "off", 0, detail)


def _route_table(table: RouteTable) -> Node:
    routes = ", ".join(f"{r.destination} -> {short(r.target)}" for r in table.routes)
    return Node(table.id, "route-table", name_of(table) + (" (main)" if table.is_main else ""), "", "plain", 0, routes)


def _group(group: SecurityGroup) -> Node:
    rules = ", ".join(f"{_ports(p.protocol, p.from_port, p.to_port)} from {p.cidr or short(p.group or '')}" for p in group.ingress)
    return Node(group.id, "security-group", group.name, "", "plain", 0, rules or "lets nothing in")


def _ports(protocol: str, first: int, last: int) -> str:
    if protocol == "-1":
        return "everything"
    return f"{protocol}/{first}" if first == last else f"{protocol}/{first}-{last}"


def _subnet(world: World, subnet: Subnet) -> Node:
    inside = tuple(node for i in world.every(Instance) if i.subnet == subnet.id for node in _instance(world, i.id))
    return Node(subnet.id, "subnet", name_of(subnet), "", "ok", 0, subnet.cidr, inside)


def _instance(world: World, key: str) -> Iterator[Node]:
    seen = known(world, Instance, key)
    if seen is None:
        return
    instance = seen.record
    assert isinstance(instance, Instance)
    if instance.state == "terminated":
        return
    elastic = next((a.public_ip for a in world.every(Address) if a.instance == key), None)
    where = elastic or instance.public_ip
    state, tone = _instance_state(instance)
    detail = f"{instance.type} {where or instance.private_ip}{_service(world, instance)}"
    yield Node(key, "instance", name_of(instance), state, tone, seen.age, detail)


def _service(world: World, instance: Instance) -> str:
    """Say where a server listens, and which hop of the network keeps callers from it; hops inside the machine only a look shows."""
    port = instance.software.server_port
    if port is None:
        return ""
    blocked = reachability.from_internet(world, instance.id, port).blocked
    if blocked is None or blocked.resource == instance.id:
        return f" :{port}"
    return f" :{port} blocked at {blocked.label}: {blocked.text}"


def _instance_state(instance: Instance) -> tuple[str, str]:
    if instance.compromised:
        return "taken over", "bad"
    if instance.state != "running":
        return instance.state, "wait" if instance.state in ("pending", "stopping", "shutting-down") else "off"
    if instance.disk == "full":
        return "disk full", "bad"
    if "failed" in (instance.checks, instance.system_checks):
        return "check failed", "bad"
    return ("ok", "ok") if instance.checks == "passed" else ("boot", "wait")


def _buckets(world: World) -> Iterator[Node]:
    for bucket in world.every(Bucket):
        keys = [o.key for o in world.every(StoredObject) if o.bucket == bucket.id]
        shown = ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")
        yield Node(
            bucket.id, "bucket", bucket.id, "public" if bucket.public else "private", "bad" if bucket.public else "ok", 0, shown or "empty"
        )


def _roles(world: World) -> Iterator[Node]:
    profiles = {p.role: p.id for p in world.every(InstanceProfile)}
    for role in world.every(Role):
        policies = ", ".join(p.rsplit("/", 1)[-1] for p in role.policies) or "no policy attached"
        profile = f"; instance profile {profiles[role.id]}" if role.id in profiles else ""
        yield Node(role.id, "role", role.id, "", "plain", 0, policies + profile)


def _jobs(world: World) -> Iterator[Node]:
    tones = {"Completed": "ok", "Failed": "bad", "Stopped": "off"}
    for job in world.every(TrainingJob):
        yield Node(job.id, "training-job", job.id, job.status, tones.get(job.status, "wait"), 0, f"{job.container} on {job.instance_type}")


def _endpoints(world: World) -> Iterator[Node]:
    for model in world.every(SageModel):
        yield Node(f"model/{model.id}", "model", model.id, "", "plain", 0, model.spec.container)
    for endpoint in world.every(Endpoint):
        tone = {"InService": "ok", "Failed": "bad"}.get(endpoint.status, "wait")
        fleet = ", ".join(f"{v.count} x {v.instance_type}" for v in endpoint.variants)
        lost = f", {endpoint.lost} being replaced by AWS" if endpoint.lost else ""
        yield Node(endpoint.id, "endpoint", endpoint.id, endpoint.status, "bad" if endpoint.lost else tone, 0, fleet + lost)
