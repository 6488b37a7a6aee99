"""The life of an instance: pending, running, booted, checked; stopped, started, rebooted, terminated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_compute import RebootInstances, StartInstances, StopInstances, TerminateInstances
from cloudlab.engine.instance import describe_state, need_instance
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, fires, refuse
from cloudlab.engine.launch import need_type
from cloudlab.engine.model_server import came_up, withdraw
from cloudlab.engine.rules.addressing import elastic_of, spare_public_address
from cloudlab.engine.rules.capacity import check_capacity
from cloudlab.engine.rules.quotas import more, vcpu_key, vcpus_in_use
from cloudlab.engine.rules.spot import instance_rate
from cloudlab.engine.volume import grown_at_boot, left_behind, need_root
from cloudlab.model.compute import Instance
from cloudlab.model.events.billing import MeterStarted, MeterStopped
from cloudlab.model.events.compute import (
    InstanceBooted,
    InstanceChecked,
    InstanceLaunched,
    InstanceRan,
    InstanceRebooting,
    InstanceShuttingDown,
    InstanceStarting,
    InstanceStopped,
    InstanceStopping,
    InstanceTerminated,
)
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.network import Address
from cloudlab.model.world import Timer, World

_TIMERS = ("instance-running", "instance-booted", "instance-checked", "instance-stopped", "instance-terminated")


def _still(world: World, instance: str) -> World:
    """Forget what was going to happen to an instance."""
    for kind in _TIMERS:
        world = world.unschedule(kind, instance)
    return world


# coming up -----------------------------------------------------------------------------------------------------------------------


@evolves(InstanceLaunched)
def evolve_instance_launched(world: World, event: InstanceLaunched) -> World:
    key = event.instance.id
    return world.put(event.instance).schedule(event.running_at, "instance-running", key).schedule(event.checked_at, "instance-checked", key)


@fires("instance-running")
def fire_instance_running(ctx: Context, timer: Timer) -> Events:
    """The virtual machine runs, and is paid from now on: per second, at least a minute for each start."""
    instance = ctx.world.get(Instance, timer.target)
    catalogue = ctx.scenario.catalogue
    yield InstanceRan(instance.id, ctx.now + catalogue.timing("ec2_running_to_ssh_open"))
    rate = instance_rate(ctx.scenario, need_type(ctx.scenario, instance.type), instance.spot)
    yield MeterStarted("compute", instance.id, rate, minimum=catalogue.price("ec2_minimum_seconds"))
    yield _expected(timer)


@evolves(InstanceRan)
def evolve_instance_ran(world: World, event: InstanceRan) -> World:
    return world.change(Instance, event.instance, state="running").schedule(event.booted_at, "instance-booted", event.instance)


@fires("instance-booted")
def fire_instance_booted(ctx: Context, timer: Timer) -> Events:
    yield InstanceBooted(timer.target)
    yield from grown_at_boot(ctx, timer.target)
    yield from came_up(ctx, ctx.world.get(Instance, timer.target))
    yield _expected(timer)


@evolves(InstanceBooted)
def evolve_instance_booted(world: World, event: InstanceBooted) -> World:
    """What was installed and waited for a reboot is in force; services such as the model server come up by themselves."""
    software = world.get(Instance, event.instance).software
    if software.pending_reboot:
        software = replace(software, patched=(*software.patched, *software.pending_reboot), pending_reboot=())
    return world.change(Instance, event.instance, booted=world.now, software=software, memory="ok")


@fires("instance-checked")
def fire_instance_checked(ctx: Context, timer: Timer) -> Events:
    yield InstanceChecked(timer.target)
    yield _expected(timer)


@evolves(InstanceChecked)
def evolve_instance_checked(world: World, event: InstanceChecked) -> World:
    return world.change(Instance, event.instance, checks="passed", system_checks="passed")


# stop ----------------------------------------------------------------------------------------------------------------------------


@decides(StopInstances)
def decide_stop_instances(ctx: Context, command: StopInstances) -> Events:
    """Stopping what is stopped or stopping already changes nothing and is no error, as in EC2."""
    instances = [need_instance(ctx, key) for key in command.instance_ids]
    for instance in instances:
        if instance.state not in ("running", "stopping", "stopped"):
            _refuse_state(instance, "stopped", "Only a running instance can be stopped.")
        if instance.spot and instance.state == "running":
            refuse(
                "UnsupportedOperation",
                f"You can't stop the Spot Instance '{instance.id}' because it is associated with a one-time Spot Instance request.",
                "It can be terminated; a snapshot of its volume keeps what lies on it.",
            )
    for instance in instances:
        if instance.state == "running":
            yield InstanceStopping(instance.id, ctx.now + ctx.scenario.catalogue.timing("ec2_stop"))
            yield MeterStopped("compute", instance.id)
            if instance.public_ip is not None:
                yield MeterStopped("public-ipv4", instance.id)
    yield _seen(instances)


@evolves(InstanceStopping)
def evolve_instance_stopping(world: World, event: InstanceStopping) -> World:
    world = _still(world, event.instance).change(Instance, event.instance, state="stopping", public_ip=None, booted=None)
    return world.schedule(event.stopped_at, "instance-stopped", event.instance)


@fires("instance-stopped")
def fire_instance_stopped(ctx: Context, timer: Timer) -> Events:
    yield InstanceStopped(timer.target)
    yield _expected(timer)


@evolves(InstanceStopped)
def evolve_instance_stopped(world: World, event: InstanceStopped) -> World:
    return world.change(Instance, event.instance, state="stopped", checks="initializing", system_checks="initializing")


# start ---------------------------------------------------------------------------------------------------------------------------


@decides(StartInstances)
def decide_start_instances(ctx: Context, command: StartInstances) -> Events:
    instances = [need_instance(ctx, key) for key in command.instance_ids]
    for instance in instances:
        if instance.state not in ("stopped", "pending", "running"):
            _refuse_state(instance, "started", "Wait until it is stopped." if instance.state == "stopping" else "It is gone; run another.")
    stopped = [i for i in instances if i.state == "stopped"]
    for instance in stopped:
        need_root(ctx, instance)
    _need_vcpus(ctx, stopped)
    for instance in stopped:
        check_capacity(ctx, instance.zone, instance.type)
    timing = ctx.scenario.catalogue.timing
    for instance in stopped:
        address = None
        if instance.wants_public_ip and elastic_of(ctx.world, instance.id) is None:
            address = spare_public_address(ctx.world, f"{ctx.origin}/{instance.id}")
        yield InstanceStarting(
            instance.id,
            address,
            running_at=ctx.now + timing("ec2_pending_to_running"),
            checked_at=ctx.now + timing("ec2_status_checks_2of2"),
        )
        if address is not None:
            yield MeterStarted("public-ipv4", instance.id, ctx.scenario.catalogue.price("public_ipv4_hour"))
    yield _seen(instances)


def _need_vcpus(ctx: Context, instances: list[Instance]) -> None:
    wanted: dict[str, int] = {}
    for instance in instances:
        hardware, key = need_type(ctx.scenario, instance.type), vcpu_key(instance.type)
        limit, used = ctx.quota(key), vcpus_in_use(ctx.world, ctx.scenario, key)
        wanted[key] = wanted.get(key, used) + hardware.vcpu
        if wanted[key] > limit:
            refuse(
                "VcpuLimitExceeded",
                f"You have requested more vCPU capacity than your current vCPU limit of {limit} allows.",
                f"{used} are in use; stop others first, or ask for more: {more(key)}",
            )


@evolves(InstanceStarting)
def evolve_instance_starting(world: World, event: InstanceStarting) -> World:
    key = event.instance
    world = world.change(
        Instance, key, state="pending", public_ip=event.public_ip, started=world.now, checks="initializing", system_checks="initializing"
    )
    return world.schedule(event.running_at, "instance-running", key).schedule(event.checked_at, "instance-checked", key)


# reboot --------------------------------------------------------------------------------------------------------------------------


@decides(RebootInstances)
def decide_reboot_instances(ctx: Context, command: RebootInstances) -> Events:
    instances = [need_instance(ctx, key) for key in command.instance_ids]
    for instance in instances:
        if instance.state != "running":
            _refuse_state(instance, "rebooted", "Only a running instance can be rebooted.")
    for instance in instances:
        yield reboot(ctx, instance.id)
    yield _seen(instances)


def reboot(ctx: Context, instance: str) -> InstanceRebooting:
    """Return the reboot of an instance from now on; the status check passes with its next run after the boot."""
    timing = ctx.scenario.catalogue.timing
    booted_at = ctx.now + timing("ec2_reboot_linux")
    return InstanceRebooting(instance, booted_at, booted_at + timing("ec2_status_check_interval"))


@evolves(InstanceRebooting)
def evolve_instance_rebooting(world: World, event: InstanceRebooting) -> World:
    key = event.instance
    world = _still(world, key).change(Instance, key, booted=None, checks="initializing")
    return world.schedule(event.booted_at, "instance-booted", key).schedule(event.checked_at, "instance-checked", key)


# terminate -----------------------------------------------------------------------------------------------------------------------


@decides(TerminateInstances)
def decide_terminate_instances(ctx: Context, command: TerminateInstances) -> Events:
    """The root volume goes too (DeleteOnTermination is true for it), so nothing of it is paid any more.

    Callers are told first: its address is taken out of what they use.
    """
    instances = [need_instance(ctx, key) for key in command.instance_ids]
    for instance in instances:
        if instance.protected and instance.state not in ("shutting-down", "terminated"):
            refuse(
                "OperationNotPermitted",
                f"The instance '{instance.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
                f"ec2 modify-instance-attribute --instance-id {instance.id} --no-disable-api-termination",
            )
    for instance in instances:
        if instance.state not in ("shutting-down", "terminated"):
            yield from termination(ctx, instance)
    yield _seen(instances)


def termination(ctx: Context, instance: Instance) -> Events:
    """Give an instance back, by whoever's hand."""
    yield InstanceShuttingDown(instance.id, ctx.now + ctx.scenario.catalogue.timing("ec2_terminate"))
    yield MeterStopped("compute", instance.id)
    yield MeterStopped("public-ipv4", instance.id)
    yield from left_behind(ctx, instance)
    yield from withdraw(ctx, instance)


