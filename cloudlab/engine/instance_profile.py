"""IAM instance profiles: the wrapper in which exactly one role reaches an instance."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.ec2_compute import AssociateIamInstanceProfile
from cloudlab.commands.iam import (
    AddRoleToInstanceProfile,
    CreateInstanceProfile,
    DeleteInstanceProfile,
    ListInstanceProfiles,
    RemoveRoleFromInstanceProfile,
)
from cloudlab.engine.instance import need_instance
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.launch import need_profile
from cloudlab.engine.removal import removed
from cloudlab.engine.role import check_name, describe_role, need_role
from cloudlab.engine.rules.profiles import association_of
from cloudlab.model.compute import Instance
from cloudlab.model.events.compute import ProfileAssociated
from cloudlab.model.events.identity import InstanceProfileCreated, InstanceProfileDeleted, RoleAddedToProfile, RoleRemovedFromProfile
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.ids import arn
from cloudlab.model.time import stamp
from cloudlab.model.world import World


@decides(CreateInstanceProfile)
def decide_create_instance_profile(ctx: Context, command: CreateInstanceProfile) -> Events:
    name = command.instance_profile_name
    check_name(name, "instanceProfileName", 128)
    if ctx.world.find(InstanceProfile, name) is not None:
        refuse("EntityAlreadyExists", f"Instance Profile {name} already exists.", "Use it, or choose another name.")
    yield InstanceProfileCreated(InstanceProfile(name, None, ctx.now))
    yield ResourcesSeen((("InstanceProfile", name),))


@evolves(InstanceProfileCreated)
def evolve_instance_profile_created(world: World, event: InstanceProfileCreated) -> World:
    return world.put(event.profile)


@answers(CreateInstanceProfile)
def answer_create_instance_profile(ctx: Context, command: CreateInstanceProfile) -> dict[str, Any]:
    return {"InstanceProfile": _describe(ctx.world, ctx.world.get(InstanceProfile, command.instance_profile_name))}


@decides(AddRoleToInstanceProfile)
def decide_add_role_to_instance_profile(ctx: Context, command: AddRoleToInstanceProfile) -> Events:
    profile = _need_profile(ctx, command.instance_profile_name)
    role = need_role(ctx, command.role_name)
    if profile.role is not None:
        refuse(
            "LimitExceeded",
            "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
            f"{profile.id} already holds {profile.role}: make another profile for {role.id}.",
        )
    yield RoleAddedToProfile(profile.id, role.id)
    yield ResourcesSeen((("InstanceProfile", profile.id),))


@evolves(RoleAddedToProfile)
def evolve_role_added_to_profile(world: World, event: RoleAddedToProfile) -> World:
    return world.change(InstanceProfile, event.profile, role=event.role)


def _need_profile(ctx: Context, name: str) -> InstanceProfile:
    found = ctx.world.find(InstanceProfile, name)
    if found is None:
        there = ", ".join(ctx.world.table(InstanceProfile))
        refuse(
            "NoSuchEntity",
            f"Instance Profile {name} cannot be found.",
            f"There is {there}." if there else "There is no instance profile yet.",
        )
    return found


@decides(RemoveRoleFromInstanceProfile)
def decide_remove_role_from_instance_profile(ctx: Context, command: RemoveRoleFromInstanceProfile) -> Events:
    profile = _need_profile(ctx, command.instance_profile_name)
    if profile.role != command.role_name:
        refuse(
            "NoSuchEntity",
            f"The role with name {command.role_name} is not in instance profile {profile.id}.",
            f"It holds {profile.role}." if profile.role else "It holds no role.",
        )
    yield RoleRemovedFromProfile(profile.id)
    yield ResourcesSeen((("InstanceProfile", profile.id),))


@evolves(RoleRemovedFromProfile)
def evolve_role_removed_from_profile(world: World, event: RoleRemovedFromProfile) -> World:
    return world.change(InstanceProfile, event.profile, role=None)


@decides(DeleteInstanceProfile)
def decide_delete_instance_profile(ctx: Context, command: DeleteInstanceProfile) -> Events:
    profile = _need_profile(ctx, command.instance_profile_name)
    if profile.role is not None:
        refuse(
            "DeleteConflict",
            "Cannot delete entity, must remove roles from instance profile first.",
            f"iam remove-role-from-instance-profile --instance-profile-name {profile.id} --role-name {profile.role}",
        )
    yield InstanceProfileDeleted(profile.id)


@evolves(InstanceProfileDeleted)
def evolve_instance_profile_deleted(world: World, event: InstanceProfileDeleted) -> World:
    return removed(world, InstanceProfile, event.profile)


@decides(ListInstanceProfiles)
def decide_list_instance_profiles(ctx: Context, command: ListInstanceProfiles) -> Events:
    yield ResourcesSeen(tuple(("InstanceProfile", name) for name in ctx.world.table(InstanceProfile)))


@answers(ListInstanceProfiles)
def answer_list_instance_profiles(ctx: Context, command: ListInstanceProfiles) -> dict[str, Any]:
    return {"InstanceProfiles": [_describe(ctx.world, profile) for profile in ctx.world.every(InstanceProfile)]}


def _describe(world: World, profile: InstanceProfile) -> dict[str, Any]:
    role = world.find(Role, profile.role)
    return {
        "InstanceProfileName": profile.id,
        "Arn": arn("iam", f"instance-profile/{profile.id}"),
        "CreateDate": stamp(profile.created),
        "Roles": [describe_role(role)] if role is not None else [],
    }


@decides(AssociateIamInstanceProfile)
def decide_associate_iam_instance_profile(ctx: Context, command: AssociateIamInstanceProfile) -> Events:
    instance = need_instance(ctx, command.instance_id)
    profile = need_profile(ctx, command.iam_instance_profile)
    if instance.state not in ("running", "stopped"):
        refuse(
            "IncorrectInstanceState",
            f"The instance '{instance.id}' is {instance.state}.",
            "A running or a stopped one can be given a profile.",
        )
    if instance.profile is not None:
        refuse(
            "IncorrectState",
            f"There is an existing association for instance {instance.id}",
            f"It has {instance.profile} already; put the role or policy it lacks there.",
        )
    yield ProfileAssociated(instance.id, profile.id)
    yield ResourcesSeen((("Instance", instance.id),))


@evolves(ProfileAssociated)
def evolve_profile_associated(world: World, event: ProfileAssociated) -> World:
    return world.change(Instance, event.instance, profile=event.profile)


@answers(AssociateIamInstanceProfile)
def answer_associate_iam_instance_profile(ctx: Context, command: AssociateIamInstanceProfile) -> dict[str, Any]:
    profile = ctx.world.get(Instance, command.instance_id).profile
    return {
        "IamInstanceProfileAssociation": {
            "AssociationId": association_of(ctx.world.get(Instance, command.instance_id)),
            "InstanceId": command.instance_id,
            "IamInstanceProfile": {"Arn": arn("iam", f"instance-profile/{profile}")},
            "State": "associating",
        }
    }
