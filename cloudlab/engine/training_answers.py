"""Training jobs as AWS describes them: DescribeTrainingJob and ListTrainingJobs."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.sagemaker import JOB_STATUSES, CreateTrainingJob, DescribeTrainingJob, ListTrainingJobs
from cloudlab.engine.kernel import Context, Events, answers, decides, refuse
from cloudlab.engine.rules.constraints import constrain, one_of
from cloudlab.engine.rules.sagemaker import a_part_of_a_name, moment, sage_arn
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.learning import TrainingJob
from cloudlab.model.training import Trained
from cloudlab.model.world import World


@answers(CreateTrainingJob)
def answer_create_training_job(ctx: Context, command: CreateTrainingJob) -> dict[str, Any]:
    return {"TrainingJobArn": sage_arn("training-job", command.training_job_name)}


@decides(DescribeTrainingJob)
def decide_describe_training_job(ctx: Context, command: DescribeTrainingJob) -> Events:
    if ctx.world.find(TrainingJob, command.training_job_name) is None:
        # the model of the service says ResourceNotFound; the service does not (github.com/aws/aws-sdk/issues/165)
        there = ", ".join(ctx.world.table(TrainingJob)) or "none yet"
        refuse(
            "ValidationException",
            f"Requested resource not found: there is no training job '{command.training_job_name}'.",
            f"There is: {there}.",
        )
    yield ResourcesSeen((("TrainingJob", command.training_job_name),))


@answers(DescribeTrainingJob)
def answer_describe_training_job(ctx: Context, command: DescribeTrainingJob) -> dict[str, Any]:
    return describe_training_job(ctx.world, ctx.world.get(TrainingJob, command.training_job_name))


def describe_training_job(world: World, job: TrainingJob) -> dict[str, Any]:
    """Write a job the way AWS does; what it does not have yet is left out."""
    types = dict(job.content_types)
    rows = job.transitions
    description: dict[str, Any] = {
        "TrainingJobName": job.id,
        "TrainingJobArn": sage_arn("training-job", job.id),
        "ModelArtifacts": {"S3ModelArtifacts": job.artifact} if job.artifact is not None else None,
        "TrainingJobStatus": job.status,
        "SecondaryStatus": job.secondary,
        "FailureReason": job.failure,
        "HyperParameters": dict(job.hyperparameters),
        "AlgorithmSpecification": {"TrainingImage": job.image, "TrainingInputMode": "File"},
        "RoleArn": job.role,
        "InputDataConfig": [
            {
                "ChannelName": name,
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
                **({"ContentType": types[name]} if name in types else {}),
            }
            for name, uri in job.inputs
        ],
        "OutputDataConfig": {"S3OutputPath": job.output},
        "ResourceConfig": {
            "InstanceType": job.instance_type,
            "InstanceCount": job.instance_count,
            "VolumeSizeInGB": job.volume_gib,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": job.max_runtime},
        "CreationTime": moment(job.created),
        "TrainingStartTime": moment(job.billable_from),
        "TrainingEndTime": moment(job.ended),
        "LastModifiedTime": moment(job.transitions[-1].started),
        "SecondaryStatusTransitions": [
            {
                "Status": row.status,
                "StartTime": moment(row.started),
                **({"EndTime": moment(rows[index + 1].started)} if index + 1 < len(rows) else {}),
                "StatusMessage": row.message,
            }
            for index, row in enumerate(rows)
        ],
        "FinalMetricDataList": _metrics(world, job),
        "TrainingTimeInSeconds": billable_seconds(job),
        "BillableTimeInSeconds": billable_seconds(job),
    }
    return {name: value for name, value in description.items() if value is not None}


def billable_seconds(job: TrainingJob) -> int | None:
    """Return the seconds from Downloading to the end, which are what is billed; None while it runs or where it never got there."""
    if job.ended is None or job.billable_from is None:
        return None
    return job.ended - job.billable_from


def _metrics(world: World, job: TrainingJob) -> list[dict[str, Any]] | None:
    """Return the real training's last metrics, once the job has them."""
    fact = world.trained(job.spec.digest()) if job.spec is not None and job.rounds is not None else None
    if not isinstance(fact, Trained):
        return None
    return [{"MetricName": name, "Value": ppm / 1_000_000} for name, ppm in fact.metrics]


@decides(ListTrainingJobs)
def decide_list_training_jobs(ctx: Context, command: ListTrainingJobs) -> Events:
    yield ResourcesSeen(tuple(("TrainingJob", job.id) for job in _chosen(ctx, command)))


@answers(ListTrainingJobs)
def answer_list_training_jobs(ctx: Context, command: ListTrainingJobs) -> dict[str, Any]:
    return {
        "TrainingJobSummaries": [
            {
                "TrainingJobName": job.id,
                "TrainingJobArn": sage_arn("training-job", job.id),
                "CreationTime": moment(job.created),
                **({"TrainingEndTime": moment(job.ended)} if job.ended is not None else {}),
                "LastModifiedTime": moment(job.transitions[-1].started),
                "TrainingJobStatus": job.status,
                "SecondaryStatus": job.secondary,
            }
            for job in _chosen(ctx, command)
        ]
    }


def _chosen(ctx: Context, command: ListTrainingJobs) -> list[TrainingJob]:
    wanted = command.status_equals
    if wanted is not None:
        constrain(one_of(wanted, "statusEquals", JOB_STATUSES, "One of these."))
    if command.name_contains is not None:
        constrain(*a_part_of_a_name(command.name_contains))
    jobs = [
        job
        for job in ctx.world.every(TrainingJob)
        if (wanted is None or job.status == wanted) and (command.name_contains or "").lower() in job.id.lower()
    ]
    return sorted(jobs, key=lambda job: -job.created)