@evolves(InstanceShuttingDown)
def evolve_instance_shutting_down(world: World, event: InstanceShuttingDown) -> World:
    """An Elastic IP is let go and stays the account's own."""
    for address in world.every(Address):
        if address.instance == event.instance:
            world = world.put(replace(address, instance=None, association=None))
    world = _still(world, event.instance).change(Instance, event.instance, state="shutting-down", public_ip=None, booted=None)
    return world.schedule(event.terminated_at, "instance-terminated", event.instance)


@fires("instance-terminated")
def fire_instance_terminated(ctx: Context, timer: Timer) -> Events:
    yield InstanceTerminated(timer.target)
    yield _expected(timer)


@evolves(InstanceTerminated)
def evolve_instance_terminated(world: World, event: InstanceTerminated) -> World:
    return world.change(Instance, event.instance, state="terminated", ended=world.now, groups=())


# what they share -----------------------------------------------------------------------------------------------------------------


def _refuse_state(instance: Instance, done: str, accepted: str) -> None:
    refuse(
        "IncorrectInstanceState",
        f"The instance '{instance.id}' is not in a state from which it can be {done}.",
        f"It is {instance.state}. {accepted}",
    )


def _expected(timer: Timer) -> ResourcesSeen:
    """What somebody of the team set going is watched until it is done; only what nobody asked for happens unseen."""
    return ResourcesSeen((("Instance", timer.target),))


def _seen(instances: list[Instance]) -> ResourcesSeen:
    return ResourcesSeen(tuple(("Instance", i.id) for i in instances))


def _changes(ctx: Context, ids: tuple[str, ...], before: str) -> list[dict[str, Any]]:
    """Write AWS's list of state changes. What was already so is not told apart: the answer is written afterwards."""
    return [
        {"InstanceId": i.id, "PreviousState": describe_state(before), "CurrentState": describe_state(i.state)}
        for i in (ctx.world.get(Instance, key) for key in ids)
    ]


@answers(StopInstances)
def answer_stop_instances(ctx: Context, command: StopInstances) -> dict[str, Any]:
    return {"StoppingInstances": _changes(ctx, command.instance_ids, "running")}


@answers(StartInstances)
def answer_start_instances(ctx: Context, command: StartInstances) -> dict[str, Any]:
    return {"StartingInstances": _changes(ctx, command.instance_ids, "stopped")}


@answers(TerminateInstances)
def answer_terminate_instances(ctx: Context, command: TerminateInstances) -> dict[str, Any]:
    return {"TerminatingInstances": _changes(ctx, command.instance_ids, "running")}
