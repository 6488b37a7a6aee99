"""Endpoint instance replaced: the provider loses one of an endpoint's machines and puts another in its place, unasked."""

from __future__ import annotations

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events, evolves
from cloudlab.model.events.learning import EndpointInstanceLost, EndpointInstanceReplaced
from cloudlab.model.learning import Endpoint
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


def candidates(world: World) -> list[str]:
    """Endpoints in service with an instance left to lose."""
    return [e.id for e in world.every(Endpoint) if e.status == "InService" and sum(v.count for v in e.variants) > e.lost]


def strike(ctx: Context, incident: Incident) -> Events:
    """One instance is taken out; with a single one the endpoint answers nothing until it is replaced."""
    assert incident.resource is not None
    yield EndpointInstanceLost(incident.resource)


def is_over(world: World, incident: Incident) -> str | None:
    endpoint = world.find(Endpoint, incident.resource)
    if endpoint is None or endpoint.status != "InService":
        return "the endpoint was deleted"
    return "AWS put another instance in its place" if endpoint.lost == 0 else None


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """The new instance has loaded the model and answers."""
    assert incident.resource is not None
    yield EndpointInstanceReplaced(incident.resource)


def damage(ctx: Context, incident: Incident) -> Events:
    """It is replaced all the same."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS["endpoint-instance-replaced"] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)


@evolves(EndpointInstanceLost)
def evolve_endpoint_instance_lost(world: World, event: EndpointInstanceLost) -> World:
    return world.change(Endpoint, event.endpoint, lost=world.get(Endpoint, event.endpoint).lost + 1)


@evolves(EndpointInstanceReplaced)
def evolve_endpoint_instance_replaced(world: World, event: EndpointInstanceReplaced) -> World:
    return world.change(Endpoint, event.endpoint, lost=world.get(Endpoint, event.endpoint).lost - 1)
