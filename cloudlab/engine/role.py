"""IAM roles: the trust policy that says who may put one on, and the managed policies that say what it may do."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import Any, NoReturn

from cloudlab.commands.iam import (
    AttachRolePolicy,
    CreateRole,
    DeleteRole,
    DetachRolePolicy,
    GetRole,
    ListAttachedRolePolicies,
    ListRoles,
    UpdateAssumeRolePolicy,
)
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.removal import removed
from cloudlab.engine.rules.policies import BY_ARN, MANAGED_POLICIES, ManagedPolicy
from cloudlab.model.events.identity import RoleCreated, RoleDeleted, RolePoliciesChanged, RoleTrustChanged
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.ids import arn, hexadecimal
from cloudlab.model.time import stamp
from cloudlab.model.world import World

SERVICE_PRINCIPALS = ("ec2.amazonaws.com", "sagemaker.amazonaws.com", "ssm.amazonaws.com", "lambda.amazonaws.com", "rds.amazonaws.com")
"""Services a trust policy may name here."""
_TRUST = (
    '{"Version": "2012-10-17", "Statement": '
    '[{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
)
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)


@decides(CreateRole)
def decide_create_role(ctx: Context, command: CreateRole) -> Events:
    check_name(command.role_name, "roleName", 64)
    if ctx.world.find(Role, command.role_name) is not None:
        refuse("EntityAlreadyExists", f"Role with name {command.role_name} already exists.", "Use it, or choose another name.")
    yield RoleCreated(Role(command.role_name, trusted_by(command.assume_role_policy_document), ctx.now))
    yield ResourcesSeen((("Role", command.role_name),))


def check_name(name: str, member: str, longest: int) -> None:
    """Refuse a name IAM does not take."""
    if len(name) > longest or not _NAME.fullmatch(name):
        rule = f"have length less than or equal to {longest}" if len(name) > longest else r"satisfy regular expression pattern: [\w+=,.@-]+"
        refuse(
            "ValidationError",
            f"1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: Member must {rule}",
            f"At most {longest} letters, digits and any of +=,.@-_ .",
        )


def trusted_by(document: str) -> tuple[str, ...]:
    """Read a trust policy; return the service principals it lets assume the role. Refused as IAM refuses a malformed one."""
    try:
        policy = json.loads(document)
    except ValueError:
        hint = "a file can't be read here; " if document.startswith("file://") else ""
        _malformed("This policy contains invalid Json", f"{hint}the document itself is wanted")
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements or not all(isinstance(s, dict) for s in statements):
        _malformed("Syntax errors in policy.", "a Statement is missing")
    if policy.get("Version", "2012-10-17") not in ("2012-10-17", "2008-10-17"):
        _malformed("The policy must contain a valid version string", "Version is 2012-10-17")
    trusted: dict[str, None] = {}
    for statement in statements:
        trusted |= dict.fromkeys(_principals(statement))
    return tuple(trusted)


def _principals(statement: dict[str, Any]) -> list[str]:
    if "Resource" in statement:
        _malformed("Has prohibited field Resource", "a trust policy is about the role itself and names no resource")
    if statement.get("Effect") not in ("Allow", "Deny"):
        _malformed("Syntax errors in policy.", "Effect is Allow or Deny")
    principal = statement.get("Principal")
    if not isinstance(principal, dict) or not principal:
        _malformed("AssumeRole policy must contain principals", 'a Principal such as {"Service": "ec2.amazonaws.com"} is missing')
    for kind in principal:
        if kind not in ("Service", "AWS", "Federated"):
            _malformed(f'Invalid principal in policy: "{kind}"', "Principal holds Service, AWS or Federated")
    for action in _listed(statement.get("Action")) or _malformed("Syntax errors in policy.", "Action is missing"):
        if action not in ("sts:AssumeRole", "sts:*", "sts:TagSession", "sts:SetSourceIdentity"):
            _malformed("AssumeRole policy may only specify STS AssumeRole actions.", f"'{action}' is none; sts:AssumeRole is")
    services = _listed(principal.get("Service"))
    for service in services:
        if service not in SERVICE_PRINCIPALS:
            near = get_close_matches(service, SERVICE_PRINCIPALS, n=1, cutoff=0.3) or SERVICE_PRINCIPALS[:1]
            _malformed(f'Invalid principal in policy: "SERVICE":"{service}"', f"perhaps {near[0]}")
    return services if statement["Effect"] == "Allow" else []


def _listed(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _malformed(sentence: str, why: str) -> NoReturn:
    refuse("MalformedPolicyDocument", sentence, f"{why[0].upper()}{why[1:]}. For example: {_TRUST}")


@evolves(RoleCreated)
def evolve_role_created(world: World, event: RoleCreated) -> World:
    return world.put(event.role)


@answers(CreateRole)
def answer_create_role(ctx: Context, command: CreateRole) -> dict[str, Any]:
    return {"Role": describe_role(ctx.world.get(Role, command.role_name))}


@decides(UpdateAssumeRolePolicy)
def decide_update_assume_role_policy(ctx: Context, command: UpdateAssumeRolePolicy) -> Events:
    """The new trust policy takes the place of the old one, whole; it is taken to be known everywhere at once."""
    role = need_role(ctx, command.role_name)
    yield RoleTrustChanged(role.id, trusted_by(command.policy_document))
    yield ResourcesSeen((("Role", role.id),))


@evolves(RoleTrustChanged)
def evolve_role_trust_changed(world: World, event: RoleTrustChanged) -> World:
    return world.change(Role, event.role, trusted=event.trusted)


@decides(DeleteRole)
def decide_delete_role(ctx: Context, command: DeleteRole) -> Events:
    role = need_role(ctx, command.role_name)
    if role.policies:
        names = ", ".join(BY_ARN[p].name for p in role.policies)
        refuse("DeleteConflict", "Cannot delete entity, must detach all policies first.", f"Detach {names} with iam detach-role-policy.")
    holding = next((p.id for p in ctx.world.every(InstanceProfile) if p.role == role.id), None)
    if holding is not None:
        refuse(
            "DeleteConflict",
            "Cannot delete entity, must remove roles from instance profile first.",
            f"Instance profile {holding} holds it, and taking it out is not modelled here: leave the role, it costs nothing.",
        )
    yield RoleDeleted(role.id)


@evolves(RoleDeleted)
def evolve_role_deleted(world: World, event: RoleDeleted) -> World:
    return removed(world, Role, event.role)


@decides(AttachRolePolicy)
def decide_attach_role_policy(ctx: Context, command: AttachRolePolicy) -> Events:
    """Attaching what is attached already changes nothing and is no error."""
    role = need_role(ctx, command.role_name)
    policy = _need_policy(command.policy_arn)
    policies = (*role.policies, policy.arn) if policy.arn not in role.policies else role.policies
    limit = ctx.quota("iam_managed_policies_per_role")
    if len(policies) > limit:
        refuse("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {limit}", "Detach one that is not needed.")
    yield RolePoliciesChanged(role.id, policies)
    yield ResourcesSeen((("Role", role.id),))


def _need_policy(policy_arn: str) -> ManagedPolicy:
    policy = BY_ARN.get(policy_arn)
    if policy is None:
        name = policy_arn.rpartition("/")[2]
        known = [p.name for p in MANAGED_POLICIES]
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        there = f"Perhaps arn:aws:iam::aws:policy/{near[0]}" if near else f"arn:aws:iam::aws:policy/ and one of {', '.join(known)}"
        refuse("NoSuchEntity", f"Policy {policy_arn} does not exist or is not attachable.", f"{there}.")
    return policy


@evolves(RolePoliciesChanged)
def evolve_role_policies_changed(world: World, event: RolePoliciesChanged) -> World:
    return world.change(Role, event.role, policies=event.policies)


@decides(DetachRolePolicy)
def decide_detach_role_policy(ctx: Context, command: DetachRolePolicy) -> Events:
    role = need_role(ctx, command.role_name)
    if command.policy_arn not in role.policies:
        refuse(
            "NoSuchEntity",
            f"Policy {command.policy_arn} was not found.",
            f"Attached to {role.id}: {', '.join(role.policies)}." if role.policies else f"{role.id} has no policy attached.",
        )
    yield RolePoliciesChanged(role.id, tuple(p for p in role.policies if p != command.policy_arn))
    yield ResourcesSeen((("Role", role.id),))


@decides(GetRole)
def decide_get_role(ctx: Context, command: GetRole) -> Events:
    yield ResourcesSeen((("Role", need_role(ctx, command.role_name).id),))


@answers(GetRole)
def answer_get_role(ctx: Context, command: GetRole) -> dict[str, Any]:
    return {"Role": describe_role(ctx.world.get(Role, command.role_name))}


@decides(ListRoles)
def decide_list_roles(ctx: Context, command: ListRoles) -> Events:
    yield ResourcesSeen(tuple(("Role", name) for name in ctx.world.table(Role)))


@answers(ListRoles)
def answer_list_roles(ctx: Context, command: ListRoles) -> dict[str, Any]:
    return {"Roles": [describe_role(role) for role in ctx.world.every(Role)]}


@decides(ListAttachedRolePolicies)
def decide_list_attached_role_policies(ctx: Context, command: ListAttachedRolePolicies) -> Events:
    yield ResourcesSeen((("Role", need_role(ctx, command.role_name).id),))


@answers(ListAttachedRolePolicies)
def answer_list_attached_role_policies(ctx: Context, command: ListAttachedRolePolicies) -> dict[str, Any]:
    role = ctx.world.get(Role, command.role_name)
    return {"AttachedPolicies": [{"PolicyName": BY_ARN[p].name, "PolicyArn": p} for p in role.policies]}


def need_role(ctx: Context, name: str) -> Role:
    """Return the role, or refuse as IAM does."""
    role = ctx.world.find(Role, name)
    if role is None:
        there = ", ".join(ctx.world.table(Role))
        refuse("NoSuchEntity", f"The role with name {name} cannot be found.", f"There is {there}." if there else "There is no role yet.")
    return role


def describe_role(role: Role) -> dict[str, Any]:
    return {
        "Path": "/",
        "RoleName": role.id,
        "RoleId": f"AROA{hexadecimal('role', role.id)[:17].upper()}",
        "Arn": arn("iam", f"role/{role.id}"),
        "CreateDate": stamp(role.created),
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": list(role.trusted)}, "Action": "sts:AssumeRole"}],
        },
    }
