"""Application load balancers: made over two zones or more, provisioned, changed, given back; and how their name follows their nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from cloudlab.commands.elbv2 import (
    CreateLoadBalancer,
    DeleteLoadBalancer,
    DescribeLoadBalancerAttributes,
    DescribeLoadBalancers,
    ModifyLoadBalancerAttributes,
    SetSecurityGroups,
    SetSubnets,
)
from cloudlab.engine.cidr import block
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, reacts_to, refuse
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.addressing import free_address, free_count, spare_public_address
from cloudlab.engine.rules.balancing import listeners_of, node_fails
from cloudlab.engine.rules.billing import Charge, prices
from cloudlab.engine.rules.elb import a_name, elb_arn, invalid, need_balancer, tags_given
from cloudlab.engine.rules.routing import gateway_of
from cloudlab.model.balancing import BalancerNode, Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.compute import Instance
from cloudlab.model.events.balancing import (
    LoadBalancerActive,
    LoadBalancerCreated,
    LoadBalancerDeleted,
    LoadBalancerModified,
    NodeTurned,
    NodeTurnForeseen,
)
from cloudlab.model.events.billing import MeterStarted, MeterStopped
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import hexadecimal
from cloudlab.model.network import SecurityGroup, Subnet
from cloudlab.model.operations import ZoneOutage
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import HOUR, stamp
from cloudlab.model.world import Timer, World

LINE, ADDRESSES = "load-balancer", "public-ipv4"
NAME_TTL = 60
"""Seconds that callers go on using an address its name no longer has: the time to live of a load balancer's DNS records."""
_SMALLEST_PREFIX = 27


@decides(CreateLoadBalancer)
def decide_create_load_balancer(ctx: Context, command: CreateLoadBalancer) -> Events:
    """Asked again with the same settings, it is the one there is."""
    a_name(command.name, "load balancer")
    if command.name.startswith("internal-"):
        invalid("The load balancer name cannot begin with 'internal-'.", "AWS writes that itself in front of the name of internal ones.")
    if command.type != "application":
        invalid(f"'{command.type}' load balancers are not modelled here.", "Leave --type out, or write application.")
    if command.scheme not in ("internet-facing", "internal"):
        invalid(f"Load balancer scheme '{command.scheme}' is not valid.", "internet-facing or internal.")
    subnets = _subnets(ctx, command.subnets)
    vpc = subnets[0].vpc
    groups = _groups(ctx, command.security_groups, vpc)
    there = _by_name(ctx.world, command.name)
    if there is not None:
        same = (there.scheme, tuple(n.subnet for n in there.nodes), there.groups) == (command.scheme, tuple(s.id for s in subnets), groups)
        if not same or tags_given(command.tags) != there.tags:
            refuse(
                "DuplicateLoadBalancerName",
                f"A load balancer with the same name '{command.name}' exists, but with different settings.",
                "Choose another name, or delete that one first.",
            )
        yield ResourcesSeen((("LoadBalancer", there.id),))
        return
    _check_room(ctx, subnets)
    if command.scheme == "internet-facing":
        _check_gateway(ctx, vpc)
    limit = ctx.quota("alb_per_region")
    if len(ctx.world.table(LoadBalancer)) >= limit:
        refuse("TooManyLoadBalancers", "The maximum number of load balancers has been reached.", f"This account may have {limit}.")
    arn = elb_arn(f"loadbalancer/app/{command.name}/{hexadecimal('loadbalancer', ctx.origin)[:16]}")
    balancer = LoadBalancer(arn, command.name, vpc, command.scheme, (), groups, ctx.now, tags=tags_given(command.tags))
    balancer = _with_nodes(ctx, balancer, subnets)
    yield LoadBalancerCreated(balancer, ctx.now + ctx.scenario.catalogue.timing("alb_provisioning_to_active"))
    yield from _metered(ctx.scenario, balancer)
    yield ResourcesSeen((("LoadBalancer", arn),))


def _by_name(world: World, name: str) -> LoadBalancer | None:
    return next((b for b in world.every(LoadBalancer) if b.name == name), None)


