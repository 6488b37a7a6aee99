"""Balancing: which node sends what to whom - listeners, targets in rotation, what a health check finds, and when that counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cloudlab.engine.rules.interfaces import Interface, interfaces, listens
from cloudlab.engine.rules.path import Path, Trail
from cloudlab.engine.rules.reachability import between
from cloudlab.engine.rules.ways import remembered
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.balancing import HealthCheck, Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.certificates import Certificate
from cloudlab.model.compute import Instance
from cloudlab.model.time import Seconds
from cloudlab.model.world import World

HTTPS_PORT = 443
"""Who calls here speaks TLS."""
GATEWAY_ERRORS = {"timeout": "HTTP 504", "refused": "HTTP 502"}
"""What happens between a load balancer and a target -> what the caller gets."""
NO_TARGETS = "HTTP 503"


# what belongs together ------------------------------------------------------------------------------------------------------


def listeners_of(world: World, balancer: str) -> tuple[Listener, ...]:
    return tuple(x for x in world.every(Listener) if x.balancer == balancer)


def listener_on(world: World, balancer: str, port: int) -> Listener | None:
    return next((x for x in world.every(Listener) if x.balancer == balancer and x.port == port), None)


def balancer_of(world: World, group: str) -> LoadBalancer | None:
    """Return the load balancer that forwards to a target group; a group serves one at most."""
    listener = next((x for x in world.every(Listener) if x.group == group), None)
    return world.find(LoadBalancer, listener.balancer) if listener is not None else None


def targets_of(world: World, group: str) -> tuple[Target, ...]:
    """Return all that is registered in a group, those that are leaving too."""
    return tuple(t for t in world.every(Target) if t.group == group)


def target_id(group: str, instance: str, port: int) -> str:
    return f"{group}/{instance}:{port}"


def is_behind_balancer(world: World, instance: str) -> bool:
    """Tell whether an instance is registered in a target group."""
    return any(t.instance == instance and t.state != "draining" for t in world.every(Target))


def zone_of(world: World, target: Target) -> str:
    instance = world.find(Instance, target.instance)
    return instance.zone if instance is not None else ""


# its interfaces and the way through -----------------------------------------------------------------------------------------


@interfaces(LoadBalancer)
def interfaces_of_balancer(world: World, balancer: LoadBalancer) -> Iterator[Interface]:
    """A load balancer has one per zone."""
    for node in balancer.nodes:
        yield Interface(balancer.id, balancer.vpc, node.subnet, node.private_ip, balancer.groups, node.public_ip)


@listens(LoadBalancer)
def listener_hops(trail: Trail, world: World, balancer: LoadBalancer, port: int) -> None:
    """What a packet finds that has reached a node: a listener, then a target that takes it on."""
    key, name = balancer.id, balancer.name
    if balancer.state != "active":
        trail.stops(key, name, f"it is {balancer.state}", "It takes about three minutes until it is active.")
        return
    listener = listener_on(world, key, port)
    if listener is None:
        there = ", ".join(f"tcp/{x.port}" for x in listeners_of(world, key))
        make = f"elbv2 create-listener --load-balancer-arn {key} --protocol HTTPS --port {port} --certificates CertificateArn=<arn> "
        hint = f"Let it listen there: {make}--default-actions Type=forward,TargetGroupArn=<arn>"
        trail.stops(key, name, f"no listener is on tcp/{port}" + (f"; it listens on {there}" if there else ""), hint)
        return
    fault = tls_fault(world, listener)
    if fault is not None:
        trail.stops(key, name, fault[1], fault[2], symptom=fault[0])
        return
    group = world.get(TargetGroup, listener.group)
    trail.passes(key, name, f"it listens on tcp/{port} and forwards to {group.name}")
    chosen = in_rotation(targets_of(world, group.id))
    if not chosen:
        hint = f"Put instances behind it: elbv2 register-targets --target-group-arn {group.id} --targets Id=<instance>"
        trail.stops(group.id, group.name, "no target in it takes requests", hint, symptom=NO_TARGETS)
        return
    healthy = sum(t.state == "healthy" for t in chosen)
    told = f"{healthy} of its targets healthy" if healthy else "no target in it is healthy, so it sends to all of them"
    trail.passes(group.id, group.name, told)
    best = next((t for t in chosen if way_to(world, balancer, t).ok), chosen[0])
    onward = way_to(world, balancer, best)
    for hop in onward.hops:
        if hop.resource == key:
            continue
        if hop.ok:
            trail.passes(hop.resource, hop.label, hop.text)
        else:
            trail.stops(hop.resource, hop.label, hop.text, onward.hint, GATEWAY_ERRORS.get(onward.symptom, onward.symptom))


def tls_fault(world: World, listener: Listener) -> tuple[str, str, str] | None:
    """Return why a caller gets no further than the greeting: (symptom, in words, what would mend it)."""
    if listener.protocol == "HTTP":
        if listener.port != HTTPS_PORT:
            return None
        hint = f"elbv2 modify-listener --listener-arn {listener.id} --protocol HTTPS --certificates CertificateArn=<arn>"
        return "tls", f"callers speak HTTPS on tcp/{listener.port}, its listener HTTP", f"Give it a certificate: {hint}"
    certificate = world.find(Certificate, listener.certificate)
    if certificate is not None and certificate.status == "EXPIRED":
        return (
            "certificate",
            f"the certificate of {certificate.domain} has run out, and callers turn away",
            f"Put a new one in its place: acm import-certificate --certificate-arn {certificate.id} --certificate ... --private-key ...",
        )
    return None


def way_to(world: World, balancer: LoadBalancer, target: Target, port: int | None = None) -> Path:
    """Return the way from the nodes of a load balancer to a target; of several the first open one."""
    where = target.port if port is None else port
    ends = (balancer, world.find(Instance, target.instance))
    return remembered(
        world, ("target", balancer.id, target.instance, where), ends, lambda: between(world, balancer.id, target.instance, where)
    )


# rotation -------------------------------------------------------------------------------------------------------------------


def in_rotation(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """Return the targets that get requests: the healthy ones; where there is none, all of them (it fails open)."""
    asked = tuple(t for t in targets if t.state in ("healthy", "unhealthy", "initial"))
    return tuple(t for t in asked if t.state == "healthy") or asked


def sends_to(world: World, group: TargetGroup, zone: str) -> tuple[Target, ...]:
    """Return the targets that the node of a zone sends to."""
    targets = targets_of(world, group.id)
    return in_rotation(targets if group.cross_zone else tuple(t for t in targets if zone_of(world, t) == zone))


def node_fails(world: World, balancer: LoadBalancer, zone: str) -> bool:
    """Tell whether the name should not lead to the node of a zone: it is down, or has nothing healthy while another zone has."""
    if is_down(world, zone):
        return True
    for listener in listeners_of(world, balancer.id):
        group = world.get(TargetGroup, listener.group)
        healthy = {zone_of(world, t) for t in targets_of(world, group.id) if t.state == "healthy"}
        if not group.cross_zone and healthy and zone not in healthy:
            return True
    return False


# health ---------------------------------------------------------------------------------------------------------------------


def unused_because(world: World, target: Target) -> tuple[str, str] | None:
    """Return why a target is not asked at all: (AWS's reason code, in words); None where it is."""
    balancer = balancer_of(world, target.group)
    if balancer is None:
        return "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"
    if balancer.state != "active":
        return "Target.NotInUse", "The load balancer is not active yet"
    instance = world.get(Instance, target.instance)
    if instance.zone not in [node.zone for node in balancer.nodes]:
        return "Target.NotInUse", "Target is in an Availability Zone that is not enabled for the load balancer"
    if instance.state == "stopped":
        return "Target.InvalidState", "Target is in the stopped state"
    return None


def probe(world: World, target: Target) -> tuple[str, str] | None:
    """Return what a health check of a target finds now: None where it succeeds, else (AWS's reason code, in words)."""
    balancer = balancer_of(world, target.group)
    assert balancer is not None
    check = world.get(TargetGroup, target.group).check
    port = target.port if check.port is None else check.port
    way = way_to(world, balancer, target, port)
    if not way.ok:
        return (
            ("Target.Timeout", "Request timed out") if way.symptom == "timeout" else ("Target.FailedHealthChecks", "Health checks failed")
        )
    instance = world.get(Instance, target.instance)
    if port != instance.software.server_port:
        return "Target.FailedHealthChecks", "Health checks failed"
    code = status_at(instance, check.path)
    if matches(check.matcher, code):
        return None
    return "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{code}]"


def status_at(instance: Instance, path: str) -> int:
    """Return the HTTP code a model server answers a GET with: 200 at /ping once a model is loaded, as SageMaker's contract has it."""
    if instance.disk == "full":
        return 500
    if instance.memory == "out":
        return 502
    if path.partition("?")[0] == "/ping":
        return 200 if instance.software.serving is not None else 503
    return 405 if path.partition("?")[0] == "/invocations" else 404


def matches(matcher: str, code: int) -> bool:
    """Tell whether a code is among those of a matcher: `200`, `200,202`, `200-299`."""
    for part in matcher.split(","):
        low, _, high = part.partition("-")
        if int(low) <= code <= int(high or low):
            return True
    return False


def found_out(world: World) -> World:
    """Return the World as it will be once every check has come to its end and every caller asked for the name again.

    For questions such as who answers after a zone is lost: put its outage into a World, and let load balancers find it out.
    """
    for target in world.every(Target):
        if target.state != "draining" and target.instance in world.table(Instance):
            unused = unused_because(world, target)
            if unused is not None:
                state = "unused"
            else:
                state = "healthy" if probe(world, target) is None else "unhealthy"
            world = world.change(Target, target.id, state=state)
    for balancer in world.every(LoadBalancer):
        nodes = tuple(replace(node, out=node_fails(world, balancer, node.zone)) for node in balancer.nodes)
        world = world.change(LoadBalancer, balancer.id, nodes=nodes)
    return world


def turns_at(check: HealthCheck, target: Target, outcome: tuple[str, str] | None, turned: Seconds) -> Seconds | None:
    """Return when a target's state turns if checks go on finding `outcome`, as they have since `turned`; None where it stays.

    Checks come an interval apart, the first one an interval after checking began. So many in a row count, and one that gets no
    answer is known to have failed only when its time is up.
    """
    if outcome is None:
        if target.state == "healthy":
            return None
        times, wait = check.healthy, 0
    else:
        if target.state == "unhealthy":
            return None
        times, wait = check.unhealthy, check.timeout if outcome[0] == "Target.Timeout" else 0
    first = max(1, -(-(turned - target.checked_from) // check.interval))
    return target.checked_from + (first + times - 1) * check.interval + wait
