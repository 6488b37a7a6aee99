"""Fronts: for each address callers were given, how much it can answer, with which model, or why it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import gcd, lcm

from cloudlab.model.operations import Front, Handover
from cloudlab.model.scenario import Need, Scenario
from cloudlab.model.world import World

FrontOf = Callable[[World, Scenario, Need, str], tuple[Front, ...] | None]
FRONT_OF: list[FrontOf] = []
"""Each asks one kind of resource: its fronts, at least one, or None where the resource is not of that kind."""


def front_of(asked: FrontOf) -> FrontOf:
    """Register how one kind of resource answers requests."""
    FRONT_OF.append(asked)
    return asked


def fronts(world: World, scenario: Scenario, need: Need) -> tuple[Front, ...]:
    """Return how each handed-over address of `need` answers right now, oldest first.

    Callers spread evenly over the addresses they have. An address with several fronts behind it (a load balancer) divides its part
    by their shares; all are brought to one denominator, as small as can be.
    """
    addresses = [
        next((found for ask in FRONT_OF if (found := ask(world, scenario, need, handover.resource)) is not None), _gone(handover))
        for handover in world.every(Handover)
        if handover.need == need.id
    ]
    return _divided(tuple(addresses))


@lru_cache(maxsize=256)
def _divided(addresses: tuple[tuple[Front, ...], ...]) -> tuple[Front, ...]:
    """Bring the shares behind each address to one denominator."""
    whole = lcm(*(_shares(behind) for behind in addresses))
    spread = [replace(f, share=f.share * (whole // _shares(behind))) for behind in addresses for f in behind]
    common = gcd(*(f.share for f in spread))
    return tuple(replace(f, share=f.share // common) for f in spread)


def _shares(behind: tuple[Front, ...]) -> int:
    return sum(f.share for f in behind)


def _gone(handover: Handover) -> tuple[Front, ...]:
    return (Front(handover.resource, 0, None, "gone", "the resource no longer exists"),)
