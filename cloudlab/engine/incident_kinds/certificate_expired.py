"""TLS certificate expired: one that somebody brought along and nobody renewed; clients turn away at the greeting."""

from __future__ import annotations

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events
from cloudlab.engine.rules.balancing import listeners_of
from cloudlab.model.balancing import LoadBalancer
from cloudlab.model.certificates import Certificate
from cloudlab.model.events.certificates import CertificateExpired
from cloudlab.model.operations import Incident
from cloudlab.model.time import Seconds
from cloudlab.model.world import World


def _on(world: World, balancer: str, status: str) -> list[Certificate]:
    found = (world.find(Certificate, x.certificate) for x in listeners_of(world, balancer))
    return [c for c in found if c is not None and c.kind == "IMPORTED" and c.status == status]


def candidates(world: World) -> list[str]:
    """Load balancers with a certificate that somebody brought along; what AWS issued, AWS renews."""
    return [b.id for b in world.every(LoadBalancer) if _on(world, b.id, "ISSUED")]


def strike(ctx: Context, incident: Incident) -> Events:
    """The day has come."""
    assert incident.resource is not None
    yield CertificateExpired(_on(ctx.world, incident.resource, "ISSUED")[0].id)


def is_over(world: World, incident: Incident) -> str | None:
    if incident.resource is None or incident.resource not in world.table(LoadBalancer):
        return "the load balancer was given up"
    return None if _on(world, incident.resource, "EXPIRED") else "another certificate is in its place"


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """Nobody renews what you brought."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    """Waiting only costs requests."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS["certificate-expired"] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