def _subnets(ctx: Context, ids: tuple[str, ...]) -> list[Subnet]:
    """Return the subnets asked for: known, of one VPC, one to a zone, two at least; in the order of their zones."""
    if not ids:
        invalid("At least two subnets in two different Availability Zones must be specified", "--subnets subnet-1 subnet-2")
    found = []
    for key in dict.fromkeys(ids):
        subnet = ctx.world.find(Subnet, key)
        if subnet is None:
            there = ", ".join(ctx.world.table(Subnet))
            refuse("SubnetNotFound", f"The subnet ID '{key}' does not exist", f"There is {there}." if there else "There is no subnet yet.")
        found.append(subnet)
    if len({s.vpc for s in found}) > 1:
        refuse("InvalidConfigurationRequest", "The subnets belong to different VPCs.", "Subnets of one VPC, in two zones or more.")
    zones = [s.zone for s in found]
    for subnet in found:
        if zones.count(subnet.zone) > 1:
            refuse(
                "InvalidConfigurationRequest",
                "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
                f"{' and '.join(s.id for s in found if s.zone == subnet.zone)} are both in {subnet.zone}: name one of them.",
            )
    if len(found) < 2:
        others = ", ".join(f"{s.id} in {s.zone}" for s in ctx.world.every(Subnet) if s.vpc == found[0].vpc and s.zone != found[0].zone)
        invalid(
            "At least two subnets in two different Availability Zones must be specified",
            f"Add one of another zone: {others}."
            if others
            else f"{found[0].id} is in {found[0].zone}; make a subnet in another zone first.",
        )
    return sorted(found, key=lambda s: s.zone)


def _groups(ctx: Context, ids: tuple[str, ...], vpc: str) -> tuple[str, ...]:
    inside = {g.id: g for g in ctx.world.every(SecurityGroup) if g.vpc == vpc}
    if not ids:
        return (next(g.id for g in inside.values() if g.name == "default"),)
    for key in ids:
        if key not in inside:
            refuse("InvalidSecurityGroup", f"One or more security groups are invalid: '{key}'", f"In {vpc} there is {', '.join(inside)}.")
    return tuple(dict.fromkeys(ids))


def _check_room(ctx: Context, subnets: Iterable[Subnet]) -> None:
    least = ctx.quota("alb_min_free_ips_per_subnet")
    for subnet in subnets:
        if free_count(ctx.world, subnet.id) < least or block(subnet.cidr).prefixlen > _SMALLEST_PREFIX:
            refuse(
                "InvalidSubnet",
                f"Not enough IP space available in {subnet.id}. ELB requires at least {least} free IP addresses in each subnet. "
                f"Minimum IP range allowed is /{_SMALLEST_PREFIX}.",
                f"It is {subnet.cidr} and has {free_count(ctx.world, subnet.id)} free; a /24 is usual.",
            )


def _check_gateway(ctx: Context, vpc: str) -> None:
    if gateway_of(ctx.world, vpc) is None:
        refuse(
            "InvalidSubnet",
            f"VPC {vpc} has no internet gateway",
            "Attach one first, or ask for one that only serves inside: --scheme internal.",
        )


def _with_nodes(ctx: Context, balancer: LoadBalancer, subnets: Iterable[Subnet]) -> LoadBalancer:
    """Give the load balancer its node in each subnet; those it has already stay as they are."""
    kept = {node.subnet: node for node in balancer.nodes}
    balancer = replace(balancer, nodes=())
    for subnet in subnets:
        node = kept.get(subnet.id)
        if node is None:
            world = ctx.world.put(balancer)
            address = free_address(world, subnet.id)
            assert address is not None, f"{subnet.id} was found to have room"
            public = None
            if balancer.scheme == "internet-facing":
                public = spare_public_address(world, f"{balancer.id}/{subnet.zone}")
            node = BalancerNode(subnet.id, subnet.zone, address, public)
        balancer = replace(balancer, nodes=(*balancer.nodes, node))
    return balancer


