"""What callers of a load balancer meet, and when its name becomes the address they use."""

from __future__ import annotations

from dataclasses import replace
from math import lcm

from cloudlab.engine.kernel import Context, Events, reacts_to
from cloudlab.engine.model_server import judged
from cloudlab.engine.rules.balancing import GATEWAY_ERRORS, NO_TARGETS, in_rotation, listener_on, sends_to, targets_of, tls_fault, way_to
from cloudlab.engine.rules.fronts import front_of
from cloudlab.engine.rules.interfaces import Interface
from cloudlab.engine.rules.path import Path, Trail
from cloudlab.engine.rules.reachability import arrives
from cloudlab.engine.rules.ways import ground, remembered
from cloudlab.model.balancing import BalancerNode, Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.compute import Instance
from cloudlab.model.events.serving import AddressHandedOver, AddressWithdrawn
from cloudlab.model.operations import Front, Handover
from cloudlab.model.scenario import Need, Scenario
from cloudlab.model.world import World


@front_of
def front_of_load_balancer(world: World, scenario: Scenario, need: Need, resource: str) -> tuple[Front, ...] | None:
    """Tell what callers of its name meet: they spread over the nodes it leads to, and each node over the targets it sends to.

    Targets that fail and have not been found out yet take their share and fail it.
    """
    balancer = world.find(LoadBalancer, resource)
    if balancer is None:
        return None
    if need.database:
        return _met_by_callers(world, scenario, need, balancer)
    listener = listener_on(world, balancer.id, need.port)
    targets = _asked(world, world.get(TargetGroup, listener.group)) if listener is not None else ()
    read = (scenario, need, balancer, *targets, *(world.find(Instance, t.instance) for t in targets), *ground(world))
    key = tuple(map(id, read))
    before = _met.get(key)
    if before is None:
        if len(_met) >= _MOST:
            _met.clear()
        before = _met[key] = (read, _met_by_callers(world, scenario, need, balancer))
    return before[1]


def _asked(world: World, group: TargetGroup) -> tuple[Target, ...]:
    """Return the targets that any node may send to; where each node keeps to its own zone, all there are decide that."""
    there = targets_of(world, group.id)
    return in_rotation(there) if group.cross_zone else there


_MOST = 256
_met: dict[tuple[int, ...], tuple[tuple[object, ...], tuple[Front, ...]]] = {}
"""The identities of all that decides what callers meet -> these things themselves, so that no other takes their place; what they meet."""


def _met_by_callers(world: World, scenario: Scenario, need: Need, balancer: LoadBalancer) -> tuple[Front, ...]:
    nodes = tuple(n for n in balancer.nodes if not n.out) or balancer.nodes
    met: dict[str, Front] = {}
    behind = [_behind(world, scenario, need, balancer, node, met) for node in nodes]
    whole = lcm(*(sum(f.share for f in fronts) for fronts in behind))
    merged: dict[Front, int] = {}
    for fronts in behind:
        part = whole // sum(f.share for f in fronts)
        for front in fronts:
            alike = replace(front, share=1)
            merged[alike] = merged.get(alike, 0) + front.share * part
    return tuple(replace(front, share=share) for front, share in merged.items())


def _behind(world: World, scenario: Scenario, need: Need, balancer: LoadBalancer, node: BalancerNode, met: dict[str, Front]) -> list[Front]:
    """Return what a caller meets at one node; `met` keeps how each target answers, which is the same from every node."""
    failed = Front(balancer.id, 0, None, via=balancer.id)
    if balancer.state != "active":
        return [replace(failed, cause="timeout", reason=f"{balancer.name} is {balancer.state}")]
    way = remembered(world, ("node", balancer.id, node.zone, need.port), (balancer,), lambda: _entry(world, balancer, node, need.port))
    if not way.ok:
        return [replace(failed, cause=way.symptom, reason=f"node in {node.zone}: {way.sentence()}")]
    listener = listener_on(world, balancer.id, need.port)
    if listener is None:
        return [replace(failed, cause="timeout", reason=f"no listener is on tcp/{need.port}")]
    fault = tls_fault(world, listener)
    if fault is not None:
        return [replace(failed, cause=fault[0], reason=fault[1])]
    group = world.get(TargetGroup, listener.group)
    targets = sends_to(world, group, node.zone)
    if not targets:
        return [replace(failed, cause=NO_TARGETS, reason=f"HTTP 503: no target in {group.name} takes requests")]
    for target in targets:
        if target.id not in met:
            met[target.id] = _answers(world, scenario, need, balancer, target)
    return [met[target.id] for target in targets]


def _entry(world: World, balancer: LoadBalancer, node: BalancerNode, port: int) -> Path:
    trail = Trail()
    trail.passes("internet", "internet", "the callers")
    arrives(trail, world, Interface(balancer.id, balancer.vpc, node.subnet, node.private_ip, balancer.groups, node.public_ip), port)
    return trail.path()


def _answers(world: World, scenario: Scenario, need: Need, balancer: LoadBalancer, target: Target) -> Front:
    front = judged(world, scenario, need, world.get(Instance, target.instance), way_to(world, balancer, target))
    if front.cause in GATEWAY_ERRORS:
        cause = GATEWAY_ERRORS[front.cause]
        front = replace(front, cause=cause, reason=f"{cause}: {front.reason}")
    return replace(front, via=balancer.id)


# the address callers use ----------------------------------------------------------------------------------------------------


@reacts_to(LoadBalancer, Listener, Target, Instance, Handover)
def react_handover(before: World, ctx: Context) -> Events:
    """Callers get the load balancer's name when a server behind it first comes into service, in place of the addresses behind it.

    They lose it when nothing behind it serves them any more by the team's own hand: its listener or itself is deleted, the last
    target deregistered, the last server stopped. What merely breaks keeps its name, and fails under it.
    """
    world = ctx.world
    for need in ctx.scenario.needs:
        for balancer in world.every(LoadBalancer):
            key = f"{need.id}:{balancer.id}"
            serving = _serving(world, need, balancer)
            if key in world.table(Handover):
                if not serving:
                    yield AddressWithdrawn(key)
                else:
                    yield from _replaced(world, need, serving)
            elif balancer.state == "active" and any(t.state == "healthy" for t in serving):
                yield AddressHandedOver(Handover(key, need.id, balancer.id, ctx.now))
    for handover in world.every(Handover):
        if ":loadbalancer/" in handover.resource and handover.resource not in world.table(LoadBalancer):
            yield AddressWithdrawn(handover.id)


def _serving(world: World, need: Need, balancer: LoadBalancer) -> list[Target]:
    """Return the targets behind the listener callers use that are not leaving and have a model of the need's data loaded."""
    listener = listener_on(world, balancer.id, need.port)
    if listener is None:
        return []
    found = []
    for target in targets_of(world, listener.group):
        instance = world.find(Instance, target.instance)
        loaded = instance.software.serving if instance is not None else None
        if target.state != "draining" and loaded is not None and loaded.dataset == need.dataset:
            found.append(target)
    return found


def _replaced(world: World, need: Need, serving: list[Target]) -> Events:
    for target in serving:
        own = f"{need.id}:{target.instance}"
        if own in world.table(Handover):
            yield AddressWithdrawn(own)
