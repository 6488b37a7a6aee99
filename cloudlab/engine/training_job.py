"""Training jobs: what CreateTrainingJob checks at once, and what is already decided about the job when it is accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloudlab.commands.sagemaker import Channel, CreateTrainingJob, ResourceConfig, StopTrainingJob
from cloudlab.engine.kernel import Context, Events, decides, refuse
from cloudlab.engine.rules.billing import Charge, prices_in_world
from cloudlab.engine.rules.constraints import Broken, between, constrain, no_longer_than, one_of, pattern
from cloudlab.engine.rules.hyperparameters import check, check_channels, container_of, format_fault
from cloudlab.engine.rules.sagemaker import (
    a_name,
    a_role_arn,
    an_ml_type,
    an_s3_uri,
    assumed_role,
    check_quota,
    checked_container,
    hardware,
    may_list,
    objects_under,
    parts_of,
    refuse_no_objects,
    sage_arn,
)
from cloudlab.engine.rules.training import data_fault, duration, outlook, rounds_asked, training_spec
from cloudlab.model.catalogue import InstanceType
from cloudlab.model.containers import Container
from cloudlab.model.events.learning import TrainingJobCreated, TrainingJobStopping
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.identity import Role
from cloudlab.model.learning import TrainingJob, Transition
from cloudlab.model.money import cost
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import DAY, Seconds
from cloudlab.model.training import TrainingSpec
from cloudlab.model.world import World

_LONGEST_RUN = 28 * DAY
_LARGEST_VOLUME_GIB = 16_384
_CHANNELS = ("train", "validation")
"""What a data set has a part for."""


@decides(CreateTrainingJob)
def decide_create_training_job(ctx: Context, command: CreateTrainingJob) -> Events:
    algorithm, resources, stopping = command.algorithm_specification, command.resource_config, command.stopping_condition
    if algorithm is None or resources is None or stopping is None:
        missing = [
            name
            for name, given in (("AlgorithmSpecification", algorithm), ("ResourceConfig", resources), ("StoppingCondition", stopping))
            if given is None
        ]
        refuse("ValidationException", f"A training job needs {', '.join(missing)}.", "Give all three: image, machine, longest run.")
    _check_shapes(ctx, command, resources, stopping.max_runtime_in_seconds)
    _refuse_unmodelled(ctx, command, resources)
    name = command.training_job_name
    if ctx.world.find(TrainingJob, name) is not None:
        refuse(
            "ResourceInUse",
            "Job name must be unique within an AWS account and region, and a job with this name already exists "
            f"({sage_arn('training-job', name)}).",
            f"A name no job has had yet, such as {name[:60]}-2; a job can't be deleted, its name is used up.",
        )
    role = assumed_role(ctx, command.role_arn)
    container = checked_container(ctx, algorithm.training_image, command.role_arn)
    datasets = {c.channel_name: _dataset(ctx, c, role, command.role_arn) for c in command.input_data_config}
    check_quota(ctx, resources.instance_type, "training", resources.instance_count)

    fate = _fate(ctx, container, command, datasets, hardware(ctx, resources.instance_type))
    job = TrainingJob(
        id=name,
        role=command.role_arn,
        image=algorithm.training_image,
        container=container,
        instance_type=resources.instance_type,
        instance_count=resources.instance_count,
        volume_gib=resources.volume_size_in_gb,
        max_runtime=stopping.max_runtime_in_seconds,
        output=command.output_data_config.s3_output_path,
        inputs=tuple((c.channel_name, c.data_source.s3_data_source.s3_uri) for c in command.input_data_config),
        content_types=tuple((c.channel_name, c.content_type) for c in command.input_data_config if c.content_type is not None),
        hyperparameters=tuple(sorted(command.hyper_parameters.items())),
        created=ctx.now,
        transitions=(Transition("Starting", ctx.now, "Starting the training job"),),
        spec=fate.spec,
        flaw=fate.flaw,
        flaw_after=fate.flaw_after,
    )
    yield TrainingJobCreated(job, ctx.now + ctx.scenario.catalogue.timing("sagemaker_training_starting"))
    yield ResourcesSeen((("TrainingJob", name),))


def _check_shapes(ctx: Context, command: CreateTrainingJob, resources: ResourceConfig, max_runtime: int) -> None:
    """Everything the service checks before it looks anything up."""
    inputs: list[Broken | None] = []
    for number, channel in enumerate(command.input_data_config, start=1):
        path, source = f"inputDataConfig.{number}.member", channel.data_source.s3_data_source
        inputs += [
            pattern(channel.channel_name, f"{path}.channelName", r"[A-Za-z0-9\.\-_]+", "train or validation."),
            no_longer_than(channel.channel_name, f"{path}.channelName", 64),
            pattern(channel.content_type or "", f"{path}.contentType", r".*", "text/csv, on one line."),
            no_longer_than(channel.content_type or "", f"{path}.contentType", 256),
            no_longer_than(source.s3_uri, f"{path}.dataSource.s3DataSource.s3Uri", 1024),
            an_s3_uri(source.s3_uri, f"{path}.dataSource.s3DataSource.s3Uri"),
            one_of(
                source.s3_data_type,
                f"{path}.dataSource.s3DataSource.s3DataType",
                ("ManifestFile", "S3Prefix", "AugmentedManifestFile"),
                "S3Prefix: all objects whose key begins so.",
            ),
            one_of(
                source.s3_data_distribution_type,
                f"{path}.dataSource.s3DataSource.s3DataDistributionType",
                ("FullyReplicated", "ShardedByS3Key"),
                "With one instance both are the same.",
            ),
        ]
    settings = [no_longer_than(n, "hyperParameters", 256) for n in command.hyper_parameters]
    words = [*command.hyper_parameters, *command.hyper_parameters.values()]
    settings += [pattern(word, "hyperParameters", r".*", "A name or a value on one line.") for word in words]
    settings += [no_longer_than(v, f"hyperParameters.{n}", 2500) for n, v in command.hyper_parameters.items()]
    algorithm = command.algorithm_specification
    assert algorithm is not None
    constrain(
        *a_name(command.training_job_name, "trainingJobName"),
        a_role_arn(command.role_arn, "roleArn"),
        one_of(
            algorithm.training_input_mode,
            "algorithmSpecification.trainingInputMode",
            ("Pipe", "File", "FastFile"),
            "File: the data is copied to the job's volume first.",
        ),
        *inputs,
        an_s3_uri(command.output_data_config.s3_output_path, "outputDataConfig.s3OutputPath"),
        no_longer_than(command.output_data_config.s3_output_path, "outputDataConfig.s3OutputPath", 1024),
        an_ml_type(ctx.scenario.catalogue, resources.instance_type, "resourceConfig.instanceType", "training"),
        between(resources.instance_count, "resourceConfig.instanceCount", 1, 1000),
        between(resources.volume_size_in_gb, "resourceConfig.volumeSizeInGB", 1, _LARGEST_VOLUME_GIB),
        between(max_runtime, "stoppingCondition.maxRuntimeInSeconds", 1, _LONGEST_RUN),
        *settings,
    )
    quota = ctx.quota
    for given, limit, what in (
        (len(command.hyper_parameters), quota("sagemaker_hyperparameters"), "hyperparameters"),
        (len(command.input_data_config), quota("sagemaker_channels"), "input channels"),
    ):
        if given > limit:
            refuse("ValidationException", f"A training job takes no {given} {what}.", f"At most {limit}.")
    names = [c.channel_name for c in command.input_data_config]
    if len(set(names)) != len(names):
        refuse("ValidationException", f"InputDataConfig names a channel twice: {', '.join(names)}.", "Each channel once.")


def _refuse_unmodelled(ctx: Context, command: CreateTrainingJob, resources: ResourceConfig) -> None:
    """Real options this simulation does not play are refused by name rather than ignored."""
    assert command.algorithm_specification is not None
    mode = command.algorithm_specification.training_input_mode
    if mode != "File":
        refuse("NotModelled", f"TrainingInputMode {mode} is real, but not played here.", "TrainingInputMode=File.")
    if resources.instance_count > 1:
        refuse("NotModelled", "Training on several instances at once is real, but not played here yet.", "InstanceCount=1.")
    for channel in command.input_data_config:
        kind = channel.data_source.s3_data_source.s3_data_type
        if kind != "S3Prefix":
            refuse("NotModelled", f"S3DataType {kind} is real, but not played here.", "S3DataType=S3Prefix.")
    container = ctx.scenario.containers.get(container_of(ctx.scenario.containers, command.algorithm_specification.training_image) or "")
    for channel in command.input_data_config:
        if container is not None and channel.channel_name in container.optional_channels and channel.channel_name not in _CHANNELS:
            name = channel.channel_name
            refuse("NotModelled", f"The channel '{name}' of {container.title} is real, but not played here.", "train and validation.")


def _dataset(ctx: Context, channel: Channel, role: Role, role_arn: str) -> str | None:
    """Return the data set a channel's prefix holds; None where its files are something else.

    Listing is checked now, reading only while the job downloads: that is how the service does it.
    """
    uri = channel.data_source.s3_data_source.s3_uri
    found = objects_under(ctx.world, uri)
    if not found or not may_list(ctx.world, role, parts_of(uri)[0]):
        refuse_no_objects(uri, role_arn)
    datasets = {o.dataset: None for o in found}
    if None in datasets or len(datasets) > 1:
        return None
    parts = sorted({o.channel or "" for o in found})
    if channel.channel_name in _CHANNELS and parts != [channel.channel_name]:
        refuse(
            "NotModelled",
            f"The channel '{channel.channel_name}' would read the {' and '.join(parts)} part under {uri}; SageMaker would let you, and the "
            "scores would mean nothing.",
            f"Give '{channel.channel_name}' the prefix of its own file alone.",
        )
    return next(iter(datasets))


@dataclass(frozen=True, slots=True)
class _Fate:
    """What is decided already: the spec that will really be trained, or the flaw the container will end with."""

    spec: TrainingSpec | None = None
    flaw: str | None = None
    flaw_after: Seconds = 0


def _fate(ctx: Context, container: str, command: CreateTrainingJob, datasets: Mapping[str, str | None], machine: InstanceType) -> _Fate:
    flaw = next(_objections(ctx, ctx.scenario.containers[container], command, datasets), None)
    if flaw is not None:
        return _Fate(flaw=f"ClientError: {flaw}")
    spec = training_spec(ctx.scenario, container, command.hyper_parameters, {c: d for c, d in datasets.items() if d is not None})
    seen = outlook(ctx.scenario, spec, machine, 0)
    return _Fate(spec) if seen.fault is None else _Fate(flaw=str(seen.fault), flaw_after=seen.at)


def _objections(ctx: Context, container: Container, command: CreateTrainingJob, datasets: Mapping[str, str | None]) -> Iterator[str]:
    """Yield what the container will object to, in its own order: settings, channels, then the files themselves."""
    yield from check(container, command.hyper_parameters)
    yield from check_channels(container, {c.channel_name: c.content_type for c in command.input_data_config})
    for channel in command.input_data_config:
        for stored in objects_under(ctx.world, channel.data_source.s3_data_source.s3_uri):
            fault = format_fault(container, channel.content_type, stored.key)
            if fault is not None:
                yield fault
    fault = data_fault(ctx.scenario, datasets)
    if fault is not None:
        yield fault


@decides(StopTrainingJob)
def decide_stop_training_job(ctx: Context, command: StopTrainingJob) -> Events:
    name = command.training_job_name
    job = ctx.need(TrainingJob, name, "ResourceNotFound", "training job")
    if job.status != "InProgress":
        refuse(
            "ValidationException",
            f"The request was rejected because the training job is in status {job.status}.",
            "Only a job that is InProgress can be stopped.",
        )
    grace = ctx.scenario.catalogue.timing("sagemaker_stop_training_grace") if job.secondary == "Training" else 0
    yield TrainingJobStopping(name, ctx.now + grace, "Stopped")
    yield ResourcesSeen((("TrainingJob", name),))


@prices_in_world(CreateTrainingJob)
def price_create_training_job(command: CreateTrainingJob, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    """Estimate the bill by the modelled duration of all rounds asked for, at most the longest run and the grace after it; the price
    per hour where that can't be told yet."""
    resources, algorithm = command.resource_config, command.algorithm_specification
    machine = scenario.catalogue.hardware(resources.instance_type) if resources is not None else None
    if resources is None or algorithm is None or machine is None or machine.ml is None:
        return ()
    rate = machine.ml.micros_per_hour * resources.instance_count
    container = container_of(scenario.containers, algorithm.training_image)
    sources = [c.data_source.s3_data_source.s3_uri for c in command.input_data_config if c.channel_name == "train"]
    dataset = next((o.dataset for uri in sources for o in objects_under(world, uri) if o.dataset is not None), None)
    if dataset is None or container is None:
        return (Charge("training", rate, "hour"),)
    spec = training_spec(scenario, container, command.hyper_parameters, {"train": dataset})
    timing = scenario.catalogue.timing
    billed = (
        timing("sagemaker_training_downloading_input")
        + timing("sagemaker_training_downloading_image")
        + duration(scenario, spec, machine, rounds_asked(container, dict(spec.hyperparameters)))
        + timing("sagemaker_training_uploading")
    )
    if command.stopping_condition is not None:
        billed = min(billed, command.stopping_condition.max_runtime_in_seconds + timing("sagemaker_stop_training_grace"))
    return (Charge("training", cost(rate, billed), "once", estimated=True),)
