"""The model server of one's own instance: started and stopped by documents, given to the callers, and how it answers them."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.engine.document_runs import failed, no_space, one, runs, succeeded
from cloudlab.engine.kernel import Context, Events, NeedsFact, Want
from cloudlab.engine.rules.balancing import is_behind_balancer
from cloudlab.engine.rules.databases import lookup_fault
from cloudlab.engine.rules.fronts import front_of
from cloudlab.engine.rules.path import Path
from cloudlab.engine.rules.reachability import from_internet
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.events.compute import MemoryChanged, SoftwareChanged
from cloudlab.model.events.serving import AddressHandedOver, AddressWithdrawn
from cloudlab.model.operations import Front, Handover
from cloudlab.model.scenario import Need, Scenario
from cloudlab.model.world import World


@runs("cloudlab-StartModelServer")
def run_start_model_server(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """The server comes up with the model on the disk, now and after each boot, and the callers of the need that model was
    trained for learn its address: by name, so that a new public address after a stop needs no second round."""
    software, port = instance.software, int(one(invocation, "Port"))
    if instance.disk == "full":
        yield no_space(invocation)
    elif not software.runtime:
        yield failed(invocation, "python3: command not found. Run cloudlab-InstallRuntime first.")
    elif software.model is None:
        yield failed(invocation, "No model lies in /opt/ml/model. Run cloudlab-TrainModel first.")
    else:
        needs = [n for n in ctx.scenario.needs if n.dataset == software.model.dataset]
        for need in needs:
            if ctx.world.scored(software.model.digest(), need.dataset) is None:
                raise NeedsFact(Want(software.model, need.dataset))
        yield SoftwareChanged(instance.id, replace(software, server_port=port, serving=software.model))
        if instance.memory != "ok":
            yield MemoryChanged(instance.id, "ok")
        if is_behind_balancer(ctx.world, instance.id):
            yield succeeded(invocation, f"The model server listens on port {port}. Callers come by the load balancer in front of it.")
            return
        for need in needs:
            key = f"{need.id}:{instance.id}"
            if ctx.world.find(Handover, key) is None:
                yield AddressHandedOver(Handover(key, need.id, instance.id, ctx.now))
        whom = ", ".join(n.title for n in needs) or "nobody: no need asks for a model of this data"
        yield succeeded(invocation, f"The model server listens on port {port}. Its address went to: {whom}.")


@runs("cloudlab-StopModelServer")
def run_stop_model_server(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    yield SoftwareChanged(instance.id, replace(instance.software, server_port=None, serving=None))
    yield from withdraw(ctx, instance)
    yield succeeded(invocation, "The model server is stopped.")


def came_up(ctx: Context, instance: Instance) -> Events:
    """A server that is on the image of a machine starts with it; the first time, callers learn its address as if somebody had started it.

    Not in a fleet: there callers know the load balancer, or nothing.
    """
    loaded = instance.software.serving
    if instance.base is None or instance.fleet is not None or loaded is None or instance.booted is not None:
        return
    for need in ctx.scenario.needs:
        key = f"{need.id}:{instance.id}"
        if need.dataset == loaded.dataset and ctx.world.find(Handover, key) is None:
            yield AddressHandedOver(Handover(key, need.id, instance.id, ctx.now))


def withdraw(ctx: Context, instance: Instance) -> Events:
    """Take an instance's address away from all callers."""
    for handover in ctx.world.every(Handover):
        if handover.resource == instance.id:
            yield AddressWithdrawn(handover.id)


@front_of
def front_of_instance(world: World, scenario: Scenario, need: Need, resource: str) -> tuple[Front, ...] | None:
    """Tell how an instance answers callers that use its own address."""
    instance = world.find(Instance, resource)
    return None if instance is None else (judged(world, scenario, need, instance, from_internet(world, resource, need.port)),)


def judged(world: World, scenario: Scenario, need: Need, instance: Instance, way: Path) -> Front:
    """Tell how the server of an instance answers requests that come this way.

    Not reached: what reachability says (timeout, refused). Reached: an error while the disk is full, as the server can't write
    its log; once somebody got in, as its answers can't be trusted; and without a model of this need's data. Where each request looks its
    customer up first, the cause `database` says that this fails.
    """
    hardware = scenario.catalogue.instance_type(instance.type)
    assert hardware is not None
    front = Front(instance.id, hardware.requests_per_minute, instance.software.serving)
    if not way.ok:
        return replace(front, cause=way.symptom, reason=way.sentence())
    if instance.compromised:
        return replace(front, cause="error", reason="somebody else controls the instance; its answers can't be trusted")
    if instance.disk == "full":
        return replace(front, cause="error", reason="HTTP 500: the disk is full and the server can't write its log")
    if instance.memory == "out":
        return replace(front, cause="error", reason="HTTP 502: the server was killed, it had eaten all memory")
    if instance.memory == "leaking":
        front = replace(front, capacity=max(front.capacity * scenario.catalogue.estimate("leaking_capacity_permille") // 1000, 1))
    if front.model is None or front.model.dataset != need.dataset:
        return replace(front, model=None, cause="error", reason=f"HTTP 500: no model of {need.dataset} is loaded")
    if need.database and (fault := lookup_fault(world, need, instance)) is not None:
        return replace(front, cause="database", reason=fault)
    return front
