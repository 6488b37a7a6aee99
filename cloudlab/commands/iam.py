"""IAM actions: roles, their policies, and the profiles that carry a role to an instance."""

from __future__ import annotations

import json
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator

from cloudlab.commands.base import Command, FromCatalogue, InstanceProfileRef, RoleRef


def _document(value: Any) -> Any:
    """A policy document is a string to the service; one that was parsed on the way is written back."""
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value


PolicyDocument = Annotated[str, BeforeValidator(_document), FromCatalogue("trust-policy")]
PolicyArn = Annotated[str, FromCatalogue("policy")]


class CreateRole(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "CreateRole"
    gloss: ClassVar[str] = "Make a role; its trust policy says which service may put it on, its policies what it may then do."
    errors: ClassVar[tuple[str, ...]] = ("EntityAlreadyExists", "MalformedPolicyDocument", "ValidationError")
    returns: ClassVar[str | None] = "Role.Arn"

    role_name: str
    assume_role_policy_document: PolicyDocument


class UpdateAssumeRolePolicy(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "UpdateAssumeRolePolicy"
    gloss: ClassVar[str] = "Write a role's trust policy anew: who may put it on from now on. What it may do stays as it is."
    errors: ClassVar[tuple[str, ...]] = ("MalformedPolicyDocument", "NoSuchEntity")

    role_name: RoleRef
    policy_document: PolicyDocument


class DeleteRole(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "DeleteRole"
    gloss: ClassVar[str] = "Take a role away once nothing hangs on it."
    errors: ClassVar[tuple[str, ...]] = ("DeleteConflict", "NoSuchEntity")

    role_name: RoleRef


class GetRole(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "GetRole"
    gloss: ClassVar[str] = "Look at one role and whom it trusts."
    errors: ClassVar[tuple[str, ...]] = ("NoSuchEntity",)
    returns: ClassVar[str | None] = "Role.Arn"
    reads: ClassVar[bool] = True

    role_name: RoleRef


class ListRoles(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "ListRoles"
    gloss: ClassVar[str] = "Look at your roles."
    returns: ClassVar[str | None] = "Roles[].RoleName"
    reads: ClassVar[bool] = True


class AttachRolePolicy(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "AttachRolePolicy"
    gloss: ClassVar[str] = "Allow a role what a managed policy allows; more than it needs is a debt."
    errors: ClassVar[tuple[str, ...]] = ("LimitExceeded", "NoSuchEntity")

    role_name: RoleRef
    policy_arn: PolicyArn


class DetachRolePolicy(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "DetachRolePolicy"
    gloss: ClassVar[str] = "Take a managed policy off a role."
    errors: ClassVar[tuple[str, ...]] = ("NoSuchEntity",)

    role_name: RoleRef
    policy_arn: PolicyArn


class ListAttachedRolePolicies(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "ListAttachedRolePolicies"
    gloss: ClassVar[str] = "Look at what a role is allowed."
    errors: ClassVar[tuple[str, ...]] = ("NoSuchEntity",)
    returns: ClassVar[str | None] = "AttachedPolicies[].PolicyArn"
    reads: ClassVar[bool] = True

    role_name: RoleRef


class CreateInstanceProfile(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "CreateInstanceProfile"
    gloss: ClassVar[str] = "Make the wrapper in which a role reaches an instance."
    errors: ClassVar[tuple[str, ...]] = ("EntityAlreadyExists", "ValidationError")
    returns: ClassVar[str | None] = "InstanceProfile.InstanceProfileName"

    instance_profile_name: str


class AddRoleToInstanceProfile(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "AddRoleToInstanceProfile"
    gloss: ClassVar[str] = "Put a role into an instance profile; exactly one fits."
    errors: ClassVar[tuple[str, ...]] = ("LimitExceeded", "NoSuchEntity")

    instance_profile_name: InstanceProfileRef
    role_name: RoleRef


class RemoveRoleFromInstanceProfile(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "RemoveRoleFromInstanceProfile"
    gloss: ClassVar[str] = "Take the role out of an instance profile; machines that wear it may do nothing more."
    errors: ClassVar[tuple[str, ...]] = ("NoSuchEntity",)

    instance_profile_name: InstanceProfileRef
    role_name: RoleRef


class DeleteInstanceProfile(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "DeleteInstanceProfile"
    gloss: ClassVar[str] = "Give an instance profile up, once no role is in it."
    errors: ClassVar[tuple[str, ...]] = ("NoSuchEntity", "DeleteConflict")

    instance_profile_name: InstanceProfileRef


class ListInstanceProfiles(Command):
    service: ClassVar[str] = "iam"
    operation: ClassVar[str] = "ListInstanceProfiles"
    gloss: ClassVar[str] = "Look at your instance profiles and the role in each."
    returns: ClassVar[str | None] = "InstanceProfiles[].InstanceProfileName"
    reads: ClassVar[bool] = True
