"""Who may do what in the account: roles."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import REGION_WIDE, Offer, Placed, Row, facts, offers, stands
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.world import World


@stands("role", Role)
def role_nodes(world: World) -> Iterator[Placed]:
    profiles = {p.role: p.id for p in world.every(InstanceProfile)}
    for role in world.every(Role):
        policies = ", ".join(p.rsplit("/", 1)[-1] for p in role.policies) or "no policy attached"
        profile = f"; instance profile {profiles[role.id]}" if role.id in profiles else ""
        yield REGION_WIDE, Node(role.id, "role", role.id, "", "plain", 0, policies + profile)


@facts(Role)
def role_facts(world: World, scenario: Scenario, role: Role) -> Iterator[Row]:
    yield "trusted by it", ", ".join(role.trusted)
    for policy in role.policies:
        yield "allows", policy
    if not role.policies:
        yield "allows", "nothing: no policy is attached"
    yield "profile", ", ".join(p.id for p in world.every(InstanceProfile) if p.role == role.id)
    yield "created", stamp(role.created)


@offers(Role)
def offer_role(world: World, role: Role) -> Iterator[Offer]:
    yield "look at it", f"iam get-role --role-name {role.id}"
    yield "look at what it allows", f"iam list-attached-role-policies --role-name {role.id}"
    yield "allow it something", f"iam attach-role-policy --role-name {role.id} --policy-arn "
    for policy in role.policies:
        yield f"take {policy.rsplit('/', 1)[-1]} off it", f"iam detach-role-policy --role-name {role.id} --policy-arn {policy}"
    yield "delete it", f"iam delete-role --role-name {role.id}"
