"""States that one can wait for: what a resource of some kind is in, and which states never change any more."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.engine.rules.balancing import targets_of
from cloudlab.engine.rules.fleets import members
from cloudlab.model.balancing import LoadBalancer, TargetGroup
from cloudlab.model.certificates import Certificate
from cloudlab.model.compute import Image, Instance, Invocation
from cloudlab.model.database import DbInstance, DbSnapshot
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.learning import Endpoint, TrainingJob
from cloudlab.model.network import InternetGateway, NatGateway, Subnet, Vpc, VpcEndpoint
from cloudlab.model.operations import Incident
from cloudlab.model.quotas import QuotaRequest
from cloudlab.model.stacks import Stack
from cloudlab.model.volumes import Snapshot, Volume
from cloudlab.model.world import World


@dataclass(frozen=True, slots=True)
class Waitable:
    """What `wait for KIND` knows of a kind."""

    states: tuple[str, ...]
    """Every state there is, in the order of a life."""
    terminal: tuple[str, ...]
    """States that never change any more."""


WAITABLE = {
    "instance": Waitable(("pending", "running", "ready", "stopping", "stopped", "shutting-down", "terminated"), ("terminated",)),
    "command": Waitable(
        ("Pending", "InProgress", "Success", "Failed", "TimedOut", "Cancelled"), ("Success", "Failed", "TimedOut", "Cancelled")
    ),
    "training-job": Waitable(("InProgress", "Stopping", "Completed", "Failed", "Stopped"), ("Completed", "Failed", "Stopped")),
    "endpoint": Waitable(("Creating", "InService", "Updating", "Deleting", "Failed", "gone"), ("Failed", "gone")),
    "db-instance": Waitable(
        (
            "creating",
            "backing-up",
            "available",
            "modifying",
            "upgrading",
            "rebooting",
            "maintenance",
            "storage-full",
            "stopping",
            "stopped",
            "starting",
            "deleting",
            "gone",
        ),
        ("gone",),
    ),
    "db-snapshot": Waitable(("creating", "available", "gone"), ("gone",)),
    "incident": Waitable(("open", "resolved"), ("resolved",)),
    "vpc": Waitable(("pending", "available"), ()),
    "subnet": Waitable(("pending", "available"), ()),
    "internet-gateway": Waitable(("attached", "detached"), ()),
    "nat-gateway": Waitable(("pending", "available", "failed", "deleting", "deleted", "gone"), ("failed", "deleted", "gone")),
    "load-balancer": Waitable(("provisioning", "active", "gone"), ("gone",)),
    "target-group": Waitable(("empty", "waiting", "healthy", "gone"), ("gone",)),
    "certificate": Waitable(("PENDING_VALIDATION", "ISSUED", "EXPIRED", "gone"), ("gone",)),
    "image": Waitable(("pending", "available", "gone"), ("gone",)),
    "auto-scaling-group": Waitable(("changing", "settled", "refreshing", "gone"), ("gone",)),
    "volume": Waitable(("creating", "available", "in-use", "modifying", "deleting", "gone"), ("gone",)),
    "snapshot": Waitable(("pending", "completed", "gone"), ("gone",)),
    "quota-request": Waitable(("PENDING", "CASE_OPENED", "APPROVED", "CASE_CLOSED"), ("APPROVED", "CASE_CLOSED")),
    "stack": Waitable(
        (
            "CREATE_IN_PROGRESS",
            "CREATE_COMPLETE",
            "CREATE_FAILED",
            "ROLLBACK_IN_PROGRESS",
            "ROLLBACK_COMPLETE",
            "ROLLBACK_FAILED",
            "UPDATE_IN_PROGRESS",
            "UPDATE_COMPLETE",
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "UPDATE_ROLLBACK_IN_PROGRESS",
            "UPDATE_ROLLBACK_COMPLETE",
            "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            "UPDATE_ROLLBACK_FAILED",
            "DELETE_IN_PROGRESS",
            "DELETE_COMPLETE",
            "DELETE_FAILED",
        ),
        (
            "CREATE_FAILED",
            "ROLLBACK_COMPLETE",
            "ROLLBACK_FAILED",
            "UPDATE_ROLLBACK_COMPLETE",
            "UPDATE_ROLLBACK_FAILED",
            "DELETE_COMPLETE",
            "DELETE_FAILED",
        ),
    ),
    "vpc-endpoint": Waitable(("pending", "available", "deleting", "gone"), ("gone",)),
}
"""Kinds of the script grammar's `wait for`. An instance is `ready` once its system is up and both status checks pass; a target group is
`healthy` once everything registered in it is; an Auto Scaling group is `settled` once all the machines it wants are up and no refresh
runs."""


def states_of(world: World, kind: str, key: str) -> tuple[str, ...]:
    """Return the states that hold for a resource now (a ready instance is running as well); empty where there is no such resource."""
    match kind:
        case "instance":
            instance = world.find(Instance, key)
            if instance is None:
                return ()
            up = instance.state == "running" and instance.booted is not None
            ready = up and instance.checks == instance.system_checks == "passed"
            return (instance.state, "ready") if ready else (instance.state,)
        case "command":
            runs = [i for i in world.every(Invocation) if i.command == key]
            going = [i.status for i in runs if i.status in ("Pending", "InProgress")]
            bad = [i.status for i in runs if i.status not in ("Pending", "InProgress", "Success")]
            return tuple(going[:1] or bad[:1] or [i.status for i in runs][:1])
        case "training-job":
            job = world.find(TrainingJob, key)
            return (job.status,) if job is not None else ()
        case "endpoint":
            endpoint = world.find(Endpoint, key)
            return (endpoint.status,) if endpoint is not None else ("gone",)
        case "db-instance":
            database = world.find(DbInstance, key.lower())
            return (database.status,) if database is not None else ("gone",)
        case "db-snapshot":
            snapshot = world.find(DbSnapshot, key.lower())
            return (snapshot.status,) if snapshot is not None else ("gone",)
        case "incident":
            incident = world.find(Incident, key)
            if incident is None or incident.detected is None:
                return ()  # nobody has heard of it
            return ("open",) if incident.is_open else ("resolved",)
        case "internet-gateway":
            gateway = world.find(InternetGateway, key)
            return () if gateway is None else ("attached",) if gateway.vpc else ("detached",)
        case "nat-gateway":
            nat = world.find(NatGateway, key)
            return (nat.state,) if nat is not None else ("gone",)
        case "load-balancer":
            balancer = world.find(LoadBalancer, key)
            return (balancer.state,) if balancer is not None else ("gone",)
        case "target-group":
            targets = [t.state for t in targets_of(world, key) if t.state != "draining"]
            if key not in world.table(TargetGroup):
                return ("gone",)
            return ("empty",) if not targets else ("healthy",) if set(targets) == {"healthy"} else ("waiting",)
        case "certificate":
            certificate = world.find(Certificate, key)
            return (certificate.status,) if certificate is not None else ("gone",)
        case "image":
            image = world.find(Image, key)
            return (image.state,) if image is not None else ("gone",)
        case "auto-scaling-group":
            return _states_of_group(world, key)
        case "volume":
            volume = world.find(Volume, key)
            if volume is None:
                return ("gone",)
            return ("modifying",) if volume.change is not None and volume.change.state == "modifying" else (volume.state,)
        case "snapshot":
            taken = world.find(Snapshot, key)
            return (taken.state,) if taken is not None else ("gone",)
        case "quota-request":
            request = world.find(QuotaRequest, key)
            return (request.status,) if request is not None else ()
        case "stack":
            stack = world.find(Stack, key)
            return (stack.status,) if stack is not None else ()
        case "vpc-endpoint":
            way = world.find(VpcEndpoint, key)
            return (way.state,) if way is not None else ("gone",)
        case "vpc":
            vpc = world.find(Vpc, key)
            return (vpc.state,) if vpc is not None else ()
        case "subnet":
            subnet = world.find(Subnet, key)
            return (subnet.state,) if subnet is not None else ()
    raise AssertionError(f"{kind} is not waitable")


def _states_of_group(world: World, key: str) -> tuple[str, ...]:
    group = world.find(AutoScalingGroup, key)
    if group is None:
        return ("gone",)
    there = members(world, key)
    if group.refresh is not None and group.refresh.status == "InProgress":
        return ("refreshing",)
    up = all(i.state == "running" and i.booted is not None for i in there)
    return ("settled",) if up and len(there) == group.desired else ("changing",)
