"""Endpoints: a model in service behind an address AWS keeps up, from Creating to Deleting, and what they bill."""

from __future__ import annotations

from typing import Any

from cloudlab.commands.sagemaker import (
    ENDPOINT_STATUSES,
    CreateEndpoint,
    DeleteEndpoint,
    DescribeEndpoint,
    ListEndpoints,
)
from cloudlab.engine.kernel import Context, Events, NeedsFact, Want, answers, decides, evolves, fires, refuse
from cloudlab.engine.rules.billing import Charge, prices_in_world
from cloudlab.engine.rules.constraints import constrain, one_of
from cloudlab.engine.rules.fronts import front_of
from cloudlab.engine.rules.sagemaker import (
    a_name,
    a_part_of_a_name,
    check_quota,
    may_get,
    moment,
    need,
    parts_of,
    refuse_duplicate,
    role_of,
    sage_arn,
)
from cloudlab.model.events.billing import MeterStarted, MeterStopped
from cloudlab.model.events.learning import (
    EndpointCameInService,
    EndpointCreated,
    EndpointDeleted,
    EndpointDeleting,
    EndpointFailed,
)
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.serving import AddressHandedOver, AddressWithdrawn
from cloudlab.model.learning import Endpoint, EndpointConfig, SageModel, Variant
from cloudlab.model.operations import Front, Handover
from cloudlab.model.scenario import Need, Scenario
from cloudlab.model.storage import StoredObject
from cloudlab.model.world import Timer, World

TIMER = "endpoint"


@decides(CreateEndpoint)
def decide_create_endpoint(ctx: Context, command: CreateEndpoint) -> Events:
    name, timing = command.endpoint_name, ctx.scenario.catalogue.timing
    constrain(*a_name(name, "endpointName"), *a_name(command.endpoint_config_name, "endpointConfigName"))
    refuse_duplicate(ctx, Endpoint, "endpoint", "endpoint", name)
    config = need(ctx, EndpointConfig, "endpoint-config", "endpoint configuration", command.endpoint_config_name)
    (variant,) = config.variants
    model = need(ctx, SageModel, "model", "model", variant.model)
    check_quota(ctx, variant.instance_type, "hosting", variant.count)
    fits = model.container == model.spec.container
    endpoint = Endpoint(name, config.id, "Creating", ctx.now, config.variants, model.spec, modified=ctx.now)
    if fits:
        yield EndpointCreated(endpoint, "in-service", ctx.now + timing("sagemaker_create_endpoint_cpu"))
    else:
        yield EndpointCreated(endpoint, "ping-failed", ctx.now + timing("sagemaker_endpoint_bad_container_to_failed"))
    yield ResourcesSeen((("Endpoint", name),))


@evolves(EndpointCreated)
def evolve_endpoint_created(world: World, event: EndpointCreated) -> World:
    return world.put(event.endpoint).schedule(event.due, TIMER, event.endpoint.id, step=event.step)


@answers(CreateEndpoint)
def answer_create_endpoint(ctx: Context, command: CreateEndpoint) -> dict[str, Any]:
    return {"EndpointArn": sage_arn("endpoint", command.endpoint_name)}


@prices_in_world(CreateEndpoint)
def price_create_endpoint(command: CreateEndpoint, scenario: Scenario, world: World) -> tuple[Charge, ...]:
    config = world.find(EndpointConfig, command.endpoint_config_name)
    return (Charge("endpoint", rate(scenario, config.variants), "hour"),) if config is not None else ()


def rate(scenario: Scenario, variants: tuple[Variant, ...]) -> int:
    """Return micro-dollars per hour of all instances behind an endpoint."""
    total = 0
    for variant in variants:
        ml = scenario.catalogue.ml_type(variant.instance_type)
        assert ml is not None, f"{variant.instance_type} passed the enum but is in no catalogue"
        total += ml.micros_per_hour * variant.count
    return total


