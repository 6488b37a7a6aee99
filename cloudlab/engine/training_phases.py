"""Training jobs on their way: from Starting to Completed, Failed or Stopped, with what each phase takes and bills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cloudlab.engine.bucket import bucket_size, storage_rate
from cloudlab.engine.kernel import Context, Events, evolves, fires
from cloudlab.engine.rules.sagemaker import hardware, may_get, may_put, objects_under, parts_of, role_of
from cloudlab.engine.rules.training import ending, outlook
from cloudlab.model.events.billing import MeterStarted, MeterStopped
from cloudlab.model.events.learning import (
    TrainingJobCreated,
    TrainingJobEnded,
    TrainingJobLearned,
    TrainingJobMoved,
    TrainingJobStopping,
    TrainingJobTimed,
)
from cloudlab.model.events.storage import ObjectStored
from cloudlab.model.learning import TrainingJob, Transition
from cloudlab.model.money import hourly_from_monthly
from cloudlab.model.storage import Bucket, StoredObject
from cloudlab.model.time import Seconds
from cloudlab.model.training import TrainingFailed
from cloudlab.model.world import Timer, World

TIMER = "training-job"
GB = 1_000_000_000
_ARTIFACT_BYTES = 200_000
"""A model.tar.gz of a few hundred small trees or a few dozen weights; an estimate, and too little to matter on a bill."""

Step = Callable[[Context, TrainingJob], Events]


@fires(TIMER)
def fire_training_job(ctx: Context, timer: Timer) -> Events:
    """The next step of a job is due."""
    job = ctx.world.get(TrainingJob, timer.target)
    data = dict(timer.data)
    if data["step"] == "stopped":
        return _stop(ctx, job, data["because"])
    return STEPS[data["step"]](ctx, job)


def _move(ctx: Context, job: TrainingJob, status: str, message: str, step: str, takes: Seconds) -> TrainingJobMoved:
    return TrainingJobMoved(job.id, Transition(status, ctx.now, message), step, ctx.now + takes)


def _prepare(ctx: Context, job: TrainingJob) -> Events:
    takes = ctx.scenario.catalogue.timing("sagemaker_training_preparing")
    yield _move(ctx, job, "Pending", "Preparing the instances for training", "download", takes)


def _download(ctx: Context, job: TrainingJob) -> Events:
    """The machine is there: billing begins, and so does the job's own time limit."""
    catalogue = ctx.scenario.catalogue
    takes = catalogue.timing("sagemaker_training_downloading_input")
    yield _move(ctx, job, "Downloading", "Downloading input data", "image", takes)
    yield TrainingJobTimed(job.id, ctx.now + job.max_runtime)
    ml = catalogue.ml_type(job.instance_type)
    assert ml is not None
    yield MeterStarted("training", job.id, ml.micros_per_hour * job.instance_count)
    monthly = catalogue.price("sagemaker_ml_storage_gb_month") * job.volume_gib * job.instance_count
    yield MeterStarted("storage", _volume(job), hourly_from_monthly(monthly))


def _image(ctx: Context, job: TrainingJob) -> Events:
    """The data has been copied, or it turns out that it could not be."""
    fault = _download_fault(ctx, job)
    if fault is not None:
        yield from _fail(ctx, job, f"ClientError: Data download failed: {fault}")
        return
    takes = ctx.scenario.catalogue.timing("sagemaker_training_downloading_image")
    yield _move(ctx, job, "Downloading", "Downloading the training image", "train", takes)


def _download_fault(ctx: Context, job: TrainingJob) -> str | None:
    role = role_of(ctx.world, job.role)
    size = 0
    for name, uri in job.inputs:
        found = objects_under(ctx.world, uri)
        if not found:
            return f"no objects are left under {uri}"
        for stored in found:
            if role is None or not may_get(ctx.world, role, stored):
                return (
                    f"AccessDenied (403): the role {job.role} may not read s3://{stored.id}, channel '{name}'. AmazonSageMakerFullAccess "
                    "reads objects only where the bucket's or the object's name contains sagemaker"
                )
            size += stored.size
    if size > job.volume_gib * GB:
        return f"not enough disk space: the data takes {size / GB:.1f} GB, the job's volume has {job.volume_gib} GB (VolumeSizeInGB)"
    return None


def _train(ctx: Context, job: TrainingJob) -> Events:
    """The container starts, and sees for itself what it was given."""
    if job.flaw is not None:
        step, due = "flaw", ctx.now + job.flaw_after
    else:
        assert job.spec is not None
        seen = outlook(ctx.scenario, job.spec, hardware(ctx, job.instance_type), ctx.now)
        step, due = "result", seen.at
    transition = Transition("Training", ctx.now, "Training image download completed. Training in progress.")
    yield TrainingJobMoved(job.id, transition, step, due)


def _flaw(ctx: Context, job: TrainingJob) -> Events:
    assert job.flaw is not None
    yield from _fail(ctx, job, job.flaw)


def _result(ctx: Context, job: TrainingJob) -> Events:
    """The job could end from now on, so what it really yields has to be known: here the clock waits for it."""
    assert job.spec is not None
    assert job.training_from is not None
    ends, fact = ending(ctx.world, ctx.scenario, job.spec, hardware(ctx, job.instance_type), job.training_from)
    if isinstance(fact, TrainingFailed):
        yield from _fail(ctx, job, f"{fact.kind}: {fact.reason}")
    else:
        yield TrainingJobLearned(job.id, fact.rounds, ends)


