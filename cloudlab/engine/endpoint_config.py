"""Endpoint configurations: which model on how many machines of which type; immutable."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cloudlab.commands.sagemaker import CreateEndpointConfig, DeleteEndpointConfig, DescribeEndpointConfig
from cloudlab.engine.kernel import Context, Events, answers, decides, evolves, refuse
from cloudlab.engine.rules.constraints import Broken, between, constrain
from cloudlab.engine.rules.sagemaker import a_name, an_ml_type, moment, need, refuse_duplicate, sage_arn
from cloudlab.model.events.learning import EndpointConfigCreated, EndpointConfigDeleted
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.learning import EndpointConfig, SageModel, Variant
from cloudlab.model.world import World

_NOUN = "endpoint configuration"
_KIND = "endpoint-config"
_MANY = 1_000_000


@decides(CreateEndpointConfig)
def decide_create_endpoint_config(ctx: Context, command: CreateEndpointConfig) -> Events:
    name, variants = command.endpoint_config_name, command.production_variants
    checks: list[Broken | None] = [*a_name(name, "endpointConfigName")]
    for number, variant in enumerate(variants, start=1):
        path = f"productionVariants.{number}.member"
        checks += [
            *a_name(variant.variant_name, f"{path}.variantName"),
            *a_name(variant.model_name, f"{path}.modelName"),
            an_ml_type(ctx.scenario.catalogue, variant.instance_type, f"{path}.instanceType", "hosting"),
            between(variant.initial_instance_count, f"{path}.initialInstanceCount", 1, _MANY),
        ]
        if variant.initial_variant_weight < 0:
            checks.append(between(int(variant.initial_variant_weight) - 1, f"{path}.initialVariantWeight", 0, _MANY))
    constrain(*checks)
    limit = ctx.quota("sagemaker_variants_per_endpoint")
    if not 1 <= len(variants) <= limit:
        refuse(
            "ValidationException", f"An endpoint configuration with {len(variants)} production variants is not possible.", f"1 to {limit}."
        )
    if len(variants) > 1:
        refuse("NotModelled", "Several production variants behind one endpoint are real, but not played here yet.", "One variant.")
    refuse_duplicate(ctx, EndpointConfig, _KIND, _NOUN, name)
    for variant in variants:
        need(ctx, SageModel, "model", "model", variant.model_name)
    made = tuple(
        Variant(v.variant_name, v.model_name, v.instance_type, v.initial_instance_count, int(v.initial_variant_weight * 1000))
        for v in variants
    )
    yield EndpointConfigCreated(EndpointConfig(name, made, ctx.now))
    yield ResourcesSeen((("EndpointConfig", name),))


@evolves(EndpointConfigCreated)
def evolve_endpoint_config_created(world: World, event: EndpointConfigCreated) -> World:
    return world.put(event.config)


@answers(CreateEndpointConfig)
def answer_create_endpoint_config(ctx: Context, command: CreateEndpointConfig) -> dict[str, Any]:
    return {"EndpointConfigArn": sage_arn(_KIND, command.endpoint_config_name)}


@decides(DescribeEndpointConfig)
def decide_describe_endpoint_config(ctx: Context, command: DescribeEndpointConfig) -> Events:
    yield ResourcesSeen((("EndpointConfig", need(ctx, EndpointConfig, _KIND, _NOUN, command.endpoint_config_name).id),))


@answers(DescribeEndpointConfig)
def answer_describe_endpoint_config(ctx: Context, command: DescribeEndpointConfig) -> dict[str, Any]:
    config = ctx.world.get(EndpointConfig, command.endpoint_config_name)
    return {
        "EndpointConfigName": config.id,
        "EndpointConfigArn": sage_arn(_KIND, config.id),
        "ProductionVariants": [
            {
                "VariantName": v.name,
                "ModelName": v.model,
                "InitialInstanceCount": v.count,
                "InstanceType": v.instance_type,
                "InitialVariantWeight": float(Decimal(v.weight) / 1000),
            }
            for v in config.variants
        ],
        "CreationTime": moment(config.created),
    }


@decides(DeleteEndpointConfig)
def decide_delete_endpoint_config(ctx: Context, command: DeleteEndpointConfig) -> Events:
    yield EndpointConfigDeleted(need(ctx, EndpointConfig, _KIND, _NOUN, command.endpoint_config_name).id)


@evolves(EndpointConfigDeleted)
def evolve_endpoint_config_deleted(world: World, event: EndpointConfigDeleted) -> World:
    return world.drop(EndpointConfig, event.config)
