"""Permissions: whether a role may do something, and in whose name an instance acts."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from cloudlab.engine.rules.policies import BY_ARN
from cloudlab.model.compute import Instance
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.ids import arn
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Permit:
    """Whether something is allowed, and because of what; true as a condition where it is."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


def may(world: World, role: str, action: str, resource: str = "*") -> Permit:
    """Tell whether the role of this name may do `action` (`s3:GetObject`) on `resource` (an ARN); what no policy allows, it may not."""
    for policy in (BY_ARN[p] for p in world.get(Role, role).policies):
        for statement in policy.statements:
            if any(fnmatchcase(action, a) for a in statement.actions) and any(fnmatchcase(resource, r) for r in statement.resources):
                return Permit(True, f"{policy.name} allows it")
    who = arn("iam", f"role/{role}")
    why = (
        f"{who} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
    )
    return Permit(False, why)


def may_read(world: World, role: str, bucket: str, key: str) -> Permit:
    """Tell whether the role may list the bucket and fetch the object. AmazonSageMakerFullAccess lists all, but fetches only what
    has sagemaker in its name."""
    listed = may(world, role, "s3:ListBucket", f"arn:aws:s3:::{bucket}")
    return may(world, role, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}") if listed else listed


def role_of(world: World, instance: Instance) -> Role | None:
    """Return the role an instance acts in, if it has one that it may put on."""
    profile = world.find(InstanceProfile, instance.profile)
    role = world.find(Role, profile.role) if profile is not None else None
    return role if role is not None and "ec2.amazonaws.com" in role.trusted else None


def without_role(world: World, instance: Instance) -> str:
    """Say which link is missing between an instance and a role of its own."""
    profile = world.find(InstanceProfile, instance.profile)
    if profile is None:
        have = any("ec2.amazonaws.com" in r.trusted for r in world.every(Role))
        first = "" if have else "iam create-role for ec2.amazonaws.com, "
        rest = "iam create-instance-profile, add-role-to-instance-profile, ec2 associate-iam-instance-profile"
        return f"it has no instance profile: {first}{rest}"
    role = world.find(Role, profile.role)
    if role is None:
        return f"its instance profile {profile.id} holds no role: iam add-role-to-instance-profile"
    trusts = f", only {', '.join(role.trusted)}" if role.trusted else ""
    return f"its role {role.id} does not trust ec2.amazonaws.com{trusts}: iam update-assume-role-policy"


def is_settled(scenario: Scenario, now: Seconds, created: Seconds) -> bool:
    """Tell whether something made in IAM at `created` is known to the other services by now."""
    return now >= created + scenario.catalogue.timing("iam_role_eventual_consistency")
