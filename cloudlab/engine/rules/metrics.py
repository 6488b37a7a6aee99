"""Metrics: which there are, of what, in which unit; and what the gauges among them show of a thing as it is now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloudlab.engine.rules.balancing import balancer_of, targets_of
from cloudlab.engine.rules.fleets import members
from cloudlab.engine.rules.volumes import SYSTEM_GIB
from cloudlab.engine.rules.zones import is_down
from cloudlab.model.balancing import LoadBalancer, TargetGroup
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.fleet import AutoScalingGroup
from cloudlab.model.learning import Endpoint
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import MINUTE, Seconds
from cloudlab.model.watching import Dimensions, Gauge, Micro, Step
from cloudlab.model.world import World

EC2, AGENT, ALB, SAGEMAKER, RDS = "AWS/EC2", "CWAgent", "AWS/ApplicationELB", "AWS/SageMaker", "AWS/RDS"
INSTANCE, GROUP, BALANCER, TARGETS = "InstanceId", "AutoScalingGroupName", "LoadBalancer", "TargetGroup"
ENDPOINT, VARIANT, DATABASE = "EndpointName", "VariantName", "DBInstanceIdentifier"
ONE: Micro = 1_000_000


@dataclass(frozen=True, slots=True)
class Metric:
    namespace: str
    name: str
    unit: str
    dimensions: tuple[tuple[str, ...], ...]
    """Each set of dimension names it is kept under."""
    useful: str
    """The statistic that says most."""
    resolution: Seconds = MINUTE
    """How often a datapoint comes."""


_ALB = ((BALANCER,), (BALANCER, TARGETS))
METRICS = (
    Metric(EC2, "StatusCheckFailed", "Count", ((INSTANCE,),), "Maximum"),
    Metric(EC2, "StatusCheckFailed_Instance", "Count", ((INSTANCE,),), "Maximum"),
    Metric(EC2, "StatusCheckFailed_System", "Count", ((INSTANCE,),), "Maximum"),
    Metric(EC2, "CPUUtilization", "Percent", ((INSTANCE,), (GROUP,)), "Average", 5 * MINUTE),
    Metric(AGENT, "disk_used_percent", "Percent", ((INSTANCE,),), "Maximum"),
    Metric(AGENT, "mem_used_percent", "Percent", ((INSTANCE,),), "Maximum"),
    Metric(ALB, "RequestCount", "Count", _ALB, "Sum"),
    Metric(ALB, "HTTPCode_Target_5XX_Count", "Count", _ALB, "Sum"),
    Metric(ALB, "HTTPCode_ELB_5XX_Count", "Count", ((BALANCER,),), "Sum"),
    Metric(ALB, "TargetResponseTime", "Seconds", _ALB, "Average"),
    Metric(ALB, "HealthyHostCount", "Count", ((BALANCER, TARGETS),), "Minimum"),
    Metric(ALB, "UnHealthyHostCount", "Count", ((BALANCER, TARGETS),), "Maximum"),
    Metric(SAGEMAKER, "Invocations", "Count", ((ENDPOINT, VARIANT),), "Sum"),
    Metric(SAGEMAKER, "Invocation5XXErrors", "Count", ((ENDPOINT, VARIANT),), "Sum"),
    Metric(SAGEMAKER, "ModelLatency", "Microseconds", ((ENDPOINT, VARIANT),), "Average"),
    Metric(RDS, "FreeStorageSpace", "Bytes", ((DATABASE,),), "Minimum"),
)
BY_NAME = {(m.namespace, m.name): m for m in METRICS}
GAUGED = (
    *("StatusCheckFailed", "StatusCheckFailed_Instance", "StatusCheckFailed_System", "disk_used_percent", "mem_used_percent"),
    *("HealthyHostCount", "UnHealthyHostCount", "FreeStorageSpace"),
)
"""Metrics that follow from the state of a thing; the others follow from its requests."""


def find_metric(namespace: str, name: str, dimensions: Dimensions) -> Metric | None:
    """Return the metric that is kept under these dimensions; None where nothing sends it."""
    metric = BY_NAME.get((namespace, name))
    wanted = {key for key, _ in dimensions}
    return metric if metric is not None and any(wanted == set(names) for names in metric.dimensions) else None


def gauge_key(namespace: str, name: str, thing: str) -> str:
    return f"{namespace}/{name}/{thing}"


def short(arn: str) -> str:
    """Return the part of an ARN that dimensions use: app/web/50dc6c495c0c9188, targetgroup/web/6d0ecf831eec9f09."""
    return arn.partition("loadbalancer/")[2] or arn.rpartition(":")[2]


def balancer_named(world: World, value: str) -> LoadBalancer | None:
    return next((b for b in world.every(LoadBalancer) if short(b.id) == value), None)


def group_named(world: World, value: str) -> TargetGroup | None:
    return next((g for g in world.every(TargetGroup) if short(g.id) == value), None)


# what there is ---------------------------------------------------------------------------------------------------------------


def every_metric(world: World) -> Iterator[tuple[Metric, Dimensions]]:
    """Yield each metric that things which stand now send, with its dimensions."""
    for metric in METRICS:
        for names in metric.dimensions:
            yield from ((metric, tuple(sorted(d))) for d in _things(world, metric, names))


def _things(world: World, metric: Metric, names: tuple[str, ...]) -> Iterator[Dimensions]:
    if names == (INSTANCE,):
        for instance in world.every(Instance):
            if instance.state == "running" and (metric.namespace != AGENT or instance.software.monitoring):
                yield ((INSTANCE, instance.id),)
    elif names == (GROUP,):
        yield from (((GROUP, group.id),) for group in world.every(AutoScalingGroup))
    elif names == (BALANCER,):
        yield from (((BALANCER, short(b.id)),) for b in world.every(LoadBalancer))
    elif names == (BALANCER, TARGETS):
        for group in world.every(TargetGroup):
            balancer = balancer_of(world, group.id)
            if balancer is not None:
                yield ((BALANCER, short(balancer.id)), (TARGETS, short(group.id)))
    elif names == (ENDPOINT, VARIANT):
        yield from (((ENDPOINT, e.id), (VARIANT, v.name)) for e in world.every(Endpoint) for v in e.variants)
    else:
        yield from (((DATABASE, d.id),) for d in world.every(DbInstance))


def subjects(world: World, dimensions: Dimensions) -> tuple[str, ...]:
    """Return the things whose state shows in a metric of these dimensions: what it is of, and what stands behind that."""
    told = dict(dimensions)
    if INSTANCE in told:
        return (told[INSTANCE],)
    if GROUP in told:
        return tuple(i.id for i in members(world, told[GROUP]))
    if TARGETS in told:
        group = group_named(world, told[TARGETS])
        return tuple(t.instance for t in targets_of(world, group.id)) if group is not None else ()
    if BALANCER in told:
        balancer = balancer_named(world, told[BALANCER])
        if balancer is None:
            return ()
        behind = [g.id for g in world.every(TargetGroup) if balancer_of(world, g.id) is balancer]
        return (balancer.id, *(t.instance for g in behind for t in targets_of(world, g)))
    return (told.get(ENDPOINT) or told.get(DATABASE) or "",)


# what gauges show ------------------------------------------------------------------------------------------------------------


def gauges_of_instance(world: World, scenario: Scenario, instance: Instance) -> Iterator[tuple[str, Step]]:
    """Yield what the status checks, and the agent where there is one, show of a machine from now on."""
    now, runs, dark = world.now, instance.state == "running", is_down(world, instance.zone)
    checks = ("failed", "failed") if dark else (instance.checks, instance.system_checks)
    of_instance, of_system = (_failed(c) if runs else None for c in checks)
    either = None if of_instance is None and of_system is None else max(of_instance or 0, of_system or 0)
    for name, value in (("", either), ("_Instance", of_instance), ("_System", of_system)):
        yield gauge_key(EC2, f"StatusCheckFailed{name}", instance.id), Step(now, value)
    reports = runs and instance.booted is not None and instance.software.monitoring and "failed" not in checks
    used = 100 if instance.disk == "full" else min(100 * SYSTEM_GIB // max(instance.root_gib, 1), 100)
    yield gauge_key(AGENT, "disk_used_percent", instance.id), Step(now, used * ONE if reports else None)
    yield gauge_key(AGENT, "mem_used_percent", instance.id), _memory(world, scenario, instance) if reports else Step(now, None)


def _failed(check: str) -> Micro | None:
    return {"passed": 0, "failed": ONE}.get(check)


def _memory(world: World, scenario: Scenario, instance: Instance) -> Step:
    """What the system takes; a leak eats the rest, hour by hour; what is killed gives it back."""
    hardware = scenario.catalogue.instance_type(instance.type)
    assert hardware is not None
    percent = 100 * ONE // hardware.memory_mib
    usual = scenario.catalogue.estimate("system_memory_mib") * percent
    eats = scenario.catalogue.estimate("memory_leak_mib_per_hour") * percent if instance.memory == "leaking" else 0
    return Step(world.now, usual, eats, 100 * ONE)


def gauges_of_group(world: World, group: TargetGroup) -> Iterator[tuple[str, Step]]:
    """Yield how many of a group's targets its load balancer finds healthy, and not."""
    balancer = balancer_of(world, group.id)
    targets = targets_of(world, group.id) if balancer is not None and balancer.state == "active" else None
    for name, state in (("HealthyHostCount", "healthy"), ("UnHealthyHostCount", "unhealthy")):
        count = None if targets is None else sum(t.state == state for t in targets) * ONE
        yield gauge_key(ALB, name, short(group.id)), Step(world.now, count)


def gauges_of_database(world: World, scenario: Scenario, database: DbInstance) -> Iterator[tuple[str, Step]]:
    """Yield the bytes a managed database has left: its storage less the rows it holds."""
    held = sum(scenario.cards[d].represented_bytes for d in database.content.datasets if d in scenario.cards)
    free = 0 if database.status == "storage-full" else max(database.storage_gib * 1_073_741_824 - held, 0)
    sends = database.ready is not None and database.status not in ("creating", "stopped", "deleting")
    yield gauge_key(RDS, "FreeStorageSpace", database.id), Step(world.now, free * ONE if sends else None)


def steps_of(world: World, metric: Metric, dimensions: Dimensions) -> tuple[Step, ...]:
    """Return what a gauge has shown; empty where there never was one."""
    told = dict(dimensions)
    thing = told.get(INSTANCE) or told.get(TARGETS) or told.get(DATABASE) or ""
    gauge = world.find(Gauge, gauge_key(metric.namespace, metric.name, thing))
    return gauge.steps if gauge is not None else ()
