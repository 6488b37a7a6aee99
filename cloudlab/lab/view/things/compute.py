"""Machines: the instances of EC2."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.rules import reachability
from cloudlab.engine.rules.balancing import is_behind_balancer
from cloudlab.engine.rules.knowledge import known
from cloudlab.engine.rules.spot import request_of
from cloudlab.engine.rules.volumes import root_of
from cloudlab.engine.rules.zones import is_down
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import Offer, Placed, Row, facts, offers, stands
from cloudlab.lab.view.things.words import name_of, tags_text
from cloudlab.model.compute import Instance
from cloudlab.model.network import Address
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.world import World


@stands("instance", Instance, column=True)
def instance_nodes(world: World) -> Iterator[Placed]:
    elastic = {a.instance: a.public_ip for a in world.every(Address)}
    for key in world.table(Instance):
        seen = known(world, Instance, key)
        if seen is None:
            continue
        instance = seen.record
        assert isinstance(instance, Instance)
        if instance.state != "terminated":
            silent = seen.age == 0 and instance.state == "running" and is_down(world, instance.zone)
            state, tone = ("no answer", "bad") if silent else _state(instance)
            where = elastic.get(key) or instance.public_ip or instance.private_ip
            detail = f"{instance.type}{' spot' if instance.spot else ''} {where}{_service(world, instance)}"
            yield ("subnet", instance.subnet), Node(key, "instance", name_of(instance), state, tone, seen.age, detail)


def _service(world: World, instance: Instance) -> str:
    """Say where a server listens, and which hop of the network keeps callers from it; hops inside the machine only a look shows."""
    port = instance.software.server_port
    if port is None:
        return ""
    if is_behind_balancer(world, instance.id):
        return f" :{port}"
    blocked = reachability.from_internet(world, instance.id, port).blocked
    if blocked is None or blocked.resource == instance.id:
        return f" :{port}"
    return f" :{port} blocked at {blocked.label}: {blocked.text}"


def _state(instance: Instance) -> tuple[str, str]:
    if instance.compromised:
        return "taken over", "bad"
    if instance.state != "running":
        return instance.state, "wait" if instance.state in ("pending", "stopping", "shutting-down") else "off"
    if instance.disk == "full":
        return "disk full", "bad"
    if instance.memory == "out":
        return "no memory", "bad"
    if "failed" in (instance.checks, instance.system_checks):
        return "check failed", "bad"
    return ("ok", "ok") if instance.checks == "passed" else ("boot", "wait")


@facts(Instance)
def instance_facts(world: World, scenario: Scenario, instance: Instance) -> Iterator[Row]:
    kind = scenario.catalogue.instance_type(instance.type)
    elastic = next((a.public_ip for a in world.every(Address) if a.instance == instance.id), None)
    yield "state", instance.state
    yield "type", instance.type + (f": {kind.vcpu} vCPU, {kind.memory_mib // 1024} GiB" if kind is not None else "")
    request = request_of(world, instance.id)
    if request is not None:
        leaves = f", and is taken back {stamp(request.leaves)}" if request.leaves is not None and request.state == "active" else ""
        yield "spot", f"{request.id}, {request.code}{leaves}"
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
    root = root_of(world, instance.id)
    of = f"{root.id}, {root.type}, " if root is not None else "none to start from, " if instance.rootless else ""
    yield "disk", f"{of}{instance.root_gib} GiB, {'encrypted' if instance.encrypted else 'not encrypted'}, {instance.disk}"
    software = instance.software
    yield "server", f"listens on tcp/{software.server_port}" if software.server_port is not None else "none is running"
    yield "monitored", "yes, it reports by itself" if software.monitoring else "no: one knows only what one looks at"
    yield "patched", ", ".join(software.patched)
    yield "libraries of", stamp(software.libraries_of) if software.libraries_of else ""
    yield "waits for reboot", ", ".join(software.pending_reboot)
    yield "launched", stamp(instance.launched)
    yield "tags", tags_text(instance.tags)


@offers(Instance)
def offer_instance(world: World, instance: Instance) -> Iterator[Offer]:
    key = instance.id
    yield "look at it", f"ec2 describe-instances --instance-ids {key}"
    yield "look at its status checks", f"ec2 describe-instance-status --instance-ids {key}"
    already = f"It is {instance.state} already, as far as you know."
    yield "start it", f"ec2 start-instances --instance-ids {key}", already if instance.state in ("pending", "running") else ""
    yield "stop it", f"ec2 stop-instances --instance-ids {key}", already if instance.state in ("stopping", "stopped") else ""
    yield "reboot it", f"ec2 reboot-instances --instance-ids {key}"
    yield "run a document on it", f"ssm send-command --instance-ids {key} --document-name "
    for address in world.every(Address):
        if address.instance != key:
            line = f"ec2 associate-address --allocation-id {address.id} --instance-id {key}"
            yield f"point {address.public_ip} at it", line
    root = root_of(world, key)
    if root is not None:
        yield "grow its volume", f"ec2 modify-volume --volume-id {root.id} --size "
        yield "take a snapshot of it", f"ec2 create-snapshot --volume-id {root.id}"
    yield "give it another size", f"ec2 modify-instance-attribute --instance-id {key} --instance-type "
    guard = "--no-disable-api-termination" if instance.protected else "--disable-api-termination"
    yield ("lift its protection" if instance.protected else "protect it"), f"ec2 modify-instance-attribute --instance-id {key} {guard}"
    yield "terminate it", f"ec2 terminate-instances --instance-ids {key}"
