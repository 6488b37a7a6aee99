"""Fleets: which machines are in a group, which of them are well, where the next one belongs, and how busy they are."""

from __future__ import annotations

from cloudlab.engine.rules.zones import is_down
from cloudlab.model.balancing import Target
from cloudlab.model.compute import Instance
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.network import Subnet
from cloudlab.model.world import World


def members(world: World, group: str) -> list[Instance]:
    """Return the machines of a group that run or are coming up and are not on their way out, oldest first."""
    retiring = world.get(AutoScalingGroup, group).retiring
    return [i for i in world.every(Instance) if i.fleet == group and i.state in ("pending", "running") and i.id not in retiring]


def in_service(world: World, group: str) -> list[Instance]:
    return [i for i in members(world, group) if i.state == "running"]


def unwell(world: World, group: AutoScalingGroup, instance: Instance) -> str | None:
    """Return why a group would replace a machine; None while it is well.

    EC2's word: it no longer runs, or its status checks are impaired (a zone that is down takes them along). With ELB, also what the
    load balancer says of it, once its grace period is over.
    """
    if instance.state not in ("pending", "running"):
        return f"it is {instance.state}"
    if instance.state == "running" and (instance.checks == "failed" or instance.system_checks == "failed"):
        return "it failed its EC2 status checks"
    if is_down(world, instance.zone):
        return "it failed its EC2 status checks"
    if group.health_check == "ELB":
        for target in world.every(Target):
            if target.instance == instance.id and target.group in group.target_groups and target.state == "unhealthy":
                return f"its load balancer found it unhealthy ({target.reason})"
    return None


def next_subnet(world: World, group: AutoScalingGroup, shunned: frozenset[str] = frozenset()) -> str | None:
    """Return the subnet of a group whose zone has the fewest of its machines, the first among equals; `shunned` zones come last."""
    there = [s for key in group.subnets if (s := world.find(Subnet, key)) is not None]
    if not there:
        return None
    count = dict.fromkeys((s.zone for s in there), 0)
    for instance in members(world, group.id):
        count[instance.zone] = count.get(instance.zone, 0) + 1
    return min(there, key=lambda s: (s.zone in shunned, count[s.zone])).id


def waits_for_extra(world: World, group: AutoScalingGroup) -> bool:
    """Tell whether a machine launched to even out the zones is not in service yet."""
    extra = world.find(Instance, group.extra)
    return extra is not None and extra.state == "pending" and extra.id not in group.retiring


def thin_zone(world: World, group: AutoScalingGroup) -> str | None:
    """Return the zone of a group that is up and has two machines fewer than another; None where all is even or in motion."""
    if group.leaving or group.uneven_until > world.now or {"AZRebalance", "Launch", "Terminate"} & set(group.suspended):
        return None
    if group.ailing or (group.refresh is not None and group.refresh.status == "InProgress"):
        return None
    there = members(world, group.id)
    if len(there) != group.desired or any(i.state != "running" for i in there):
        return None
    zones = dict.fromkeys(s.zone for key in group.subnets if (s := world.find(Subnet, key)) is not None and not is_down(world, s.zone))
    count = {zone: sum(i.zone == zone for i in there) for zone in zones}
    if len(count) < 2:
        return None
    thin = min(count, key=lambda zone: count[zone])
    return thin if max(count.values()) - count[thin] >= 2 else None


def next_to_go(world: World, group: AutoScalingGroup) -> Instance:
    """Return the machine a group gives back first: in the zone with the most of them, the oldest."""
    there = members(world, group.id)
    count: dict[str, int] = {}
    for instance in there:
        count[instance.zone] = count.get(instance.zone, 0) + 1
    return max(there, key=lambda i: (count[i.zone], -i.launched))
