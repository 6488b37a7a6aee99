"""Stack plans: what an update would do to each resource, worked out without doing it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cloudlab.commands.templates.changes import CHANGES, NOT_HERE
from cloudlab.commands.templates.functions import worked_out
from cloudlab.commands.templates.language import Resource, Template, TemplateError, in_order, references
from cloudlab.engine.stack_orders import lookup_in
from cloudlab.model.ids import ZONES
from cloudlab.model.stacks import ResourceChange, Stack
from cloudlab.model.world import World

LATER = "(known once it is there)"


def planned(world: World, stack: Stack, template: Template, given: Mapping[str, str]) -> tuple[ResourceChange, ...]:
    """Return the changes in the order of their references, removals last. Raises TemplateError for attributes that do not exist."""
    target = replace(stack, given=tuple(sorted(given.items())))
    found, fresh = list[ResourceChange](), set[str]()
    for resource in in_order(template):
        change = _change(world, target, template, resource, fresh)
        if change is None:
            continue
        found.append(change)
        if change.action == "Add" or change.replacement != "False":
            fresh.add(resource.logical)
    gone = [r for r in stack.resources if template.resource(r.logical) is None]
    return (*found, *(ResourceChange("Remove", r.logical, r.type, r.physical) for r in reversed(gone)))


def _change(world: World, target: Stack, template: Template, wanted: Resource, fresh: set[str]) -> ResourceChange | None:
    current = target.resource(wanted.logical)
    if current is None:
        return ResourceChange("Add", wanted.logical, wanted.type)
    there = lookup_in(world, target, template)

    def lookup(name: str, attribute: str) -> Any:
        return LATER if name in fresh else there(name, attribute)

    properties, old = worked_out(dict(wanted.properties), lookup, ZONES), json.loads(current.properties)
    different = sorted(name for name in dict.fromkeys((*old, *properties)) if old.get(name) != properties.get(name))
    if not different:
        return None
    refused = [name for name in different if name in NOT_HERE.get(wanted.type, ())]
    if refused:
        raise TemplateError(
            f"{wanted.logical}: {refused[0]} of {wanted.type} is changed in place by AWS, and an update here does not model that.",
            "Change it by its own command and leave the template as it is, or give the resource another name there.",
        )
    change = CHANGES.get(wanted.type)
    fixed = [name for name in different if change is None or name not in change.properties]
    certain = [name for name in fixed if fresh.isdisjoint(references(wanted.properties.get(name)))]
    replacement = "True" if certain else "Conditional" if fixed else "False"
    return ResourceChange("Modify", wanted.logical, wanted.type, current.physical, replacement, tuple(different))


def same_types(stack: Stack, template: Template) -> None:
    """Refuse a template under which a resource would become one of another kind. Raises TemplateError."""
    other = [r.logical for r in template.resources if (was := stack.resource(r.logical)) is not None and was.type != r.type]
    if other:
        raise TemplateError(
            "Update of resource type is not permitted. The new template modifies resource type of the following resources: "
            f"[{', '.join(other)}]",
            "Give the new resource a name of its own.",
        )
