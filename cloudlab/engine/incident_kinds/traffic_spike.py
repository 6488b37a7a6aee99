"""Traffic spike: a need gets several times its usual requests for a while; who has room for them notices nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cloudlab.engine.incidents import BEHAVIOURS, Behaviour
from cloudlab.engine.kernel import Context, Events
from cloudlab.model.compute import Instance
from cloudlab.model.events.surges import SurgeBegan
from cloudlab.model.learning import Endpoint
from cloudlab.model.operations import Incident, Serving, Surge
from cloudlab.model.time import HOUR, MINUTE, Seconds
from cloudlab.model.world import World

KIND = "traffic-spike"
_TIMES, _DURATION = re.compile(r"(\d+)x"), re.compile(r"(\d+)(h|m)")


@dataclass(frozen=True, slots=True)
class Spike:
    """What a level's detail says of it, `5x 2h`; None where it is left to the estimates."""

    permille: int | None = None
    lasts: Seconds | None = None


def told(detail: str) -> Spike:
    """Read the `detail` of a traffic spike. A level with another one is the author's mistake."""
    permille, lasts = None, None
    for word in detail.split():
        times, duration = _TIMES.fullmatch(word), _DURATION.fullmatch(word)
        assert times or duration, f"'{word}' is neither a multiple (3x) nor a duration (2h, 90m)"
        if times is not None:
            permille = int(times[1]) * 1000
        elif duration is not None:
            lasts = int(duration[1]) * (HOUR if duration[2] == "h" else MINUTE)
    assert permille is None or permille > 1000, f"'{detail}' is no spike: write 2x or more"
    return Spike(permille, lasts)


def candidates(world: World) -> list[str]:
    """What answers callers now, machines and endpoints."""
    answering = dict.fromkeys(f.resource for s in world.every(Serving) for f in s.segments[-1].fronts if f.cause is None)
    return [key for key in answering if key in world.table(Instance) or key in world.table(Endpoint)]


def strike(ctx: Context, incident: Incident) -> Events:
    """Everybody who calls about this need calls more often, from the next minute on."""
    estimate, said = ctx.scenario.catalogue.estimate, told(incident.detail)
    need = next(
        n.id for n in ctx.scenario.needs for f in ctx.world.get(Serving, n.id).segments[-1].fronts if f.resource == incident.resource
    )
    since = -(-ctx.now // MINUTE) * MINUTE
    lasts = estimate("traffic_spike_lasts_s") if said.lasts is None else said.lasts
    permille = estimate("traffic_spike_permille") if said.permille is None else said.permille
    yield SurgeBegan(Surge(incident.id, need, since, since + lasts, permille))


def is_over(world: World, incident: Incident) -> str | None:
    """Over when it has passed; for the team sooner, once what answers has room for all of it."""
    surge = world.find(Surge, incident.id)
    if surge is None:
        return None
    if surge.over:
        return "the rush is over"
    return "what answers has room for all of it" if surge.met else None


def provider_acts(ctx: Context, incident: Incident) -> Events:
    """A service that scales by itself has room for it already."""
    return ()


def damage(ctx: Context, incident: Incident) -> Events:
    """Waiting only costs requests."""
    return ()


def patience(ctx: Context, incident: Incident) -> Seconds | None:
    return None


BEHAVIOURS[KIND] = Behaviour(candidates, strike, is_over, provider_acts, damage, patience)
