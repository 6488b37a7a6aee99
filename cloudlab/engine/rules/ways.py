"""Ways remembered: between the same two ends, over the same network, a way is the one that was found before.

A fleet's events change a machine at a time, and each would have every way behind a load balancer walked again. What a way is read
from is compared by identity - the World shares what did not change - so a remembered way can be neither stale nor of another run.
"""

from __future__ import annotations

from collections.abc import Callable

from cloudlab.engine.rules.path import Path
from cloudlab.model.balancing import Target
from cloudlab.model.compute import Image, Instance, Invocation
from cloudlab.model.fleet import AutoScalingGroup, LaunchTemplate, ScalingActivity, ScalingPolicy
from cloudlab.model.operations import Commitment, Debt, Handover, Incident, Meter, Serving, Sighting, Surge
from cloudlab.model.people import Person, Toil
from cloudlab.model.quotas import QuotaRequest, RaisedQuota, Reservation, SlowStarts
from cloudlab.model.spot import SpotRequest
from cloudlab.model.volumes import Snapshot, Volume
from cloudlab.model.watching import Alarm, Gauge
from cloudlab.model.world import World

_NOT_ON_THE_WAY = frozenset(
    (
        Instance,
        Target,
        Image,
        Invocation,
        Commitment,
        Debt,
        Handover,
        Incident,
        Meter,
        Serving,
        Sighting,
        Surge,
        Person,
        Toil,
        AutoScalingGroup,
        LaunchTemplate,
        ScalingActivity,
        ScalingPolicy,
        Volume,
        Snapshot,
        QuotaRequest,
        RaisedQuota,
        Reservation,
        SlowStarts,
        SpotRequest,
        Alarm,
        Gauge,
    )
)
"""Tables that no way between a load balancer and one of its targets is read from; the machine at its end is an end."""
_MOST = 2_048

_found: dict[tuple[object, ...], tuple[tuple[object, ...], Path]] = {}
"""What was asked, and the identities of all it was read from -> these things themselves, so that no other takes their place; the way."""
_grounds: list[tuple[object, tuple[object, ...], tuple[int, ...]]] = []
"""For the Worlds lately asked about: their tables, those of these that ways are read from, and these ones' identities."""
_MOST_GROUNDS = 6


def remembered(world: World, asked: tuple[object, ...], ends: tuple[object, ...], walk: Callable[[], Path]) -> Path:
    """Return the way `asked` names between `ends` (records), walked only where something it is read from has changed."""
    _, read, marks = _read_from(world)
    key = (*asked, *map(id, ends), marks)
    before = _found.get(key)
    if before is not None:
        return before[1]
    if len(_found) >= _MOST:
        _found.clear()
    way = walk()
    _found[key] = ((*ends, *read), way)
    return way


def ground(world: World) -> tuple[object, ...]:
    """Return what ways are read from, but for the machines at their ends; the same things where none of them has changed."""
    return _read_from(world)[1]


def same_ground(one: World, other: World) -> bool:
    return _read_from(one)[2] == _read_from(other)[2]


def _read_from(world: World) -> tuple[object, tuple[object, ...], tuple[int, ...]]:
    for found in _grounds:
        if found[0] is world.tables:
            return found
    read = tuple(table for kind, table in world.tables.items() if kind not in _NOT_ON_THE_WAY)
    found = (world.tables, read, tuple(map(id, read)))
    _grounds[_MOST_GROUNDS - 1 :] = []
    _grounds.insert(0, found)
    return found
