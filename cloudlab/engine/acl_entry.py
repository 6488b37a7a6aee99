"""Rules of a network ACL: numbered, one direction each, the lowest number that matches decides."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.commands.ec2_acl import AclRule, CreateNetworkAclEntry, DeleteNetworkAclEntry, ReplaceNetworkAclEntry
from cloudlab.engine.cidr import network
from cloudlab.engine.kernel import Context, Events, decides, evolves, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.network_acl import acl_seen
from cloudlab.engine.rules.filtering import ICMP
from cloudlab.model.events.network import AclEntryCreated, AclEntryDeleted, AclEntryReplaced
from cloudlab.model.network import AclEntry, NetworkAcl
from cloudlab.model.world import World

_HIGHEST_NUMBER = 32_766
_LAST_PORT = 65_535
_NUMBERS = {"tcp": "6", "udp": "17", "icmp": ICMP, "all": "-1"}
"""Names the aws CLI turns into IANA's protocol numbers."""
_WITH_PORTS = ("6", "17")
_LAST_PROTOCOL = 255


@decides(CreateNetworkAclEntry)
def decide_create_network_acl_entry(ctx: Context, command: CreateNetworkAclEntry) -> Events:
    acl = named(ctx, NetworkAcl, command.network_acl_id)
    entry = _entry(command)
    same_way = [e for e in acl.entries if e.egress == entry.egress]
    if any(e.number == entry.number for e in same_way):
        refuse(
            "NetworkAclEntryAlreadyExists",
            f"The network ACL entry identified by {entry.number} already exists.",
            f"Take another number ({_numbers(acl, entry.egress)} are taken), or replace-network-acl-entry.",
        )
    limit = ctx.quota("rules_per_nacl")
    if len(same_way) >= limit:
        refuse(
            "NetworkAclEntryLimitExceeded",
            "The maximum number of network ACL entries has been reached.",
            f"{limit} {'outbound' if entry.egress else 'inbound'} rules are the limit; {acl.id} has them.",
        )
    yield AclEntryCreated(acl.id, entry)
    yield acl_seen(acl.id)


@decides(ReplaceNetworkAclEntry)
def decide_replace_network_acl_entry(ctx: Context, command: ReplaceNetworkAclEntry) -> Events:
    acl = named(ctx, NetworkAcl, command.network_acl_id)
    entry = _entry(command)
    _need_entry(acl, entry.number, entry.egress)
    yield AclEntryReplaced(acl.id, entry)
    yield acl_seen(acl.id)


@decides(DeleteNetworkAclEntry)
def decide_delete_network_acl_entry(ctx: Context, command: DeleteNetworkAclEntry) -> Events:
    acl = named(ctx, NetworkAcl, command.network_acl_id)
    _check_number(command.rule_number)
    _need_entry(acl, command.rule_number, command.egress)
    yield AclEntryDeleted(acl.id, command.rule_number, command.egress)
    yield acl_seen(acl.id)


def _need_entry(acl: NetworkAcl, number: int, egress: bool) -> None:
    if not any((e.number, e.egress) == (number, egress) for e in acl.entries):
        way = "outbound" if egress else "inbound"
        there = _numbers(acl, egress)
        refuse(
            "InvalidNetworkAclEntry.NotFound",
            f"{acl.id} has no {way} entry with the number {number}.",
            f"Its {way} entries: {there}." if there else f"It has no {way} entry of its own; the last one, *, always stays.",
        )


def _numbers(acl: NetworkAcl, egress: bool) -> str:
    return ", ".join(str(n) for n in sorted(e.number for e in acl.entries if e.egress == egress))


# reading what was asked for --------------------------------------------------------------------------------------------------


def _entry(command: AclRule) -> AclEntry:
    """Return the rule asked for, or refuse."""
    _check_number(command.rule_number)
    protocol = _protocol(command.protocol)
    if command.rule_action not in ("allow", "deny"):
        refuse(
            "InvalidParameterValue",
            f"Value ({command.rule_action}) for parameter ruleAction is invalid.",
            "Write allow or deny; an ACL can do both.",
        )
    if command.cidr_block is None:
        refuse(
            "MissingParameter",
            "The request must contain the parameter cidrBlock.",
            "Say whom the rule is about: --cidr-block 0.0.0.0/0 for everybody.",
        )
    cidr = str(network(command.cidr_block, "cidrBlock"))
    entry = AclEntry(command.rule_number, protocol, command.rule_action == "allow", command.egress, cidr)
    if protocol in _WITH_PORTS:
        low, high = _ports(command)
        return replace(entry, from_port=low, to_port=high)
    if protocol == ICMP:
        asked = command.icmp_type_code
        if asked is None:
            refuse("MissingParameter", "ICMP rules need the parameter icmpTypeCode.", "--icmp-type-code Type=-1,Code=-1 for all of ICMP.")
        return replace(entry, from_port=asked.type, to_port=asked.code)
    return entry


def _check_number(number: int) -> None:
    if not 1 <= number <= _HIGHEST_NUMBER:
        refuse(
            "InvalidParameterValue",
            f"Value ({number}) for parameter ruleNumber is invalid.",
            f"Numbers go from 1 to {_HIGHEST_NUMBER}; hundreds leave room for what comes between.",
        )


def _protocol(text: str) -> str:
    protocol = _NUMBERS.get(text.lower(), text)
    if protocol != "-1" and not (protocol.isdecimal() and int(protocol) <= _LAST_PROTOCOL):
        refuse("InvalidParameterValue", f"'{text}' is no IP protocol.", "tcp, udp, icmp, a number up to 255, or -1 for everything.")
    return protocol


def _ports(command: AclRule) -> tuple[int, int]:
    asked = command.port_range
    if asked is None:
        refuse(
            "MissingParameter",
            "Rules for TCP and UDP need the parameter portRange.",
            "--port-range From=443,To=443 for a call; From=1024,To=65535 for the answers to calls.",
        )
    low, high = asked.first, asked.last
    for port in (low, high):
        if not 0 <= port <= _LAST_PORT:
            refuse("InvalidParameterValue", f"Port ({port}) is out of range.", f"Ports go from 0 to {_LAST_PORT}.")
    if low > high:
        refuse("InvalidParameterValue", f"The port range ({low}:{high}) is invalid.", f"The lower one comes first: From={high},To={low}.")
    return low, high


# effect ----------------------------------------------------------------------------------------------------------------------


@evolves(AclEntryCreated)
def evolve_acl_entry_created(world: World, event: AclEntryCreated) -> World:
    return world.change(NetworkAcl, event.acl, entries=(*world.get(NetworkAcl, event.acl).entries, event.entry))


@evolves(AclEntryReplaced)
def evolve_acl_entry_replaced(world: World, event: AclEntryReplaced) -> World:
    new = event.entry
    entries = world.get(NetworkAcl, event.acl).entries
    kept = tuple(new if (e.number, e.egress) == (new.number, new.egress) else e for e in entries)
    return world.change(NetworkAcl, event.acl, entries=kept)


@evolves(AclEntryDeleted)
def evolve_acl_entry_deleted(world: World, event: AclEntryDeleted) -> World:
    entries = world.get(NetworkAcl, event.acl).entries
    kept = tuple(e for e in entries if (e.number, e.egress) != (event.number, event.egress))
    return world.change(NetworkAcl, event.acl, entries=kept)
