"""The run itself: facts learned, commitments, looks, notes, the last bell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.engine.kernel import Context, Events, evolves, fires
from cloudlab.model import (
    balancing,
    certificates,
    compute,
    database,
    fleet,
    identity,
    learning,
    network,
    patching,
    quotas,
    spot,
    stacks,
    storage,
    volumes,
    watching,
    windows,
)
from cloudlab.model.events.run import CommitmentMade, FactLearned, NoteTaken, ResourcesSeen, RunEnded
from cloudlab.model.operations import Sighting
from cloudlab.model.world import Timer, World, fact_key

_ROOMS = (
    network,
    compute,
    storage,
    identity,
    learning,
    database,
    balancing,
    certificates,
    fleet,
    quotas,
    patching,
    volumes,
    spot,
    stacks,
    watching,
    windows,
)
KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for room in _ROOMS
    for kind in vars(room).values()
    if isinstance(kind, type) and kind.__module__ == room.__name__ and kind not in (database.PostgresServer, watching.Gauge)
}
"""Record types by name, as events name them. What runs on an instance shares its id and is seen with it."""


@evolves(FactLearned)
def evolve_fact_learned(world: World, event: FactLearned) -> World:
    return world.with_fact(fact_key(event.fact), event.fact)


@evolves(CommitmentMade)
def evolve_commitment_made(world: World, event: CommitmentMade) -> World:
    return world.put(event.commitment)


@evolves(ResourcesSeen)
def evolve_resources_seen(world: World, event: ResourcesSeen) -> World:
    seen = ((key, world.table(KINDS[name]).get(key)) for name, key in event.seen)
    return world.put(*(Sighting(key, world.now, record) for key, record in seen if record is not None))


@evolves(NoteTaken)
def evolve_note_taken(world: World, event: NoteTaken) -> World:
    return world


@evolves(RunEnded)
def evolve_run_ended(world: World, event: RunEnded) -> World:
    return replace(world, over=event.outcome, because=event.because)


@fires("end")
def fire_end(ctx: Context, timer: Timer) -> Events:
    """The level's time is up."""
    return ()
