"""Traffic: what was offered, answered, slow and failed, and what the answers were worth."""

from __future__ import annotations

from cloudlab.model.operations import Front, Serving
from cloudlab.model.world import World


def busiest(world: World, candidates: list[str]) -> str:
    """Return the candidate that answers the largest share of requests now; the oldest one among equals."""
    fronts: dict[str, Front] = {f.resource: f for s in world.every(Serving) for f in s.segments[-1].fronts if f.cause is None}
    return max(candidates, key=lambda c: (fronts[c].capacity if c in fronts else 0, -candidates.index(c)))
