"""Ways remembered: between the same two ends, over the same network, a way is the one that was found before.

A fleet's events change a machine at a time, and each would have every way behind a load balancer walked again. What a way is read
from is compared by identity - the World shares what did not change - so a remembered way can be neither stale nor of another run.
"""

from __future__ import annotations

from collections.abc import Callable

from cloudlab.engine.rules.path import Path
from cloudlab.model.balancing import Target
from cloudlab.model.compute import Instance, Invocation
from cloudlab.model.operations import Commitment, Debt, Handover, Incident, Meter, Serving, Sighting
from cloudlab.model.people import Person, Toil
from cloudlab.model.world import World

_NOT_ON_THE_WAY = frozenset((Instance, Target, Invocation, Commitment, Debt, Handover, Incident, Meter, Serving, Sighting, Person, Toil))
"""Tables that no way between a load balancer and one of its targets is read from; the machine at its end is an end."""
_MOST = 2_048

_found: dict[tuple[object, ...], tuple[tuple[object, ...], Path]] = {}
"""What was asked, and the identities of all it was read from -> these things themselves, so that no other takes their place; the way."""


def remembered(world: World, asked: tuple[object, ...], ends: tuple[object, ...], walk: Callable[[], Path]) -> Path:
    """Return the way `asked` names between `ends` (records), walked only where something it is read from has changed."""
    read = (*ends, *(table for kind, table in world.tables.items() if kind not in _NOT_ON_THE_WAY))
    key = (*asked, *map(id, read))
    before = _found.get(key)
    if before is not None:
        return before[1]
    if len(_found) >= _MOST:
        _found.clear()
    way = walk()
    _found[key] = (read, way)
    return way
