"""SageMaker models: a trained artifact and the container that is to serve it; metadata, nothing runs."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.sagemaker import CreateModel, DeleteModel, DescribeModel
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.rules.constraints import constrain, pattern
from cloudlab.engine.rules.sagemaker import (
    a_name,
    a_role_arn,
    assumed_role,
    checked_container,
    may_get,
    moment,
    need,
    parts_of,
    refuse_duplicate,
    sage_arn,
)
from cloudlab.model.compute import Invocation
from cloudlab.model.events.learning import SageModelCreated, SageModelDeleted
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.identity import Role
from cloudlab.model.learning import SageModel, TrainingJob
from cloudlab.model.scenario import Scenario
from cloudlab.model.storage import StoredObject
from cloudlab.model.training import TrainingSpec
from cloudlab.model.world import World


@decides(CreateModel)
def decide_create_model(ctx: Context, command: CreateModel) -> Events:
    container, role_arn = command.primary_container, command.execution_role_arn
    if container is None or role_arn is None:
        missing = "PrimaryContainer" if container is None else "ExecutionRoleArn"
        refuse("ValidationException", f"A model needs {missing}.", "Give image and artifact as PrimaryContainer, and an ExecutionRoleArn.")
    constrain(
        *a_name(command.model_name, "modelName"),
        a_role_arn(role_arn, "executionRoleArn"),
        pattern(
            container.model_data_url,
            "primaryContainer.modelDataUrl",
            r"(https|s3)://([^/]+)/?(.*)",
            "The artifact of a training job: s3://BUCKET/PREFIX/JOB/output/model.tar.gz.",
        ),
    )
    refuse_duplicate(ctx, SageModel, "model", "model", command.model_name)
    role = assumed_role(ctx, role_arn)
    serves = checked_container(ctx, container.image, role_arn)
    spec = _artifact(ctx, container.model_data_url, role, role_arn)
    yield SageModelCreated(SageModel(command.model_name, role_arn, container.image, container.model_data_url, spec, serves, ctx.now))
    yield ResourcesSeen((("SageModel", command.model_name),))


def _artifact(ctx: Context, uri: str, role: Role, role_arn: str) -> TrainingSpec:
    """Return the model inside the artifact, or refuse where none lies there or the role can't read it."""
    bucket, key = parts_of(uri)
    stored = ctx.world.find(StoredObject, f"{bucket}/{key}")
    if stored is not None and not may_get(ctx.world, role, stored):
        refuse(
            "ValidationException",
            f"Could not access model data at {uri}.",
            f'The role "{role_arn}" needs s3:GetObject on it; AmazonSageMakerFullAccess gives that only where the bucket or the key '
            "has sagemaker in its name.",
        )
    spec = model_in(ctx.world, ctx.scenario, stored) if stored is not None and key.endswith(".tar.gz") else None
    if spec is None:
        there = ", ".join(f"s3://{o.id}" for o in ctx.world.every(StoredObject) if o.artifact is not None)
        hint = f"Artifacts there are: {there}." if there else "There is none yet: a training job writes one as it completes."
        refuse("ValidationException", f"Could not find model data at {uri}.", hint)
    return spec


def model_in(world: World, scenario: Scenario, stored: StoredObject) -> TrainingSpec | None:
    """Return the spec of the model in a model.tar.gz, whoever trained it; None where it holds none."""
    specs = [j.spec for j in world.every(TrainingJob)] + [i.training for i in world.every(Invocation)] + [f.model for f in scenario.files]
    return next((s for s in specs if s is not None and s.digest() == stored.artifact), None)


@evolves(SageModelCreated)
def evolve_sage_model_created(world: World, event: SageModelCreated) -> World:
    return world.put(event.model)


@answers(CreateModel)
def answer_create_model(ctx: Context, command: CreateModel) -> dict[str, Any]:
    return {"ModelArn": sage_arn("model", command.model_name)}


@decides(DescribeModel)
def decide_describe_model(ctx: Context, command: DescribeModel) -> Events:
    yield ResourcesSeen((("SageModel", need(ctx, SageModel, "model", "model", command.model_name).id),))


@answers(DescribeModel)
def answer_describe_model(ctx: Context, command: DescribeModel) -> dict[str, Any]:
    model = ctx.world.get(SageModel, command.model_name)
    return {
        "ModelName": model.id,
        "PrimaryContainer": {"Image": model.image, "Mode": "SingleModel", "ModelDataUrl": model.data_url},
        "ExecutionRoleArn": model.role,
        "CreationTime": moment(model.created),
        "ModelArn": sage_arn("model", model.id),
        "EnableNetworkIsolation": False,
    }


@decides(DeleteModel)
def decide_delete_model(ctx: Context, command: DeleteModel) -> Events:
    yield SageModelDeleted(need(ctx, SageModel, "model", "model", command.model_name).id)


@evolves(SageModelDeleted)
def evolve_sage_model_deleted(world: World, event: SageModelDeleted) -> World:
    return world.drop(SageModel, event.model)
