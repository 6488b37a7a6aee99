"""The map's slice: the cloud as the team knows it, each thing inside what it stands in."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.lab.view.slices import Node
from cloudlab.lab.view.things import NODES
from cloudlab.lab.view.things.registry import REGION_WIDE, Place
from cloudlab.model.ids import ACCOUNT, REGION
from cloudlab.model.world import World


def cloud(world: World) -> Node:
    """Return the tree that the map draws. What stands in something the team does not know of stands in the account."""
    placed = [each for nodes in NODES.values() for each in nodes(world)]
    there = {(node.kind, node.id) for _, node in placed}
    inside: dict[Place, list[Node]] = {}
    for place, node in placed:
        inside.setdefault(place if place in there else REGION_WIDE, []).append(node)
    children = _nested(REGION_WIDE, inside)
    detail = "" if children else "nothing here yet: you get what you ask for"
    return Node(ACCOUNT, "account", ACCOUNT, REGION, "plain", 0, detail, children)


def _nested(place: Place, inside: dict[Place, list[Node]]) -> tuple[Node, ...]:
    return tuple(
        replace(node, children=_nested(key, inside)) if (key := (node.kind, node.id)) in inside else node for node in inside.get(place, ())
    )
