"""cloudlab-TrainModel: training on one's own machine, with the same code and rules as a SageMaker job and everything else by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cloudlab.engine.bucket import objects_under
from cloudlab.engine.document_runs import failed, no_space, one, runs, succeeded
from cloudlab.engine.kernel import Context, Events
from cloudlab.engine.launch import need_type
from cloudlab.engine.nat_gateway import carried
from cloudlab.engine.rules.hyperparameters import check, check_channels
from cloudlab.engine.rules.permissions import may_read, role_of, without_role
from cloudlab.engine.rules.service_ways import to_service
from cloudlab.engine.rules.services import S3
from cloudlab.engine.rules.training import data_fault, ending, outlook, training_spec
from cloudlab.engine.rules.volumes import SYSTEM_GIB, room_for_data
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.events.compute import InvocationAdvanced, InvocationTraining, SoftwareChanged
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.training import Trained, TrainingFailed

_GIB = 1_073_741_824


@runs("cloudlab-TrainModel")
def run_train_model(ctx: Context, invocation: Invocation, instance: Instance, stage: str) -> Events:
    return _STAGES[stage](ctx, invocation, instance)


def _copied(ctx: Context, invocation: Invocation, instance: Instance) -> Events:
    """The data has been copied, or it turns out that it could not be; then the container looks at what it was given."""
    if instance.disk == "full":
        yield no_space(invocation)
        return
    objects = _objects(ctx, invocation)
    fault = next(_obstacles(ctx, invocation, instance, objects), None)
    if fault is not None:
        yield failed(invocation, fault)
        return
    container, channels = one(invocation, "Container"), _channels(objects)
    fault = next(_objections(ctx, container, _settings(invocation), channels), None)
    if fault is not None:
        yield failed(invocation, f"ClientError: {fault}")
        return
    yield from carried(ctx, instance.id, S3, sum(stored.size for stored in objects))
    spec = training_spec(ctx.scenario, container, _settings(invocation), {c: d for c, d in channels.items() if d is not None})
    seen = outlook(ctx.scenario, spec, need_type(ctx.scenario, instance.type), ctx.now)
    yield InvocationTraining(invocation.id, spec, seen.at)


def _objects(ctx: Context, invocation: Invocation) -> list[StoredObject]:
    bucket, _, prefix = one(invocation, "Data").removeprefix("s3://").partition("/")
    return objects_under(ctx.world, bucket, prefix)


def _settings(invocation: Invocation) -> dict[str, str]:
    return {name: value for name, _, value in (pair.partition("=") for pair in dict(invocation.parameters)["HyperParameters"])}


def _channels(objects: list[StoredObject]) -> dict[str, str | None]:
    """Return channel -> data set: the script tells train from validation by the file; later copies of a part replace earlier ones."""
    return {stored.channel or "train": stored.dataset for stored in objects}


def _obstacles(ctx: Context, invocation: Invocation, instance: Instance, objects: list[StoredObject]) -> Iterator[str]:
    """Yield what keeps the data from reaching the machine."""
    if not instance.software.runtime:
        yield "python3: command not found. Run cloudlab-InstallRuntime first."
    path = to_service(ctx.world, instance.id, S3)
    if not path.ok:
        yield f"Could not connect to the endpoint of S3: {path.sentence()}"
    uri = one(invocation, "Data")
    bucket = uri.removeprefix("s3://").partition("/")[0]
    if ctx.world.find(Bucket, bucket) is None:
        yield f"NoSuchBucket: there is no bucket '{bucket}'."
    if not objects:
        yield f"NoSuchKey: no object lies under {uri}."
    role = role_of(ctx.world, instance)
    if role is None:
        yield f"Unable to locate credentials: {without_role(ctx.world, instance)}."
        return
    for stored in objects:
        permit = may_read(ctx.world, role.id, stored.bucket, stored.key)
        if not permit:
            yield f"AccessDenied on s3://{stored.id}: {permit.reason}. AmazonS3ReadOnlyAccess would be enough."
    need = sum(stored.size for stored in objects)
    room = room_for_data(ctx.world, instance, SYSTEM_GIB) * _GIB
    if need > room:
        yield f"No space left on device: the data takes {-(-need // _GIB)} GiB, its largest volume has {room // _GIB} GiB left."


def _objections(ctx: Context, container: str, settings: Mapping[str, str], channels: Mapping[str, str | None]) -> Iterator[str]:
    """Yield what the container says to its settings and channels, in its own words and order."""
    declared = ctx.scenario.containers[container]
    yield from check(declared, settings)
    yield from check_channels(declared, dict.fromkeys(channels, "text/csv"))
    fault = data_fault(ctx.scenario, channels)
    if fault is not None:
        yield fault


def _result(ctx: Context, invocation: Invocation, instance: Instance) -> Events:
    """Memory has run out by now, or what the training really yields has to be known: here the clock waits for it."""
    spec, began = invocation.training, invocation.training_from
    assert spec is not None
    assert began is not None
    hardware = need_type(ctx.scenario, instance.type)
    fault = outlook(ctx.scenario, spec, hardware, began).fault
    if fault is not None:
        yield failed(invocation, str(fault))
        return
    ends, fact = ending(ctx.world, ctx.scenario, spec, hardware, began)
    if isinstance(fact, TrainingFailed):
        yield failed(invocation, f"{fact.kind}: {fact.reason}")
    elif ends > ctx.now:
        yield InvocationAdvanced(invocation.id, "trained", ends)
    else:
        yield from _trained(ctx, invocation, instance)


def _trained(ctx: Context, invocation: Invocation, instance: Instance) -> Events:
    """The model lies on the machine's own disk, in place of the one before."""
    spec = invocation.training
    assert spec is not None
    fact = ctx.world.trained(spec.digest())
    assert isinstance(fact, Trained)
    yield SoftwareChanged(instance.id, replace(instance.software, model=spec))
    metrics = ", ".join(f"{name} {value // 1_000_000}.{value % 1_000_000 // 100:04d}" for name, value in fact.metrics)
    yield succeeded(invocation, f"Trained {fact.rounds} rounds: {metrics}. The model lies in /opt/ml/model.")


_STAGES = {"worked": _copied, "result": _result, "trained": _trained}
