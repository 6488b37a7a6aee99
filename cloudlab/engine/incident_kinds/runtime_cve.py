"""A critical hole in a library the application ships: no patch of the system helps, whoever built it installs or deploys it anew."""

from __future__ import annotations

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events, evolves, reacts_to
from cloudlab.engine.rules.libraries import KIND, hole_of, told, with_hole
from cloudlab.model.compute import Instance
from cloudlab.model.events.compute import InstanceCompromised
from cloudlab.model.events.incidents import IncidentCameToDamage
from cloudlab.model.events.learning import EndpointCompromised
from cloudlab.model.learning import Endpoint
from cloudlab.model.operations import Incident, Serving
from cloudlab.model.time import DAY, Seconds
from cloudlab.model.world import World

_LEAST_PATIENCE = 2 * DAY
"""As for holes in the system: nobody is found in the same minute. An estimate."""


def candidates(world: World) -> list[str]:
    """Whatever serves a model: machines of one's own, endpoints; the libraries of both are the customer's."""
    servers = [i.id for i in world.every(Instance) if i.state == "running" and i.software.serving is not None]
    return servers + [e.id for e in world.every(Endpoint) if e.status == "InService"]


def strike(ctx: Context, incident: Incident) -> Events:
    """Nothing happens at first: that there is a hole follows from the incident itself."""
    told(incident.detail)
    return ()


def is_over(world: World, incident: Incident) -> str | None:
    return None if with_hole(world, hole_of(incident)) else "nothing runs with the old library any more"


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """Nobody builds your application anew for you."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    """Whoever answers callers takes the bytes they send, and the attacker's among them."""
    called = {f.resource for s in ctx.world.every(Serving) for f in s.segments[-1].fronts if f.cause is None}
    for record in with_hole(ctx.world, hole_of(incident)):
        if record.id in called and not record.compromised:
            yield InstanceCompromised(record.id) if isinstance(record, Instance) else EndpointCompromised(record.id)


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    """From the fix to the first exploit it takes `time_to_exploit_days`; the attackers' clock began when the fix came out."""
    _, age = told(incident.detail)
    return max(ctx.scenario.catalogue.rate("time_to_exploit_days") * DAY - age, _LEAST_PATIENCE)


BEHAVIOURS[KIND] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)


@evolves(EndpointCompromised)
def evolve_endpoint_compromised(world: World, event: EndpointCompromised) -> World:
    return world.change(Endpoint, event.endpoint, compromised=True)


@reacts_to(Instance, Endpoint, Serving)
def react_library_exploit(before: World, ctx: Context) -> Events:
    """Once the exploit is about, what comes back with the old library - an old image, a server started again - is taken, too."""
    for incident in ctx.world.every(Incident):
        if incident.kind != KIND or incident.due is None or ctx.now < incident.due:
            continue
        taken = tuple(damage(ctx, incident))
        if taken and not incident.failed:
            yield IncidentCameToDamage(incident.id, ctx.scenario.catalogue.incident(KIND).if_ignored)
        yield from taken
