"""What SageMaker runs for you: training jobs, models, endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things.registry import REGION_WIDE, Offer, Placed, Row, facts, offers, stands
from cloudlab.model.learning import Endpoint, SageModel, TrainingJob
from cloudlab.model.scenario import Scenario
from cloudlab.model.time import stamp
from cloudlab.model.world import World


@stands("training-job", TrainingJob, column=True)
def training_job_nodes(world: World) -> Iterator[Placed]:
    tones = {"Completed": "ok", "Failed": "bad", "Stopped": "off"}
    for job in world.every(TrainingJob):
        detail = f"{job.container} on {job.instance_type}"
        yield REGION_WIDE, Node(job.id, "training-job", job.id, job.status, tones.get(job.status, "wait"), 0, detail)


@facts(TrainingJob)
def training_job_facts(world: World, scenario: Scenario, job: TrainingJob) -> Iterator[Row]:
    yield "status", f"{job.status}, {job.secondary}" if job.secondary != job.status else job.status
    yield "failed because", job.failure or ""
    yield "container", job.container
    yield "machines", f"{job.instance_count} x {job.instance_type}, {job.volume_gib} GiB"
    yield "at most", f"{job.max_runtime:,} s"
    yield "role", job.role
    yield from (("input", f"{channel}: {uri}") for channel, uri in job.inputs)
    yield "output", job.artifact or job.output
    yield "settings", ", ".join(f"{key}={value}" for key, value in job.hyperparameters)


@offers(TrainingJob)
def offer_training_job(world: World, job: TrainingJob) -> Iterator[Offer]:
    yield "look at it", f"sagemaker describe-training-job --training-job-name {job.id}"
    yield "stop it", f"sagemaker stop-training-job --training-job-name {job.id}"


@stands("model", SageModel)
def model_nodes(world: World) -> Iterator[Placed]:
    for model in world.every(SageModel):
        yield REGION_WIDE, Node(model.id, "model", model.id, "", "plain", 0, model.spec.container)


@facts(SageModel)
def model_facts(world: World, scenario: Scenario, model: SageModel) -> Iterator[Row]:
    yield "served by", model.container
    yield "artifact", model.data_url
    yield "role", model.role
    yield "created", stamp(model.created)


@offers(SageModel)
def offer_model(world: World, model: SageModel) -> Iterator[Offer]:
    yield "look at it", f"sagemaker describe-model --model-name {model.id}"
    yield "delete it", f"sagemaker delete-model --model-name {model.id}"


@stands("endpoint", Endpoint, column=True)
def endpoint_nodes(world: World) -> Iterator[Placed]:
    for endpoint in world.every(Endpoint):
        tone = {"InService": "ok", "Failed": "bad"}.get(endpoint.status, "wait")
        fleet = ", ".join(f"{v.count} x {v.instance_type}" for v in endpoint.variants)
        lost = f", {endpoint.lost} being replaced by AWS" if endpoint.lost else ""
        state = "taken over" if endpoint.compromised else endpoint.status
        tone = "bad" if endpoint.lost or endpoint.compromised else tone
        yield REGION_WIDE, Node(endpoint.id, "endpoint", endpoint.id, state, tone, 0, fleet + lost)


@facts(Endpoint)
def endpoint_facts(world: World, scenario: Scenario, endpoint: Endpoint) -> Iterator[Row]:
    yield "status", endpoint.status
    yield "failed because", endpoint.failure or ""
    yield "configuration", endpoint.config
    for variant in endpoint.variants:
        yield "variant", f"{variant.name}: {variant.model} on {variant.count} x {variant.instance_type}"
    yield "out of service", f"{endpoint.lost}, being replaced by AWS" if endpoint.lost else ""
    yield "created", stamp(endpoint.created)


@offers(Endpoint)
def offer_endpoint(world: World, endpoint: Endpoint) -> Iterator[Offer]:
    yield "look at it", f"sagemaker describe-endpoint --endpoint-name {endpoint.id}"
    yield "look at its configuration", f"sagemaker describe-endpoint-config --endpoint-config-name {endpoint.config}"
    yield "delete it", f"sagemaker delete-endpoint --endpoint-name {endpoint.id}"