def _metered(scenario: Scenario, balancer: LoadBalancer) -> Events:
    """It bills per started hour, and so does each public address of its nodes. Capacity units are left out: pennies at such traffic."""
    yield MeterStarted(LINE, balancer.id, scenario.catalogue.price("alb_hour"), step=HOUR)
    public = sum(node.public_ip is not None for node in balancer.nodes)
    if public:
        yield MeterStarted(ADDRESSES, balancer.id, public * scenario.catalogue.price("public_ipv4_hour"))


@prices(CreateLoadBalancer)
def price_create_load_balancer(command: CreateLoadBalancer, scenario: Scenario) -> tuple[Charge, ...]:
    charges = [Charge(LINE, scenario.catalogue.price("alb_hour"), "hour")]
    if command.scheme == "internet-facing":
        charges.append(Charge(ADDRESSES, len(command.subnets) * scenario.catalogue.price("public_ipv4_hour"), "hour"))
    return tuple(charges)


@evolves(LoadBalancerCreated)
def evolve_load_balancer_created(world: World, event: LoadBalancerCreated) -> World:
    return world.put(event.balancer).schedule(event.active_at, "load-balancer-active", event.balancer.id)


@fires("load-balancer-active")
def fire_load_balancer_active(ctx: Context, timer: Timer) -> Events:
    yield LoadBalancerActive(timer.target)


@evolves(LoadBalancerActive)
def evolve_load_balancer_active(world: World, event: LoadBalancerActive) -> World:
    return world.change(LoadBalancer, event.balancer, state="active")


@answers(CreateLoadBalancer)
def answer_create_load_balancer(ctx: Context, command: CreateLoadBalancer) -> dict[str, Any]:
    balancer = _by_name(ctx.world, command.name)
    return {"LoadBalancers": [describe_load_balancer(balancer)] if balancer is not None else []}


def describe_load_balancer(balancer: LoadBalancer) -> dict[str, Any]:
    return {
        "LoadBalancerArn": balancer.id,
        "DNSName": balancer.dns_name,
        "CanonicalHostedZoneId": "Z35SXDOTRQ7X7K",
        "CreatedTime": f"{stamp(balancer.created)}:{balancer.created % 60:02d}",
        "LoadBalancerName": balancer.name,
        "Scheme": balancer.scheme,
        "VpcId": balancer.vpc,
        "State": {"Code": balancer.state},
        "Type": "application",
        "AvailabilityZones": [{"ZoneName": n.zone, "SubnetId": n.subnet, "LoadBalancerAddresses": []} for n in balancer.nodes],
        "SecurityGroups": list(balancer.groups),
        "IpAddressType": "ipv4",
    }


# changing it ----------------------------------------------------------------------------------------------------------------


@decides(SetSubnets)
def decide_set_subnets(ctx: Context, command: SetSubnets) -> Events:
    balancer = need_balancer(ctx, command.load_balancer_arn)
    subnets = _subnets(ctx, command.subnets)
    if subnets[0].vpc != balancer.vpc:
        refuse("InvalidConfigurationRequest", f"These subnets are not in {balancer.vpc}.", "A load balancer stays in its VPC.")
    _check_room(ctx, [s for s in subnets if s.id not in [n.subnet for n in balancer.nodes]])
    changed = _with_nodes(ctx, balancer, subnets)
    yield LoadBalancerModified(changed)
    if any(node.public_ip is not None for node in changed.nodes) and len(changed.nodes) != len(balancer.nodes):
        yield MeterStopped(ADDRESSES, balancer.id)
        yield MeterStarted(ADDRESSES, balancer.id, len(changed.nodes) * ctx.scenario.catalogue.price("public_ipv4_hour"))
    yield ResourcesSeen((("LoadBalancer", balancer.id),))


@answers(SetSubnets)
def answer_set_subnets(ctx: Context, command: SetSubnets) -> dict[str, Any]:
    zones = describe_load_balancer(ctx.world.get(LoadBalancer, command.load_balancer_arn))["AvailabilityZones"]
    return {"AvailabilityZones": zones, "IpAddressType": "ipv4"}


