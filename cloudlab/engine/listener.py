"""Listeners: on which port a load balancer takes requests, with which certificate, and where it forwards them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.elbv2 import Action, CertificateOfListener, CreateListener, DeleteListener, DescribeListeners, ModifyListener
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.balancing import balancer_of, listener_on, listeners_of
from cloudlab.engine.rules.elb import a_port, a_protocol, elb_arn, invalid, need_balancer, need_group, need_listener, tags_given
from cloudlab.model.balancing import Listener, LoadBalancer
from cloudlab.model.certificates import Certificate
from cloudlab.model.events.balancing import ListenerCreated, ListenerDeleted, ListenerModified
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import hexadecimal
from cloudlab.model.world import World


@decides(CreateListener)
def decide_create_listener(ctx: Context, command: CreateListener) -> Events:
    balancer = need_balancer(ctx, command.load_balancer_arn)
    if command.protocol is None:
        invalid("A listener protocol must be specified", "--protocol HTTPS")
    if command.port is None:
        invalid("A listener port must be specified", "--port 443")
    a_protocol(command.protocol, "Listener")
    a_port(command.port)
    if listener_on(ctx.world, balancer.id, command.port) is not None:
        _refuse_duplicate(ctx, balancer, command.port)
    limit = ctx.quota("listeners_per_alb")
    if len(listeners_of(ctx.world, balancer.id)) >= limit:
        refuse("TooManyListeners", f"The maximum number of listeners for '{balancer.name}' has been reached.", f"{limit} are the most.")
    listener = Listener(
        elb_arn(f"listener/app/{balancer.name}/{balancer.key}/{hexadecimal('listener', ctx.origin)[:16]}"),
        balancer.id,
        command.protocol,
        command.port,
        _forward(ctx, balancer, command.default_actions),
        _certificate(ctx, command.protocol, command.certificates),
        tags_given(command.tags),
    )
    yield ListenerCreated(listener)
    yield ResourcesSeen((("Listener", listener.id), ("LoadBalancer", balancer.id)))


def _refuse_duplicate(ctx: Context, balancer: LoadBalancer, port: int) -> None:
    taken = ", ".join(str(x.port) for x in listeners_of(ctx.world, balancer.id))
    refuse(
        "DuplicateListener",
        f"A listener already exists on this port for this load balancer '{balancer.id}'",
        f"It listens on {taken}: choose another port than {port}, or elbv2 modify-listener.",
    )


def _forward(ctx: Context, balancer: LoadBalancer, actions: tuple[Action, ...]) -> str:
    """Return the target group that requests go to."""
    if len(actions) != 1:
        invalid("Exactly one default action must be specified", "--default-actions Type=forward,TargetGroupArn=<arn>")
    (action,) = actions
    if action.type != "forward":
        invalid(f"Action type '{action.type}' is not modelled here.", "Type=forward,TargetGroupArn=<arn>")
    if action.target_group_arn is None:
        invalid("A target group ARN must be specified", "Type=forward,TargetGroupArn=<arn>")
    group = need_group(ctx, action.target_group_arn)
    if group.vpc != balancer.vpc:
        refuse(
            "InvalidConfigurationRequest",
            f"Target group '{group.name}' and load balancer '{balancer.name}' are in different VPCs",
            f"A target group of {balancer.vpc}.",
        )
    other = balancer_of(ctx.world, group.id)
    if other is not None and other.id != balancer.id:
        refuse(
            "TargetGroupAssociationLimit",
            f"The following target groups cannot be associated with more than one load balancer: {group.id}",
            f"{other.name} has it; make another target group.",
        )
    return group.id


def _certificate(ctx: Context, protocol: str, given: tuple[CertificateOfListener, ...]) -> str | None:
    if protocol == "HTTP":
        if given:
            invalid("A certificate cannot be specified for HTTP listeners", "Leave --certificates out, or write --protocol HTTPS.")
        return None
    if not given:
        there = ", ".join(c.id for c in ctx.world.every(Certificate) if c.status == "ISSUED")
        accepted = f"--certificates CertificateArn=..., there is {there}." if there else "Ask for one first: acm request-certificate."
        invalid("A certificate must be specified for HTTPS listeners", accepted)
    if len(given) > 1:
        invalid("Only one certificate can be specified here", "The default certificate; others are added by their own action.")
    key = given[0].certificate_arn
    certificate = ctx.world.find(Certificate, key)
    if certificate is None:
        there = ", ".join(ctx.world.table(Certificate))
        refuse("CertificateNotFound", f"Certificate '{key}' not found", f"There is {there}." if there else "There is none yet.")
    if certificate.status != "ISSUED":
        refuse(
            "UnsupportedCertificate",
            f"The certificate '{key}' must have a fully-qualified domain name, a supported signature, and a supported key size.",
            f"It is {certificate.status}; once it is ISSUED it will do.",
        )
    return key


@evolves(ListenerCreated)
def evolve_listener_created(world: World, event: ListenerCreated) -> World:
    return world.put(event.listener)


@answers(CreateListener)
def answer_create_listener(ctx: Context, command: CreateListener) -> dict[str, Any]:
    assert command.port is not None
    listener = listener_on(ctx.world, command.load_balancer_arn, command.port)
    return {"Listeners": [describe_listener(listener)] if listener is not None else []}


def describe_listener(listener: Listener) -> dict[str, Any]:
    secure = {"Certificates": [{"CertificateArn": listener.certificate}]} if listener.certificate is not None else {}
    return {
        "ListenerArn": listener.id,
        "LoadBalancerArn": listener.balancer,
        "Port": listener.port,
        "Protocol": listener.protocol,
        **secure,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": listener.group}],
    }


@decides(ModifyListener)
def decide_modify_listener(ctx: Context, command: ModifyListener) -> Events:
    listener = need_listener(ctx, command.listener_arn)
    balancer = ctx.world.get(LoadBalancer, listener.balancer)
    protocol = listener.protocol if command.protocol is None else command.protocol
    port = listener.port if command.port is None else command.port
    a_protocol(protocol, "Listener")
    a_port(port)
    if port != listener.port and listener_on(ctx.world, balancer.id, port) is not None:
        _refuse_duplicate(ctx, balancer, port)
    certificate = listener.certificate
    if command.certificates or protocol != listener.protocol:
        certificate = _certificate(ctx, protocol, command.certificates)
    group = _forward(ctx, balancer, command.default_actions) if command.default_actions else listener.group
    yield ListenerModified(replace(listener, protocol=protocol, port=port, certificate=certificate, group=group))
    yield ResourcesSeen((("Listener", listener.id),))


@evolves(ListenerModified)
def evolve_listener_modified(world: World, event: ListenerModified) -> World:
    return world.put(event.listener)


@answers(ModifyListener)
def answer_modify_listener(ctx: Context, command: ModifyListener) -> dict[str, Any]:
    return {"Listeners": [describe_listener(ctx.world.get(Listener, command.listener_arn))]}


@decides(DeleteListener)
def decide_delete_listener(ctx: Context, command: DeleteListener) -> Events:
    yield ListenerDeleted(need_listener(ctx, command.listener_arn).id)


@evolves(ListenerDeleted)
def evolve_listener_deleted(world: World, event: ListenerDeleted) -> World:
    return removed(world, Listener, event.listener)


@decides(DescribeListeners)
def decide_describe_listeners(ctx: Context, command: DescribeListeners) -> Events:
    yield ResourcesSeen(tuple(("Listener", x.id) for x in _chosen(ctx, command)))


@answers(DescribeListeners)
def answer_describe_listeners(ctx: Context, command: DescribeListeners) -> dict[str, Any]:
    return {"Listeners": [describe_listener(x) for x in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeListeners) -> list[Listener]:
    if command.load_balancer_arn is not None:
        return list(listeners_of(ctx.world, need_balancer(ctx, command.load_balancer_arn).id))
    if not command.listener_arns:
        invalid("You must specify either listener ARNs or a load balancer ARN", "--load-balancer-arn, or --listener-arns.")
    return [need_listener(ctx, key) for key in command.listener_arns]
