"""What of an instance can be changed afterwards: size, security groups, protection from termination, the role it carries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_attributes import (
    DescribeIamInstanceProfileAssociations,
    DisassociateIamInstanceProfile,
    ModifyInstanceAttribute,
    ReplaceIamInstanceProfileAssociation,
)
from cloudlab.engine.instance import need_instance
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.launch import need_profile, need_type
from cloudlab.engine.naming import named
from cloudlab.engine.rules.profiles import association_of
from cloudlab.model.compute import Instance
from cloudlab.model.events.compute import InstanceModified
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.ids import arn
from cloudlab.model.network import SecurityGroup
from cloudlab.model.world import World


@decides(ModifyInstanceAttribute)
def decide_modify_instance_attribute(ctx: Context, command: ModifyInstanceAttribute) -> Events:
    instance = need_instance(ctx, command.instance_id)
    asked = [command.groups or None, command.instance_type, command.disable_api_termination]
    given = sum(each is not None for each in asked)
    if given == 0:
        refuse("MissingParameter", "No attributes specified.", "--groups, --instance-type Value=... or --disable-api-termination.")
    if given > 1:
        refuse("InvalidParameterCombination", "Fields for multiple attribute types specified", "One attribute in each order.")
    if instance.state in ("shutting-down", "terminated"):
        _refuse_state(instance, "It is given back already.")
    if command.groups:
        instance = replace(instance, groups=_groups(ctx, instance, command.groups))
    elif command.instance_type is not None:
        hardware = need_type(ctx.scenario, command.instance_type.value)
        if instance.state != "stopped":
            _refuse_state(instance, "Only a stopped instance takes another size: ec2 stop-instances first.")
        instance = replace(instance, type=hardware.name)
    elif command.disable_api_termination is not None:
        instance = replace(instance, protected=command.disable_api_termination.value)
    yield InstanceModified(instance)
    yield ResourcesSeen((("Instance", instance.id),))


def _refuse_state(instance: Instance, accepted: str) -> None:
    refuse("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'stopped' state.", f"It is {instance.state}. {accepted}")


def _groups(ctx: Context, instance: Instance, asked: tuple[str, ...]) -> tuple[str, ...]:
    limit = ctx.quota("security_groups_per_eni")
    if len(asked) > limit:
        sentence = f"{len(asked)} security groups were given for one network interface."
        refuse("SecurityGroupsPerInterfaceLimitExceeded", sentence, f"At most {limit}.")
    for key in asked:
        group = named(ctx, SecurityGroup, key)
        if group.vpc != instance.vpc:
            fitting = ", ".join(g.id for g in ctx.world.every(SecurityGroup) if g.vpc == instance.vpc)
            sentence = f"Security group {group.id} and instance {instance.id} belong to different networks."
            refuse("InvalidParameter", sentence, f"In {instance.vpc} there is {fitting}.")
    return tuple(dict.fromkeys(asked))


@evolves(InstanceModified)
def evolve_instance_modified(world: World, event: InstanceModified) -> World:
    return world.put(event.instance)


# the role it carries --------------------------------------------------------------------------------------------------------


def _carrier(ctx: Context, key: str) -> Instance:
    found = next((i for i in ctx.world.every(Instance) if association_of(i) == key), None)
    if found is None:
        there = ", ".join(k for i in ctx.world.every(Instance) if (k := association_of(i)) is not None)
        hint = f"There is {there}." if there else "No instance carries a role."
        refuse("InvalidAssociationID.NotFound", f"The association ID '{key}' does not exist", hint)
    return found


@decides(DisassociateIamInstanceProfile)
def decide_disassociate_profile(ctx: Context, command: DisassociateIamInstanceProfile) -> Events:
    instance = _carrier(ctx, command.association_id)
    yield InstanceModified(replace(instance, profile=None))
    yield ResourcesSeen((("Instance", instance.id),))


@answers(DisassociateIamInstanceProfile)
def answer_disassociate_profile(ctx: Context, command: DisassociateIamInstanceProfile) -> dict[str, Any]:
    return {"IamInstanceProfileAssociation": {"AssociationId": command.association_id, "State": "disassociating"}}


@decides(ReplaceIamInstanceProfileAssociation)
def decide_replace_profile(ctx: Context, command: ReplaceIamInstanceProfileAssociation) -> Events:
    instance = _carrier(ctx, command.association_id)
    profile = need_profile(ctx, command.iam_instance_profile)
    yield InstanceModified(replace(instance, profile=profile.id))
    yield ResourcesSeen((("Instance", instance.id),))


@answers(ReplaceIamInstanceProfileAssociation)
def answer_replace_profile(ctx: Context, command: ReplaceIamInstanceProfileAssociation) -> dict[str, Any]:
    name = need_profile(ctx, command.iam_instance_profile).id
    carriers = [i for i in ctx.world.every(Instance) if i.profile == name]
    return {"IamInstanceProfileAssociation": _described(carriers[-1])}


@decides(DescribeIamInstanceProfileAssociations)
def decide_describe_profiles(ctx: Context, command: DescribeIamInstanceProfileAssociations) -> Events:
    yield ResourcesSeen(tuple(("Instance", i.id) for i in _chosen(ctx, command)))


@answers(DescribeIamInstanceProfileAssociations)
def answer_describe_profiles(ctx: Context, command: DescribeIamInstanceProfileAssociations) -> dict[str, Any]:
    return {"IamInstanceProfileAssociations": [_described(i) for i in _chosen(ctx, command)]}


def _chosen(ctx: Context, command: DescribeIamInstanceProfileAssociations) -> list[Instance]:
    wanted = [_carrier(ctx, key) for key in command.association_ids]
    return wanted or [i for i in ctx.world.every(Instance) if association_of(i) is not None]


def _described(instance: Instance) -> dict[str, Any]:
    return {
        "AssociationId": association_of(instance),
        "InstanceId": instance.id,
        "IamInstanceProfile": {"Arn": arn("iam", f"instance-profile/{instance.profile}")},
        "State": "associated",
    }
