"""Words shared by everything that stands on the map: names, shortened ids, tags."""

from __future__ import annotations

from cloudlab.model.network import Tags


def name_of(record: object) -> str:
    """Return the Name tag, or a shortened id."""
    named = dict(getattr(record, "tags", ())).get("Name")
    return named or short(str(getattr(record, "id", "")))


def short(resource: str) -> str:
    """Shorten an id of 17 hex digits for the screen: `vpc-0a1b2c..`; other names stay whole."""
    prefix, _, rest = resource.partition("-")
    return f"{prefix}-{rest[:5]}" if len(rest) == 17 else resource


def tags_text(tags: Tags) -> str:
    return ", ".join(f"{key}={value}" for key, value in tags)


def yes(flag: bool) -> str:
    return "yes" if flag else "no"
