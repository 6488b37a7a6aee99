"""Network ACLs: filters at the edge of subnets. The default one lets everything through, one's own nothing until it has rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_acl import CreateNetworkAcl, DeleteNetworkAcl, DescribeNetworkAcls, ReplaceNetworkAclAssociation
from cloudlab.engine.describe import chosen, tag_list, tags_for
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.naming import named, well_formed
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.filtering import ICMP
from cloudlab.model.events.network import AclAssociated, NetworkAclCreated, NetworkAclDeleted
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT
from cloudlab.model.network import AclEntry, Association, NetworkAcl, Subnet, Vpc
from cloudlab.model.world import World

_LAST_RULE = 32_767
"""The rule AWS shows as `*`: whatever no other rule decided is denied."""


@decides(CreateNetworkAcl)
def decide_create_network_acl(ctx: Context, command: CreateNetworkAcl) -> Events:
    vpc = named(ctx, Vpc, command.vpc_id)
    tags = tags_for(command.tag_specifications, "network-acl")
    limit = ctx.quota("nacls_per_vpc")
    if sum(a.vpc == vpc.id for a in ctx.world.every(NetworkAcl)) >= limit:
        refuse(
            "NetworkAclLimitExceeded",
            "The maximum number of network ACLs has been reached.",
            f"A VPC may have {limit}, its default one included: delete one first.",
        )
    acl = NetworkAcl(ctx.new_id("acl"), vpc.id, entries=(), tags=tags)
    yield NetworkAclCreated(acl)
    yield acl_seen(acl.id)


def acl_seen(*acls: str) -> ResourcesSeen:
    return ResourcesSeen(tuple(("NetworkAcl", acl) for acl in acls))


@evolves(NetworkAclCreated)
def evolve_network_acl_created(world: World, event: NetworkAclCreated) -> World:
    return world.put(event.acl)


@answers(CreateNetworkAcl)
def answer_create_network_acl(ctx: Context, command: CreateNetworkAcl) -> dict[str, Any]:
    return {"NetworkAcl": describe_network_acl(ctx.world.get(NetworkAcl, ctx.new_id("acl")))}


@decides(DeleteNetworkAcl)
def decide_delete_network_acl(ctx: Context, command: DeleteNetworkAcl) -> Events:
    acl = named(ctx, NetworkAcl, command.network_acl_id)
    if acl.is_default:
        refuse(
            "InvalidParameterValue",
            f"{acl.id} is the default network ACL of {acl.vpc} and cannot be deleted.",
            "It goes with its VPC; subnets that leave another ACL come back to it.",
        )
    if acl.associations:
        refuse(
            "DependencyViolation",
            f"The networkAcl '{acl.id}' has dependencies and cannot be deleted.",
            f"Give {', '.join(acl.subnets)} another one first: ec2 replace-network-acl-association.",
        )
    yield NetworkAclDeleted(acl.id)


@evolves(NetworkAclDeleted)
def evolve_network_acl_deleted(world: World, event: NetworkAclDeleted) -> World:
    return removed(world, NetworkAcl, event.acl)


@decides(ReplaceNetworkAclAssociation)
def decide_replace_network_acl_association(ctx: Context, command: ReplaceNetworkAclAssociation) -> Events:
    there = {a.id: (acl, a) for acl in ctx.world.every(NetworkAcl) for a in acl.associations}
    if command.association_id not in there:
        well_formed(command.association_id, "aclassoc", "InvalidAssociationID.Malformed")
        refuse(
            "InvalidAssociationID.NotFound",
            f"The association ID '{command.association_id}' does not exist.",
            f"Existing: {', '.join(list(there)[:4])}." if there else "There is no subnet yet, so nothing is associated.",
        )
    before, association = there[command.association_id]
    after = named(ctx, NetworkAcl, command.network_acl_id)
    if before.vpc != after.vpc:
        refuse(
            "InvalidParameterValue",
            f"Network ACL {after.id} and subnet {association.subnet} belong to different networks.",
            f"Choose a network ACL of {before.vpc}, or create one there.",
        )
    yield AclAssociated(after.id, Association(ctx.new_id("aclassoc"), association.subnet))
    yield acl_seen(before.id, after.id)


@evolves(AclAssociated)
def evolve_acl_associated(world: World, event: AclAssociated) -> World:
    """The subnet leaves the ACL it had: it always has exactly one."""
    world = without_subnet(world, event.association.subnet)
    acl = world.get(NetworkAcl, event.acl)
    return world.put(replace(acl, associations=(*acl.associations, event.association)))


def without_subnet(world: World, subnet: str | None) -> World:
    """Take a subnet off the ACL at its edge."""
    for acl in tuple(a for a in world.every(NetworkAcl) if subnet in a.subnets):
        world = world.put(replace(acl, associations=tuple(a for a in acl.associations if a.subnet != subnet)))
    return world


def with_new_subnet(world: World, subnet: Subnet) -> World:
    """Put a new subnet behind the default ACL of its VPC; the association's id follows from the subnet's."""
    acl = next(a for a in world.every(NetworkAcl) if a.vpc == subnet.vpc and a.is_default)
    association = Association(f"aclassoc-{subnet.id.partition('-')[2]}", subnet.id)
    return world.put(replace(acl, associations=(*acl.associations, association)))


@answers(ReplaceNetworkAclAssociation)
def answer_replace_network_acl_association(ctx: Context, command: ReplaceNetworkAclAssociation) -> dict[str, Any]:
    return {"NewAssociationId": ctx.new_id("aclassoc")}


# looking ---------------------------------------------------------------------------------------------------------------------


@decides(DescribeNetworkAcls)
def decide_describe_network_acls(ctx: Context, command: DescribeNetworkAcls) -> Events:
    yield acl_seen(*(acl.id for acl in _chosen(ctx, command)))


@answers(DescribeNetworkAcls)
def answer_describe_network_acls(ctx: Context, command: DescribeNetworkAcls) -> dict[str, Any]:
    return {"NetworkAcls": [describe_network_acl(acl) for acl in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeNetworkAcls) -> list[NetworkAcl]:
    return chosen(
        ctx,
        NetworkAcl,
        command.network_acl_ids,
        command.filters,
        "InvalidNetworkAclID.NotFound",
        "networkAcl ID",
        describe_network_acl,
        also=("association.subnet-id", "association.association-id"),
    )


def describe_network_acl(acl: NetworkAcl) -> dict[str, Any]:
    last = [AclEntry(_LAST_RULE, "-1", False, egress, "0.0.0.0/0") for egress in (True, False)]
    entries = sorted((*acl.entries, *last), key=lambda e: (not e.egress, e.number))
    return {
        "NetworkAclId": acl.id,
        "VpcId": acl.vpc,
        "IsDefault": acl.is_default,
        "Entries": [_entry(e) for e in entries],
        "Associations": [{"NetworkAclAssociationId": a.id, "NetworkAclId": acl.id, "SubnetId": a.subnet} for a in acl.associations],
        "OwnerId": ACCOUNT,
        "Tags": tag_list(acl.tags),
    }


def _entry(entry: AclEntry) -> dict[str, Any]:
    ports: dict[str, Any] = {"PortRange": {"From": entry.from_port, "To": entry.to_port}}
    if entry.protocol == ICMP:
        ports = {"IcmpTypeCode": {"Type": entry.from_port, "Code": entry.to_port}}
    return {
        "RuleNumber": entry.number,
        "Protocol": entry.protocol,
        "RuleAction": "allow" if entry.allow else "deny",
        "Egress": entry.egress,
        "CidrBlock": entry.cidr,
        **({} if entry.protocol == "-1" else ports),
    }
