"""Security groups: created empty inside, open outwards; deleted once nothing wears or names them."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_access import CreateSecurityGroup, DeleteSecurityGroup, DescribeSecurityGroups
from cloudlab.engine.describe import chosen, tag_list, tags_for
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.naming import named
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.interfaces import every_interface
from cloudlab.model.events.network import SecurityGroupCreated, SecurityGroupDeleted
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import ACCOUNT, arn
from cloudlab.model.network import ANYWHERE, Permission, SecurityGroup, Vpc
from cloudlab.model.world import World

_LONGEST = 255
_RULE_FILTERS = tuple(
    f"{way}.{what}"
    for way in ("ip-permission", "egress.ip-permission")
    for what in ("cidr", "from-port", "group-id", "protocol", "to-port")
)


@decides(CreateSecurityGroup)
def decide_create_security_group(ctx: Context, command: CreateSecurityGroup) -> Events:
    _check_words(command)
    if command.vpc_id is None:
        there = ", ".join(ctx.world.table(Vpc))
        refuse(
            "VPCIdNotSpecified",
            "There is no default VPC in this account.",
            f"Name one with --vpc-id: {there}." if there else "Create a VPC, then name it with --vpc-id.",
        )
    vpc = named(ctx, Vpc, command.vpc_id)
    tags = tags_for(command.tag_specifications, "security-group")
    if any(g.vpc == vpc.id and g.name.lower() == command.group_name.lower() for g in ctx.world.every(SecurityGroup)):
        refuse(
            "InvalidGroup.Duplicate",
            f"The security group '{command.group_name}' already exists for VPC '{vpc.id}'.",
            "Use the one there is, or choose another name; capitals make no difference.",
        )
    limit = ctx.quota("security_groups_per_region")
    if len(ctx.world.table(SecurityGroup)) >= limit:
        refuse(
            "SecurityGroupLimitExceeded",
            "The maximum number of security groups has been reached.",
            f"This account may have {limit}: delete one first.",
        )
    everything = Permission(ctx.new_id("sgr"), "-1", -1, -1, cidr=ANYWHERE)
    group = SecurityGroup(ctx.new_id("sg"), vpc.id, command.group_name, command.description, egress=(everything,), tags=tags)
    yield SecurityGroupCreated(group)
    yield ResourcesSeen((("SecurityGroup", group.id),))


def _check_words(command: CreateSecurityGroup) -> None:
    name = command.group_name
    if name.lower() == "default":
        refuse(
            "InvalidGroup.Reserved",
            "The name 'default' is reserved for the group AWS makes.",
            "Each VPC has its default group already; choose a name that says what the group is for.",
        )
    if name.startswith("sg-"):
        refuse(
            "InvalidParameterValue",
            f"Value ({name}) for parameter GroupName is invalid. Group names may not be in the format sg-*.",
            "Names that begin so look like ids; choose a plain one, such as web.",
        )
    for parameter, text in (("GroupName", name), ("GroupDescription", command.description)):
        if not 0 < len(text) <= _LONGEST:
            refuse(
                "InvalidParameterValue",
                f"Value ({text[:40]}) for parameter {parameter} is invalid: it has {len(text)} characters.",
                f"Between 1 and {_LONGEST} characters.",
            )
        if not text.isascii():
            refuse(
                "InvalidParameterValue",
                f"Value ({text}) for parameter {parameter} is invalid. Character sets beyond ASCII are not supported.",
                "Plain letters, digits, spaces and simple signs.",
            )


@evolves(SecurityGroupCreated)
def evolve_security_group_created(world: World, event: SecurityGroupCreated) -> World:
    return world.put(event.group)


@answers(CreateSecurityGroup)
def answer_create_security_group(ctx: Context, command: CreateSecurityGroup) -> dict[str, Any]:
    group = ctx.world.get(SecurityGroup, ctx.new_id("sg"))
    return {"GroupId": group.id, "SecurityGroupArn": _arn(group), "Tags": tag_list(group.tags)}


def _arn(group: SecurityGroup) -> str:
    return arn("ec2", f"security-group/{group.id}")


@decides(DeleteSecurityGroup)
def decide_delete_security_group(ctx: Context, command: DeleteSecurityGroup) -> Events:
    group = named(ctx, SecurityGroup, command.group_id)
    if group.name == "default":
        refuse(
            "CannotDelete",
            f"{group.id} is the default group of {group.vpc} and cannot be deleted.",
            "It goes with its VPC; groups of your own can be deleted.",
        )
    users = list(dict.fromkeys(i.owner for i in every_interface(ctx.world) if group.id in i.groups))
    users += [g.id for g in ctx.world.every(SecurityGroup) if g.id != group.id and _names(g, group.id)]
    if users:
        refuse(
            "DependencyViolation",
            f"{group.id} has dependent objects and cannot be deleted.",
            f"Take away what wears it, and revoke the rules that name it: {', '.join(users)}.",
        )
    yield SecurityGroupDeleted(group.id)


def _names(group: SecurityGroup, other: str) -> bool:
    return any(rule.group == other for rule in (*group.ingress, *group.egress))


@evolves(SecurityGroupDeleted)
def evolve_security_group_deleted(world: World, event: SecurityGroupDeleted) -> World:
    return removed(world, SecurityGroup, event.group)


@decides(DescribeSecurityGroups)
def decide_describe_security_groups(ctx: Context, command: DescribeSecurityGroups) -> Events:
    yield ResourcesSeen(tuple(("SecurityGroup", g.id) for g in _chosen(ctx, command)))


@answers(DescribeSecurityGroups)
def answer_describe_security_groups(ctx: Context, command: DescribeSecurityGroups) -> dict[str, Any]:
    return {"SecurityGroups": [describe_security_group(g) for g in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeSecurityGroups) -> list[SecurityGroup]:
    return chosen(
        ctx,
        SecurityGroup,
        command.group_ids,
        command.filters,
        "InvalidGroup.NotFound",
        "security group",
        _searchable,
        also=_RULE_FILTERS,
    )


def _searchable(group: SecurityGroup) -> dict[str, Any]:
    """Return what filters look at: the description, with every rule spelt out as AWS's filter names want it."""
    return describe_security_group(group) | {
        "IpPermissions": [_rule_filters(rule) for rule in group.ingress],
        "Egress.IpPermissions": [_rule_filters(rule) for rule in group.egress],
    }