@fires(TIMER)
def fire_endpoint(ctx: Context, timer: Timer) -> Events:
    """An endpoint has been set up, has failed to be, or is gone."""
    endpoint = ctx.world.get(Endpoint, timer.target)
    match dict(timer.data)["step"]:
        case "in-service":
            yield from _come_in_service(ctx, endpoint)
        case "ping-failed":
            yield EndpointFailed(
                endpoint.id,
                f"The primary container for production variant {endpoint.variants[0].name} did not pass the ping health check. "
                f"The artifact was written by {endpoint.spec.container}; its model has to be served by the same image.",
            )
        case "gone":
            yield EndpointDeleted(endpoint.id)


def _come_in_service(ctx: Context, endpoint: Endpoint) -> Events:
    """Load the model and answer callers. What the real model answers has to be known here, so the clock waits for it.

    Billing runs from here to the deletion: per second for instances in service. (Public sources disagree whether the minutes
    of Creating are billed as well; the game doesn't.)
    """
    fault = _load_fault(ctx.world, endpoint)
    if fault is not None:
        yield EndpointFailed(endpoint.id, fault)
        return
    spec = endpoint.spec
    if ctx.world.scored(spec.digest(), spec.dataset) is None:
        raise NeedsFact(Want(spec, spec.dataset))
    yield EndpointCameInService(endpoint.id)
    yield MeterStarted("endpoint", endpoint.id, rate(ctx.scenario, endpoint.variants))
    for wanted in ctx.scenario.needs:
        if wanted.dataset == spec.dataset:
            yield AddressHandedOver(Handover(f"{wanted.id}:{endpoint.id}", wanted.id, endpoint.id, ctx.now))


def _load_fault(world: World, endpoint: Endpoint) -> str | None:
    """Return why the instances cannot load the model; a model that was deleted meanwhile has been copied before."""
    model = world.find(SageModel, endpoint.variants[0].model)
    if model is None:
        return None
    bucket, key = parts_of(model.data_url)
    stored, role = world.find(StoredObject, f"{bucket}/{key}"), role_of(world, model.role)
    if stored is not None and role is not None and may_get(world, role, stored):
        return None
    return (
        f'Failed to download model data for container "container_1" from URL: "{model.data_url}". There has to be an object at the URL, '
        f'and the role "{model.role}" needs s3:GetObject on it.'
    )


@evolves(EndpointCameInService)
def evolve_endpoint_came_in_service(world: World, event: EndpointCameInService) -> World:
    return world.change(Endpoint, event.endpoint, status="InService", modified=world.now)


@evolves(EndpointFailed)
def evolve_endpoint_failed(world: World, event: EndpointFailed) -> World:
    return world.change(Endpoint, event.endpoint, status="Failed", failure=event.reason, modified=world.now)


@decides(DeleteEndpoint)
def decide_delete_endpoint(ctx: Context, command: DeleteEndpoint) -> Events:
    endpoint = need(ctx, Endpoint, "endpoint", "endpoint", command.endpoint_name)
    if endpoint.status in ("Creating", "Deleting"):
        refuse(
            "ValidationException",
            f'Cannot update in-progress endpoint "{sage_arn("endpoint", endpoint.id)}".',
            f"It is {endpoint.status}; once it is InService or Failed it can be deleted.",
        )
    for handover in ctx.world.every(Handover):
        if handover.resource == endpoint.id:
            yield AddressWithdrawn(handover.id)
    yield EndpointDeleting(endpoint.id, ctx.now + ctx.scenario.catalogue.timing("sagemaker_delete_endpoint"))
    yield MeterStopped("endpoint", endpoint.id)
    yield ResourcesSeen((("Endpoint", endpoint.id),))


@evolves(EndpointDeleting)
def evolve_endpoint_deleting(world: World, event: EndpointDeleting) -> World:
    world = world.change(Endpoint, event.endpoint, status="Deleting", modified=world.now)
    return world.schedule(event.gone, TIMER, event.endpoint, step="gone")


@evolves(EndpointDeleted)
def evolve_endpoint_deleted(world: World, event: EndpointDeleted) -> World:
    return world.drop(Endpoint, event.endpoint)