def _upload(ctx: Context, job: TrainingJob) -> Events:
    takes = ctx.scenario.catalogue.timing("sagemaker_training_uploading")
    yield _move(ctx, job, "Uploading", "Uploading generated training model", "complete", takes)


def _complete(ctx: Context, job: TrainingJob) -> Events:
    """The model reaches the bucket, if the role may write there: nobody checked before."""
    uri = f"{job.output.rstrip('/')}/{job.id}/output/model.tar.gz"
    bucket, key = parts_of(uri)
    role = role_of(ctx.world, job.role)
    if ctx.world.find(Bucket, bucket) is None:
        yield from _fail(ctx, job, f"ClientError: Artifact upload failed: NoSuchBucket: there is no bucket '{bucket}'")
        return
    if role is None or not may_put(ctx.world, role, uri):
        yield from _fail(ctx, job, f"ClientError: Artifact upload failed: AccessDenied (403): the role {job.role} may not write {uri}")
        return
    assert job.spec is not None
    yield ObjectStored(StoredObject(f"{bucket}/{key}", bucket, key, _ARTIFACT_BYTES, ctx.now, artifact=job.spec.digest()))
    yield MeterStarted("storage", bucket, storage_rate(ctx.scenario, bucket_size(ctx.world, bucket) + _ARTIFACT_BYTES))
    yield TrainingJobEnded(job.id, "Completed", Transition("Completed", ctx.now, "Training job completed"), artifact=uri)
    yield from _meters_off(job)


def _over_time(ctx: Context, job: TrainingJob) -> Events:
    grace = ctx.scenario.catalogue.timing("sagemaker_stop_training_grace") if job.secondary == "Training" else 0
    yield TrainingJobStopping(job.id, ctx.now + grace, "MaxRuntimeExceeded")


def _stop(ctx: Context, job: TrainingJob, because: str) -> Events:
    said = {"Stopped": "Training job stopped", "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided"}
    yield TrainingJobEnded(job.id, "Stopped", Transition(because, ctx.now, said[because]))
    yield from _meters_off(job)


def _fail(ctx: Context, job: TrainingJob, reason: str) -> Events:
    """A failed job is billed for the time it had."""
    yield TrainingJobEnded(job.id, "Failed", Transition("Failed", ctx.now, "Training job failed"), failure=reason[:1024])
    yield from _meters_off(job)


def _meters_off(job: TrainingJob) -> Events:
    yield MeterStopped("training", job.id)
    yield MeterStopped("storage", _volume(job))


def _volume(job: TrainingJob) -> str:
    """Name a job's volume on the bill, apart from a bucket that may have the job's name."""
    return f"training-job/{job.id}"


STEPS: dict[str, Step] = {
    "prepare": _prepare,
    "download": _download,
    "image": _image,
    "train": _train,
    "flaw": _flaw,
    "result": _result,
    "upload": _upload,
    "complete": _complete,
    "over-time": _over_time,
}
"""Step of a job's timer -> what it does."""


@evolves(TrainingJobCreated)
def evolve_training_job_created(world: World, event: TrainingJobCreated) -> World:
    return world.put(event.job).schedule(event.prepares, TIMER, event.job.id, step="prepare")


@evolves(TrainingJobMoved)
def evolve_training_job_moved(world: World, event: TrainingJobMoved) -> World:
    job = world.get(TrainingJob, event.job)
    status = event.transition.status
    if status == "Uploading":  # what is trained is trained: the time limit no longer counts
        world = world.unschedule(TIMER, job.id)
    job = replace(
        job,
        secondary=status,
        transitions=(*job.transitions, event.transition),
        billable_from=world.now if status == "Downloading" and job.billable_from is None else job.billable_from,
        training_from=world.now if status == "Training" else job.training_from,
    )
    return world.put(job).schedule(event.due, TIMER, job.id, step=event.step)


@evolves(TrainingJobTimed)
def evolve_training_job_timed(world: World, event: TrainingJobTimed) -> World:
    return world.schedule(event.over, TIMER, event.job, step="over-time")


@evolves(TrainingJobLearned)
def evolve_training_job_learned(world: World, event: TrainingJobLearned) -> World:
    return world.change(TrainingJob, event.job, rounds=event.rounds).schedule(event.ends, TIMER, event.job, step="upload")


@evolves(TrainingJobStopping)
def evolve_training_job_stopping(world: World, event: TrainingJobStopping) -> World:
    job = world.get(TrainingJob, event.job)
    transition = Transition("Stopping", world.now, "Stopping the training job")
    world = world.put(replace(job, status="Stopping", secondary="Stopping", transitions=(*job.transitions, transition)))
    return world.unschedule(TIMER, job.id).schedule(event.stopped, TIMER, job.id, step="stopped", because=event.because)


@evolves(TrainingJobEnded)
def evolve_training_job_ended(world: World, event: TrainingJobEnded) -> World:
    job = world.get(TrainingJob, event.job)
    job = replace(
        job,
        status=event.status,
        secondary=event.transition.status,
        transitions=(*job.transitions, event.transition),
        failure=event.failure,
        artifact=event.artifact,
        ended=world.now,
    )
    return world.put(job).unschedule(TIMER, job.id)