@decides(SetSecurityGroups)
def decide_set_security_groups(ctx: Context, command: SetSecurityGroups) -> Events:
    balancer = need_balancer(ctx, command.load_balancer_arn)
    if not command.security_groups:
        invalid("At least one security group must be specified", "--security-groups sg-1")
    yield LoadBalancerModified(replace(balancer, groups=_groups(ctx, command.security_groups, balancer.vpc)))
    yield ResourcesSeen((("LoadBalancer", balancer.id),))


@answers(SetSecurityGroups)
def answer_set_security_groups(ctx: Context, command: SetSecurityGroups) -> dict[str, Any]:
    return {"SecurityGroupIds": list(ctx.world.get(LoadBalancer, command.load_balancer_arn).groups)}


@decides(ModifyLoadBalancerAttributes)
def decide_modify_load_balancer_attributes(ctx: Context, command: ModifyLoadBalancerAttributes) -> Events:
    balancer = need_balancer(ctx, command.load_balancer_arn)
    if len(command.attributes) > 20:
        invalid(f"{len(command.attributes)} attributes are too many.", "At most 20.")
    for setting in command.attributes:
        if setting.key == "load_balancing.cross_zone.enabled":
            invalid(
                "Cross-zone load balancing is always on for an application load balancer.",
                "Switch it off for a target group: elbv2 modify-target-group-attributes.",
            )
        if setting.key != "deletion_protection.enabled":
            invalid(f"Load balancer attribute key '{setting.key}' is not recognized or not modelled.", "Here: deletion_protection.enabled.")
        if setting.value not in ("true", "false"):
            invalid(f"Load balancer attribute value '{setting.value}' is not valid for {setting.key}.", "true or false.")
        balancer = replace(balancer, protected=setting.value == "true")
    yield LoadBalancerModified(balancer)
    yield ResourcesSeen((("LoadBalancer", balancer.id),))


@decides(DescribeLoadBalancerAttributes)
def decide_describe_load_balancer_attributes(ctx: Context, command: DescribeLoadBalancerAttributes) -> Events:
    yield ResourcesSeen((("LoadBalancer", need_balancer(ctx, command.load_balancer_arn).id),))


@answers(DescribeLoadBalancerAttributes)
def answer_describe_load_balancer_attributes(ctx: Context, command: DescribeLoadBalancerAttributes) -> dict[str, Any]:
    return {"Attributes": _attributes(ctx.world.get(LoadBalancer, command.load_balancer_arn))}


@answers(ModifyLoadBalancerAttributes)
def answer_modify_load_balancer_attributes(ctx: Context, command: ModifyLoadBalancerAttributes) -> dict[str, Any]:
    return {"Attributes": _attributes(ctx.world.get(LoadBalancer, command.load_balancer_arn))}


def _attributes(balancer: LoadBalancer) -> list[dict[str, str]]:
    return [
        {"Key": "deletion_protection.enabled", "Value": "true" if balancer.protected else "false"},
        {"Key": "load_balancing.cross_zone.enabled", "Value": "true"},
    ]


@evolves(LoadBalancerModified)
def evolve_load_balancer_modified(world: World, event: LoadBalancerModified) -> World:
    zones = [node.zone for node in event.balancer.nodes]
    for node in world.get(LoadBalancer, event.balancer.id).nodes:
        if node.zone not in zones:
            world = world.unschedule("node-turns", _node(event.balancer.id, node.zone))
    return world.put(event.balancer)


# giving it back -------------------------------------------------------------------------------------------------------------


