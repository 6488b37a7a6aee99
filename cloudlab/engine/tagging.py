"""Tags put on what is there already, and taken off again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloudlab.commands.ec2_attributes import CreateTags, DeleteTags
from cloudlab.engine.kernel import Context, Events, decides, evolves, refuse
from cloudlab.engine.naming import NAMING
from cloudlab.model.events.run import ResourcesSeen
from cloudlab.model.events.tags import TagsChanged
from cloudlab.model.network import Tags
from cloudlab.model.operations import Sighting
from cloudlab.model.world import World

_MOST, _LONGEST_KEY, _LONGEST_VALUE = 50, 127, 255


@decides(CreateTags)
def decide_create_tags(ctx: Context, command: CreateTags) -> Events:
    for tag in command.tags:
        if not tag.key or len(tag.key) > _LONGEST_KEY or len(tag.value) > _LONGEST_VALUE:
            refuse(
                "InvalidParameterValue", f"Tag '{tag.key}' is empty or too long.", f"Keys to {_LONGEST_KEY}, values to {_LONGEST_VALUE}."
            )
        if tag.key.startswith("aws:"):
            refuse("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use", "Another key.")
    for kind, record in _named(ctx, command.resources):
        tags = dict(record.tags) | {t.key: t.value for t in command.tags}
        if len(tags) > _MOST:
            refuse("TagLimitExceeded", f"More than {_MOST} tags specified", f"{record.id} has {len(record.tags)}.")
        yield TagsChanged(kind, record.id, tuple(sorted(tags.items())))
    yield _seen(ctx, command.resources)


@decides(DeleteTags)
def decide_delete_tags(ctx: Context, command: DeleteTags) -> Events:
    """A tag that is not there is no error; one with a value is only taken where it has that value."""
    asked = {t.key: t.value for t in command.tags}
    for kind, record in _named(ctx, command.resources):
        left: Tags = tuple((k, v) for k, v in record.tags if asked and (k not in asked or asked[k] not in ("", v)))
        yield TagsChanged(kind, record.id, left)
    yield _seen(ctx, command.resources)


def _named(ctx: Context, keys: tuple[str, ...]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key in dict.fromkeys(keys):
        kind = next((k for k in NAMING if key in ctx.world.table(k)), None)
        if kind is None:
            refuse("InvalidID", f"The ID '{key}' is not valid", "The id of an instance, volume, network or anything else EC2 made.")
        found.append((kind.__name__, ctx.world.table(kind)[key]))
    return found


def _seen(ctx: Context, keys: tuple[str, ...]) -> ResourcesSeen:
    return ResourcesSeen(tuple((kind, record.id) for kind, record in _named(ctx, keys) if kind != "Instance"))


@evolves(TagsChanged)
def evolve_tags_changed(world: World, event: TagsChanged) -> World:
    kind = next(k for k in NAMING if k.__name__ == event.kind)
    record: Any = world.table(kind)[event.resource]
    world = world.put(replace(record, tags=event.tags))
    seen = world.find(Sighting, event.resource)
    if seen is None:
        return world
    # what the team has written on a machine it knows without looking how that fares
    last: Any = seen.record
    return world.put(replace(seen, record=replace(last, tags=event.tags)))
