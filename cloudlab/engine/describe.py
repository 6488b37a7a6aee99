"""What every describe-* command shares: choosing by id and filter, and writing tags the way AWS does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any

from cloudlab.commands.base import Filter, kebab
from cloudlab.engine.kernel import Context, refuse
from cloudlab.model.network import Tags
from cloudlab.model.world import R


def tag_list(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags]


def chosen(
    ctx: Context,
    kind: type[R],
    ids: Iterable[str],
    filters: Iterable[Filter],
    code: str,
    noun: str,
    describe: Callable[[R], dict[str, Any]],
) -> list[R]:
    """Return the records asked for by id and filter; an unknown id is refused with `code`, an unknown filter name by name.

    Filters are matched against the record's own description: `vpc-id` is VpcId, `tag:Name` a tag; `*` and `?` are wildcards.
    """
    wanted = [ctx.need(kind, key, code, noun) for key in ids] or list(ctx.world.every(kind))
    return [record for record in wanted if all(_matches(describe(record), f) for f in filters)]


def _matches(description: dict[str, Any], asked: Filter) -> bool:
    if asked.name.startswith("tag:"):
        tags = {t["Key"]: t["Value"] for t in description.get("Tags", [])}
        have = [tags[asked.name[4:]]] if asked.name[4:] in tags else []
    else:
        flat = {kebab(name): value for name, value in description.items() if isinstance(value, str | bool | int)}
        flat |= {name.removesuffix("-id"): value for name, value in flat.items()} | {
            f"{outer}-{inner}": value
            for outer, part in ((kebab(k), v) for k, v in description.items() if isinstance(v, dict))
            for inner, value in ((kebab(k), v) for k, v in part.items())
        }
        if asked.name not in flat:
            refuse(
                "InvalidParameterValue",
                f"The filter '{asked.name}' is invalid",
                f"Known here: {', '.join(sorted(flat))}, tag:<key>.",
            )
        value = flat[asked.name]
        have = [str(value).lower() if isinstance(value, bool) else str(value)]
    return any(fnmatchcase(value, pattern) for value in have for pattern in asked.values)