@decides(DeleteLoadBalancer)
def decide_delete_load_balancer(ctx: Context, command: DeleteLoadBalancer) -> Events:
    """What is gone already is no error, as in ELB."""
    key = command.load_balancer_arn
    if not re.fullmatch(r"arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer/app/.+", key):
        need_balancer(ctx, key)
    balancer = ctx.world.find(LoadBalancer, key)
    if balancer is None:
        return
    if balancer.protected:
        refuse(
            "OperationNotPermitted",
            f"Load balancer '{balancer.id}' cannot be deleted because deletion protection is enabled",
            "Switch it off: elbv2 modify-load-balancer-attributes --attributes Key=deletion_protection.enabled,Value=false",
        )
    yield LoadBalancerDeleted(balancer.id)
    yield MeterStopped(LINE, balancer.id)
    yield MeterStopped(ADDRESSES, balancer.id)


@evolves(LoadBalancerDeleted)
def evolve_load_balancer_deleted(world: World, event: LoadBalancerDeleted) -> World:
    for listener in listeners_of(world, event.balancer):
        world = removed(world, Listener, listener.id)
    world = world.unschedule("load-balancer-active", event.balancer)
    for node in world.get(LoadBalancer, event.balancer).nodes:
        world = world.unschedule("node-turns", _node(event.balancer, node.zone))
    return removed(world, LoadBalancer, event.balancer)


# looking --------------------------------------------------------------------------------------------------------------------


@decides(DescribeLoadBalancers)
def decide_describe_load_balancers(ctx: Context, command: DescribeLoadBalancers) -> Events:
    yield ResourcesSeen(tuple(("LoadBalancer", b.id) for b in _chosen(ctx, command)))


@answers(DescribeLoadBalancers)
def answer_describe_load_balancers(ctx: Context, command: DescribeLoadBalancers) -> dict[str, Any]:
    return {"LoadBalancers": [describe_load_balancer(b) for b in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeLoadBalancers) -> list[LoadBalancer]:
    wanted = [need_balancer(ctx, key) for key in command.load_balancer_arns]
    for name in command.names:
        found = _by_name(ctx.world, name)
        if found is None:
            there = ", ".join(b.name for b in ctx.world.every(LoadBalancer))
            refuse("LoadBalancerNotFound", f"Load balancers '[{name}]' not found", f"There is {there or 'none yet'}.")
        wanted.append(found)
    return wanted if command.load_balancer_arns or command.names else list(ctx.world.every(LoadBalancer))


# its name and its nodes -----------------------------------------------------------------------------------------------------


_TURNED_BY = (LoadBalancer, Listener, TargetGroup, Target, Instance, ZoneOutage)
"""What decides whether a name leads to a node."""


def _node(balancer: str, zone: str) -> str:
    return f"{balancer}@{zone}"


@reacts_to(*_TURNED_BY)
def react_nodes(before: World, ctx: Context) -> Events:
    """A node that goes down is taken out of the name, one that is back is put in again; callers notice when the old answer runs out."""
    world = ctx.world
    waiting = {t.target for t in world.timers if t.kind == "node-turns"}
    for balancer in world.every(LoadBalancer):
        for node in balancer.nodes:
            due = _node(balancer.id, node.zone) in waiting
            if node_fails(world, balancer, node.zone) != node.out:
                if not due:
                    yield NodeTurnForeseen(balancer.id, node.zone, ctx.now + NAME_TTL)
            elif due:
                yield NodeTurnForeseen(balancer.id, node.zone, None)


@evolves(NodeTurnForeseen)
def evolve_node_turn_foreseen(world: World, event: NodeTurnForeseen) -> World:
    key = _node(event.balancer, event.zone)
    if event.due is None:
        return world.unschedule("node-turns", key)
    return world.schedule(event.due, "node-turns", key)


@fires("node-turns")
def fire_node_turns(ctx: Context, timer: Timer) -> Events:
    balancer, _, zone = timer.target.rpartition("@")
    yield NodeTurned(balancer, zone, node_fails(ctx.world, ctx.world.get(LoadBalancer, balancer), zone))


@evolves(NodeTurned)
def evolve_node_turned(world: World, event: NodeTurned) -> World:
    nodes = world.get(LoadBalancer, event.balancer).nodes
    return world.change(LoadBalancer, event.balancer, nodes=tuple(replace(n, out=event.out) if n.zone == event.zone else n for n in nodes))
