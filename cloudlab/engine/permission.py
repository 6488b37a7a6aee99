"""Security-group rules: granted and revoked one by one, the first bad entry refused and nothing done."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_access import (
    AuthorizeSecurityGroupEgress,
    AuthorizeSecurityGroupIngress,
    IpPermission,
    RevokeSecurityGroupEgress,
    RevokeSecurityGroupIngress,
    RuleChange,
)
from cloudlab.engine.cidr import parsed
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.naming import named
from cloudlab.model.events.network import PermissionsGranted, PermissionsRevoked
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT
from cloudlab.model.network import Permission, SecurityGroup
from cloudlab.model.world import World

_PROTOCOLS = {"tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp", "icmp": "icmp", "1": "icmp", "-1": "-1", "all": "-1"}
_LAST_PORT = 65_535


@decides(AuthorizeSecurityGroupIngress)
def decide_authorize_security_group_ingress(ctx: Context, command: AuthorizeSecurityGroupIngress) -> Events:
    return _granted(ctx, command, egress=False)


@decides(AuthorizeSecurityGroupEgress)
def decide_authorize_security_group_egress(ctx: Context, command: AuthorizeSecurityGroupEgress) -> Events:
    return _granted(ctx, command, egress=True)


@decides(RevokeSecurityGroupIngress)
def decide_revoke_security_group_ingress(ctx: Context, command: RevokeSecurityGroupIngress) -> Events:
    return _revoked(ctx, command, egress=False)


@decides(RevokeSecurityGroupEgress)
def decide_revoke_security_group_egress(ctx: Context, command: RevokeSecurityGroupEgress) -> Events:
    return _revoked(ctx, command, egress=True)


def _granted(ctx: Context, command: RuleChange, *, egress: bool) -> Events:
    group = named(ctx, SecurityGroup, command.group_id)
    wanted = _wanted(ctx, group, command)
    there = {rule.key for rule in _rules(group, egress)}
    for rule in wanted:
        if rule.key in there:
            refuse(
                "InvalidPermission.Duplicate",
                f'The rule "peer: {told(rule)}, ALLOW" already exists.',
                f"{group.id} has it already; leave it out.",
            )
        there.add(rule.key)
    limit = ctx.quota("rules_per_security_group")
    if len(there) > limit:
        refuse(
            "RulesPerSecurityGroupLimitExceeded",
            "The maximum number of rules per security group has been reached.",
            f"{limit} {'outbound' if egress else 'inbound'} rules are the limit; {group.id} would have {len(there)}.",
        )
    yield PermissionsGranted(group.id, egress, wanted)
    yield ResourcesSeen((("SecurityGroup", group.id),))


def _revoked(ctx: Context, command: RuleChange, *, egress: bool) -> Events:
    group = named(ctx, SecurityGroup, command.group_id)
    there = {rule.key: rule for rule in _rules(group, egress)}
    going = []
    for rule in _wanted(ctx, group, command):
        found = there.pop(rule.key, None)
        if found is None:
            left = "; ".join(told(r) for r in _rules(group, egress)) or "none"
            refuse(
                "InvalidPermission.NotFound",
                "The specified rule does not exist in this security group.",
                f"There is no {told(rule)} among the {'outbound' if egress else 'inbound'} rules of {group.id}: {left}.",
            )
        going.append(found.id)
    yield PermissionsRevoked(group.id, egress, tuple(going))
    yield ResourcesSeen((("SecurityGroup", group.id),))


def _rules(group: SecurityGroup, egress: bool) -> tuple[Permission, ...]:
    return group.egress if egress else group.ingress


def told(rule: Permission) -> str:
    """Write a rule as AWS's sentences do: `0.0.0.0/0, TCP, from port: 443, to port: 443`."""
    peer = rule.cidr or rule.group
    if rule.protocol == "-1":
        return f"{peer}, ALL"
    return f"{peer}, {rule.protocol.upper()}, from port: {rule.from_port}, to port: {rule.to_port}"


# reading what was asked for --------------------------------------------------------------------------------------------------


def _wanted(ctx: Context, group: SecurityGroup, command: RuleChange) -> tuple[Permission, ...]:
    """Return the rules asked for, one for each peer; AWS reports only the first bad entry, and so does this."""
    if not command.ip_permissions:
        refuse(
            "MissingParameter",
            "The request must contain the parameter ipPermissions.",
            "For instance --protocol tcp --port 443 --cidr 0.0.0.0/0.",
        )
    found: list[Permission] = []
    for entry in command.ip_permissions:
        protocol = _protocol(entry.ip_protocol)
        low, high = _ports(protocol, entry)
        if entry.ip_ranges and entry.user_id_group_pairs:
            refuse(
                "InvalidParameterCombination",
                "Both a CIDR block and a source group were given for one rule.",
                "Give addresses or a group; for both, two entries.",
            )
        if not entry.ip_ranges and not entry.user_id_group_pairs:
            refuse(
                "MissingParameter",
                "The rule names no peer: neither addresses nor a security group.",
                "Add --cidr with a range of addresses, or --source-group.",
            )
        for addresses in entry.ip_ranges:
            cidr = _cidr(addresses.cidr_ip)
            found.append(_rule(ctx, group, len(found), protocol, low, high, cidr=cidr, description=addresses.description))
        for pair in entry.user_id_group_pairs:
            peer = _peer(ctx, group, pair.group_id)
            found.append(_rule(ctx, group, len(found), protocol, low, high, group=peer, description=pair.description))
    return tuple(found)


