"""Control-plane outage: for hours nothing can be launched, changed or scaled in the region. There is nobody to page: it is AWS's."""

from __future__ import annotations

from cloudlab.engine.dice import roll
from cloudlab.engine.incident_kinds.az_outage import told
from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events
from cloudlab.engine.rules.control_plane import is_out
from cloudlab.engine.rules.responsibility import SERVICE_OF
from cloudlab.model.balancing import LoadBalancer
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance
from cloudlab.model.events.zones import ControlPlaneFailed
from cloudlab.model.ids import REGION
from cloudlab.model.learning import Endpoint
from cloudlab.model.operations import ControlPlaneOutage, Incident
from cloudlab.model.time import HOUR, Seconds
from cloudlab.model.world import World

KIND = "control-plane-outage"


def candidates(world: World) -> list[str]:
    """Whatever runs: it keeps running, and cannot be replaced while it lasts."""
    kinds = [kind for kind in (Endpoint, LoadBalancer, DbInstance, Instance) if kind in SERVICE_OF]
    found = [r.id for kind in kinds for r in world.every(kind)]
    return [key for key in found if (i := world.find(Instance, key)) is None or i.state == "running"]


def strike(ctx: Context, incident: Incident) -> Events:
    """It lasts as long as the level says, else two hours to twelve by dice, around the seven of the dated events."""
    planned = next((p for p in ctx.scenario.incidents if p.id == incident.id), None)
    _, said = told(planned.detail if planned is not None else "")
    usual = ctx.scenario.catalogue.incident(KIND).provider_s
    assert usual is not None
    lasts = said if said is not None else 2 * HOUR + roll(ctx.world.seed, KIND, incident.id, sides=2 * (usual - 2 * HOUR) + 1)
    yield ControlPlaneFailed(ControlPlaneOutage(REGION, ctx.now, ctx.now + lasts))


def is_over(world: World, incident: Incident) -> str | None:
    return None if is_out(world) else "the control plane takes orders again"


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """It is AWS's own, and it ends when it ends."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    """Nothing that runs is harmed by it."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS[KIND] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
