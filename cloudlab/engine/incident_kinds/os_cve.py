"""A critical hole in the operating system: published, soon exploited, closed by patching, replacing or shutting the way in."""

from __future__ import annotations

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events, evolves, reacts
from cloudlab.engine.rules.exposure import open_to_world
from cloudlab.engine.rules.reachability import from_internet
from cloudlab.engine.rules.vulnerabilities import KIND, is_vulnerable, publication, vulnerability
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.events.compute import InstanceCompromised
from cloudlab.model.events.incidents import IncidentCameToDamage, IncidentResolved
from cloudlab.model.learning import Endpoint
from cloudlab.model.network import Address, InternetGateway, NetworkAcl, RouteTable, SecurityGroup, Subnet
from cloudlab.model.operations import Incident
from cloudlab.model.time import DAY, Seconds
from cloudlab.model.world import World

_LEAST_PATIENCE = 2 * DAY
"""Even where the exploit has been out for long: nobody is found in the same minute. An estimate."""
_LOOKED_AT = (Instance, Incident, SecurityGroup, NetworkAcl, RouteTable, InternetGateway, Address, Subnet)


def candidates(world: World) -> list[str]:
    """Machines with an operating system, whoever holds its patches: instances first, then endpoints and databases."""
    instances = [i.id for i in world.every(Instance) if i.state in ("pending", "running", "stopping", "stopped")]
    managed = [e.id for e in world.every(Endpoint) if e.status == "InService"]
    return instances + managed + [d.id for d in world.every(DbInstance) if d.ready is not None]


def strike(ctx: Context, incident: Incident) -> Events:
    """Nothing happens at first: that the hole is known from now on follows from the incident itself."""
    publication(incident.detail)
    return ()


def vulnerable(world: World, incident: Incident) -> list[Instance]:
    """Return the instances that still have the hole, also others than the one the page names."""
    cve = publication(incident.detail).cve
    return [i for i in world.every(Instance) if i.state not in ("shutting-down", "terminated") and is_vulnerable(world, i, cve)]


def is_exposed(world: World, instance: Instance, cve: str) -> bool:
    """Tell whether the hole can be reached from the internet right now."""
    port = vulnerability(cve).port
    doors = open_to_world(world, instance.id)
    if port is not None:
        return any(first <= port <= last for first, last in (door.ports for door in doors))
    listens = instance.software.server_port
    return bool(doors) or (listens is not None and from_internet(world, instance.id, listens).ok)


def is_over(world: World, incident: Incident) -> str | None:
    """Over when no instance has the hole, or, once the team knows of it, when nobody on the internet can get at those that have.

    A machine that is switched off or restarting proves nothing: it comes back as it was.
    """
    if incident.holder != "customer":
        return None
    cve = publication(incident.detail).cve
    left = vulnerable(world, incident)
    if not left:
        return "every instance is patched or replaced"
    up = all(i.state == "running" and i.booted is not None for i in left)
    if incident.detected is not None and up and not any(is_exposed(world, i, cve) for i in left):
        return f"nobody on the internet can get at it; the fix is still missing on {', '.join(i.id for i in left)}"
    return None


def provider_acts(ctx: Context, incident: Incident) -> Events:
    yield IncidentResolved(incident.id, "AWS patched its hosts and images; nobody of the team did anything")


def damage(ctx: Context, incident: Incident) -> Events:
    """Who can be reached is broken into."""
    cve = publication(incident.detail).cve
    for instance in vulnerable(ctx.world, incident):
        if not instance.compromised and is_exposed(ctx.world, instance, cve):
            yield InstanceCompromised(instance.id)


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    """From the fix to the first exploit it takes `time_to_exploit_days`; the attackers' clock began when the fix came out."""
    to_exploit = ctx.scenario.catalogue.rate("time_to_exploit_days") * DAY
    return max(to_exploit - publication(incident.detail).age, _LEAST_PATIENCE)


BEHAVIOURS[KIND] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)


@evolves(InstanceCompromised)
def evolve_instance_compromised(world: World, event: InstanceCompromised) -> World:
    return world.change(Instance, event.instance, compromised=True)


@reacts
def react_exploit(before: World, ctx: Context) -> Events:
    """Once the exploit is about, a machine with the hole that comes within reach later (a port opened, a stopped one started) is taken."""
    about = [i for i in ctx.world.every(Incident) if i.kind == KIND and i.due is not None and ctx.now >= i.due]
    if not about or all(before.tables.get(kind) is ctx.world.tables.get(kind) for kind in _LOOKED_AT):
        return
    for incident in about:
        taken = tuple(damage(ctx, incident))
        if taken and not incident.failed:
            yield IncidentCameToDamage(incident.id, ctx.scenario.catalogue.incident(KIND).if_ignored)
        yield from taken
