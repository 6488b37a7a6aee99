"""What every describe-* command shares: choosing by id and filter, and writing tags the way AWS does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from cloudlab.commands.base import Filter, TagSpecification, kebab, names_from
from cloudlab.engine.kernel import Context, refuse
from cloudlab.engine.naming import NAMING, named
from cloudlab.model.network import Tags
from cloudlab.model.world import R

Values = dict[str, list[str]]
"""Filter name -> the values one record has for it."""


def tag_list(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags]


def tags_for(specifications: tuple[TagSpecification, ...], resource_type: str) -> Tags:
    """Return the tags asked for; a specification for another type of resource is refused."""
    for specification in specifications:
        if specification.resource_type != resource_type:
            refuse(
                "InvalidParameterValue",
                f"'{specification.resource_type}' is not a valid taggable resource type for this operation.",
                f"Write ResourceType={resource_type}.",
            )
    return names_from(specifications)


def chosen(
    ctx: Context,
    kind: type[R],
    ids: Iterable[str],
    filters: Iterable[Filter],
    code: str,
    noun: str,
    describe: Callable[[R], dict[str, Any]],
    also: Iterable[str] = (),
) -> list[R]:
    """Return the records asked for by id and filter; an unknown id is refused with `code`, an unknown filter name by name.

    Filters are matched against the record's own description: `vpc-id` is VpcId, `attachment.vpc-id` the VpcId of any of its
    Attachments, `tag:Name` a tag; `*` and `?` are wildcards. `also` names filters that a record may have nothing for.
    """
    wanted = [named(ctx, kind, key) if kind in NAMING else ctx.need(kind, key, code, noun) for key in ids]
    wanted = wanted or list(ctx.world.every(kind))
    asked = tuple(filters)
    if not asked:
        return wanted
    fits = matching([filterable(describe(record)) for record in wanted], asked, also)
    return [record for record, fit in zip(wanted, fits, strict=True) if fit]


def matching(described: list[Values], filters: Iterable[Filter], also: Iterable[str] = ()) -> list[bool]:
    """Tell of each description whether it passes every filter; a filter name nothing answers to is refused."""
    asked = tuple(filters)
    known = {name for values in described for name in values} | set(also)
    return [all(_matches(values, f, known) for f in asked) for values in described]


def filterable(description: dict[str, Any]) -> Values:
    """Return every filter name a description answers to, with the values it has."""
    values: Values = {}
    for name, value in _leaves(description):
        values.setdefault(name, []).append(str(value).lower() if isinstance(value, bool) else str(value))
        short = name.removesuffix("-id")
        if short != name and "." not in name:
            values.setdefault(short, values[name])
    tags = description.get("Tags", [])
    return values | {f"tag:{tag['Key']}": [tag["Value"]] for tag in tags} | {"tag-key": [tag["Key"] for tag in tags]}


def _leaves(description: dict[str, Any]) -> Iterator[tuple[str, str | int | bool]]:
    for outer, value in description.items():
        name = kebab(outer)
        if isinstance(value, str | bool | int):
            yield name, value
        elif isinstance(value, dict):
            yield from ((f"{name}-{inner}", leaf) for inner, leaf in _leaves(value))
        elif isinstance(value, list) and outer != "Tags":
            one = name.removesuffix("s")
            for part in value:
                if isinstance(part, dict):
                    yield from ((f"{one}.{inner}", leaf) for inner, leaf in _leaves(part))
                elif isinstance(part, str | bool | int):
                    yield one, part


def _matches(values: Values, asked: Filter, known: set[str]) -> bool:
    if asked.name not in known and not asked.name.startswith("tag:"):
        refuse(
            "InvalidParameterValue",
            f"The filter '{asked.name}' is invalid.",
            f"Known here: {', '.join(sorted(n for n in known if not n.startswith('tag:')))}, tag:<key>.",
        )
    return any(fnmatchcase(value, pattern) for value in values.get(asked.name, ()) for pattern in asked.values)