def _rule_filters(rule: Permission) -> dict[str, Any]:
    peer = {"Cidr": rule.cidr} if rule.cidr is not None else {"GroupId": rule.group}
    return {"Protocol": rule.protocol, "FromPort": rule.from_port, "ToPort": rule.to_port} | peer


def describe_security_group(group: SecurityGroup) -> dict[str, Any]:
    return {
        "GroupId": group.id,
        "GroupName": group.name,
        "Description": group.description,
        "VpcId": group.vpc,
        "SecurityGroupArn": _arn(group),
        "IpPermissions": describe_permissions(group.ingress),
        "IpPermissionsEgress": describe_permissions(group.egress),
        "OwnerId": ACCOUNT,
        "Tags": tag_list(group.tags),
    }


def describe_permissions(permissions: tuple[Permission, ...]) -> list[dict[str, Any]]:
    """Write rules the way AWS does: one entry for each protocol and port range, with all its peers."""
    entries: dict[tuple[str, int, int], dict[str, Any]] = {}
    for rule in permissions:
        entry = entries.setdefault(
            (rule.protocol, rule.from_port, rule.to_port),
            {"IpProtocol": rule.protocol}
            | ({} if rule.protocol == "-1" else {"FromPort": rule.from_port, "ToPort": rule.to_port})
            | {"IpRanges": [], "UserIdGroupPairs": []},
        )
        said = {"Description": rule.description} if rule.description else {}
        if rule.cidr is not None:
            entry["IpRanges"].append({"CidrIp": rule.cidr} | said)
        else:
            entry["UserIdGroupPairs"].append({"GroupId": rule.group, "UserId": ACCOUNT} | said)
    return list(entries.values())