def _rule(ctx: Context, owner: SecurityGroup, index: int, protocol: str, low: int, high: int, **peer: str) -> Permission:
    group = peer.get("group")
    return Permission(ctx.new_id("sgr", index), protocol, low, high, peer.get("cidr"), group, peer.get("description", ""))


def _protocol(text: str) -> str:
    protocol = _PROTOCOLS.get(text.lower())
    if protocol is None:
        refuse(
            "InvalidParameterValue",
            f"'{text}' is no IP protocol.",
            "tcp, udp, icmp, or -1 for everything.",
        )
    return protocol


def _ports(protocol: str, entry: IpPermission) -> tuple[int, int]:
    """Return the port range (of ICMP: type and code); every protocol at once has no ports."""
    low, high = entry.from_port, entry.to_port
    if protocol == "-1":
        return -1, -1
    if protocol == "icmp":
        return -1 if low is None else low, -1 if high is None else high
    if low is None or high is None:
        refuse(
            "InvalidParameterValue",
            "Rules for TCP and UDP need both a first and a last port.",
            "One port or a range: --port 443, --port 8000-8010.",
        )
    if (low, high) == (-1, -1):
        return 0, _LAST_PORT
    for which, port in (("from", low), ("to", high)):
        if not 0 <= port <= _LAST_PORT:
            refuse("InvalidParameterValue", f"TCP/UDP ({which}) port ({port}) is out of range.", f"Ports go from 0 to {_LAST_PORT}.")
    if low > high:
        refuse("InvalidParameterValue", f"The TCP/UDP port range ({low}:{high}) is invalid.", f"The lower one comes first: {high}-{low}.")
    return low, high


def _cidr(text: str) -> str:
    found = parsed(text)
    if found is None:
        refuse(
            "InvalidParameterValue",
            f"The CIDR block {text} is malformed.",
            "0.0.0.0/0 is everybody, 203.0.113.7/32 a single address.",
        )
    return str(found)


def _peer(ctx: Context, group: SecurityGroup, key: str) -> str:
    peer = named(ctx, SecurityGroup, key)
    if peer.vpc != group.vpc:
        fitting = ", ".join(g.id for g in ctx.world.every(SecurityGroup) if g.vpc == group.vpc)
        refuse(
            "InvalidGroup.NotFound",
            f"You have specified two resources that belong to different networks: {group.id} and {peer.id}.",
            f"In {group.vpc} there is {fitting}.",
        )
    return peer.id


# effect ----------------------------------------------------------------------------------------------------------------------


@evolves(PermissionsGranted)
def evolve_permissions_granted(world: World, event: PermissionsGranted) -> World:
    group = world.get(SecurityGroup, event.group)
    rules = (*_rules(group, event.egress), *event.permissions)
    return world.change(SecurityGroup, group.id, **{"egress" if event.egress else "ingress": rules})


@evolves(PermissionsRevoked)
def evolve_permissions_revoked(world: World, event: PermissionsRevoked) -> World:
    group = world.get(SecurityGroup, event.group)
    rules = tuple(r for r in _rules(group, event.egress) if r.id not in event.permissions)
    return world.change(SecurityGroup, group.id, **{"egress" if event.egress else "ingress": rules})


@answers(AuthorizeSecurityGroupIngress)
def answer_authorize_security_group_ingress(ctx: Context, command: AuthorizeSecurityGroupIngress) -> dict[str, Any]:
    return _answer_granted(ctx, command, egress=False)


@answers(AuthorizeSecurityGroupEgress)
def answer_authorize_security_group_egress(ctx: Context, command: AuthorizeSecurityGroupEgress) -> dict[str, Any]:
    return _answer_granted(ctx, command, egress=True)


def _answer_granted(ctx: Context, command: RuleChange, *, egress: bool) -> dict[str, Any]:
    group = ctx.world.get(SecurityGroup, command.group_id)
    count = sum(len(e.ip_ranges) + len(e.user_id_group_pairs) for e in command.ip_permissions)
    made = {ctx.new_id("sgr", index) for index in range(count)}
    return {
        "Return": True,
        "SecurityGroupRules": [
            {
                "SecurityGroupRuleId": rule.id,
                "GroupId": group.id,
                "GroupOwnerId": ACCOUNT,
                "IsEgress": egress,
                "IpProtocol": rule.protocol,
                "FromPort": rule.from_port,
                "ToPort": rule.to_port,
            }
            | ({"CidrIpv4": rule.cidr} if rule.cidr is not None else {"ReferencedGroupInfo": {"GroupId": rule.group}})
            for rule in _rules(group, egress)
            if rule.id in made
        ],
    }


@answers(RevokeSecurityGroupIngress)
def answer_revoke_security_group_ingress(ctx: Context, command: RevokeSecurityGroupIngress) -> dict[str, Any]:
    return {"Return": True}


@answers(RevokeSecurityGroupEgress)
def answer_revoke_security_group_egress(ctx: Context, command: RevokeSecurityGroupEgress) -> dict[str, Any]:
    return {"Return": True}
