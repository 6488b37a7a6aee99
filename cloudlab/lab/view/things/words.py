"""Words shared by everything that stands on the map: names, shortened ids, tags."""

from __future__ import annotations

from cloudlab.engine.naming import name_in_arn
from cloudlab.model.network import Tags


def name_of(record: object) -> str:
    """Return the Name tag, the name AWS put into its ARN, or a shortened id."""
    named = dict(getattr(record, "tags", ())).get("Name")
    return named or getattr(record, "domain", "") or short(str(getattr(record, "id", "")))


def short(resource: str) -> str:
    """Shorten an id of 17 hex digits for the screen: `vpc-0a1b2c..`; of an ARN its name; others stay whole."""
    resource = name_in_arn(resource)
    prefix, _, rest = resource.partition("-")
    return f"{prefix}-{rest[:5]}" if len(rest) == 17 else resource


def tags_text(tags: Tags) -> str:
    return ", ".join(f"{key}={value}" for key, value in tags)


def yes(flag: bool) -> str:
    return "yes" if flag else "no"
