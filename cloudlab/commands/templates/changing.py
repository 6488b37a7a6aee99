"""The table of changes: a resource type's own "Update requires: No interruption", and what the functions over it share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cloudlab.commands import ec2_attributes
from cloudlab.commands.templates import alarms, disks, machines, network, services  # noqa: F401 - importing them registers their kinds
from cloudlab.commands.templates.kinds import KINDS, Order, Properties


@dataclass(frozen=True, slots=True)
class Change:
    """What an update may change of a type; any other property asks for a replacement, as the type's "Update requires" says."""

    properties: tuple[str, ...]
    orders: Callable[[Properties, Properties, str], list[Order]]
    """(resolved properties as they are, as they are to be, physical id) -> orders."""
    identity: str = ""
    """Where the first order's answer has a new physical id, for what AWS gives another one on the way."""


CHANGES: dict[str, Change] = {}

_Orders = Callable[[Properties, Properties, str], list[Order]]


def change(type_name: str, properties: str, identity: str = "") -> Callable[[_Orders], _Orders]:
    def changing(orders: _Orders) -> _Orders:
        known = KINDS[type_name].properties
        assert all(p in known for p in properties.split()), f"{type_name} has no such property"
        CHANGES[type_name] = Change(tuple(properties.split()), orders, identity)
        return orders

    return changing


def differ(old: Properties, new: Properties, *names: str) -> bool:
    return any(old.get(name) != new.get(name) for name in names)


def retagged(old: Properties, new: Properties, key: str) -> list[Order]:
    """Tags of EC2: a value is written over, a key that is gone is taken off."""
    if not differ(old, new, "Tags"):
        return []
    left = {tag["Key"] for tag in new.get("Tags") or ()}
    gone = [{"Key": tag["Key"]} for tag in old.get("Tags") or () if tag["Key"] not in left]
    orders: list[Order] = [(ec2_attributes.DeleteTags, {"Resources": [key], "Tags": gone})] if gone else []
    if new.get("Tags"):
        orders.append((ec2_attributes.CreateTags, {"Resources": [key], "Tags": new["Tags"]}))
    return orders