@front_of
def front_of_endpoint(world: World, scenario: Scenario, wanted: Need, resource: str) -> tuple[Front, ...] | None:
    """An endpoint answers with the instances it has left; callers need no path of yours to it."""
    endpoint = world.find(Endpoint, resource)
    if endpoint is None:
        return None
    if endpoint.status != "InService":
        return (Front(resource, 0, None, "error", f"the endpoint is {endpoint.status}"),)
    (variant,) = endpoint.variants
    left = variant.count - endpoint.lost
    if left <= 0:
        reason = "its only instance is being replaced" if variant.count == 1 else "all are being replaced"
        return (Front(resource, 0, None, "error", reason),)
    if endpoint.compromised:
        return (Front(resource, 0, None, "error", "somebody else controls its container; its answers can't be trusted"),)
    machine = scenario.catalogue.hardware(variant.instance_type)
    assert machine is not None
    if wanted.database:
        reason = "HTTP 500: without a VpcConfig the model's container has no way to a database in your VPC"
        return (Front(resource, machine.requests_per_minute * left, endpoint.spec, "database", reason),)
    return (Front(resource, machine.requests_per_minute * left, endpoint.spec),)


# looking ----------------------------------------------------------------------------------------------------------------


@decides(DescribeEndpoint)
def decide_describe_endpoint(ctx: Context, command: DescribeEndpoint) -> Events:
    yield ResourcesSeen((("Endpoint", need(ctx, Endpoint, "endpoint", "endpoint", command.endpoint_name).id),))


@answers(DescribeEndpoint)
def answer_describe_endpoint(ctx: Context, command: DescribeEndpoint) -> dict[str, Any]:
    endpoint = ctx.world.get(Endpoint, command.endpoint_name)
    description: dict[str, Any] = {
        "EndpointName": endpoint.id,
        "EndpointArn": sage_arn("endpoint", endpoint.id),
        "EndpointConfigName": endpoint.config,
        "ProductionVariants": [
            {
                "VariantName": v.name,
                "CurrentWeight": v.weight / 1000,
                "DesiredWeight": v.weight / 1000,
                "CurrentInstanceCount": v.count - endpoint.lost if endpoint.status == "InService" else 0,
                "DesiredInstanceCount": v.count,
            }
            for v in endpoint.variants
        ],
        "EndpointStatus": endpoint.status,
        "FailureReason": endpoint.failure,
        "CreationTime": moment(endpoint.created),
        "LastModifiedTime": moment(endpoint.modified),
    }
    return {name: value for name, value in description.items() if value is not None}


@decides(ListEndpoints)
def decide_list_endpoints(ctx: Context, command: ListEndpoints) -> Events:
    yield ResourcesSeen(tuple(("Endpoint", endpoint.id) for endpoint in _chosen(ctx, command)))


@answers(ListEndpoints)
def answer_list_endpoints(ctx: Context, command: ListEndpoints) -> dict[str, Any]:
    return {
        "Endpoints": [
            {
                "EndpointName": endpoint.id,
                "EndpointArn": sage_arn("endpoint", endpoint.id),
                "CreationTime": moment(endpoint.created),
                "LastModifiedTime": moment(endpoint.modified),
                "EndpointStatus": endpoint.status,
            }
            for endpoint in _chosen(ctx, command)
        ]
    }


def _chosen(ctx: Context, command: ListEndpoints) -> list[Endpoint]:
    wanted = command.status_equals
    if wanted is not None:
        constrain(one_of(wanted, "statusEquals", ENDPOINT_STATUSES, "One of these."))
    if command.name_contains is not None:
        constrain(*a_part_of_a_name(command.name_contains))
    found = [
        endpoint
        for endpoint in ctx.world.every(Endpoint)
        if (wanted is None or endpoint.status == wanted) and (command.name_contains or "").lower() in endpoint.id.lower()
    ]
    return sorted(found, key=lambda endpoint: -endpoint.created)
