"""Load balancing: load balancers with their listeners, the groups they forward to, the targets in these; and certificates."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.naming import label
from cloudlab.engine.rules.balancing import balancer_of, in_rotation, listeners_of, targets_of, zone_of
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import REGION_WIDE, Offer, Placed, Row, facts, offers, stands
from cloudlab.lab.view.things.words import tags_text, yes
from cloudlab.model.balancing import Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.certificates import Certificate
from cloudlab.model.compute import Instance
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import span, stamp
from cloudlab.model.world import World

_TONES = {"healthy": "ok", "unhealthy": "bad", "initial": "wait", "draining": "wait", "unused": "off"}
_CERTIFICATE_TONES = {"ISSUED": "ok", "EXPIRED": "bad", "PENDING_VALIDATION": "wait"}


@stands("load-balancer", LoadBalancer, column=True)
def balancer_nodes(world: World) -> Iterator[Placed]:
    for balancer in world.every(LoadBalancer):
        zones = ", ".join(f"{node.zone} out" if node.out else node.zone for node in balancer.nodes)
        tone = "wait" if balancer.state != "active" or any(node.out for node in balancer.nodes) else "ok"
        detail = f"{balancer.scheme}: {zones}"
        yield ("vpc", balancer.vpc), Node(balancer.id, "load-balancer", balancer.name, balancer.state, tone, 0, detail)


@stands("listener", Listener)
def listener_nodes(world: World) -> Iterator[Placed]:
    for listener in world.every(Listener):
        certificate = world.find(Certificate, listener.certificate)
        expired = certificate is not None and certificate.status == "EXPIRED"
        state, tone = ("certificate expired", "bad") if expired else ("", "ok")
        detail = f"-> {label(world, listener.group)}"
        node = Node(listener.id, "listener", f"{listener.protocol} {listener.port}", state, tone, 0, detail)
        yield ("load-balancer", listener.balancer), node


@stands("target-group", TargetGroup)
def group_nodes(world: World) -> Iterator[Placed]:
    for group in world.every(TargetGroup):
        targets = targets_of(world, group.id)
        healthy = sum(t.state == "healthy" for t in targets)
        balancer = balancer_of(world, group.id)
        asked = f"asks {group.check.path} every {group.check.interval} s"
        if balancer is None:
            state, tone = "not in use", "off"
        elif not in_rotation(targets):
            state, tone = "no targets", "bad"
        elif not healthy:
            state, tone = "nothing healthy", "bad" if any(t.state == "unhealthy" for t in targets) else "wait"
        else:
            state, tone = f"{healthy} of {len(targets)} healthy", "ok" if healthy == len(targets) else "wait"
        place = ("load-balancer", balancer.id) if balancer is not None else ("vpc", group.vpc)
        yield place, Node(group.id, "target-group", group.name, state, tone, 0, f"{group.protocol} {group.port}, {asked}")


@stands("target", Target)
def target_nodes(world: World) -> Iterator[Placed]:
    for target in world.every(Target):
        told = target.description or f"{zone_of(world, target)} :{target.port}"
        node = Node(target.id, "target", label(world, target.instance), target.state, _TONES[target.state], 0, told)
        yield ("target-group", target.group), node


@stands("certificate", Certificate)
def certificate_nodes(world: World) -> Iterator[Placed]:
    for certificate in world.every(Certificate):
        renewed = "AWS renews it" if certificate.kind == "AMAZON_ISSUED" else f"yours; until {_until(certificate)}"
        tone = _CERTIFICATE_TONES[certificate.status]
        yield REGION_WIDE, Node(certificate.id, "certificate", certificate.domain, certificate.status, tone, 0, renewed)


def _until(certificate: Certificate) -> str:
    return stamp(certificate.not_after) if certificate.not_after is not None else "-"


# what is told of them -------------------------------------------------------------------------------------------------------


@facts(LoadBalancer)
def balancer_facts(world: World, scenario: Scenario, balancer: LoadBalancer) -> Iterator[Row]:
    yield "state", balancer.state
    yield "name for callers", balancer.dns_name
    yield "who may call it", "everybody" if balancer.scheme == "internet-facing" else "who is inside its VPC"
    for node in balancer.nodes:
        public = f", {node.public_ip}" if node.public_ip is not None else ""
        yield "node", f"{node.zone}: {node.subnet}, {node.private_ip}{public}" + (" (its name does not lead here now)" if node.out else "")
    yield "groups", ", ".join(balancer.groups)
    for listener in listeners_of(world, balancer.id):
        yield "listener", f"{listener.protocol} {listener.port} -> {label(world, listener.group)}"
    yield "protected", yes(balancer.protected)
    yield "ARN", balancer.id
    yield "tags", tags_text(balancer.tags)


@facts(Listener)
def listener_facts(world: World, scenario: Scenario, listener: Listener) -> Iterator[Row]:
    yield "listens on", f"{listener.protocol} {listener.port}"
    yield "forwards to", label(world, listener.group)
    certificate = world.find(Certificate, listener.certificate)
    if certificate is not None:
        yield "certificate", f"{certificate.domain}, {certificate.status}"
    yield "ARN", listener.id


@facts(TargetGroup)
def group_facts(world: World, scenario: Scenario, group: TargetGroup) -> Iterator[Row]:
    check = group.check
    yield "requests go to", f"{group.protocol} {group.port}"
    port = "the same port" if check.port is None else f"port {check.port}"
    yield "asked for", f"{check.path} on {port}, every {check.interval} s, {check.timeout} s for the answer; {check.matcher} is well"
    yield "in", f"after {check.healthy} successes in a row: {span(check.healthy * check.interval)}"
    yield "out", f"after {check.unhealthy} failures in a row: up to {span(check.unhealthy * check.interval + check.timeout)}"
    yield "leaving takes", span(group.drain)
    yield "across zones", yes(group.cross_zone)
    for target in targets_of(world, group.id):
        yield (
            "target",
            f"{label(world, target.instance)} :{target.port} {target.state}" + (f": {target.description}" if target.reason else ""),
        )
    yield "ARN", group.id


@facts(Target)
def target_facts(world: World, scenario: Scenario, target: Target) -> Iterator[Row]:
    yield "instance", target.instance
    yield "port", str(target.port)
    yield "zone", zone_of(world, target)
    yield "state", target.state
    yield "because", f"{target.reason}: {target.description}" if target.reason else ""
    yield "registered", stamp(target.registered)


@facts(Certificate)
def certificate_facts(world: World, scenario: Scenario, certificate: Certificate) -> Iterator[Row]:
    yield "for", certificate.domain
    yield "status", certificate.status
    yield "renewed by", "AWS, while something uses it" if certificate.kind == "AMAZON_ISSUED" else "you: it was brought along"
    yield "holds until", _until(certificate) if certificate.not_after is not None else ""
    yield "used by", ", ".join(dict.fromkeys(label(world, x.balancer) for x in world.every(Listener) if x.certificate == certificate.id))
    yield "ARN", certificate.id


# what may be done with them -------------------------------------------------------------------------------------------------


@offers(LoadBalancer)
def offer_balancer(world: World, balancer: LoadBalancer) -> Iterator[Offer]:
    arn = f"--load-balancer-arn {balancer.id}"
    yield "look at it", f"elbv2 describe-load-balancers --load-balancer-arns {balancer.id}"
    issued = next((c for c in world.every(Certificate) if c.status == "ISSUED"), None)
    for group in world.every(TargetGroup):
        if group.vpc == balancer.vpc and issued is not None:
            ends = f"--certificates CertificateArn={issued.id} --default-actions Type=forward,TargetGroupArn={group.id}"
            yield f"listen for HTTPS and forward to {group.name}", f"elbv2 create-listener {arn} --protocol HTTPS --port 443 {ends}"
        elif group.vpc == balancer.vpc:
            ends = f"--default-actions Type=forward,TargetGroupArn={group.id}"
            yield f"listen for HTTP and forward to {group.name}", f"elbv2 create-listener {arn} --protocol HTTP --port 80 {ends}"
    yield "say who may call it", f"elbv2 set-security-groups {arn} --security-groups "
    yield "say in which subnets it stands", f"elbv2 set-subnets {arn} --subnets "
    yield "delete it", f"elbv2 delete-load-balancer {arn}"


@offers(Listener)
def offer_listener(world: World, listener: Listener) -> Iterator[Offer]:
    for certificate in world.every(Certificate):
        if certificate.status == "ISSUED" and certificate.id != listener.certificate:
            line = f"elbv2 modify-listener --listener-arn {listener.id} --protocol HTTPS --certificates CertificateArn={certificate.id}"
            yield f"use the certificate of {certificate.domain}", line
    yield "delete it", f"elbv2 delete-listener --listener-arn {listener.id}"


@offers(TargetGroup)
def offer_group(world: World, group: TargetGroup) -> Iterator[Offer]:
    arn = f"--target-group-arn {group.id}"
    yield "look at the health of its targets", f"elbv2 describe-target-health {arn}"
    inside = [t.instance for t in targets_of(world, group.id) if t.state != "draining"]
    for instance in world.every(Instance):
        if instance.vpc == group.vpc and instance.state == "running" and instance.id not in inside:
            yield f"put {label(world, instance.id)} into it", f"elbv2 register-targets {arn} --targets Id={instance.id}"
    yield "change its health check", f"elbv2 modify-target-group {arn} --health-check-path "
    yield "delete it", f"elbv2 delete-target-group {arn}"


@offers(Target)
def offer_target(world: World, target: Target) -> Iterator[Offer]:
    arn = f"--target-group-arn {target.group}"
    yield "look at its health", f"elbv2 describe-target-health {arn} --targets Id={target.instance},Port={target.port}"
    leaving = "It is leaving already." if target.state == "draining" else ""
    yield (
        "take it out without breaking a request",
        f"elbv2 deregister-targets {arn} --targets Id={target.instance},Port={target.port}",
        leaving,
    )


@offers(Certificate)
def offer_certificate(world: World, certificate: Certificate) -> Iterator[Offer]:
    yield "look at it", f"acm describe-certificate --certificate-arn {certificate.id}"
    if certificate.kind == "IMPORTED":
        files = f"--certificate {certificate.domain}.pem --private-key {certificate.domain}.key"
        yield "put a new one in its place", f"acm import-certificate {files} --certificate-arn {certificate.id}"
    yield "delete it", f"acm delete-certificate --certificate-arn {certificate.id}"
