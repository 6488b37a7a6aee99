"""What the team knows: monitored resources are known as they are, others as they were when somebody last looked."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlab.model.compute import Instance
from cloudlab.model.learning import Endpoint, TrainingJob
from cloudlab.model.operations import Sighting
from cloudlab.model.time import Seconds
from cloudlab.model.world import R, World


def is_monitored(world: World, resource: str) -> bool:
    """Tell whether something reports this resource by itself: managed services do, an instance only with its agent."""
    instance = world.find(Instance, resource)
    if instance is not None:
        return instance.software.monitoring
    return world.find(Endpoint, resource) is not None or world.find(TrainingJob, resource) is not None


@dataclass(frozen=True, slots=True)
class Known:
    """A resource as the team knows it. `age` 0 means as it is now."""

    record: object
    age: Seconds


def known(world: World, kind: type[R], key: str) -> Known | None:
    """Return what the team knows of a resource; None where it knows of none."""
    if is_monitored(world, key):
        record = world.find(kind, key)
        return Known(record, 0) if record is not None else None
    seen = world.find(Sighting, key)
    if seen is None or not isinstance(seen.record, kind):
        return None
    record = world.find(kind, key)
    if record is seen.record:
        return Known(seen.record, 0 if _never_changes_by_itself(seen.record) else world.now - seen.at)
    return Known(seen.record, world.now - seen.at)


def _never_changes_by_itself(record: object) -> bool:
    """Networks and settings change only by the team's own hand; machines change behind one's back."""
    return not isinstance(record, Instance)
