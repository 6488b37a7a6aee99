"""Who may talk to whom: security groups, and network ACLs where they are more than AWS made them."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.rules.interfaces import every_interface
from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import Offer, Placed, Row, facts, offers, stands
from cloudlab.lab.view.things.words import name_of, short, tags_text
from cloudlab.model.network import AclEntry, NetworkAcl, Permission, SecurityGroup, Subnet
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
    worn = dict.fromkeys(i.owner for i in every_interface(world) if group.id in i.groups)
    yield "worn by", ", ".join(worn) or "nothing"
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


_PROTOCOLS = {"-1": "everything", "1": "icmp", "6": "tcp", "17": "udp"}


@stands("network-acl", NetworkAcl)
def network_acl_nodes(world: World) -> Iterator[Placed]:
    """The default ACL, as long as it lets everything through, is nothing one has to know of."""
    for acl in world.every(NetworkAcl):
        if acl.is_default and all(e.allow and e.protocol == "-1" for e in acl.entries) and {e.egress for e in acl.entries} == {True, False}:
            continue
        rules = ", ".join(f"{'out' if e.egress else 'in'} {acl_entry_text(e)}" for e in _in_order(acl)) or "lets nothing through"
        name = name_of(acl) + (" (default)" if acl.is_default else "")
        yield ("vpc", acl.vpc), Node(acl.id, "network-acl", name, "", "plain", 0, rules)


def _in_order(acl: NetworkAcl) -> list[AclEntry]:
    return sorted(acl.entries, key=lambda e: (e.egress, e.number))


def acl_entry_text(entry: AclEntry) -> str:
    """Write a rule: `100 allow tcp/443 0.0.0.0/0`."""
    what = _PROTOCOLS.get(entry.protocol, f"protocol {entry.protocol}")
    if entry.protocol in ("6", "17"):
        what += f"/{entry.from_port}" if entry.from_port == entry.to_port else f"/{entry.from_port}-{entry.to_port}"
    return f"{entry.number} {'allow' if entry.allow else 'deny'} {what} {entry.cidr}"


@facts(NetworkAcl)
def network_acl_facts(world: World, scenario: Scenario, acl: NetworkAcl) -> Iterator[Row]:
    yield "VPC", acl.vpc
    yield "stands at", ", ".join(acl.subnets) or "no subnet's edge"
    for entry in _in_order(acl):
        yield "out" if entry.egress else "in", acl_entry_text(entry)
    yield "the rest", "is denied; answers need a rule of their own, as an ACL remembers nothing"
    yield "tags", tags_text(acl.tags)


@offers(NetworkAcl)
def offer_network_acl(world: World, acl: NetworkAcl) -> Iterator[Offer]:
    yield "look at it", f"ec2 describe-network-acls --network-acl-ids {acl.id}"
    yield "write a rule into it", f"ec2 create-network-acl-entry --network-acl-id {acl.id} --rule-number "
    for entry in _in_order(acl):
        way = "--egress" if entry.egress else "--ingress"
        line = f"ec2 delete-network-acl-entry --network-acl-id {acl.id} --rule-number {entry.number} {way}"
        yield f"strike out {'out' if entry.egress else 'in'} {acl_entry_text(entry)}", line
    for other in world.every(NetworkAcl):
        for association in other.associations:
            subnet = world.find(Subnet, association.subnet)
            if other.id != acl.id and subnet is not None and subnet.vpc == acl.vpc:
                line = f"ec2 replace-network-acl-association --association-id {association.id} --network-acl-id {acl.id}"
                yield f"put it at the edge of {subnet.id}", line
    yield "delete it", f"ec2 delete-network-acl --network-acl-id {acl.id}"
