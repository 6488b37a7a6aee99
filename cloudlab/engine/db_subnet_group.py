"""DB subnet groups: the subnets RDS may use, in at least two zones even for a database in one."""

from __future__ import annotations

import re
from typing import Any

from cloudlab.commands.rds import CreateDBSubnetGroup, DeleteDBSubnetGroup, DescribeDBSubnetGroups, ModifyDBSubnetGroup
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.removal import removed
from cloudlab.model.database import DbInstance, DbSubnetGroup
from cloudlab.model.events.database import DbSubnetGroupDeleted, DbSubnetGroupPut
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import arn
from cloudlab.model.network import Subnet
from cloudlab.model.world import World

_NAME = re.compile(r"[A-Za-z0-9 ._-]{1,255}")


@decides(CreateDBSubnetGroup)
def decide_create_db_subnet_group(ctx: Context, command: CreateDBSubnetGroup) -> Events:
    name = command.db_subnet_group_name.lower()
    if not _NAME.fullmatch(name) or name == "default":
        refuse(
            "InvalidParameterValue",
            f"The parameter DBSubnetGroupName '{command.db_subnet_group_name}' is not a valid identifier.",
            "Letters, digits, spaces, hyphens, underscores and periods, 255 at most; not default.",
        )
    if ctx.world.find(DbSubnetGroup, name) is not None:
        refuse("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.", "Use it, or choose another name.")
    limit = ctx.quota("rds_subnet_groups_per_region")
    if len(ctx.world.table(DbSubnetGroup)) >= limit:
        refuse("DBSubnetGroupQuotaExceeded", "There are too many DB subnet groups.", f"This account may have {limit}: delete one first.")
    subnets = _subnets(ctx, command.subnet_ids)
    tags = tuple(sorted((t.key, t.value) for t in command.tags))
    group = DbSubnetGroup(name, command.db_subnet_group_description, subnets[0].vpc, tuple(s.id for s in subnets), tags)
    yield DbSubnetGroupPut(group)
    yield ResourcesSeen((("DbSubnetGroup", name),))


def _subnets(ctx: Context, ids: tuple[str, ...]) -> list[Subnet]:
    """Return the subnets, or refuse: unknown ones, two networks, one zone."""
    found = []
    for key in dict.fromkeys(ids):
        subnet = ctx.world.find(Subnet, key)
        if subnet is None:
            there = ", ".join(list(ctx.world.table(Subnet))[:4])
            refuse("InvalidSubnet", f"The subnet ID '{key}' does not exist.", f"Existing: {there}." if there else "Create subnets first.")
        found.append(subnet)
    zones = sorted({s.zone for s in found})
    if len({s.vpc for s in found}) > 1:
        refuse("InvalidSubnet", "The subnets are in different VPCs.", "All subnets of a group lie in one VPC.")
    if len(zones) < 2:
        refuse(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "
            f"Current AZ coverage: {', '.join(zones) or 'none'}. Add subnets to cover at least 2 AZs.",
            "A subnet in a second zone, even for a database that stays in one: the group is asked before the database is.",
        )
    return found


@evolves(DbSubnetGroupPut)
def evolve_db_subnet_group_put(world: World, event: DbSubnetGroupPut) -> World:
    return world.put(event.group)


@decides(ModifyDBSubnetGroup)
def decide_modify_db_subnet_group(ctx: Context, command: ModifyDBSubnetGroup) -> Events:
    group = need_group(ctx, command.db_subnet_group_name)
    subnets = _subnets(ctx, command.subnet_ids)
    if subnets[0].vpc != group.vpc:
        refuse("InvalidSubnet", f"The subnets are not in {group.vpc}.", "A group stays in the VPC it was made in.")
    kept = {s.id for s in subnets}
    for database in ctx.world.every(DbInstance):
        for used in (database.subnet, database.standby_subnet):
            if database.subnet_group == group.id and used is not None and used not in kept:
                refuse("SubnetAlreadyInUse", f"{used} is in use by {database.id}.", "Keep the subnets that databases use.")
    description = group.description if command.db_subnet_group_description is None else command.db_subnet_group_description
    yield DbSubnetGroupPut(DbSubnetGroup(group.id, description, group.vpc, tuple(s.id for s in subnets), group.tags))
    yield ResourcesSeen((("DbSubnetGroup", group.id),))


@decides(DeleteDBSubnetGroup)
def decide_delete_db_subnet_group(ctx: Context, command: DeleteDBSubnetGroup) -> Events:
    group = need_group(ctx, command.db_subnet_group_name)
    users = [d.id for d in ctx.world.every(DbInstance) if d.subnet_group == group.id]
    if users:
        refuse(
            "InvalidDBSubnetGroupStateFault",
            f"The DB subnet group {group.id} is in use and cannot be deleted.",
            f"Delete first: {', '.join(users)}.",
        )
    yield DbSubnetGroupDeleted(group.id)


@evolves(DbSubnetGroupDeleted)
def evolve_db_subnet_group_deleted(world: World, event: DbSubnetGroupDeleted) -> World:
    return removed(world, DbSubnetGroup, event.group)


def need_group(ctx: Context, name: str | None) -> DbSubnetGroup:
    """Return the group, or refuse; without a name RDS looks for `default`, which only a default VPC brings along."""
    return ctx.need(DbSubnetGroup, (name or "default").lower(), "DBSubnetGroupNotFoundFault", "DB subnet group")


@decides(DescribeDBSubnetGroups)
def decide_describe_db_subnet_groups(ctx: Context, command: DescribeDBSubnetGroups) -> Events:
    yield ResourcesSeen(tuple(("DbSubnetGroup", g.id) for g in _chosen(ctx, command)))


@answers(CreateDBSubnetGroup)
def answer_create_db_subnet_group(ctx: Context, command: CreateDBSubnetGroup) -> dict[str, Any]:
    return {"DBSubnetGroup": describe_group(ctx.world, ctx.world.get(DbSubnetGroup, command.db_subnet_group_name.lower()))}


@answers(ModifyDBSubnetGroup)
def answer_modify_db_subnet_group(ctx: Context, command: ModifyDBSubnetGroup) -> dict[str, Any]:
    return {"DBSubnetGroup": describe_group(ctx.world, ctx.world.get(DbSubnetGroup, command.db_subnet_group_name.lower()))}


@answers(DescribeDBSubnetGroups)
def answer_describe_db_subnet_groups(ctx: Context, command: DescribeDBSubnetGroups) -> dict[str, Any]:
    return {"DBSubnetGroups": [describe_group(ctx.world, g) for g in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeDBSubnetGroups) -> list[DbSubnetGroup]:
    if command.db_subnet_group_name is not None:
        return [need_group(ctx, command.db_subnet_group_name)]
    return list(ctx.world.every(DbSubnetGroup))


def describe_group(world: World, group: DbSubnetGroup) -> dict[str, Any]:
    subnets = [(key, world.find(Subnet, key)) for key in group.subnets]
    return {
        "DBSubnetGroupName": group.id,
        "DBSubnetGroupDescription": group.description,
        "VpcId": group.vpc,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {
                "SubnetIdentifier": key,
                "SubnetAvailabilityZone": {"Name": subnet.zone if subnet is not None else ""},
                "SubnetStatus": "Active" if subnet is not None else "Inactive",
            }
            for key, subnet in subnets
        ],
        "DBSubnetGroupArn": arn("rds", f"subgrp:{group.id}"),
    }
