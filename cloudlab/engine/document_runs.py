"""Documents at work: what each does on its instance, stage by stage, and how it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cloudlab.engine.kernel import Context, Events, evolves, fires
from cloudlab.engine.rules.permissions import may, role_of, without_role
from cloudlab.engine.rules.reachability import to_internet
from cloudlab.engine.rules.service_ways import to_service
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.events.compute import DiskCleaned, InvocationEnded, SoftwareChanged
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.world import Timer, World

Run = Callable[[Context, Invocation, Instance, str], Events]
RUNS: dict[str, Run] = {}
"""Document -> what it does at the end of a stage (`worked` is the first)."""


def runs(document: str) -> Callable[[Run], Run]:
    """Register what a document does."""

    def register(handler: Run) -> Run:
        assert document not in RUNS, f"{document} is written twice"
        RUNS[document] = handler
        return handler

    return register


@fires("invocation")
def fire_invocation(ctx: Context, timer: Timer) -> Events:
    """A stage of a document is through, unless the machine went away under it. Its end tells the team how the machine is."""
    invocation = ctx.world.get(Invocation, timer.target)
    events = tuple(_stage(ctx, invocation, dict(timer.data)["stage"]))
    yield from events
    if any(isinstance(e, InvocationEnded) for e in events):
        yield ResourcesSeen((("Instance", invocation.instance), ("Invocation", invocation.id)))


def _stage(ctx: Context, invocation: Invocation, stage: str) -> Events:
    instance = ctx.world.get(Instance, invocation.instance)
    if instance.state != "running" or instance.booted is None:
        return (failed(invocation, f"The instance went away while the document ran: it is {_how(instance)}."),)
    if stage != "rebooted" and instance.booted > invocation.requested:
        return (failed(invocation, "The instance was restarted while the document ran."),)
    if instance.checks == "failed":
        return (failed(invocation, "The operating system hangs; the agent reports nothing more."),)
    return RUNS[invocation.document](ctx, invocation, instance, stage)


def _how(instance: Instance) -> str:
    return "restarting" if instance.state == "running" else instance.state


def failed(invocation: Invocation, why: str) -> InvocationEnded:
    return InvocationEnded(invocation.id, "Failed", why)


def succeeded(invocation: Invocation, output: str) -> InvocationEnded:
    return InvocationEnded(invocation.id, "Success", output)


def no_space(invocation: Invocation) -> InvocationEnded:
    return failed(invocation, "No space left on device: run cloudlab-CleanDisk first, or grow its volume.")


def one(invocation: Invocation, name: str) -> str:
    """Return the value of a parameter that takes one."""
    return dict(invocation.parameters)[name][0]


@evolves(SoftwareChanged)
def evolve_software_changed(world: World, event: SoftwareChanged) -> World:
    return world.change(Instance, event.instance, software=event.software)


@runs("AWS-ConfigureAWSPackage")
def run_configure_package(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    """The real document leaves the agent to be started by another one; here installing includes starting."""
    install = one(invocation, "action") == "Install"
    if install and instance.disk == "full":
        yield no_space(invocation)
        return
    if install:
        role = role_of(ctx.world, instance)
        permit = may(ctx.world, role.id, "cloudwatch:PutMetricData") if role is not None else None
        if not permit:
            why = permit.reason if permit is not None else without_role(ctx.world, instance)
            yield failed(invocation, f"The agent can send nothing: AccessDenied: {why}. Attach CloudWatchAgentServerPolicy.")
            return
        path = to_service(ctx.world, instance.id, "monitoring")
        if not path.ok:
            yield failed(invocation, f"The agent can send nothing: it has no way to CloudWatch: {path.sentence()}. {path.hint}")
            return
    yield SoftwareChanged(instance.id, replace(instance.software, monitoring=install))
    yield succeeded(invocation, "The CloudWatch agent reports this instance." if install else "The CloudWatch agent is gone.")


@runs("cloudlab-InstallRuntime")
def run_install_runtime(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    if instance.disk == "full":
        yield no_space(invocation)
        return
    path = to_internet(ctx.world, instance.id)
    if not path.ok:
        yield failed(invocation, f"pip: could not connect to pypi.org, which no endpoint leads to: {path.sentence()}. {path.hint}")
        return
    yield SoftwareChanged(instance.id, replace(instance.software, runtime=True, libraries_of=ctx.now))
    again = " The model server was started afresh with them." if instance.software.serving is not None else ""
    yield succeeded(invocation, f"Python, the libraries and the model server are installed, as of today.{again}")


@runs("cloudlab-CleanDisk")
def run_clean_disk(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    if instance.disk == "full":
        yield DiskCleaned(instance.id)
    yield succeeded(invocation, "Old logs are gone; from now on they are rotated daily.")
