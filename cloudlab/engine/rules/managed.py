"""Managed nodes: whether Systems Manager can reach an instance, and what it lacks if not."""

from __future__ import annotations

from cloudlab.engine.rules.permissions import is_settled, may, role_of, without_role
from cloudlab.engine.rules.service_ways import to_service
from cloudlab.engine.rules.services import SSM
from cloudlab.model.compute import Instance
from cloudlab.model.identity import InstanceProfile
from cloudlab.model.scenario import Scenario
from cloudlab.model.world import World


def missing_piece(world: World, scenario: Scenario, instance: Instance) -> str | None:
    """Return the first thing that keeps Systems Manager from an instance, None where nothing does.

    In order: the machine runs, its agent is up (the image brings it), its role lets it register, it has a way to all three endpoints.
    """
    if instance.state != "running":
        return f"it is {instance.state}"
    if instance.booted is None:
        return "its operating system is not up yet, and the agent starts with it"
    if instance.checks == "failed":
        return "its operating system hangs, and the agent with it: reboot it, or stop and start it"
    role = role_of(world, instance)
    if role is None:
        return without_role(world, instance)
    profile = world.get(InstanceProfile, instance.profile or "")
    if not is_settled(scenario, world.now, max(role.created, profile.created)):
        return f"its role {role.id} was made seconds ago and is not known everywhere yet"
    if not may(world, role.id, "ssm:UpdateInstanceInformation"):
        return f"its role {role.id} may not register: attach arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    for service in SSM:
        path = to_service(world, instance.id, service)
        if not path.ok:
            return f"it has no path to the Systems Manager endpoints: {path.sentence()}"
    return None
