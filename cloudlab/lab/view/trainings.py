"""The jobs' slice: every training on both roads, as the simulation knows it, with its times, its machine and its price."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.metering import accrued
from cloudlab.lab.view.slices import Job
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.learning import TrainingJob
from cloudlab.model.operations import Meter
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import HOUR
from cloudlab.model.training import Trained
from cloudlab.model.world import World


def trainings(world: World, scenario: Scenario) -> Iterator[Job]:
    """Yield every training, on both roads, oldest first."""
    yield from (_managed(world, scenario, job) for job in world.every(TrainingJob))
    yield from (_by_hand(world, scenario, run) for run in world.every(Invocation) if run.training is not None)


def _managed(world: World, scenario: Scenario, job: TrainingJob) -> Job:
    digest = job.spec.digest() if job.spec is not None else ""
    fact = world.trained(digest)
    ml = scenario.catalogue.ml_type(job.instance_type)
    meter = world.find(Meter, f"training:{job.id}")
    # What has ended shows its cost once and for all; what runs shows its price, for a cost would change with every second.
    return Job(
        name=job.id,
        where=job.instance_type,
        status=job.status,
        phase=job.secondary,
        failure=job.failure or "",
        spec_digest=digest,
        container=job.container,
        modelled_end=job.ended,
        metrics=fact.metrics if isinstance(fact, Trained) and job.status == "Completed" else (),
        modelled_start=job.training_from,
        created=job.created,
        machine=f"{job.instance_count} x {job.instance_type}" if job.instance_count > 1 else job.instance_type,
        hourly_micros=ml.micros_per_hour * job.instance_count if ml is not None else 0,
        cost_micros=(accrued(meter, world.now) // HOUR if meter is not None else 0) if job.ended is not None else None,
        rounds=job.rounds,
        help=what_helps(job.failure or ""),
        cancel=f"aws sagemaker stop-training-job --training-job-name {job.id}" if job.status == "InProgress" else "",
    )


def _by_hand(world: World, scenario: Scenario, run: Invocation) -> Job:
    assert run.training is not None
    fact = world.trained(run.training.digest())
    done = run.status == "Success"
    instance = world.find(Instance, run.instance)
    hardware = scenario.catalogue.hardware(instance.type) if instance is not None else None
    failure = run.detail if run.status == "Failed" else ""
    return Job(
        name=run.command,
        where=run.instance,
        status=run.status,
        phase=run.document,
        failure=failure,
        spec_digest=run.training.digest(),
        container=run.training.container,
        modelled_end=run.ended,
        metrics=fact.metrics if isinstance(fact, Trained) and done else (),
        modelled_start=run.training_from,
        created=run.requested,
        machine=instance.type if instance is not None else "",
        hourly_micros=hardware.ec2_micros_per_hour if hardware is not None else 0,
        cost_micros=None,
        rounds=fact.rounds if isinstance(fact, Trained) and done else None,
        help=what_helps(failure),
    )


_HELPS = (
    ("data download failed", "Look at the channel's S3 URI, at what lies there (s3api list-objects-v2), and at what the role may read."),
    ("accessdenied", "Attach a policy to the role that allows it: iam attach-role-policy."),
    ("missing required hyperparameter", "Give the hyperparameter it names; `help create-training-job` shows how they are written."),
    ("extraneous hyperparameter", "Leave out the hyperparameter it names, or mend its spelling."),
    ("hyperparameter", "Change the hyperparameter it names to a value of the range it names."),
    ("content type", "Give the channel ContentType text/csv, which is what the file is."),
    ("missing required channel", "Give InputDataConfig a channel called train."),
    ("diverged", "Make learning_rate smaller."),
    ("memory", "Take an instance type with more memory, or train fewer and shallower trees."),
    ("no space", "Make room on the disk, or take a larger volume."),
    ("runtime", "Install a runtime first: ssm send-command with cloudlab-InstallRuntime."),
)


def what_helps(failure: str) -> str:
    """Return what would help after a failure, from the words of its reason; nothing for what nobody has written about."""
    said = failure.lower()
    return next((advice for word, advice in _HELPS if word in said), "") if said else ""
