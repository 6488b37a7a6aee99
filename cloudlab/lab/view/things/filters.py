"""Who may talk to whom: security groups."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import Offer, Placed, Row, facts, offers, stands
from cloudlab.lab.view.things.words import short, tags_text
from cloudlab.model.compute import Instance
from cloudlab.model.network import Permission, SecurityGroup
from cloudlab.model.scenario import Scenario
from cloudlab.model.world import World


@stands("security-group", SecurityGroup)
def security_group_nodes(world: World) -> Iterator[Placed]:
    for group in world.every(SecurityGroup):
        rules = ", ".join(f"{rule_text(rule)} from {rule.cidr or short(rule.group or '')}" for rule in group.ingress)
        yield ("vpc", group.vpc), Node(group.id, "security-group", group.name, "", "plain", 0, rules or "lets nothing in")


@facts(SecurityGroup)
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
    yield "tags", tags_text(group.tags)


@offers(SecurityGroup)
def offer_security_group(world: World, group: SecurityGroup) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-security-groups --group-ids {group.id}"
    yield "let somebody in", f"ec2 authorize-security-group-ingress --group-id {group.id} --protocol tcp --port "
    for way, rules in (("ingress", group.ingress), ("egress", group.egress)):
        for rule in rules:
            told = f"{rule_text(rule)} {'in from' if way == 'ingress' else 'out to'} {rule.cidr or rule.group}"
            yield f"revoke {told}", f"ec2 revoke-security-group-{way} --group-id {group.id} {_rule_flags(rule)}"
    yield "delete it", f"ec2 delete-security-group --group-id {group.id}"


def rule_text(rule: Permission) -> str:
    """Write what a rule lets through: `tcp/443`, `tcp/1-1024`, `everything`."""
    if rule.protocol == "-1":
        return "everything"
    ports = str(rule.from_port) if rule.from_port == rule.to_port else f"{rule.from_port}-{rule.to_port}"
    return f"{rule.protocol}/{ports}"


def _rule_flags(rule: Permission) -> str:
    ports = "" if rule.protocol == "-1" else f" --port {rule_text(rule).partition('/')[2]}"
    peer = f"--cidr {rule.cidr}" if rule.cidr is not None else f"--source-group {rule.group}"
    return f"--protocol {rule.protocol}{ports} {peer}"
